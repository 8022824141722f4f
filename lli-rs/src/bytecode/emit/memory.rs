//! Loads, stores, addresses, stack objects, atomics.

use std::sync::atomic::AtomicU32;

use crate::bytecode::code::{Alloca, Desc, Span, VectorGep};
use crate::bytecode::op::{Op, branch_ext};
use crate::bytecode::plan::{Address, is_vector};
use crate::ir::{Const, Inst, Symbol, Type, Value};
use crate::opt::Root;

use super::Emitter;
use super::arith::by_width;

const LOAD_B: [Op; 4] = [Op::Load8B, Op::Load16B, Op::Load32B, Op::Load64B];
const LOAD_X: [Op; 4] = [Op::Load8X, Op::Load16X, Op::Load32X, Op::Load64X];
const LOAD_R: [Op; 4] = [Op::Load8R, Op::Load16R, Op::Load32R, Op::Load64R];
const LOAD_O: [Op; 4] = [Op::Load8O, Op::Load16O, Op::Load32O, Op::Load64O];
const STORE_B: [Op; 4] = [Op::Store8B, Op::Store16B, Op::Store32B, Op::Store64B];
const STORE_X: [Op; 4] = [Op::Store8X, Op::Store16X, Op::Store32X, Op::Store64X];
const STORE_R: [Op; 4] = [Op::Store8R, Op::Store16R, Op::Store32R, Op::Store64R];
const STORE_O: [Op; 4] = [Op::Store8O, Op::Store16O, Op::Store32O, Op::Store64O];
const STORE_K: [Op; 4] = [Op::StoreK8B, Op::StoreK16B, Op::StoreK32B, Op::StoreK64B];

/// An address in slots.
enum Place {
    /// Root plus a short offset.
    Base(u16, i16),
    /// Root plus index * scale + offset.
    Index(u16, u16, u64),
    /// Pointer and root.
    Rooted(u16, u16),
    /// Pointer, root, offset.
    Offset(u16, u16, i64),
}

impl Emitter<'_> {
    pub(super) fn memory(&mut self, inst: &Inst, result: Option<Value>) -> Result<(), String> {
        match (inst, result) {
            (Inst::Load { ptr, atomic: None }, Some(r)) => self.load(*ptr, r),
            (Inst::Store { ptr, value, atomic: None }, _) => self.store(*ptr, *value),
            (Inst::Load { ptr, atomic: Some(o) }, Some(r)) => {
                let (ty, dst, ptr) = (self.f.ty(r).clone(), self.result_span(r), self.span(*ptr).at);
                self.generic(Desc::AtomicLoad(ty, dst, ptr, *o));
            }
            (Inst::Store { ptr, value, atomic: Some(o) }, _) => {
                let (ty, from, ptr) = (self.f.ty(*value).clone(), self.span(*value), self.span(*ptr).at);
                self.generic(Desc::AtomicStore(ty, from, ptr, *o));
            }
            (Inst::CmpXchg { ptr, expected, new, .. }, Some(r)) => {
                let ty = self.f.ty(*new).clone();
                let (dst, ptr) = (self.result_span(r), self.span(*ptr).at);
                let (expected, new) = (self.span(*expected), self.span(*new));
                self.generic(Desc::CmpXchg(ty, dst, ptr, expected, new));
            }
            (Inst::AtomicRmw { op, ptr, value, .. }, Some(r)) => {
                let (ty, dst) = (self.f.ty(r).clone(), self.result_span(r));
                let (ptr, value) = (self.span(*ptr).at, self.span(*value));
                self.generic(Desc::AtomicRmw(*op, ty, dst, ptr, value));
            }
            (Inst::Fence(_), _) => self.generic(Desc::Fence),
            (Inst::Alloca { size, count, align, name }, Some(r)) => {
                let count = count.map(|c| (self.span(c).at, self.f.ty(c).bits() as u32));
                let site = AtomicU32::new(0);
                let desc =
                    Desc::Alloca(Alloca { size: *size, count, align: *align, name: name.clone(), site });
                let index = self.desc(desc);
                self.define(r, |e, d| e.op_ext(Op::Alloca, d, 0, 0, index));
            }
            (Inst::Gep { base, offset, terms }, Some(r)) if is_vector(self.f.ty(r)) => {
                self.vector_gep(*base, *offset, terms, r);
            }
            (Inst::Gep { base, offset, terms }, Some(r)) => self.gep(*base, *offset, terms, r),
            _ => return Err("a memory operation without a result".into()),
        }
        Ok(())
    }

    /// A slot with the pointer that judges an access.
    fn root_slot(&mut self, root: Root) -> u16 {
        match root {
            Root::Value(v) => self.slot(v),
            Root::Symbol(s) => self.symbol(s),
        }
    }

    fn symbol(&mut self, symbol: Symbol) -> u16 {
        self.constant(&Const::Addr(symbol, 0), &Type::Ptr)
    }

    fn place(&mut self, address: Address) -> Place {
        let Address { base, index, offset, root } = address;
        let base_slot = self.root_slot(base);
        if let Some((index, scale)) = index {
            let index = self.slot(index);
            // The plan folds an index only if the base is the root and both numbers fit.
            return Place::Index(base_slot, index, branch_ext(scale as i32, offset as i32));
        }
        if base == root {
            if let Ok(short) = i16::try_from(offset) {
                return Place::Base(base_slot, short);
            }
            return Place::Offset(base_slot, base_slot, offset);
        }
        let root = self.root_slot(root);
        if offset == 0 { Place::Rooted(base_slot, root) } else { Place::Offset(base_slot, root, offset) }
    }

    fn load(&mut self, ptr: Value, r: Value) {
        let Some(width) = self.fast_width(r) else {
            let (ty, dst) = (self.f.ty(r).clone(), self.result_span(r));
            let (ptr, root) = self.pointer_and_root(ptr);
            return self.generic(Desc::Load(ty, dst, ptr, root));
        };
        let place = self.place(self.plan.address(ptr));
        let pick = |ops| by_width(width * 8, ops);
        self.define(r, |e, d| match place {
            Place::Base(base, k) => e.op(pick(LOAD_B), d, base, k as u16),
            Place::Index(base, index, ext) => e.op_ext(pick(LOAD_X), d, base, index, ext),
            Place::Rooted(ptr, root) => e.op(pick(LOAD_R), d, ptr, root),
            Place::Offset(ptr, root, k) => e.op_ext(pick(LOAD_O), d, ptr, root, k as u64),
        });
    }

    fn store(&mut self, ptr: Value, value: Value) {
        let Some(width) = self.fast_width(value) else {
            let (ty, from) = (self.f.ty(value).clone(), self.span(value));
            let (ptr, root) = self.pointer_and_root(ptr);
            return self.generic(Desc::Store(ty, from, ptr, root));
        };
        let pick = |ops| by_width(width * 8, ops);
        let place = self.place(self.plan.address(ptr));
        let small =
            self.signed(value).or(self.is_zero(value).then_some(0)).and_then(|k| i16::try_from(k).ok());
        if let (Place::Base(base, k), Some(small)) = (&place, small) {
            self.op(pick(STORE_K), small as u16, *base, *k as u16);
            return;
        }
        let v = self.slot(value);
        match place {
            Place::Base(base, k) => self.op(pick(STORE_B), v, base, k as u16),
            Place::Index(base, index, ext) => self.op_ext(pick(STORE_X), v, base, index, ext),
            Place::Rooted(ptr, root) => self.op(pick(STORE_R), v, ptr, root),
            Place::Offset(ptr, root, k) => self.op_ext(pick(STORE_O), v, ptr, root, k as u64),
        };
    }

    fn pointer_and_root(&mut self, ptr: Value) -> (u32, u32) {
        let root = self.plan.roots.of(ptr);
        let at = self.span(ptr).at;
        (at, u32::from(self.root_slot(root)))
    }

    fn gep(&mut self, base: Value, mut offset: i64, terms: &[(Value, i64)], r: Value) {
        let mut variable: Vec<(u16, i64)> = Vec::new();
        for &(v, scale) in terms {
            match self.signed(v) {
                Some(k) => offset = offset.wrapping_add(k.wrapping_mul(scale)),
                None if self.is_zero(v) => {}
                None => {
                    let index = self.sign_extended(v);
                    variable.push((index, scale));
                }
            }
        }
        let mut at = self.slot(base);
        // All but the last step go to scratch: the result may share a slot with an operand.
        let mut steps: Vec<(u16, i64, i64)> = Vec::new();
        for (index, scale) in variable {
            let (short, rest) = match (i32::try_from(scale), i32::try_from(offset)) {
                (Ok(_), Ok(_)) => (std::mem::take(&mut offset), None),
                (Ok(_), Err(_)) => (0, None),
                (Err(_), _) => (0, Some(scale)),
            };
            match rest {
                None => steps.push((index, scale, short)),
                Some(scale) => {
                    let (factor, product) = (self.near(), self.near());
                    self.put_bits(factor, scale as u64);
                    self.op(Op::Mul64, product, index, factor);
                    steps.push((product, 1, 0));
                }
            }
        }
        if offset != 0 || steps.is_empty() {
            if let Ok(k) = i16::try_from(offset) {
                let last = steps.is_empty();
                at = self.gep_step(last, r, |e, d| e.op(Op::Add64K, d, at, k as u16));
            } else {
                let k = self.near();
                self.put_bits(k, offset as u64);
                let last = steps.is_empty();
                at = self.gep_step(last, r, |e, d| e.op(Op::Add64, d, at, k));
            }
        }
        let n = steps.len();
        for (i, (index, scale, short)) in steps.into_iter().enumerate() {
            let ext = branch_ext(scale as i32, short as i32);
            at = self.gep_step(i + 1 == n, r, |e, d| e.op_ext(Op::Gep, d, at, index, ext));
        }
    }

    fn gep_step(&mut self, last: bool, r: Value, emit: impl FnOnce(&mut Self, u16) -> usize) -> u16 {
        if last {
            self.define(r, |e, d| {
                emit(e, d);
                d
            })
        } else {
            let d = self.near();
            emit(self, d);
            d
        }
    }

    fn vector_gep(&mut self, base: Value, offset: i64, terms: &[(Value, i64)], r: Value) {
        let dst: Span = self.result_span(r);
        let base = (self.span(base), self.f.ty(base).clone());
        let ty = self.f.ty(r).clone();
        let terms = terms.iter().map(|&(v, scale)| (self.span(v), self.f.ty(v).clone(), scale)).collect();
        self.generic(Desc::VectorGep(Box::new(VectorGep { ty, dst, base, offset, terms })));
    }
}
