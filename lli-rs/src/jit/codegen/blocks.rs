//! `memcpy`, `memmove` and `memset`: in a few instructions where the length is a small constant and all bytes are
//! there, else by a helper, which makes the fault.

use inkwell::llvm_sys::{LLVMIntPredicate as IP, LLVMOpcode as O};

use super::Gen;
use crate::ir::{Const, Value};
use crate::jit::llvm::Val;

/// Lengths up to this are done in place.
const IN_PLACE: u64 = 128;

impl Gen<'_> {
    /// (dst, src, len); the ranges may overlap.
    pub(super) fn copy(&mut self, args: &[Value]) -> Result<(), String> {
        let (to, from, len) = (self.val(args[0])?, self.val(args[1])?, self.length(args[2])?);
        match self.small(args[2]) {
            Some(0) => {}
            Some(n) => {
                let (d, s) = (self.all_there(to, n, true), self.all_there(from, n, false));
                let fine = self.b.and(d.0, s.0);
                self.in_place(fine, "svm.copy", &[to, from, len], |g| {
                    let b = g.b;
                    let args = [b.byte(g.window, d.1), b.byte(g.window, s.1), b.i64(n), b.num(b.int(1), 0)];
                    let moved = b.intrinsic("llvm.memmove", &[b.ptr(), b.ptr(), b.int(64)], &args);
                    b.scoped(moved, g.scopes.data);
                });
            }
            None => self.by_helper("svm.copy", &[to, from, len]),
        }
        Ok(())
    }

    /// (dst, byte, len).
    pub(super) fn fill(&mut self, args: &[Value]) -> Result<(), String> {
        let (to, byte, len) = (self.val(args[0])?, self.val(args[1])?, self.length(args[2])?);
        let wide = self.b.cast(O::LLVMZExt, byte, self.b.int(64));
        match self.small(args[2]) {
            Some(0) => {}
            Some(n) => {
                let (fine, at) = self.all_there(to, n, true);
                self.in_place(fine, "svm.fill", &[to, wide, len], |g| {
                    let b = g.b;
                    let args = [b.byte(g.window, at), byte, b.i64(n), b.num(b.int(1), 0)];
                    let filled = b.intrinsic("llvm.memset", &[b.ptr(), b.int(64)], &args);
                    b.scoped(filled, g.scopes.data);
                });
            }
            None => self.by_helper("svm.fill", &[to, wide, len]),
        }
        Ok(())
    }

    fn length(&mut self, len: Value) -> Result<Val, String> {
        let v = self.val(len)?;
        let narrow = self.f.ty(len).bits() < 64;
        Ok(if narrow { self.b.cast(O::LLVMZExt, v, self.b.int(64)) } else { v })
    }

    /// A constant length that is done in place.
    fn small(&self, len: Value) -> Option<u64> {
        match self.f.as_const(len)? {
            Const::Int(n) => Some(*n).filter(|n| *n <= IN_PLACE),
            Const::Zero => Some(0),
            _ => None,
        }
    }

    /// Whether `n` bytes (not 0) at a pointer are accessible, and their window offset if they are.
    fn all_there(&self, p: Val, n: u64, write: bool) -> (Val, Val) {
        let b = self.b;
        let h = self.header(p, write, None);
        let offset = b.sub(p, h.start);
        let room = b.intrinsic("llvm.usub.sat", &[b.int(64)], &[h.size, b.i64(n - 1)]);
        (b.and(h.live, b.icmp(IP::LLVMIntULT, offset, room)), b.add(h.base, offset))
    }

    fn in_place(&mut self, fine: Val, helper: &str, words: &[Val], make: impl FnOnce(&mut Self)) {
        let b = self.b;
        let (here, slow, join) = (b.block(self.func), b.block(self.func), b.block(self.func));
        b.likely(b.cond_br(fine, here, slow));
        b.at(here);
        make(self);
        b.br(join);
        b.at(slow);
        self.by_helper(helper, words);
        b.br(join);
        b.at(join);
    }

    fn by_helper(&mut self, helper: &str, words: &[Val]) {
        let opened = self.open();
        let pc = self.bare_place();
        let call = self.call_helper(helper, pc, words);
        self.b.spares(call, self.scopes.header);
        self.close(opened);
    }
}
