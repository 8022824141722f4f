//! Calls of host functions with their arguments in registers ([`crate::machine::direct`]).

use inkwell::llvm_sys::{LLVMIntPredicate as IP, LLVMOpcode as O};

use super::Gen;
use crate::host::HostFn;
use crate::ir::{CallSite, Type, Value};
use crate::jit::llvm::Val;
use crate::machine::direct::{helper_for, is_harmless};

/// Whether a value is passed as a word as it is, or widened.
fn is_word(ty: &Type) -> bool {
    matches!(ty, Type::Ptr | Type::Int(1..=64))
}

impl Gen<'_> {
    /// A call of a host function of whose helper the types are. `None`: there is no such helper.
    pub(super) fn direct(
        &mut self,
        host: &HostFn,
        call: &CallSite,
        types: &[Type],
        result: Option<Value>,
    ) -> Result<Option<Option<Val>>, String> {
        let ret = result.map_or(Type::Void, |r| self.f.ty(r).clone());
        let Some(helper) = helper_for(host.name()) else { return Ok(None) };
        if !types.iter().all(is_word) || !(is_word(&ret) || ret == Type::Void) {
            return Ok(None);
        }
        let b = self.b;
        let mut words = Vec::new();
        for arg in &call.args {
            words.push(self.word(*arg)?);
        }
        let opened = self.open();
        let pc = self.bare_place();
        let returned = self.call_helper(helper, pc, &words);
        if is_harmless(host.name()) {
            b.spares(returned, self.scopes.header);
        }
        let value = self.value_or_leave(returned);
        self.close(opened);
        Ok(Some(match ret {
            Type::Void => None,
            ty if ty.bits() == 64 => Some(value),
            ty => Some(b.cast(O::LLVMTrunc, value, b.int(ty.bits() as u32))),
        }))
    }

    /// The value of what a helper has returned with a status; if that tells of a trap, all compiled frames are left.
    pub(super) fn value_or_leave(&self, returned: Val) -> Val {
        let b = self.b;
        let (fine, failed) = (b.block(self.func), b.block(self.func));
        let ok = b.icmp(IP::LLVMIntEQ, b.extract(returned, 1), b.i32(0));
        b.likely(b.cond_br(ok, fine, failed));
        b.at(failed);
        self.call_helper("svm.leave", b.zero(b.ptr()), &[]);
        b.unreachable();
        b.at(fine);
        b.extract(returned, 0)
    }

    /// A number of at most 64 bits, zero-extended.
    pub(super) fn word(&mut self, v: Value) -> Result<Val, String> {
        let bits = self.f.ty(v).bits();
        let v = self.val(v)?;
        Ok(match bits {
            0..64 => self.b.cast(O::LLVMZExt, v, self.b.int(64)),
            64 => v,
            _ => self.b.cast(O::LLVMTrunc, v, self.b.int(64)),
        })
    }
}
