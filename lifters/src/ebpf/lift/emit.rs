//! One function's body: its frame, blocks and phis, and the instructions that compute.
//! `flow` has those that call, jump and touch memory.

use inkwell::IntPredicate;
use inkwell::basic_block::BasicBlock;
use inkwell::intrinsics::Intrinsic;
use inkwell::types::IntType;
use inkwell::values::{BasicValue, BasicValueEnum, FunctionValue, IntValue, PhiValue, PointerValue};
use svm_memory::abi::BPF_STACK;

use super::debug::Scopes;
use super::{Key, Lifter, bug, raw};
use crate::ebpf::code::Insn;
use crate::ebpf::error::Error;
use crate::ebpf::isa::{Alu, Op, Order};
use crate::ebpf::object::Unit;
use crate::ebpf::ssa::{self, Def, Function, Val};

/// A value as it was emitted.
#[derive(Clone, Copy)]
pub(super) enum Emitted<'c> {
    Int(IntValue<'c>),
    Ptr(PointerValue<'c>),
}

/// A body on its way.
pub(super) struct Body<'a, 'c, 'o> {
    pub(super) l: &'a Lifter<'c, 'o>,
    pub(super) f: &'a Function,
    pub(super) unit: &'a Unit,
    pub(super) key: Key,
    pub(super) function: FunctionValue<'c>,
    pub(super) blocks: Vec<BasicBlock<'c>>,
    /// Where each block's code ends: instructions may split it.
    ends: Vec<BasicBlock<'c>>,
    values: Vec<Option<Emitted<'c>>>,
    frame: Option<PointerValue<'c>>,
    scopes: Scopes<'c>,
}

/// Emits the body of a declared function.
pub(super) fn body<'c>(l: &Lifter<'c, '_>, key: Key, f: &Function) -> Result<(), Error> {
    let function = l.functions[&key];
    let scopes = l.debug.function(l.object, key, &l.name_of(key), function);
    let entry = l.context.append_basic_block(function, "entry");
    let blocks: Vec<_> =
        f.blocks.iter().map(|b| l.context.append_basic_block(function, &format!("at{}", b.start))).collect();
    let mut body = Body {
        l,
        f,
        unit: &l.object.units[key.0],
        key,
        function,
        ends: blocks.clone(),
        blocks,
        values: vec![None; f.defs.len()],
        frame: None,
        scopes,
    };
    l.builder.position_at_end(entry);
    let start = f.blocks[f.entry].start;
    body.locate(start);
    body.arguments()?;
    l.builder.build_unconditional_branch(body.blocks[f.entry]).map_err(bug)?;
    let mut phis = Vec::new();
    for at in &f.order {
        l.builder.position_at_end(body.blocks[*at]);
        for (register, value) in &f.blocks[*at].phis {
            let pointer = f.pointer[*value as usize];
            let phi =
                if pointer { l.builder.build_phi(l.ptr(), "") } else { l.builder.build_phi(l.i64(), "") };
            let phi = phi.map_err(bug)?;
            phis.push((*at, *register, *value, phi));
            body.values[*value as usize] = Some(match phi.as_basic_value() {
                BasicValueEnum::PointerValue(p) => Emitted::Ptr(p),
                other => Emitted::Int(other.into_int_value()),
            });
        }
        body.block(*at)?;
        body.ends[*at] = l.builder.get_insert_block().unwrap_or(body.blocks[*at]);
    }
    for (at, register, value, phi) in phis {
        body.incoming(at, register, value, phi, entry)?;
    }
    l.builder.unset_current_debug_location();
    Ok(())
}

impl<'c> Body<'_, 'c, '_> {
    /// Later instructions stand at this position.
    fn locate(&self, at: usize) {
        let location = self.l.debug.location(self.l.context, &self.scopes, self.unit, at);
        self.l.builder.set_current_debug_location(location);
    }

    fn arguments(&mut self) -> Result<(), Error> {
        if self.f.blocks.iter().flat_map(|b| &b.insns).any(|at| self.uses_frame(*at)) {
            let ty = self.l.context.i8_type().array_type(BPF_STACK);
            let frame = self.l.builder.build_alloca(ty, "frame").map_err(bug)?;
            let instruction =
                frame.as_instruction().ok_or_else(|| Error::internal("an alloca that is none"))?;
            instruction.set_alignment(16).map_err(|e| Error::internal(e.to_string()))?;
            self.frame = Some(frame);
            let top = raw::gep(self.l.context, &self.l.builder, frame, self.int64(BPF_STACK.into()))?;
            self.values[ssa::FRAME as usize] = Some(Emitted::Ptr(top));
        }
        for (v, def) in self.f.defs.iter().enumerate() {
            if let Def::Arg(n) = def {
                let value = match self.function.get_nth_param(u32::from(*n) - 1) {
                    Some(BasicValueEnum::PointerValue(p)) => Emitted::Ptr(p),
                    Some(BasicValueEnum::IntValue(i)) => Emitted::Int(i),
                    _ => return Err(Error::internal("a parameter that is missing")),
                };
                self.values[v] = Some(value);
            }
        }
        Ok(())
    }

    fn uses_frame(&self, at: usize) -> bool {
        self.unit.code.get(at).is_some_and(|insn| insn.raw.dst == 10 || insn.raw.src == 10)
    }

    /// Gives a phi its inputs, converted at the end of the blocks that they come from.
    fn incoming(
        &self,
        at: usize,
        register: u8,
        value: Val,
        phi: PhiValue<'c>,
        entry: BasicBlock<'c>,
    ) -> Result<(), Error> {
        let block = &self.f.blocks[at];
        let mut from: Vec<_> =
            block.preds.iter().map(|p| (self.ends[*p], self.f.blocks[*p].out[register as usize])).collect();
        if at == self.f.entry {
            from.push((entry, self.f.argument(register)));
        }
        for (end, input) in from {
            match end.get_terminator() {
                Some(terminator) => self.l.builder.position_before(&terminator),
                None => return Err(Error::internal("a block without an end")),
            }
            self.locate(block.start);
            let input: BasicValueEnum = if self.f.pointer[value as usize] {
                self.ptr(input)?.into()
            } else {
                self.int(input)?.into()
            };
            phi.add_incoming(&[(&input as &dyn BasicValue, end)]);
        }
        Ok(())
    }

    fn block(&mut self, at: usize) -> Result<(), Error> {
        let block = &self.f.blocks[at];
        for i in &block.insns {
            let Some(insn) = self.unit.code.get(*i) else { continue };
            self.locate(*i);
            let value = self.instruction(insn, &block.succs).map_err(|e| e.at(*i))?;
            if let (Some(v), Some(value)) = (self.f.made.get(i), value) {
                self.values[*v as usize] = Some(value);
            }
        }
        let ended = self.l.builder.get_insert_block().and_then(BasicBlock::get_terminator).is_some();
        if let ([next], false) = (&block.succs[..], ended) {
            self.l.builder.build_unconditional_branch(self.blocks[*next]).map_err(bug)?;
        }
        Ok(())
    }

    fn instruction(&self, insn: &Insn, succs: &[usize]) -> Result<Option<Emitted<'c>>, Error> {
        let register = |r: u8| self.f.before[&insn.at][r as usize];
        let (dst, src) = (register(insn.raw.dst), register(insn.raw.src));
        if let Some(value) = self.pointer_arithmetic(insn)? {
            return Ok(Some(value));
        }
        let value = match insn.op() {
            Op::Alu { op, wide, imm } => {
                let ty = if wide { self.l.i64() } else { self.l.context.i32_type() };
                let a = if op == Alu::Mov { ty.const_zero() } else { self.narrow(self.int(dst)?, ty)? };
                let b = match imm {
                    true => ty.const_int(insn.raw.imm as i64 as u64, true),
                    false => self.narrow(self.int(src)?, ty)?,
                };
                self.widen(self.alu(op, a, b, ty)?)?
            }
            Op::Movsx { size, wide } => {
                let part = self.narrow(self.int(src)?, self.bits(u32::from(size) * 8))?;
                let ty = if wide { self.l.i64() } else { self.l.context.i32_type() };
                self.widen(self.l.builder.build_int_s_extend(part, ty, "").map_err(bug)?)?
            }
            Op::Neg { wide } => {
                let ty = if wide { self.l.i64() } else { self.l.context.i32_type() };
                let a = self.narrow(self.int(dst)?, ty)?;
                self.widen(self.l.builder.build_int_neg(a, "").map_err(bug)?)?
            }
            Op::End { order, bits } => {
                let part = self.narrow(self.int(dst)?, self.bits(bits.into()))?;
                self.widen(if order == Order::Little { part } else { self.swap(part)? })?
            }
            _ => return self.flow(insn, succs),
        };
        Ok(Some(Emitted::Int(value)))
    }

    /// Moves and sums that are kept as pointers.
    fn pointer_arithmetic(&self, insn: &Insn) -> Result<Option<Emitted<'c>>, Error> {
        let Some(v) = self.f.made.get(&insn.at) else { return Ok(None) };
        let pointer = self.f.pointer[*v as usize];
        let (base, offset) = match self.f.defs[*v as usize] {
            Def::Copy(a) => {
                let value = if pointer { Emitted::Ptr(self.ptr(a)?) } else { Emitted::Int(self.int(a)?) };
                return Ok(Some(value));
            }
            Def::AddConst(a, n) if pointer => (a, self.int64(n as u64)),
            Def::Add(a, b) if pointer => {
                let (base, offset) = if self.f.first_is_base(*v) { (a, b) } else { (b, a) };
                (base, self.int(offset)?)
            }
            Def::Sub(a, b) if pointer => (a, self.l.builder.build_int_neg(self.int(b)?, "").map_err(bug)?),
            _ => return Ok(None),
        };
        Ok(Some(Emitted::Ptr(raw::gep(self.l.context, &self.l.builder, self.ptr(base)?, offset)?)))
    }

    /// RFC 9669, section 4.1: division by zero gives 0, the remainder the dividend; shifts are masked.
    fn alu(&self, op: Alu, a: IntValue<'c>, b: IntValue<'c>, ty: IntType<'c>) -> Result<IntValue<'c>, Error> {
        let build = &self.l.builder;
        let shift = || build.build_and(b, ty.const_int(u64::from(ty.get_bit_width()) - 1, false), "");
        match op {
            Alu::Add => build.build_int_add(a, b, ""),
            Alu::Sub => build.build_int_sub(a, b, ""),
            Alu::Mul => build.build_int_mul(a, b, ""),
            Alu::Or => build.build_or(a, b, ""),
            Alu::And => build.build_and(a, b, ""),
            Alu::Xor => build.build_xor(a, b, ""),
            Alu::Mov => Ok(b),
            Alu::Lsh => build.build_left_shift(a, shift().map_err(bug)?, ""),
            Alu::Rsh => build.build_right_shift(a, shift().map_err(bug)?, false, ""),
            Alu::Arsh => build.build_right_shift(a, shift().map_err(bug)?, true, ""),
            Alu::Div | Alu::Mod | Alu::Sdiv | Alu::Smod => self.divide(op, a, b, ty),
        }
        .map_err(bug)
    }

    /// Without branches: the divisor is replaced where it must not be used, and then the result.
    fn divide(
        &self,
        op: Alu,
        a: IntValue<'c>,
        b: IntValue<'c>,
        ty: IntType<'c>,
    ) -> Result<IntValue<'c>, inkwell::builder::BuilderError> {
        let build = &self.l.builder;
        let (one, zero) = (ty.const_int(1, false), ty.const_zero());
        let is_zero = build.build_int_compare(IntPredicate::EQ, b, zero, "")?;
        let pick = |c, x: IntValue<'c>, y: IntValue<'c>| {
            build.build_select(c, x, y, "").map(BasicValueEnum::into_int_value)
        };
        let mut divisor = pick(is_zero, one, b)?;
        let signed = matches!(op, Alu::Sdiv | Alu::Smod);
        let mut minus = None;
        if signed {
            // A divisor of -1 would trap on the smallest dividend: its quotient is the negation, its remainder 0.
            let is_minus = build.build_int_compare(IntPredicate::EQ, b, ty.const_all_ones(), "")?;
            divisor = pick(is_minus, one, divisor)?;
            minus = Some(is_minus);
        }
        Ok(match op {
            Alu::Div => pick(is_zero, zero, build.build_int_unsigned_div(a, divisor, "")?)?,
            Alu::Mod => pick(is_zero, a, build.build_int_unsigned_rem(a, divisor, "")?)?,
            Alu::Sdiv => {
                let quotient = build.build_int_signed_div(a, divisor, "")?;
                let negated = build.build_int_neg(a, "")?;
                let quotient = minus.map_or(Ok(quotient), |m| pick(m, negated, quotient))?;
                pick(is_zero, zero, quotient)?
            }
            _ => pick(is_zero, a, build.build_int_signed_rem(a, divisor, "")?)?,
        })
    }

    /// The bytes of an integer the other way round.
    pub(super) fn swap(&self, value: IntValue<'c>) -> Result<IntValue<'c>, Error> {
        let function = Intrinsic::find("llvm.bswap")
            .and_then(|i| i.get_declaration(&self.l.module, &[value.get_type().into()]))
            .ok_or_else(|| Error::internal("llvm.bswap is missing"))?;
        let call = self.l.builder.build_call(function, &[value.into()], "").map_err(bug)?;
        call.try_as_basic_value()
            .basic()
            .map(BasicValueEnum::into_int_value)
            .ok_or_else(|| Error::internal("void"))
    }

    pub(super) fn bits(&self, bits: u32) -> IntType<'c> {
        match bits {
            8 => self.l.context.i8_type(),
            16 => self.l.context.i16_type(),
            32 => self.l.context.i32_type(),
            _ => self.l.i64(),
        }
    }

    pub(super) fn int64(&self, value: u64) -> IntValue<'c> {
        self.l.i64().const_int(value, false)
    }

    /// The low part of a register.
    pub(super) fn narrow(&self, value: IntValue<'c>, ty: IntType<'c>) -> Result<IntValue<'c>, Error> {
        if ty == value.get_type() {
            return Ok(value);
        }
        self.l.builder.build_int_truncate(value, ty, "").map_err(bug)
    }

    /// A result in a register: its upper part is 0.
    pub(super) fn widen(&self, value: IntValue<'c>) -> Result<IntValue<'c>, Error> {
        if value.get_type() == self.l.i64() {
            return Ok(value);
        }
        self.l.builder.build_int_z_extend(value, self.l.i64(), "").map_err(bug)
    }

    fn emitted(&self, v: Val) -> Emitted<'c> {
        match (self.values[v as usize], &self.f.defs[v as usize]) {
            (Some(value), _) => value,
            (None, Def::Const(c)) => Emitted::Int(self.int64(*c)),
            (None, _) => Emitted::Int(self.int64(0)),
        }
    }

    /// A value as an integer.
    pub(super) fn int(&self, v: Val) -> Result<IntValue<'c>, Error> {
        match self.emitted(v) {
            Emitted::Int(value) => Ok(value),
            Emitted::Ptr(p) => self.l.builder.build_ptr_to_int(p, self.l.i64(), "").map_err(bug),
        }
    }

    /// A value as a pointer.
    pub(super) fn ptr(&self, v: Val) -> Result<PointerValue<'c>, Error> {
        match self.emitted(v) {
            Emitted::Ptr(p) => Ok(p),
            Emitted::Int(value) => self.l.builder.build_int_to_ptr(value, self.l.ptr(), "").map_err(bug),
        }
    }

    /// The address of an access: constant offsets from the frame pointer are one gep on the frame.
    pub(super) fn access(&self, base: Val, off: i16) -> Result<PointerValue<'c>, Error> {
        let (mut v, mut total) = (base, i64::from(off));
        loop {
            match self.f.defs[v as usize] {
                Def::Copy(a) => v = a,
                Def::AddConst(a, n) => (v, total) = (a, total.wrapping_add(n)),
                _ => break,
            }
        }
        match (v == ssa::FRAME, self.frame) {
            (true, Some(frame)) => {
                let offset = self.int64(total.wrapping_add(BPF_STACK.into()) as u64);
                raw::gep(self.l.context, &self.l.builder, frame, offset)
            }
            _ if off == 0 => self.ptr(base),
            _ => raw::gep(self.l.context, &self.l.builder, self.ptr(base)?, self.int64(off as i64 as u64)),
        }
    }
}
