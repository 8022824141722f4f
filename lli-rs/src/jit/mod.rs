//! From our IR to code of the host's processor: codegen through LLVM, optimization, linking.
//!
//! Knows nothing of the interpreter: what compiled code needs at run time it finds through
//! [`crate::machine::native`]. What it makes of a function is a [`Code`] whose words are the places where the
//! function can stop, and two entries. Nothing of the guest's flags, attributes or metadata reaches LLVM.

mod codegen;
mod llvm;
mod orc;

#[cfg(test)]
mod tests;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crate::bytecode::{Code, Env, Places};
use crate::ir::{BlockId, Function, Value};
use crate::machine::Process;
use crate::machine::native::HELPERS;
use crate::opt::{Roots, compiled};
use orc::Orc;

/// The compiler of one process. LLVM's code generator is set up at the first compile.
#[derive(Default)]
pub(crate) struct Jit {
    orc: OnceLock<Result<Orc, String>>,
    serial: AtomicU32,
    /// Functions compiled.
    pub(crate) compiled: AtomicU32,
    /// Functions refused.
    pub(crate) refused: AtomicU32,
    /// Time spent, in nanoseconds.
    pub(crate) nanos: AtomicU64,
}

/// A frame of bytecode whose function goes on in compiled code.
pub(crate) struct Takeover {
    /// The loop head at which it stands.
    pub(crate) head: BlockId,
    /// Where its values are.
    pub(crate) places: Places,
    /// Its slot with the mark of the stack objects.
    pub(crate) mark: Option<u32>,
}

/// Where compiled code finds what it takes over.
#[derive(Clone)]
struct Arrival {
    /// First slot of each parameter.
    slots: Vec<u32>,
    mark: Option<u32>,
}

impl Takeover {
    /// The slots of these values.
    fn arrival(&self, live: &[Value]) -> Result<Arrival, String> {
        let slot = |v: &Value| self.places.of(*v).map(|span| span.at);
        let slots = live.iter().map(slot).collect::<Option<_>>();
        Ok(Arrival { slots: slots.ok_or("a value that bytecode does not keep")?, mark: self.mark })
    }
}

impl Jit {
    /// Compiles a function whose roots are these: its code, and the entry for callers that pass arguments in
    /// registers. With `takeover`, the code goes on where a frame of bytecode is, and has no such entry. LLVM
    /// recurses deeply: the caller sees to a large stack.
    pub(crate) fn compile(
        &self,
        process: &Process,
        f: &Function,
        roots: &Roots,
        takeover: Option<&Takeover>,
    ) -> Result<(Box<Code>, usize), String> {
        let started = std::time::Instant::now();
        let outcome = self.job(process, f, roots, takeover);
        let count = if outcome.is_ok() { &self.compiled } else { &self.refused };
        count.fetch_add(1, Ordering::Relaxed);
        self.nanos.fetch_add(started.elapsed().as_nanos() as u64, Ordering::Relaxed);
        outcome
    }

    fn job(
        &self,
        process: &Process,
        f: &Function,
        roots: &Roots,
        takeover: Option<&Takeover>,
    ) -> Result<(Box<Code>, usize), String> {
        let orc = self.orc.get_or_init(|| {
            let helpers: Vec<_> = HELPERS.iter().map(|h| (h.name, (h.address)())).collect();
            Orc::new(&helpers)
        });
        let orc = orc.as_ref().map_err(Clone::clone)?;
        let folded: Vec<bool> = takeover.map_or(Vec::new(), |t| {
            (0..f.values.len() as u32).map(|v| t.places.is_folded(Value(v))).collect()
        });
        let head = takeover.map(|t| t.head);
        let options = compiled::Options { fuel: process.fuel(), head, folded: &folded };
        let made =
            compiled::run(f, &process.module, roots, options).ok_or("a loop that cannot be entered")?;
        let arrival = takeover.map(|t| t.arrival(&made.live)).transpose()?;
        let body = made.function;
        let number = self.serial.fetch_add(1, Ordering::Relaxed);
        let (fast, enter) = (format!("svm.f{number}"), format!("svm.f{number}.enter"));
        let job = llvm::Job::new(&fast);
        let unfinished = codegen::function(process, &body, roots, &job, (&fast, &enter), arrival)?;
        let entries = orc.add(job, "default<O2>", &[&fast, &enter])?;
        Ok((unfinished.finish(entries[1]), entries[0]))
    }
}
