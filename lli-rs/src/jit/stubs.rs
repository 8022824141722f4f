//! The stubs of function types: which there are.

use parking_lot::Mutex;
use rustc_hash::FxHashMap;

use crate::cache::Key;
use crate::ir::Signature;

/// Where the stubs of one type are.
#[derive(Clone, Copy)]
pub(super) struct Pair {
    /// For callers with arguments in slots.
    pub(super) enter: usize,
    /// For compiled callers of what has no compiled form.
    pub(super) out: usize,
}

/// The stubs of a process, by number of the type.
#[derive(Default)]
pub(super) struct Stubs(Mutex<FxHashMap<u32, Pair>>);

impl Stubs {
    pub(super) fn known(&self, number: u32) -> Option<Pair> {
        self.0.lock().get(&number).copied()
    }

    /// Adds stubs; where another job was faster, its ones stay.
    pub(super) fn add(&self, number: u32, pair: Pair) -> Pair {
        *self.0.lock().entry(number).or_insert(pair)
    }
}

/// Stubs that a job generates.
pub(super) struct NewStubs {
    /// Of which type.
    pub(super) number: u32,
    /// The type.
    pub(super) sig: Signature,
    /// What their symbols begin with.
    stem: String,
}

impl NewStubs {
    pub(super) fn new(number: u32, with: &str, sig: &Signature) -> NewStubs {
        NewStubs { number, sig: sig.clone(), stem: format!("svm.t{number}.{with}") }
    }

    /// The same in a module of their own, which is the same in every process.
    pub(super) fn alone(&self) -> NewStubs {
        let text = format!("{:?}", self.sig);
        let stem = format!("svm.t.{}", Key::of(&[b"type", text.as_bytes()]).name());
        NewStubs { number: self.number, sig: self.sig.clone(), stem }
    }

    /// The symbols: of the way in and of the way out.
    pub(super) fn names(&self) -> (String, String) {
        (format!("{}.enter", self.stem), format!("{}.out", self.stem))
    }
}
