//! Linear memory: addresses, loads and stores, size and growth, bulk operations.

use inkwell::IntPredicate;
use inkwell::types::{BasicType, BasicTypeEnum};
use inkwell::values::{IntValue, PointerValue};
use svm_memory::abi::wasm::{self as abi, Trap};
use wasmparser::{MemArg, MemArgTarget, Operator};

use super::super::MemoryForm;
use super::super::emit::{Val, value};
use super::super::error::{LiftError, Result};
use super::FuncLifter;

/// The memory that an access names.
pub fn target(m: &MemArg) -> Result<u32> {
    match m.target {
        MemArgTarget::Memory(index) => Ok(index),
        _ => Err(LiftError::Unsupported("garbage collection".into())),
    }
}

impl<'ctx> FuncLifter<'_, '_, 'ctx> {
    /// A memory as the runtime knows it.
    pub(super) fn memory(&mut self, index: u32) -> Result<PointerValue<'ctx>> {
        if let Some(p) = self.memories.get(&index) {
            return Ok(*p);
        }
        let p = self.in_entry(|this| this.cx.memory_handle(&this.e, index))?;
        self.memories.insert(index, p);
        Ok(p)
    }

    /// The effective address: index plus offset, in 64 bits; beyond them it is the greatest.
    pub(super) fn effective(&mut self, m: &MemArg, index: IntValue<'ctx>) -> Result<IntValue<'ctx>> {
        let wide = self.e.zext64(index)?;
        if m.offset == 0 {
            return Ok(wide);
        }
        let offset = self.e.c64(m.offset);
        if index.get_type().get_bit_width() == 64 {
            let v =
                self.e.intrinsic("llvm.uadd.sat", &[self.e.i64().into()], &[wide.into(), offset.into()])?;
            return Ok(v.into_int_value());
        }
        Ok(self.e.b.build_int_add(wide, offset, "")?)
    }

    /// The place of an access of so many bytes, whose index is on top of the stack.
    pub(super) fn address(&mut self, m: &MemArg, bytes: u64) -> Result<PointerValue<'ctx>> {
        let memory = target(m)?;
        let index = self.pop_int()?;
        let base = self.memory(memory)?;
        if self.cx.o.memory == MemoryForm::Checked {
            let at = self.effective(m, index)?;
            return self.checked(base, at, bytes);
        }
        // A 32-bit index and offset cannot wrap: two steps, so that the offset is a constant of the access.
        if index.get_type().get_bit_width() == 32 {
            let wide = self.e.zext64(index)?;
            let p = self.e.offset(base, wide)?;
            return self.e.at(p, m.offset);
        }
        let at = self.effective(m, index)?;
        self.e.offset(base, at)
    }

    /// Compares with the memory's present size, then its present base.
    fn checked(
        &mut self,
        handle: PointerValue<'ctx>,
        at: IntValue<'ctx>,
        bytes: u64,
    ) -> Result<PointerValue<'ctx>> {
        let size = self.e.at(handle, 8)?;
        let size = self.e.load(self.e.i64(), size, 8)?.into_int_value();
        let short = self.e.icmp(IntPredicate::ULT, size, self.e.c64(bytes))?;
        let room = self.e.b.build_int_sub(size, self.e.c64(bytes), "")?;
        let beyond = self.e.icmp(IntPredicate::UGT, at, room)?;
        let outside = self.e.b.build_or(short, beyond, "")?;
        self.trap_if(outside, Trap::MemoryBounds)?;
        let base = self.e.load(self.e.ptr(), handle, 8)?.into_pointer_value();
        self.e.offset(base, at)
    }

    pub(super) fn memory_op(&mut self, op: &Operator<'_>) -> Result<bool> {
        Ok(self.load(op)? || self.store(op)? || self.size_op(op)? || self.bulk(op)?)
    }

    fn load(&mut self, op: &Operator<'_>) -> Result<bool> {
        use Operator as O;
        let (m, from, to, signed) = match op {
            O::I32Load { memarg } => (memarg, 32, 32, false),
            O::I64Load { memarg } => (memarg, 64, 64, false),
            O::I32Load8S { memarg } => (memarg, 8, 32, true),
            O::I32Load8U { memarg } => (memarg, 8, 32, false),
            O::I32Load16S { memarg } => (memarg, 16, 32, true),
            O::I32Load16U { memarg } => (memarg, 16, 32, false),
            O::I64Load8S { memarg } => (memarg, 8, 64, true),
            O::I64Load8U { memarg } => (memarg, 8, 64, false),
            O::I64Load16S { memarg } => (memarg, 16, 64, true),
            O::I64Load16U { memarg } => (memarg, 16, 64, false),
            O::I64Load32S { memarg } => (memarg, 32, 64, true),
            O::I64Load32U { memarg } => (memarg, 32, 64, false),
            O::F32Load { memarg } => return self.load_as(memarg, 4, self.cx.ctx.f32_type()),
            O::F64Load { memarg } => return self.load_as(memarg, 8, self.cx.ctx.f64_type()),
            O::V128Load { memarg } => return self.load_as(memarg, 16, self.e.v128()),
            _ => return Ok(false),
        };
        self.load_as(m, u64::from(from / 8), self.e.int(from))?;
        if from < to {
            let v = self.pop_int()?;
            let v = match signed {
                true => self.e.b.build_int_s_extend(v, self.e.int(to), "")?,
                false => self.e.b.build_int_z_extend(v, self.e.int(to), "")?,
            };
            self.push(v);
        }
        Ok(true)
    }

    /// Pushes what is loaded.
    pub(super) fn load_as(&mut self, m: &MemArg, bytes: u64, ty: impl BasicType<'ctx>) -> Result<bool> {
        let p = self.address(m, bytes)?;
        let v = self.e.load(ty, p, 1)?;
        self.push(v);
        Ok(true)
    }

    fn store(&mut self, op: &Operator<'_>) -> Result<bool> {
        use Operator as O;
        let (m, bytes, narrow) = match op {
            O::I32Store { memarg } | O::F32Store { memarg } => (memarg, 4, false),
            O::I64Store { memarg } | O::F64Store { memarg } => (memarg, 8, false),
            O::I32Store8 { memarg } | O::I64Store8 { memarg } => (memarg, 1, true),
            O::I32Store16 { memarg } | O::I64Store16 { memarg } => (memarg, 2, true),
            O::I64Store32 { memarg } => (memarg, 4, true),
            O::V128Store { memarg } => (memarg, 16, false),
            _ => return Ok(false),
        };
        let mut v = self.pop()?;
        if narrow {
            v = self.e.b.build_int_truncate(v.into_int_value(), self.e.int(bytes * 8), "")?.into();
        }
        self.store_value(m, u64::from(bytes), v)?;
        Ok(true)
    }

    /// Stores `v` at the index on top of the stack.
    pub(super) fn store_value(&mut self, m: &MemArg, bytes: u64, v: Val<'ctx>) -> Result<()> {
        let p = self.address(m, bytes)?;
        self.e.store(p, v, 1)
    }

    /// A count of the memory's or table's own index type.
    pub(super) fn narrow(&self, v: IntValue<'ctx>, wide: bool) -> Result<Val<'ctx>> {
        Ok(if wide { v.into() } else { self.e.b.build_int_truncate(v, self.e.i32(), "")?.into() })
    }

    pub(super) fn pop_wide(&mut self) -> Result<IntValue<'ctx>> {
        let v = self.pop_int()?;
        self.e.zext64(v)
    }

    /// A call of a runtime function.
    pub(super) fn run(&self, name: &'static str, args: &[Val<'ctx>]) -> Result<Option<Val<'ctx>>> {
        let call = self.e.call(self.cx.runtime(name)?, args)?;
        Ok(call.try_as_basic_value().basic())
    }

    pub(super) fn run_value(&self, name: &'static str, args: &[Val<'ctx>]) -> Result<Val<'ctx>> {
        value(self.e.call(self.cx.runtime(name)?, args)?)
    }

    fn size_op(&mut self, op: &Operator<'_>) -> Result<bool> {
        let (mem, grow) = match op {
            Operator::MemorySize { mem } => (*mem, false),
            Operator::MemoryGrow { mem } => (*mem, true),
            _ => return Ok(false),
        };
        let memory = self.memory(mem)?.into();
        let v = match grow {
            true => {
                let pages = self.pop_wide()?;
                self.run_value(abi::MEMORY_GROW, &[memory, pages.into()])?
            }
            false => self.run_value(abi::MEMORY_SIZE, &[memory])?,
        };
        let v = self.narrow(v.into_int_value(), self.cx.p.memories[mem as usize].ty.memory64)?;
        self.push(v);
        Ok(true)
    }

    fn bulk(&mut self, op: &Operator<'_>) -> Result<bool> {
        match op {
            Operator::MemoryFill { mem } => {
                let n = self.pop_wide()?;
                let byte = self.pop_int()?;
                let at = self.pop_wide()?;
                let memory = self.memory(*mem)?;
                self.run(abi::MEMORY_FILL, &[memory.into(), at.into(), byte.into(), n.into()])?;
            }
            Operator::MemoryCopy { dst_mem, src_mem } => {
                let (n, from, to) = (self.pop_wide()?, self.pop_wide()?, self.pop_wide()?);
                let (dst, src) = (self.memory(*dst_mem)?, self.memory(*src_mem)?);
                self.run(abi::MEMORY_COPY, &[dst.into(), to.into(), src.into(), from.into(), n.into()])?;
            }
            Operator::MemoryInit { data_index, mem } => {
                let (n, from, to) = (self.pop_wide()?, self.pop_wide()?, self.pop_wide()?);
                let memory = self.memory(*mem)?;
                let segment = self.cx.datas[*data_index as usize];
                let len = self.e.load(self.e.i64(), segment.len.as_pointer_value(), 8)?;
                let data = segment.data.as_pointer_value().into();
                self.run(abi::MEMORY_INIT, &[memory.into(), to.into(), data, len, from.into(), n.into()])?;
            }
            Operator::DataDrop { data_index } => {
                let len = self.cx.datas[*data_index as usize].len.as_pointer_value();
                self.e.store(len, self.e.c64(0).into(), 8)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// An integer's type as any type.
    pub(super) fn int_type(&self, bits: u32) -> BasicTypeEnum<'ctx> {
        self.e.int(bits).into()
    }
}
