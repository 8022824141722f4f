//! The functions of a process: what each is bound to, its address, its bytecode once there is any.

use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, Ordering};

use rustc_hash::FxHashMap;
use svm_memory::GuestPtr;

use crate::bytecode::{Code, Target};
use crate::ir::{Signature, Type};

/// One function of the module.
pub(crate) struct FuncCell {
    /// Null until the first call.
    pub(crate) code: AtomicPtr<Code>,
    /// The compiled form for callers that pass arguments in registers; null until there is one.
    pub(crate) native: AtomicPtr<()>,
    /// What calls to it do.
    pub(crate) target: Target,
    /// Its type, interned.
    pub(crate) sig_id: u32,
    /// Its address.
    pub(crate) address: GuestPtr,
}

impl FuncCell {
    /// The bytecode, if the function has been called.
    #[inline(always)]
    pub(crate) fn code(&self) -> Option<&Code> {
        // SAFETY: a non-null pointer came from `Box::into_raw` in `install` and is freed with the cell.
        unsafe { self.code.load(Ordering::Acquire).as_ref() }
    }

    /// Publishes bytecode; the first one stays.
    pub(crate) fn install(&self, code: Box<Code>) -> &Code {
        let new = Box::into_raw(code);
        match self.code.compare_exchange(std::ptr::null_mut(), new, Ordering::AcqRel, Ordering::Acquire) {
            // SAFETY: just published, freed with the cell.
            Ok(_) => unsafe { &*new },
            Err(old) => {
                // SAFETY: `new` was never published; `old` is as in `code`.
                unsafe {
                    drop(Box::from_raw(new));
                    &*old
                }
            }
        }
    }
}

impl Drop for FuncCell {
    fn drop(&mut self) {
        let code = *self.code.get_mut();
        if !code.is_null() {
            // SAFETY: came from `Box::into_raw`; no thread of the process is left.
            drop(unsafe { Box::from_raw(code) });
        }
    }
}

/// Call types as numbers.
#[derive(Default)]
pub(crate) struct Signatures {
    numbers: FxHashMap<(Type, Vec<Type>, bool), u32>,
}

impl Signatures {
    /// The number of a type: equal numbers are equal types.
    pub(crate) fn intern(&mut self, sig: &Arc<Signature>) -> u32 {
        let next = self.numbers.len() as u32;
        *self.numbers.entry((sig.ret.clone(), sig.params.clone(), sig.variadic)).or_insert(next)
    }
}
