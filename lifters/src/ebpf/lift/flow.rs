//! Instructions that touch memory, jump, call and return.

use inkwell::values::{BasicMetadataValueEnum, BasicValueEnum, CallSiteValue, IntValue, LLVMTailCallKind};
use inkwell::{AtomicOrdering, AtomicRMWBinOp, IntPredicate};
use svm_memory::abi;

use super::bug;
use super::emit::{Body, Emitted};
use crate::ebpf::code::Insn;
use crate::ebpf::error::Error;
use crate::ebpf::isa::{Atomic, Cond, Op};
use crate::ebpf::object::Ref;
use crate::ebpf::ssa::{Def, Val};
use crate::ebpf::{Helpers, helper_name, helper_proto};

/// What the kernel's bpf_tail_call leaves in r0 when it comes back: -ENOENT.
const NO_ENTRY: u64 = -2i64 as u64;
/// The kernel's number of bpf_tail_call.
const TAIL_CALL: i32 = 12;

type Result<T> = std::result::Result<T, Error>;

impl<'c> Body<'_, 'c, '_> {
    /// Emits an instruction that is not arithmetic; the value is what it leaves in its register.
    pub(super) fn flow(&self, insn: &Insn, succs: &[usize]) -> Result<Option<Emitted<'c>>> {
        let register = |r: u8| self.f.before[&insn.at][r as usize];
        let (dst, src) = (register(insn.raw.dst), register(insn.raw.src));
        match insn.op() {
            Op::LoadImm { kind } => self.load_imm(insn, kind).map(Some),
            Op::Load { .. } | Op::LoadAcquire { .. } => self.load(insn, src).map(Some),
            Op::Store { size, imm } => {
                let ty = self.bits(u32::from(size) * 8);
                let to = self.access(dst, insn.raw.off)?;
                let value: BasicValueEnum = if imm {
                    ty.const_int(insn.raw.imm as i64 as u64, true).into()
                } else if size == 8 && self.f.pointer[src as usize] {
                    self.ptr(src)?.into()
                } else {
                    self.narrow(self.int(src)?, ty)?.into()
                };
                let store = self.l.builder.build_store(to, value).map_err(bug)?;
                store.set_alignment(1).map_err(|e| Error::internal(e.to_string()))?;
                Ok(None)
            }
            Op::StoreRelease { size } => {
                let ty = self.bits(u32::from(size) * 8);
                let value = self.narrow(self.int(src)?, ty)?;
                let store =
                    self.l.builder.build_store(self.access(dst, insn.raw.off)?, value).map_err(bug)?;
                let set = store.set_atomic_ordering(AtomicOrdering::Release);
                set.map_err(|e| Error::internal(e.to_string()))?;
                Ok(None)
            }
            Op::Atomic { op, size, fetch } => self.atomic(insn, op, size, fetch, [dst, src, register(0)]),
            // Both ways lead to the same place: nothing to decide.
            Op::Jump { .. } if succs.len() == 1 => Ok(None),
            Op::Jump { cond, wide, imm } => {
                let ty = if wide { self.l.i64() } else { self.l.context.i32_type() };
                let a = self.narrow(self.int(dst)?, ty)?;
                let b = match imm {
                    true => ty.const_int(insn.raw.imm as i64 as u64, true),
                    false => self.narrow(self.int(src)?, ty)?,
                };
                let taken = self.condition(cond, a, b)?;
                let to =
                    |n: usize| succs.get(n).map(|s| self.blocks[*s]).ok_or_else(|| Error::internal("edge"));
                self.l.builder.build_conditional_branch(taken, to(0)?, to(1)?).map_err(bug)?;
                Ok(None)
            }
            Op::Exit => {
                let value = self.int(register(0))?;
                self.l.builder.build_return(Some(&value)).map_err(bug)?;
                Ok(None)
            }
            Op::Packet { size, indirect } => {
                self.packet(insn, size, indirect.then_some(src), register(6)).map(Some)
            }
            Op::CallHelper => self.helper(insn),
            Op::CallLocal => self.local(insn).map(Some),
            Op::CallRegister => self.call_register(insn, dst).map(Some),
            Op::CallKfunc => {
                let name = match self.unit.refs.get(&insn.at) {
                    Some(Ref::Extern(name)) => name.clone(),
                    _ => format!("BTF id {}", insn.raw.imm),
                };
                Err(Error::unsupported(format!(
                    "call of the kernel function {name}: there is no kernel here"
                )))
            }
            _ => Ok(None),
        }
    }

    fn load_imm(&self, insn: &Insn, kind: u8) -> Result<Emitted<'c>> {
        if let Some(target) = self.unit.refs.get(&insn.at) {
            return Ok(Emitted::Ptr(self.l.address(target)?));
        }
        let number = |n: i32| self.l.context.i32_type().const_int(n as u32 as u64, false);
        let map = |name| self.call(self.l.runtime(name), &[number(insn.raw.imm).into()]);
        Ok(Emitted::Ptr(match kind {
            0 => return Ok(Emitted::Int(self.int64(insn.imm64()))),
            1 => map(abi::MAP_BY_FD)?.into_pointer_value(),
            3 => map(abi::VARIABLE)?.into_pointer_value(),
            5 => map(abi::MAP_BY_INDEX)?.into_pointer_value(),
            4 => {
                let at = insn.at as i64 + 1 + i64::from(insn.raw.imm);
                self.l.address(&Ref::Function { unit: self.key.0, at: at as usize })?
            }
            _ => {
                let map = map(if kind == 2 { abi::MAP_BY_FD } else { abi::MAP_BY_INDEX })?;
                let arguments = [map.into(), number(insn.high).into()];
                self.call(self.l.runtime(abi::MAP_VALUE), &arguments)?.into_pointer_value()
            }
        }))
    }

    fn load(&self, insn: &Insn, base: Val) -> Result<Emitted<'c>> {
        let from = self.access(base, insn.raw.off)?;
        let made = self.f.made.get(&insn.at).copied().unwrap_or_default();
        let (size, signed, acquire) = match insn.op() {
            Op::Load { size, signed } => (size, signed, false),
            Op::LoadAcquire { size } => (size, false, true),
            _ => return Err(Error::internal("no load")),
        };
        let pointer = self.f.pointer[made as usize];
        let ty = self.bits(u32::from(size) * 8);
        let loaded = match size == 8 && pointer && !acquire {
            true => self.l.builder.build_load(self.l.ptr(), from, ""),
            false => self.l.builder.build_load(ty, from, ""),
        }
        .map_err(bug)?;
        if let Some(load) = inkwell::values::BasicValue::as_instruction_value(&loaded) {
            let set = |e: inkwell::values::InstructionValueError| Error::internal(e.to_string());
            match acquire {
                true => load.set_atomic_ordering(AtomicOrdering::Acquire).map_err(set)?,
                false => load.set_alignment(1).map_err(|e| Error::internal(e.to_string()))?,
            }
        }
        let value = match loaded {
            BasicValueEnum::PointerValue(p) => return Ok(Emitted::Ptr(p)),
            other => other.into_int_value(),
        };
        let value = match signed {
            true => self.l.builder.build_int_s_extend(value, self.l.i64(), "").map_err(bug)?,
            false => self.widen(value)?,
        };
        if pointer && self.f.defs[made as usize] == Def::Field {
            let root = self.call(self.l.runtime(abi::ROOT), &[value.into()])?;
            return Ok(Emitted::Ptr(root.into_pointer_value()));
        }
        Ok(Emitted::Int(value))
    }

    fn atomic(
        &self,
        insn: &Insn,
        op: Atomic,
        size: u8,
        fetch: bool,
        regs: [Val; 3],
    ) -> Result<Option<Emitted<'c>>> {
        let [dst, src, r0] = regs;
        let ty = self.bits(u32::from(size) * 8);
        let to = self.access(dst, insn.raw.off)?;
        let value = self.narrow(self.int(src)?, ty)?;
        let order = AtomicOrdering::SequentiallyConsistent;
        let old = match op {
            Atomic::Cmpxchg => {
                let expected = self.narrow(self.int(r0)?, ty)?;
                let pair = self.l.builder.build_cmpxchg(to, expected, value, order, order).map_err(bug)?;
                self.l.builder.build_extract_value(pair, 0, "").map_err(bug)?.into_int_value()
            }
            _ => {
                let op = match op {
                    Atomic::Add => AtomicRMWBinOp::Add,
                    Atomic::Or => AtomicRMWBinOp::Or,
                    Atomic::And => AtomicRMWBinOp::And,
                    Atomic::Xor => AtomicRMWBinOp::Xor,
                    Atomic::Xchg | Atomic::Cmpxchg => AtomicRMWBinOp::Xchg,
                };
                self.l.builder.build_atomicrmw(op, to, value, order).map_err(bug)?
            }
        };
        Ok(if fetch { Some(Emitted::Int(self.widen(old)?)) } else { None })
    }

    fn condition(&self, cond: Cond, a: IntValue<'c>, b: IntValue<'c>) -> Result<IntValue<'c>> {
        let predicate = match cond {
            Cond::Eq => IntPredicate::EQ,
            Cond::Ne | Cond::Set => IntPredicate::NE,
            Cond::Gt => IntPredicate::UGT,
            Cond::Ge => IntPredicate::UGE,
            Cond::Lt => IntPredicate::ULT,
            Cond::Le => IntPredicate::ULE,
            Cond::Sgt => IntPredicate::SGT,
            Cond::Sge => IntPredicate::SGE,
            Cond::Slt => IntPredicate::SLT,
            Cond::Sle => IntPredicate::SLE,
        };
        let (a, b) = match cond {
            Cond::Set => (self.l.builder.build_and(a, b, "").map_err(bug)?, a.get_type().const_zero()),
            _ => (a, b),
        };
        self.l.builder.build_int_compare(predicate, a, b, "").map_err(bug)
    }

    /// LD_ABS and LD_IND: outside of the packet they end the program with 0.
    fn packet(&self, insn: &Insn, size: u8, index: Option<Val>, context: Val) -> Result<Emitted<'c>> {
        let mut offset = self.int64(insn.raw.imm as i64 as u64);
        if let Some(index) = index {
            let index = self.int(index)?;
            offset = self.l.builder.build_int_add(offset, index, "").map_err(bug)?;
            let low = self.narrow(offset, self.l.context.i32_type())?;
            offset = self.l.builder.build_int_s_extend(low, self.l.i64(), "").map_err(bug)?;
        }
        let size = self.l.context.i32_type().const_int(size.into(), false);
        let arguments = [self.ptr(context)?.into(), offset.into(), size.into()];
        let value = self.call(self.l.runtime(abi::LOAD_PACKET), &arguments)?.into_int_value();
        let outside = self.condition(Cond::Slt, value, self.int64(0))?;
        let (end, next) = (self.append("outside"), self.append("inside"));
        self.l.builder.build_conditional_branch(outside, end, next).map_err(bug)?;
        self.l.builder.position_at_end(end);
        self.l.builder.build_return(Some(&self.int64(0))).map_err(bug)?;
        self.l.builder.position_at_end(next);
        Ok(Emitted::Int(value))
    }

    fn append(&self, name: &str) -> inkwell::basic_block::BasicBlock<'c> {
        self.l.context.append_basic_block(self.function, name)
    }

    /// A call that has a result.
    fn call(
        &self,
        function: inkwell::values::FunctionValue<'c>,
        arguments: &[BasicMetadataValueEnum<'c>],
    ) -> Result<BasicValueEnum<'c>> {
        let call = self.l.builder.build_call(function, arguments, "").map_err(bug)?;
        self.result(call)
    }

    fn result(&self, call: CallSiteValue<'c>) -> Result<BasicValueEnum<'c>> {
        Ok(call.try_as_basic_value().basic().unwrap_or_else(|| self.int64(0).into()))
    }

    fn helper(&self, insn: &Insn) -> Result<Option<Emitted<'c>>> {
        let (number, helpers) = (insn.raw.imm, self.l.options.helpers);
        if number == TAIL_CALL && helpers == Helpers::Linux {
            return self.tail_call(insn).map(Some);
        }
        let proto = helper_proto(number, helpers);
        let before = &self.f.before[&insn.at];
        let mut arguments: Vec<BasicMetadataValueEnum> = Vec::new();
        for (c, v) in proto.chars().skip(1).zip(&before[1..]) {
            arguments.push(match c {
                'p' => self.ptr(*v)?.into(),
                'i' => self.narrow(self.int(*v)?, self.l.context.i32_type())?.into(),
                _ => self.int(*v)?.into(),
            });
        }
        let function = self.l.import(&helper_name(number, helpers), proto);
        let value = self.call(function, &arguments)?;
        Ok(Some(match value {
            BasicValueEnum::PointerValue(p) => Emitted::Ptr(p),
            other if proto.starts_with('I') => {
                let value = self.l.builder.build_int_s_extend(other.into_int_value(), self.l.i64(), "");
                Emitted::Int(value.map_err(bug)?)
            }
            other => Emitted::Int(self.widen(other.into_int_value())?),
        }))
    }

    /// bpf_tail_call: the rest of the program is another program, if the map has one.
    fn tail_call(&self, insn: &Insn) -> Result<Emitted<'c>> {
        let before = &self.f.before[&insn.at];
        let context = self.ptr(before[1])?;
        let index = self.widen(self.narrow(self.int(before[3])?, self.l.context.i32_type())?)?;
        let arguments = [context.into(), self.ptr(before[2])?.into(), index.into()];
        let target = self.call(self.l.runtime(abi::TAIL_TARGET), &arguments)?.into_pointer_value();
        let none = self.l.builder.build_is_null(target, "").map_err(bug)?;
        let (taken, next) = (self.append("tail"), self.append("no_tail"));
        self.l.builder.build_conditional_branch(none, next, taken).map_err(bug)?;
        self.l.builder.position_at_end(taken);
        let ty = self.l.prototype("qpq");
        let arguments = [context.into(), self.int64(0).into()];
        let call = self.l.builder.build_indirect_call(ty, target, &arguments, "").map_err(bug)?;
        let same = self.function.get_type() == ty;
        call.set_tail_call_kind(if same {
            LLVMTailCallKind::LLVMTailCallKindMustTail
        } else {
            LLVMTailCallKind::LLVMTailCallKindTail
        });
        let value = self.result(call)?;
        self.l.builder.build_return(Some(&value)).map_err(bug)?;
        self.l.builder.position_at_end(next);
        Ok(Emitted::Int(self.int64(NO_ENTRY)))
    }

    fn local(&self, insn: &Insn) -> Result<Emitted<'c>> {
        let key = super::callee(self.unit, self.key.0, insn.at)?.ok_or_else(|| {
            match self.unit.refs.get(&insn.at) {
                Some(Ref::Extern(name)) => {
                    Error::unsupported(format!("call of `{name}`, which the object does not define"))
                }
                _ => Error::invalid("a call of something that is no function"),
            }
        })?;
        let function =
            *self.l.functions.get(&key).ok_or_else(|| Error::internal("a call of an unknown function"))?;
        let before = &self.f.before[&insn.at];
        let mut arguments: Vec<BasicMetadataValueEnum> = Vec::new();
        for (parameter, v) in function.get_param_iter().zip(&before[1..]) {
            arguments.push(if parameter.is_pointer_value() {
                self.ptr(*v)?.into()
            } else {
                self.int(*v)?.into()
            });
        }
        Ok(Emitted::Int(self.call(function, &arguments)?.into_int_value()))
    }

    /// callx: a small number is a helper, anything else a function.
    fn call_register(&self, insn: &Insn, dst: Val) -> Result<Emitted<'c>> {
        let target = self.int(dst)?;
        let before = &self.f.before[&insn.at];
        let mut arguments: Vec<BasicMetadataValueEnum> = Vec::new();
        for v in &before[1..6] {
            arguments.push(self.int(*v)?.into());
        }
        let build = &self.l.builder;
        let is_helper = self.condition(Cond::Lt, target, self.int64(abi::CALLX_HELPERS))?;
        let [helper, function, next] = ["helper", "function", "called"].map(|name| self.append(name));
        build.build_conditional_branch(is_helper, helper, function).map_err(bug)?;
        build.position_at_end(helper);
        let mut numbered = vec![target.into()];
        numbered.extend(&arguments);
        let by_number = self.call(self.l.runtime(abi::HELPER_BY_NUMBER), &numbered)?;
        build.build_unconditional_branch(next).map_err(bug)?;
        build.position_at_end(function);
        let pointer = build.build_int_to_ptr(target, self.l.ptr(), "").map_err(bug)?;
        let call =
            build.build_indirect_call(self.l.prototype("qqqqqq"), pointer, &arguments, "").map_err(bug)?;
        let by_pointer = self.result(call)?;
        build.build_unconditional_branch(next).map_err(bug)?;
        build.position_at_end(next);
        let phi = build.build_phi(self.l.i64(), "").map_err(bug)?;
        phi.add_incoming(&[(&by_number, helper), (&by_pointer, function)]);
        Ok(Emitted::Int(phi.as_basic_value().into_int_value()))
    }
}
