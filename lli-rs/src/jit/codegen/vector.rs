//! Single lanes and shuffles.

use inkwell::llvm_sys::LLVMIntPredicate as IP;

use super::Gen;
use super::arith::must;
use crate::bytecode::Desc;
use crate::ir::{Const, Inst, Value};
use crate::jit::llvm::Val;

impl Gen<'_> {
    /// A constant index that is in range.
    fn lane_index(&self, v: Value, len: u32) -> Option<u32> {
        match self.f.as_const(v)? {
            Const::Zero => Some(0),
            Const::Int(i) => u32::try_from(*i).ok().filter(|i| *i < len),
            _ => None,
        }
    }

    pub(super) fn lanes(&mut self, inst: &Inst, r: Value) -> Result<Val, String> {
        let b = self.b;
        match inst {
            Inst::ExtractElement(v, i) => {
                let (vector, index) = (*v, *i);
                let ty = self.f.ty(vector).clone();
                let len = ty.as_vector().map_or(0, |(_, n)| n);
                if let Some(i) = self.lane_index(index, len) {
                    let v = self.val(vector)?;
                    return Ok(b.extract_element(v, b.i32(i)));
                }
                let (v, i) = (self.val(vector)?, self.val(index)?);
                let int = b.type_of(i);
                let bits = self.f.ty(index).bits() as u32;
                if bits < 32 && u64::from(len) > u64::MAX >> (64 - bits) {
                    // Every value of so narrow an index is in range.
                    return Ok(b.extract_element(v, i));
                }
                let inside = b.icmp(IP::LLVMIntULT, i, b.num(int, u64::from(len)));
                let lane = b.extract_element(v, b.select(inside, i, b.zero(int)));
                Ok(b.select(inside, lane, b.zero(b.type_of(lane))))
            }
            Inst::InsertElement(v, e, i) => {
                let ty = self.f.ty(*v).clone();
                let len = ty.as_vector().map_or(0, |(_, n)| n);
                if let Some(i) = self.lane_index(*i, len) {
                    let (v, e) = (self.val(*v)?, self.val(*e)?);
                    return Ok(b.insert_element(v, e, b.i32(i)));
                }
                self.generic(&[*v, *e, *i], Some(r), |s, d| Desc::InsertElement(ty, [d, s[0], s[1], s[2]]))
                    .map(must)
            }
            Inst::Shuffle(x, y, mask) => {
                let (x, y) = (self.val(*x)?, self.val(*y)?);
                let index = |i: u32| b.i32(i);
                let lanes: Vec<Val> = mask.iter().map(|m| index(m.unwrap_or(0))).collect();
                let v = b.shuffle(x, y, b.const_vector(&lanes));
                if mask.iter().all(Option::is_some) {
                    return Ok(v);
                }
                let n = mask.len() as u32;
                let lanes: Vec<Val> = (0..n).map(|i| index(mask[i as usize].map_or(n, |_| i))).collect();
                Ok(b.shuffle(v, b.zero(b.type_of(v)), b.const_vector(&lanes)))
            }
            _ => Err("not an operation on lanes".into()),
        }
    }
}
