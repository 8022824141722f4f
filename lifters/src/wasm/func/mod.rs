//! One body: operators to LLVM instructions.
//!
//! Locals are allocas (every consumer has mem2reg), operands and block results are SSA values. Code that cannot be
//! reached is skipped. `control` has the structured control flow, the other modules their families of operators.

mod atomic;
mod call;
mod control;
mod convert;
mod exception;
mod memory;
mod numeric;
mod reference;
mod simd;
mod simd_lanes;

use std::collections::HashMap;

use inkwell::basic_block::BasicBlock;
use inkwell::values::{FunctionValue, IntValue, PointerValue};
use svm_memory::abi::wasm::{TRAP, Trap};
use wasmparser::Operator;

use super::emit::{Emit, Val, zero};
use super::error::{LiftError, Result};
use super::module::ModuleCx;
use super::types::{FuncType, ValType};
use control::Frame;

/// Lifts a function's body, if the function is the module's own.
pub fn lift(cx: &ModuleCx<'_, '_>, index: u32) -> Result<()> {
    let Some(body) = &cx.p.funcs[index as usize].def else { return Ok(()) };
    let mut lifter = FuncLifter::new(cx, index)?;
    for locals in body.get_locals_reader()? {
        let (count, ty) = locals?;
        let ty = cx.p.val_type(ty)?;
        for _ in 0..count {
            lifter.local(&ty, None)?;
        }
    }
    for op in body.get_operators_reader()? {
        lifter.operator(&op?)?;
    }
    lifter.finish()
}

/// A local variable.
struct Local<'ctx> {
    at: PointerValue<'ctx>,
    ty: ValType,
}

/// A body under construction.
struct FuncLifter<'a, 'b, 'ctx> {
    cx: &'b ModuleCx<'a, 'ctx>,
    e: Emit<'b, 'ctx>,
    f: FunctionValue<'ctx>,
    ty: &'b FuncType,
    locals: Vec<Local<'ctx>>,
    stack: Vec<Val<'ctx>>,
    frames: Vec<Frame<'ctx>>,
    /// Set after an unconditional transfer, until the end of the block.
    unreachable: bool,
    /// Blocks that began in unreachable code.
    skipped: u32,
    /// Allocas and what is invariant; ends in a branch to `body`.
    entry: BasicBlock<'ctx>,
    body: BasicBlock<'ctx>,
    traps: HashMap<Trap, BasicBlock<'ctx>>,
    memories: HashMap<u32, PointerValue<'ctx>>,
    tables: HashMap<u32, PointerValue<'ctx>>,
}

impl<'a, 'b, 'ctx> FuncLifter<'a, 'b, 'ctx> {
    fn new(cx: &'b ModuleCx<'a, 'ctx>, index: u32) -> Result<FuncLifter<'a, 'b, 'ctx>> {
        let (e, f, ty) = (cx.emit(), cx.funcs[index as usize], cx.p.type_of(index));
        let entry = e.block(f, "entry");
        let body = e.block(f, "body");
        e.b.position_at_end(entry);
        let mut lifter = FuncLifter {
            cx,
            e,
            f,
            ty,
            locals: Vec::new(),
            stack: Vec::new(),
            frames: Vec::new(),
            unreachable: false,
            skipped: 0,
            entry,
            body,
            traps: HashMap::new(),
            memories: HashMap::new(),
            tables: HashMap::new(),
        };
        for (i, ty) in ty.params.iter().enumerate() {
            let param = f.get_nth_param(i as u32);
            lifter.local(ty, param)?;
        }
        lifter.e.b.position_at_end(body);
        lifter.push_function_frame();
        Ok(lifter)
    }

    /// Adds a local with its first value, zero if none is given.
    fn local(&mut self, ty: &ValType, first: Option<Val<'ctx>>) -> Result<()> {
        let llvm = self.cx.llvm_type(ty);
        let here = self.e.here()?;
        self.e.b.position_at_end(self.entry);
        let at = self.e.b.build_alloca(llvm, "")?;
        self.e.b.build_store(at, first.unwrap_or(zero(llvm)))?;
        self.e.b.position_at_end(here);
        self.locals.push(Local { at, ty: ty.clone() });
        Ok(())
    }

    fn finish(self) -> Result<()> {
        self.e.b.position_at_end(self.entry);
        self.e.br(self.body)
    }

    /// Emits into the entry block, where everything dominates the body.
    fn in_entry<T>(&self, emit: impl FnOnce(&Self) -> Result<T>) -> Result<T> {
        let here = self.e.here()?;
        self.e.b.position_at_end(self.entry);
        let result = emit(self)?;
        self.e.b.position_at_end(here);
        Ok(result)
    }

    fn push(&mut self, v: impl Into<Val<'ctx>>) {
        self.stack.push(v.into());
    }

    fn pop(&mut self) -> Result<Val<'ctx>> {
        self.stack.pop().ok_or_else(|| LiftError::Internal("the operand stack is empty".into()))
    }

    fn pop_int(&mut self) -> Result<IntValue<'ctx>> {
        match self.pop()? {
            Val::IntValue(v) => Ok(v),
            _ => Err(LiftError::Internal("an integer was expected on the operand stack".into())),
        }
    }

    fn pop_ptr(&mut self) -> Result<PointerValue<'ctx>> {
        match self.pop()? {
            Val::PointerValue(v) => Ok(v),
            _ => Err(LiftError::Internal("a reference was expected on the operand stack".into())),
        }
    }

    /// The top `n` operands, the first pushed first.
    fn pop_n(&mut self, n: usize) -> Result<Vec<Val<'ctx>>> {
        let at = self.stack.len().checked_sub(n);
        let at = at.ok_or_else(|| LiftError::Internal("the operand stack is too short".into()))?;
        Ok(self.stack.split_off(at))
    }

    /// Values in the types that cross blocks and calls: vectors have one form only.
    fn settle(&self, values: Vec<Val<'ctx>>) -> Result<Vec<Val<'ctx>>> {
        let one = |v: Val<'ctx>| if v.is_vector_value() { self.e.cast(v, self.e.v128()) } else { Ok(v) };
        values.into_iter().map(one).collect()
    }

    /// Ends in a trap where `condition` holds.
    fn trap_if(&mut self, condition: IntValue<'ctx>, trap: Trap) -> Result<()> {
        let block = self.trap_block(trap)?;
        let next = self.e.block(self.f, "");
        self.e.cond_br(condition, block, next)?;
        self.e.b.position_at_end(next);
        Ok(())
    }

    fn trap_block(&mut self, trap: Trap) -> Result<BasicBlock<'ctx>> {
        if let Some(block) = self.traps.get(&trap) {
            return Ok(*block);
        }
        let here = self.e.here()?;
        let block = self.e.block(self.f, "trap");
        self.e.b.position_at_end(block);
        self.e.call(self.cx.runtime(TRAP)?, &[self.e.c32(trap as u32).into()])?;
        self.e.b.build_unreachable()?;
        self.e.b.position_at_end(here);
        self.traps.insert(trap, block);
        Ok(block)
    }

    fn operator(&mut self, op: &Operator<'_>) -> Result<()> {
        if self.unreachable && !self.skip(op)? {
            return Ok(());
        }
        if self.control(op)?
            || self.variable(op)?
            || self.numeric(op)?
            || self.conversion(op)?
            || self.memory_op(op)?
            || self.call_op(op)?
            || self.reference(op)?
            || self.exception(op)?
            || self.atomic(op)?
            || self.simd(op)?
        {
            return Ok(());
        }
        // Everything else that is valid works on a garbage-collected heap.
        Err(LiftError::Unsupported("garbage collection".into()))
    }

    /// Locals, globals, constants, and what only moves operands.
    fn variable(&mut self, op: &Operator<'_>) -> Result<bool> {
        match op {
            Operator::Nop => {}
            Operator::LocalGet { local_index } => {
                let local = &self.locals[*local_index as usize];
                let v = self.e.b.build_load(self.cx.llvm_type(&local.ty), local.at, "")?;
                self.push(v);
            }
            Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => {
                let v = self.pop()?;
                if matches!(op, Operator::LocalTee { .. }) {
                    self.push(v);
                }
                let v = self.settle(vec![v])?[0];
                self.e.b.build_store(self.locals[*local_index as usize].at, v)?;
            }
            Operator::GlobalGet { global_index } => {
                let i = *global_index as usize;
                let ty = self.cx.llvm_type(&self.cx.p.globals[i].ty.value);
                let v = self.e.b.build_load(ty, self.cx.globals[i].as_pointer_value(), "")?;
                self.push(v);
            }
            Operator::GlobalSet { global_index } => {
                let v = self.pop()?;
                let v = self.settle(vec![v])?[0];
                self.e.b.build_store(self.cx.globals[*global_index as usize].as_pointer_value(), v)?;
            }
            Operator::I32Const { value } => self.push(self.e.c32(*value as u32)),
            Operator::I64Const { value } => self.push(self.e.c64(*value as u64)),
            // By way of integers: LLVM's doubles would quiet a signalling NaN.
            Operator::F32Const { value } => {
                let v = self.e.cast(self.e.c32(value.bits()).into(), self.cx.ctx.f32_type())?;
                self.push(v);
            }
            Operator::F64Const { value } => {
                let v = self.e.cast(self.e.c64(value.bits()).into(), self.cx.ctx.f64_type())?;
                self.push(v);
            }
            Operator::Drop => {
                self.pop()?;
            }
            Operator::Select | Operator::TypedSelect { .. } => {
                let condition = self.condition()?;
                let pair = self.pop_n(2)?;
                let pair = self.settle(pair)?;
                let v = self.e.select(condition, pair[0], pair[1])?;
                self.push(v);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The i32 on top of the stack, as a truth value.
    fn condition(&mut self) -> Result<IntValue<'ctx>> {
        let v = self.pop_int()?;
        self.e.icmp(inkwell::IntPredicate::NE, v, v.get_type().const_zero())
    }
}

/// An operator's name, without its immediates.
fn name(op: &Operator<'_>) -> String {
    let text = format!("{op:?}");
    text.split([' ', '{', '(']).next().unwrap_or_default().to_string()
}
