//! The functions of a process: what each is bound to, its address, its code once there is any; and all code
//! by number.

use std::hash::BuildHasher;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use svm_memory::GuestPtr;

use crate::bytecode::{Code, Target};
use crate::ir::{Function, Signature, Type};
use crate::tier::Warmth;

/// One function of the module.
pub(crate) struct FuncCell {
    /// What a call runs; null until the second call where the first one is told apart, otherwise until the first.
    code: AtomicPtr<Code>,
    /// The compiled form for callers that pass arguments in registers; null until there is one.
    pub(crate) native: AtomicPtr<()>,
    /// The bytecode, from the first call on.
    first: AtomicPtr<Code>,
    /// The body, where it may be compiled later.
    pub(crate) body: OnceLock<Arc<Function>>,
    /// How often it was seen running.
    pub(crate) warmth: Warmth,
    /// What calls to it do.
    pub(crate) target: Target,
    /// Its type, interned.
    pub(crate) sig_id: u32,
    /// Its address.
    pub(crate) address: GuestPtr,
}

impl FuncCell {
    /// A function that has not been called.
    pub(crate) fn new(target: Target, sig_id: u32, address: GuestPtr) -> FuncCell {
        FuncCell {
            code: AtomicPtr::default(),
            native: AtomicPtr::default(),
            first: AtomicPtr::default(),
            body: OnceLock::new(),
            warmth: Warmth::default(),
            target,
            sig_id,
            address,
        }
    }

    /// What a call runs, if that is settled.
    #[inline(always)]
    pub(crate) fn code(&self) -> Option<&Code> {
        // SAFETY: a non-null pointer is to code in the table of the process, which outlives its cells' users.
        unsafe { self.code.load(Ordering::Acquire).as_ref() }
    }

    /// The bytecode of a function that has been called.
    pub(crate) fn first(&self) -> Option<&Code> {
        // SAFETY: as in `code`.
        unsafe { self.first.load(Ordering::Acquire).as_ref() }
    }

    /// What calls run from now on: code from the table.
    pub(crate) fn publish(&self, code: &Code) {
        self.code.store(std::ptr::from_ref(code).cast_mut(), Ordering::Release);
    }

    /// What the second call runs and those after it, unless compiled code has come first.
    pub(crate) fn publish_second(&self, code: &Code) {
        let code = std::ptr::from_ref(code).cast_mut();
        let _ = self.code.compare_exchange(std::ptr::null_mut(), code, Ordering::Release, Ordering::Relaxed);
    }

    /// The bytecode that the first call runs.
    pub(crate) fn publish_first(&self, code: &Code) {
        self.first.store(std::ptr::from_ref(code).cast_mut(), Ordering::Release);
    }

    /// From now on there is a compiled form: its code from the table, and its entry for arguments in registers.
    pub(crate) fn publish_native(&self, code: &Code, native: usize) {
        self.native.store(native as *mut (), Ordering::Release);
        self.publish(code);
    }
}

/// All code of a process, by number. Code stays as long as the table does: frames, sites and other code point
/// to it.
#[derive(Default)]
#[allow(clippy::vec_box)] // code must not move
pub(crate) struct Codes(Mutex<Vec<Box<Code>>>);

impl Codes {
    /// Adds code and numbers it.
    pub(crate) fn add(&self, mut code: Box<Code>) -> &Code {
        let mut all = self.0.lock();
        code.number = all.len() as u32;
        let at: *const Code = &*code;
        all.push(code);
        // SAFETY: the box is not moved out of the table nor changed before the table goes.
        unsafe { &*at }
    }

    /// The code of that number.
    pub(crate) fn get(&self, number: u32) -> Option<&Code> {
        let at: *const Code = &**self.0.lock().get(number as usize)?;
        // SAFETY: as in `add`.
        Some(unsafe { &*at })
    }
}

/// Call types as numbers. A type's number does not depend on which types came before it, unless two hashes are equal:
/// numbers are in compiled code, which a later run wants to find again.
#[derive(Default)]
pub(crate) struct Signatures {
    numbers: FxHashMap<(Type, Vec<Type>, bool), u32>,
    taken: FxHashSet<u32>,
}

impl Signatures {
    /// The number of a type: equal numbers are equal types.
    pub(crate) fn intern(&mut self, sig: &Arc<Signature>) -> u32 {
        let key = (sig.ret.clone(), sig.params.clone(), sig.variadic);
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        let hash = FxBuildHasher.hash_one(&key);
        let mut number = (hash ^ hash >> 32) as u32;
        while !self.taken.insert(number) {
            number = number.wrapping_add(1);
        }
        self.numbers.insert(key, number);
        number
    }
}

/// Which function lies at a slot: what compiled code looks up before it calls through a pointer.
pub(crate) struct FunctionTable {
    /// The slot of the first entry.
    pub(crate) first: u64,
    /// Index of the cell of each slot; of any cell where there is none, whose address then differs.
    pub(crate) cells: Box<[u32]>,
}

impl FunctionTable {
    /// The table of these functions, or an empty one if they lie too far apart.
    pub(crate) fn new(cells: &[FuncCell]) -> FunctionTable {
        let slots = || cells.iter().enumerate().filter(|(_, c)| !c.address.is_null());
        let slot = |c: &FuncCell| c.address.bits() >> 32;
        let first = slots().map(|(_, c)| slot(c)).min().unwrap_or(0);
        let last = slots().map(|(_, c)| slot(c)).max().unwrap_or(0);
        let n = (last - first + 1) as usize;
        if n > 64 * cells.len() + 4096 {
            return FunctionTable { first: 0, cells: Box::default() };
        }
        let mut table = vec![0; n];
        slots().for_each(|(i, c)| table[(slot(c) - first) as usize] = i as u32);
        FunctionTable { first, cells: table.into() }
    }
}
