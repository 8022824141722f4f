//! Exceptions. A `try_table` is a landing pad, which tells its clauses apart by the tag in the exception object and
//! branches to their labels; a call inside of it is an `invoke`. Traps are no exceptions: nothing catches them.
//!
//! An exception object is `{ ptr tag }`, then from byte 16 on 16 bytes for each value.

use inkwell::IntPredicate;
use inkwell::basic_block::BasicBlock;
use inkwell::types::FunctionType;
use inkwell::values::{AggregateValueEnum, CallSiteValue, FunctionValue, PointerValue};
use svm_memory::abi::wasm::{self as abi, Trap};
use wasmparser::{Catch, Operator, TryTable};

use super::super::emit::Val;
use super::super::error::{LiftError, Result};
use super::FuncLifter;

/// Where the first value lies in an exception object; also what each takes.
const STEP: u64 = 16;

/// What is called.
pub(super) enum Callee<'ctx> {
    /// A function of the module's, or one that it declares.
    Known(FunctionValue<'ctx>),
    /// An address.
    Code(FunctionType<'ctx>, PointerValue<'ctx>),
}

impl<'ctx> FuncLifter<'_, '_, 'ctx> {
    pub(super) fn exception(&mut self, op: &Operator<'_>) -> Result<bool> {
        match op {
            Operator::TryTable { try_table } => self.try_table(try_table)?,
            Operator::Throw { tag_index } => {
                let exception = self.new_exception(*tag_index)?;
                self.throw(exception)?;
            }
            Operator::ThrowRef => {
                let exception = self.pop_ptr()?;
                let null = self.e.b.build_is_null(exception, "")?;
                self.trap_if(null, Trap::NullException)?;
                self.throw(exception)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// A call from where a handler may be open.
    pub(super) fn call_caught(
        &mut self,
        callee: Callee<'ctx>,
        args: &[Val<'ctx>],
    ) -> Result<CallSiteValue<'ctx>> {
        let Some(pad) = self.handler() else {
            return match callee {
                Callee::Known(f) => self.e.call(f, args),
                Callee::Code(ty, code) => self.e.call_ptr(ty, code, args),
            };
        };
        let next = self.e.block(self.f, "");
        let call = match callee {
            Callee::Known(f) => self.e.b.build_direct_invoke(f, args, next, pad, "")?,
            Callee::Code(ty, code) => self.e.b.build_indirect_invoke(ty, code, args, next, pad, "")?,
        };
        self.e.b.position_at_end(next);
        Ok(call)
    }

    /// The exception of that tag with the values on the stack.
    fn new_exception(&mut self, tag: u32) -> Result<PointerValue<'ctx>> {
        let count = self.cx.p.types[self.cx.p.tags[tag as usize].ty as usize].params.len();
        let values = self.pop_n(count)?;
        let values = self.settle(values)?;
        let size = self.e.c64(STEP * (1 + count as u64));
        let exception = self.run_value(abi::EXN_NEW, &[size.into()])?.into_pointer_value();
        let tag = self.cx.tags[tag as usize].as_pointer_value();
        self.e.store(exception, tag.into(), 8)?;
        for (i, v) in values.into_iter().enumerate() {
            self.e.store(self.e.at(exception, STEP * (1 + i as u64))?, v, 1)?;
        }
        Ok(exception)
    }

    fn throw(&mut self, exception: PointerValue<'ctx>) -> Result<()> {
        let throw = self.cx.runtime(abi::THROW)?;
        self.call_caught(Callee::Known(throw), &[exception.into()])?;
        self.e.b.build_unreachable()?;
        self.unreachable = true;
        Ok(())
    }

    fn try_table(&mut self, table: &TryTable) -> Result<()> {
        let pad = match table.catches.is_empty() {
            // Nothing is caught: what is around it is.
            true => self.handler(),
            false => Some(self.landing_pad(&table.catches)?),
        };
        self.enter_try(table.ty, pad)
    }

    /// The block that tells the clauses apart; their labels are those around the `try_table`.
    fn landing_pad(&mut self, catches: &[Catch]) -> Result<BasicBlock<'ctx>> {
        let here = self.e.here()?;
        let pad = self.e.block(self.f, "pad");
        self.e.b.position_at_end(pad);
        let personality = self.cx.personality();
        self.f.set_personality_function(personality);
        let ty = self.cx.ctx.struct_type(&[self.e.ptr().into(), self.e.i32().into()], false);
        let any = self.e.ptr().const_null();
        let caught = self.e.b.build_landing_pad(ty, personality, &[any.into()], false, "")?;
        let Val::StructValue(pair) = caught else {
            return Err(LiftError::Internal("a landing pad of another type".into()));
        };
        let exception = self.e.b.build_extract_value(AggregateValueEnum::StructValue(pair), 0, "")?;
        let exception = exception.into_pointer_value();
        let tag = self.e.load(self.e.ptr(), exception, 8)?.into_pointer_value();
        let mut open = true;
        for catch in catches {
            if open {
                open = self.clause(catch, exception, tag)?;
            }
        }
        if open {
            match self.handler() {
                Some(outer) => {
                    let next = self.e.block(self.f, "");
                    let throw = self.cx.runtime(abi::THROW)?;
                    self.e.b.build_direct_invoke(throw, &[exception.into()], next, outer, "")?;
                    self.e.b.position_at_end(next);
                    self.e.b.build_unreachable()?;
                }
                None => {
                    self.e.b.build_resume(caught)?;
                }
            }
        }
        self.e.b.position_at_end(here);
        Ok(pad)
    }

    /// One clause; false where it catches everything.
    fn clause(
        &mut self,
        catch: &Catch,
        exception: PointerValue<'ctx>,
        tag: PointerValue<'ctx>,
    ) -> Result<bool> {
        let (wanted, label, by_reference) = match *catch {
            Catch::One { tag, label } => (Some(tag), label, false),
            Catch::OneRef { tag, label } => (Some(tag), label, true),
            Catch::All { label } => (None, label, false),
            Catch::AllRef { label } => (None, label, true),
        };
        let mut values = Vec::new();
        let mut next = None;
        if let Some(wanted) = wanted {
            let own = self.cx.tags[wanted as usize].as_pointer_value();
            let same = self.e.b.build_int_compare(IntPredicate::EQ, tag, own, "")?;
            let (yes, no) = (self.e.block(self.f, "catch"), self.e.block(self.f, "next"));
            self.e.cond_br(same, yes, no)?;
            self.e.b.position_at_end(yes);
            next = Some(no);
            let cx = self.cx;
            for (i, ty) in cx.p.types[cx.p.tags[wanted as usize].ty as usize].params.iter().enumerate() {
                let at = self.e.at(exception, STEP * (1 + i as u64))?;
                values.push(self.e.load(cx.llvm_type(ty), at, 1)?);
            }
        }
        if by_reference {
            values.push(exception.into());
        }
        let to = self.edge(label, values)?;
        self.e.br(to)?;
        if let Some(next) = next {
            self.e.b.position_at_end(next);
        }
        Ok(next.is_some())
    }
}
