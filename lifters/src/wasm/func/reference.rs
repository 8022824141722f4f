//! References and tables.

use inkwell::values::PointerValue;
use svm_memory::abi::wasm::{self as abi, Trap};
use wasmparser::Operator;

use super::super::error::Result;
use super::FuncLifter;

impl<'ctx> FuncLifter<'_, '_, 'ctx> {
    /// A table as the runtime knows it.
    pub(super) fn table(&mut self, index: u32) -> Result<PointerValue<'ctx>> {
        if let Some(p) = self.tables.get(&index) {
            return Ok(*p);
        }
        let p = self.in_entry(|this| this.cx.table_handle(&this.e, index))?;
        self.tables.insert(index, p);
        Ok(p)
    }

    pub(super) fn reference(&mut self, op: &Operator<'_>) -> Result<bool> {
        match op {
            Operator::RefNull { .. } => self.push(self.e.ptr().const_null()),
            Operator::RefIsNull => {
                let p = self.pop_ptr()?;
                let null = self.e.b.build_is_null(p, "")?;
                let v = self.e.b.build_int_z_extend(null, self.e.i32(), "")?;
                self.push(v);
            }
            Operator::RefFunc { function_index } => {
                let p = self.cx.descriptor(*function_index)?;
                self.push(p);
            }
            Operator::RefAsNonNull => {
                let p = self.pop_ptr()?;
                let null = self.e.b.build_is_null(p, "")?;
                self.trap_if(null, Trap::NullReference)?;
                self.push(p);
            }
            Operator::BrOnNull { relative_depth } => {
                let p = self.pop_ptr()?;
                let null = self.e.b.build_is_null(p, "")?;
                self.branch_if(*relative_depth, null)?;
                self.push(p);
            }
            Operator::BrOnNonNull { relative_depth } => {
                let p = self.pop_ptr()?;
                let there = self.e.b.build_is_not_null(p, "")?;
                self.push(p);
                self.branch_if(*relative_depth, there)?;
                self.pop()?;
            }
            _ => return self.table_op(op),
        }
        Ok(true)
    }

    fn table_op(&mut self, op: &Operator<'_>) -> Result<bool> {
        match op {
            Operator::TableGet { table } => {
                let index = self.pop_wide()?;
                let table = self.table(*table)?;
                let v = self.run_value(abi::TABLE_GET, &[table.into(), index.into()])?;
                self.push(v);
            }
            Operator::TableSet { table } => {
                let v = self.pop()?;
                let index = self.pop_wide()?;
                let table = self.table(*table)?;
                self.run(abi::TABLE_SET, &[table.into(), index.into(), v])?;
            }
            Operator::TableSize { table } => {
                let handle = self.table(*table)?;
                let v = self.run_value(abi::TABLE_SIZE, &[handle.into()])?;
                let v = self.narrow(v.into_int_value(), self.cx.p.tables[*table as usize].ty.table64)?;
                self.push(v);
            }
            Operator::TableGrow { table } => {
                let n = self.pop_wide()?;
                let v = self.pop()?;
                let handle = self.table(*table)?;
                let v = self.run_value(abi::TABLE_GROW, &[handle.into(), n.into(), v])?;
                let v = self.narrow(v.into_int_value(), self.cx.p.tables[*table as usize].ty.table64)?;
                self.push(v);
            }
            Operator::TableFill { table } => {
                let n = self.pop_wide()?;
                let v = self.pop()?;
                let at = self.pop_wide()?;
                let table = self.table(*table)?;
                self.run(abi::TABLE_FILL, &[table.into(), at.into(), v, n.into()])?;
            }
            Operator::TableCopy { dst_table, src_table } => {
                let (n, from, to) = (self.pop_wide()?, self.pop_wide()?, self.pop_wide()?);
                let (dst, src) = (self.table(*dst_table)?, self.table(*src_table)?);
                self.run(abi::TABLE_COPY, &[dst.into(), to.into(), src.into(), from.into(), n.into()])?;
            }
            Operator::TableInit { elem_index, table } => {
                let (n, from, to) = (self.pop_wide()?, self.pop_wide()?, self.pop_wide()?);
                let table = self.table(*table)?;
                let segment = self.cx.elems[*elem_index as usize];
                let len = self.e.load(self.e.i64(), segment.len.as_pointer_value(), 8)?;
                let data = segment.data.as_pointer_value().into();
                self.run(abi::TABLE_INIT, &[table.into(), to.into(), data, len, from.into(), n.into()])?;
            }
            Operator::ElemDrop { elem_index } => {
                let len = self.cx.elems[*elem_index as usize].len.as_pointer_value();
                self.e.store(len, self.e.c64(0).into(), 8)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}
