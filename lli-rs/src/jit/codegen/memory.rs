//! Addresses, checks, accesses. The one place where generated code makes an address: the window's base plus an
//! offset that a check has given.

use std::sync::atomic::AtomicU32;

use inkwell::llvm_sys::{LLVMIntPredicate as IP, LLVMOpcode as O};
use svm_memory::{HEADER_SIZE, OFF_READ_SIZE, OFF_START, OFF_WRITE_SIZE, SLOT_UNIT};

use super::Gen;
use super::arith::must;
use crate::bytecode::code::{Alloca, VectorGep};
use crate::bytecode::{Desc, Op};
use crate::ir::{Const, Inst, Symbol, Type, Value};
use crate::jit::llvm::Val;
use crate::opt::compiled::Level;

/// What a header says, in registers.
pub(super) struct Header {
    /// Whether the slot is live.
    pub(super) live: Val,
    /// Window offset of the object's first byte.
    pub(super) base: Val,
    /// Its own pointer.
    pub(super) start: Val,
    /// Accessible bytes.
    pub(super) size: Val,
    /// The object never ends: base and start hold whatever the rest says.
    pub(super) lasts: bool,
}

impl Gen<'_> {
    pub(super) fn memory(&mut self, inst: &Inst, result: Option<Value>) -> Result<Option<Val>, String> {
        match (inst, result) {
            (Inst::Check { ptr, root, len, write, size }, _) => {
                if self.level == Level::Quick {
                    let (ptr, root) = (self.val(*ptr)?, self.val(*root)?);
                    return Ok(Some(self.quick_check(ptr, root, *len, *write)));
                }
                let header = self.header_of(*root, *write, *size)?;
                let (ptr, root) = (self.val(*ptr)?, self.val(*root)?);
                Ok(Some(self.check(ptr, root, *len, *write, &header)))
            }
            (Inst::Locate(p), _) => {
                let p = self.val(*p)?;
                let slot = self.slot_of(p);
                Ok(Some(self.b.mul(slot, self.b.i64(SLOT_UNIT))))
            }
            (Inst::RawLoad { at, offset }, Some(r)) => {
                let at = self.address(*at, *offset)?;
                let ty = self.ty(self.f.ty(r))?;
                Ok(Some(self.b.scoped(self.b.load(ty, at, 1), self.scopes.data)))
            }
            (Inst::RawStore { at, offset, value }, _) => {
                let at = self.address(*at, *offset)?;
                let v = self.val(*value)?;
                self.b.scoped(self.b.store(v, at, 1), self.scopes.data);
                Ok(None)
            }
            (Inst::Range { root, low, bytes, write, size }, _) => {
                let header = self.header_of(*root, *write, *size)?;
                let (low, bytes) = (self.val(*low)?, self.val(*bytes)?);
                Ok(Some(self.range(low, bytes, &header)))
            }
            (Inst::Gep { base, offset, terms }, Some(r)) => self.gep(*base, *offset, terms, r).map(Some),
            (Inst::Alloca { size, count, align, name }, Some(_)) => {
                let b = self.b;
                let times = match count {
                    Some(c) => self.word(*c)?,
                    None => b.i64(1),
                };
                // Reports find the variable's name by the place.
                let desc = Desc::Alloca(Alloca {
                    size: *size,
                    count: None,
                    align: *align,
                    name: name.clone(),
                    site: AtomicU32::new(0),
                });
                let desc = self.desc(desc);
                let opened = self.open();
                let pc = self.place(Op::Alloca, 0, desc);
                let made = self.call_helper("svm.alloca", pc, &[b.i64(*size), times, b.i64(*align)]);
                b.spares(made, self.scopes.header);
                let made = self.value_or_leave(made);
                self.close(opened);
                Ok(Some(made))
            }
            _ => self.access(inst, result),
        }
    }

    /// Accesses that the interpreter's executor makes.
    fn access(&mut self, inst: &Inst, result: Option<Value>) -> Result<Option<Val>, String> {
        match inst {
            Inst::LoadBy { ptr, root } => {
                let ty = result.map_or(Type::Void, |r| self.f.ty(r).clone());
                self.generic(&[*ptr, *root], result, |s, d| Desc::Load(ty, d, s[0].at, s[1].at))
            }
            Inst::StoreBy { ptr, root, value } => {
                let ty = self.f.ty(*value).clone();
                self.generic(&[*value, *ptr, *root], None, |s, _| Desc::Store(ty, s[0], s[1].at, s[2].at))
            }
            Inst::Load { ptr, atomic: Some(o) } => {
                let ty = result.map_or(Type::Void, |r| self.f.ty(r).clone());
                self.generic(&[*ptr], result, |s, d| Desc::AtomicLoad(ty, d, s[0].at, *o))
            }
            Inst::Store { ptr, value, atomic: Some(o) } => {
                let ty = self.f.ty(*value).clone();
                self.generic(&[*value, *ptr], None, |s, _| Desc::AtomicStore(ty, s[0], s[1].at, *o))
            }
            Inst::CmpXchg { ptr, expected, new, .. } => {
                let ty = self.f.ty(*new).clone();
                self.generic(&[*ptr, *expected, *new], result, |s, d| {
                    Desc::CmpXchg(ty, d, s[0].at, s[1], s[2])
                })
            }
            Inst::AtomicRmw { op, ptr, value, .. } => {
                let ty = self.f.ty(*value).clone();
                let unused = self.scratch(ty.slots());
                self.generic(&[*ptr, *value], result, |s, d| {
                    Desc::AtomicRmw(*op, ty, if d.n == 0 { unused } else { d }, s[0].at, s[1])
                })
            }
            Inst::Fence(_) => self.generic(&[], None, |_, _| Desc::Fence),
            other => Err(format!("a memory operation without native form: {other:?}")),
        }
    }

    fn address(&mut self, at: Value, offset: i64) -> Result<Val, String> {
        let b = self.b;
        let at = self.val(at)?;
        let at = if offset == 0 { at } else { b.add(at, b.i64(offset as u64)) };
        Ok(b.byte(self.window, at))
    }

    /// The slot's number, inside the window.
    fn slot_of(&self, p: Val) -> Val {
        let (b, mask) = (self.b, self.process.mem.view().slot_mask());
        let slot = b.lshr(p, b.i64(32));
        if mask == u64::from(u32::MAX) { slot } else { b.and(slot, b.i64(mask)) }
    }

    /// The same by the value that is the root. A linear memory that is a
    /// symbol never ends and never moves: only its size is loaded.
    fn header_of(&mut self, root: Value, write: bool, size: Option<u64>) -> Result<Header, String> {
        let linear = match self.f.as_const(root) {
            Some(Const::Addr(Symbol::Global(id), 0)) => self.process.module.global(*id).linear_memory,
            _ => false,
        };
        let root = self.val(root)?;
        let header = self.header(root, write, size);
        Ok(if linear {
            Header { live: self.b.num(self.b.int(1), 1), start: root, lasts: true, ..header }
        } else {
            header
        })
    }

    /// What is known of the object that `root` belongs to; if its size is, nothing is loaded.
    pub(super) fn header(&self, root: Val, write: bool, size: Option<u64>) -> Header {
        let (b, header) = (self.b, self.scopes.header);
        let slot = self.slot_of(root);
        if let Some(size) = size {
            let base = b.mul(slot, b.i64(SLOT_UNIT));
            return Header { live: b.num(b.int(1), 1), base, start: root, size: b.i64(size), lasts: true };
        }
        let state = b.scoped(b.load(b.int(8), b.byte(self.live, slot), 1), header);
        let live = b.icmp(IP::LLVMIntSLT, state, b.zero(b.int(8)));
        let base = b.mul(slot, b.i64(SLOT_UNIT));
        let at = |offset: u64| {
            let offset = offset.wrapping_sub(HEADER_SIZE);
            b.byte(b.byte(self.window, base), b.i64(offset))
        };
        let start = b.scoped(b.load(b.int(64), at(OFF_START), 8), header);
        let size = at(if write { OFF_WRITE_SIZE } else { OFF_READ_SIZE });
        let size = b.scoped(b.load(b.int(32), size, 4), header);
        Header { live, base, start, size: b.cast(O::LLVMZExt, size, b.int(64)), lasts: false }
    }

    /// THE check of generated code: the same as `View::check`. Gives the window offset of the access.
    fn check(&mut self, ptr: Val, root: Val, len: u64, write: bool, h: &Header) -> Val {
        let b = self.b;
        let offset = b.sub(ptr, h.start);
        let room = if len == 1 {
            h.size
        } else {
            b.intrinsic("llvm.usub.sat", &[b.int(64)], &[h.size, b.i64(len - 1)])
        };
        // One comparison for an object that stays the same: all else then leaves its loop.
        let room = b.select(h.live, room, b.i64(0));
        let inside = b.icmp(IP::LLVMIntULT, offset, room);
        let (fine, failed) = (b.block(self.func), b.block(self.func));
        let before = b.here();
        b.likely(b.cond_br(inside, fine, failed));
        b.at(failed);
        let pc = self.check_place(len, write);
        let other = self.call_helper("svm.check", pc, &[offset, root, h.start]);
        b.br(fine);
        b.at(fine);
        // The base is added behind the join, where it can leave a loop together with the window's.
        let phi = b.phi(b.int(64));
        b.incoming(phi, offset, before);
        b.incoming(phi, other, failed);
        b.add(h.base, phi)
    }

    /// The same by a call: less to compile.
    fn quick_check(&mut self, ptr: Val, root: Val, len: u64, write: bool) -> Val {
        let pc = self.cold_place();
        let helper = if write { "svm.check.write" } else { "svm.check.read" };
        self.call_helper(helper, pc, &[ptr, root, self.b.i64(len | u64::from(write) << 63)])
    }

    fn range(&mut self, low: Val, bytes: Val, h: &Header) -> Val {
        let b = self.b;
        let offset = b.sub(low, h.start);
        let begins = b.icmp(IP::LLVMIntULE, offset, h.size);
        let ends = b.icmp(IP::LLVMIntULE, bytes, b.sub(h.size, offset));
        let all = b.and(h.live, b.and(begins, ends));
        let delta = b.sub(h.base, h.start);
        let none = b.icmp(IP::LLVMIntEQ, bytes, b.i64(0));
        let answer = b.zero(b.structure(&[b.int(1), b.int(64)]));
        let answer = b.insert(answer, b.or(all, none), 0);
        let delta = if h.lasts { delta } else { b.select(all, delta, b.i64(0)) };
        b.insert(answer, delta, 1)
    }

    fn gep(&mut self, base: Value, offset: i64, terms: &[(Value, i64)], r: Value) -> Result<Val, String> {
        let b = self.b;
        let ty = self.f.ty(r).clone();
        if ty.as_vector().is_some() {
            let base_ty = self.f.ty(base).clone();
            let types: Vec<(Type, i64)> = terms.iter().map(|(v, k)| (self.f.ty(*v).clone(), *k)).collect();
            let mut args = vec![base];
            args.extend(terms.iter().map(|t| t.0));
            return self
                .generic(&args, Some(r), |s, dst| {
                    let terms = s[1..].iter().zip(types).map(|(s, (ty, k))| (*s, ty, k)).collect();
                    Desc::VectorGep(Box::new(VectorGep { ty, dst, base: (s[0], base_ty), offset, terms }))
                })
                .map(must);
        }
        let mut p = self.val(base)?;
        for &(index, scale) in terms {
            let (v, bits) = (self.val(index)?, self.f.ty(index).bits());
            let v = match bits {
                0..64 => b.cast(O::LLVMSExt, v, b.int(64)),
                64 => v,
                _ => b.cast(O::LLVMTrunc, v, b.int(64)),
            };
            p = b.add(p, if scale == 1 { v } else { b.mul(v, b.i64(scale as u64)) });
        }
        Ok(if offset == 0 { p } else { b.add(p, b.i64(offset as u64)) })
    }
}
