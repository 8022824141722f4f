//! Loads, stores, addresses, stack objects, atomics.

use std::sync::atomic::AtomicU32;

use crate::bytecode::code::{Alloca, Desc, Span, VectorGep};
use crate::bytecode::op::{Op, branch_ext};
use crate::bytecode::plan::{Address, access_width, is_vector};
use crate::ir::{Const, Inst, Symbol, Type, Value};
use crate::opt::Root;

use super::Emitter;

const LOAD_B: [Op; 5] = [Op::Load8B, Op::Load16B, Op::Load32B, Op::Load64B, Op::Load128B];
const LOAD_X: [Op; 5] = [Op::Load8X, Op::Load16X, Op::Load32X, Op::Load64X, Op::Load128X];
const LOAD_Y: [Op; 4] = [Op::Load8Y, Op::Load16Y, Op::Load32Y, Op::Load64Y];
const LOAD_R: [Op; 5] = [Op::Load8R, Op::Load16R, Op::Load32R, Op::Load64R, Op::Load128R];
const LOAD_O: [Op; 5] = [Op::Load8O, Op::Load16O, Op::Load32O, Op::Load64O, Op::Load128O];
const STORE_B: [Op; 5] = [Op::Store8B, Op::Store16B, Op::Store32B, Op::Store64B, Op::Store128B];
const STORE_X: [Op; 5] = [Op::Store8X, Op::Store16X, Op::Store32X, Op::Store64X, Op::Store128X];
const STORE_Y: [Op; 4] = [Op::Store8Y, Op::Store16Y, Op::Store32Y, Op::Store64Y];
const STORE_R: [Op; 5] = [Op::Store8R, Op::Store16R, Op::Store32R, Op::Store64R, Op::Store128R];
const STORE_O: [Op; 5] = [Op::Store8O, Op::Store16O, Op::Store32O, Op::Store64O, Op::Store128O];
const STORE_K: [Op; 4] = [Op::StoreK8B, Op::StoreK16B, Op::StoreK32B, Op::StoreK64B];

/// An address in slots.
enum Place {
    /// Root plus a short offset.
    Base(u16, i16),
    /// Root plus index * scale + offset.
    Index(u16, u16, u64),
    /// The same with a 32-bit signed index.
    Index32(u16, u16, u64),
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

    fn place(&mut self, address: Address, width: u32) -> Place {
        let Address { base, index, offset, root } = address;
        let base_slot = self.root_slot(base);
        if let Some((index, scale)) = index {
            // The plan folds an index only if the base is the root and both numbers fit.
            let ext = branch_ext(scale as i32, offset as i32);
            if self.f.ty(index).bits() == 64 {
                return Place::Index(base_slot, self.slot(index), ext);
            }
            let wide = width == 16;
            let index = if wide { self.sign_extended(index) } else { self.slot(index) };
            return if wide {
                Place::Index(base_slot, index, ext)
            } else {
                Place::Index32(base_slot, index, ext)
            };
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
        let Some(width) = access_width(self.f.ty(r)) else {
            let (ty, dst) = (self.f.ty(r).clone(), self.result_span(r));
            let (ptr, root) = self.pointer_and_root(ptr);
            return self.generic(Desc::Load(ty, dst, ptr, root));
        };
        let place = self.place(self.plan.address(ptr), width);
        let log = width.trailing_zeros() as usize;
        let dst = self.result_span(r);
        let far = dst.at + dst.n > u32::from(u16::MAX);
        let d = if far { self.near_pair() } else { dst.at as u16 };
        match place {
            Place::Base(base, k) => self.op(LOAD_B[log], d, base, k as u16),
            Place::Index(base, index, ext) => self.op_ext(LOAD_X[log], d, base, index, ext),
            Place::Index32(base, index, ext) => self.op_ext(LOAD_Y[log], d, base, index, ext),
            Place::Rooted(ptr, root) => self.op(LOAD_R[log], d, ptr, root),
            Place::Offset(ptr, root, k) => self.op_ext(LOAD_O[log], d, ptr, root, k as u64),
        };
        if far {
            self.copy_span(dst, Span { at: u32::from(d), n: dst.n });
        }
    }

    /// Two scratch slots in a row.
    fn near_pair(&mut self) -> u16 {
        let first = self.near();
        self.near();
        first
    }

    fn store(&mut self, ptr: Value, value: Value) {
        let Some(width) = access_width(self.f.ty(value)) else {
            let (ty, from) = (self.f.ty(value).clone(), self.span(value));
            let (ptr, root) = self.pointer_and_root(ptr);
            return self.generic(Desc::Store(ty, from, ptr, root));
        };
        let log = width.trailing_zeros() as usize;
        let place = self.place(self.plan.address(ptr), width);
        let small =
            self.signed(value).or(self.is_zero(value).then_some(0)).and_then(|k| i16::try_from(k).ok());
        if let (Place::Base(base, k), Some(small), Some(op)) = (&place, small, STORE_K.get(log)) {
            self.op(*op, small as u16, *base, *k as u16);
            return;
        }
        let mut from = self.span(value);
        if from.at + from.n > u32::from(u16::MAX) {
            let near = self.near_pair();
            let to = Span { at: u32::from(near), n: from.n };
            self.copy_span(to, from);
            from = to;
        }
        let v = from.at as u16;
        match place {
            Place::Base(base, k) => self.op(STORE_B[log], v, base, k as u16),
            Place::Index(base, index, ext) => self.op_ext(STORE_X[log], v, base, index, ext),
            Place::Index32(base, index, ext) => self.op_ext(STORE_Y[log], v, base, index, ext),
            Place::Rooted(ptr, root) => self.op(STORE_R[log], v, ptr, root),
            Place::Offset(ptr, root, k) => self.op_ext(STORE_O[log], v, ptr, root, k as u64),
        };
    }

    fn pointer_and_root(&mut self, ptr: Value) -> (u32, u32) {
        let root = self.plan.roots.of(ptr);
        let at = self.span(ptr).at;
        (at, u32::from(self.root_slot(root)))
    }

    fn gep(&mut self, base: Value, mut offset: i64, terms: &[(Value, i64)], r: Value) {
        let mut variable: Vec<(u16, i64, bool)> = Vec::new();
        for &(v, scale) in terms {
            match self.signed(v) {
                Some(k) => offset = offset.wrapping_add(k.wrapping_mul(scale)),
                None if self.is_zero(v) => {}
                None => {
                    let narrow = self.f.ty(v).bits() == 32;
                    let index = if narrow { self.slot(v) } else { self.sign_extended(v) };
                    variable.push((index, scale, narrow));
                }
            }
        }
        let mut at = self.slot(base);
        // All but the last step go to scratch: the result may share a slot with an operand.
        let mut steps: Vec<(Op, u16, i64, i64)> = Vec::new();
        for (index, scale, narrow) in variable {
            let op = if narrow { Op::GepY } else { Op::Gep };
            let (short, rest) = match (i32::try_from(scale), i32::try_from(offset)) {
                (Ok(_), Ok(_)) => (std::mem::take(&mut offset), None),
                (Ok(_), Err(_)) => (0, None),
                (Err(_), _) => (0, Some(scale)),
            };
            match rest {
                None => steps.push((op, index, scale, short)),
                Some(scale) => {
                    let (factor, product) = (self.near(), self.near());
                    self.put_bits(factor, scale as u64);
                    if narrow {
                        self.op(Op::SExt32To64, product, index, 0);
                    }
                    self.op(Op::Mul64, product, if narrow { product } else { index }, factor);
                    steps.push((Op::Gep, product, 1, 0));
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
        for (i, (op, index, scale, short)) in steps.into_iter().enumerate() {
            let ext = branch_ext(scale as i32, short as i32);
            at = self.gep_step(i + 1 == n, r, |e, d| e.op_ext(op, d, at, index, ext));
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
