//! Calls: direct, through tables, through references, and as tails.

use inkwell::IntPredicate;
use inkwell::values::{AggregateValueEnum, CallSiteValue, LLVMTailCallKind, PointerValue};
use svm_memory::abi::wasm::Trap;
use wasmparser::Operator;

use super::super::MemoryForm;
use super::super::emit::Val;
use super::super::error::Result;
use super::super::module::TAILCC;
use super::super::types::FuncType;
use super::FuncLifter;
use super::exception::Callee;

impl<'ctx> FuncLifter<'_, '_, 'ctx> {
    pub(super) fn call_op(&mut self, op: &Operator<'_>) -> Result<bool> {
        let cx = self.cx;
        match op {
            Operator::Call { function_index } => self.direct(*function_index, false)?,
            Operator::ReturnCall { function_index } => self.direct(*function_index, true)?,
            Operator::CallIndirect { type_index, table_index } => {
                let code = self.table_code(*table_index, &cx.p.types[*type_index as usize])?;
                self.indirect(code, &cx.p.types[*type_index as usize], false)?;
            }
            Operator::ReturnCallIndirect { type_index, table_index } => {
                let code = self.table_code(*table_index, &cx.p.types[*type_index as usize])?;
                self.indirect(code, &cx.p.types[*type_index as usize], true)?;
            }
            Operator::CallRef { type_index } => {
                let code = self.reference_code()?;
                self.indirect(code, &cx.p.types[*type_index as usize], false)?;
            }
            Operator::ReturnCallRef { type_index } => {
                let code = self.reference_code()?;
                self.indirect(code, &cx.p.types[*type_index as usize], true)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn direct(&mut self, index: u32, tail: bool) -> Result<()> {
        let ty = self.cx.p.type_of(index);
        let args = self.pop_n(ty.params.len())?;
        let mut args = self.settle(args)?;
        if self.cx.needs_memory(index) {
            let memory = match self.cx.memories.is_empty() {
                true => self.e.ptr().const_null(),
                false => self.memory(0)?,
            };
            args.insert(0, memory.into());
        }
        let f = self.cx.funcs[index as usize];
        // A tail call has left the handlers of this function behind.
        let call = if tail { self.e.call(f, &args)? } else { self.call_caught(Callee::Known(f), &args)? };
        call.set_call_convention(f.get_call_conventions());
        // A tail call of an import is an ordinary one: it uses up stack only once.
        let tail_of_own = tail && self.cx.p.funcs[index as usize].def.is_some();
        self.after_call(call, ty, tail, tail_of_own)
    }

    /// The code of the table's entry at the index on top of the stack, if it is a function of that type.
    fn table_code(&mut self, table: u32, ty: &FuncType) -> Result<PointerValue<'ctx>> {
        let index = self.pop_wide()?;
        let handle = self.table(table)?;
        let base = match self.cx.o.memory {
            MemoryForm::Checked => {
                let len = self.e.at(handle, 8)?;
                let len = self.e.load(self.e.i64(), len, 8)?.into_int_value();
                let outside = self.e.icmp(IntPredicate::UGE, index, len)?;
                self.trap_if(outside, Trap::UndefinedElement)?;
                self.e.load(self.e.ptr(), handle, 8)?.into_pointer_value()
            }
            _ => handle,
        };
        // No table has 2^60 entries; a greater index must not wrap around to one that is there.
        let index = match self.cx.p.tables[table as usize].ty.table64 {
            true => {
                let most = self.e.c64(1 << 60);
                self.e
                    .intrinsic("llvm.umin", &[self.e.i64().into()], &[index.into(), most.into()])?
                    .into_int_value()
            }
            false => index,
        };
        let bytes = self.e.b.build_left_shift(index, self.e.c64(3), "")?;
        let entry = self.e.offset(base, bytes)?;
        let reference = self.e.load(self.e.ptr(), entry, 8)?.into_pointer_value();
        let null = self.e.b.build_is_null(reference, "")?;
        self.trap_if(null, Trap::UninitializedElement)?;
        let id = self.e.at(reference, 8)?;
        let id = self.e.load(self.e.i64(), id, 8)?.into_int_value();
        let differs = self.e.icmp(IntPredicate::NE, id, self.e.c64(ty.id()))?;
        self.trap_if(differs, Trap::TypeMismatch)?;
        Ok(self.e.load(self.e.ptr(), reference, 8)?.into_pointer_value())
    }

    fn reference_code(&mut self) -> Result<PointerValue<'ctx>> {
        let reference = self.pop_ptr()?;
        let null = self.e.b.build_is_null(reference, "")?;
        self.trap_if(null, Trap::NullFunction)?;
        Ok(self.e.load(self.e.ptr(), reference, 8)?.into_pointer_value())
    }

    fn indirect(&mut self, code: PointerValue<'ctx>, ty: &FuncType, tail: bool) -> Result<()> {
        let args = self.pop_n(ty.params.len())?;
        let args = self.settle(args)?;
        let llvm = self.cx.func_type(ty, false);
        let call = match tail {
            true => self.e.call_ptr(llvm, code, &args)?,
            false => self.call_caught(Callee::Code(llvm, code), &args)?,
        };
        if self.cx.p.tail_calls {
            call.set_call_convention(TAILCC);
        }
        self.after_call(call, ty, tail, tail)
    }

    /// Pushes the results; or, for a tail call, returns them.
    fn after_call(&mut self, call: CallSiteValue<'ctx>, ty: &FuncType, tail: bool, must: bool) -> Result<()> {
        if must {
            call.set_tail_call_kind(LLVMTailCallKind::LLVMTailCallKindMustTail);
        }
        let result = call.try_as_basic_value().basic();
        if tail {
            match result {
                None => self.e.b.build_return(None)?,
                Some(v) => self.e.b.build_return(Some(&v))?,
            };
            self.unreachable = true;
            return Ok(());
        }
        match result {
            None => {}
            Some(Val::StructValue(v)) if ty.results.len() > 1 => {
                for i in 0..ty.results.len() as u32 {
                    let field = self.e.b.build_extract_value(AggregateValueEnum::StructValue(v), i, "")?;
                    self.push(field);
                }
            }
            Some(v) => self.push(v),
        }
        Ok(())
    }
}
