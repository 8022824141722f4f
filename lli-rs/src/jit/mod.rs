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

use crate::bytecode::{Code, Env};
use crate::ir::Function;
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

/// LLVM's passes recurse deeply on large functions.
const STACK: usize = 256 << 20;

impl Jit {
    /// Compiles a function whose roots are these: its code, and the entry for callers that pass arguments in
    /// registers.
    pub(crate) fn compile(
        &self,
        process: &Process,
        f: &Function,
        roots: &Roots,
    ) -> Result<(Box<Code>, usize), String> {
        let started = std::time::Instant::now();
        let outcome = std::thread::scope(|scope| {
            let job = std::thread::Builder::new().name("svm-compile".into()).stack_size(STACK);
            let job = job.spawn_scoped(scope, || self.job(process, f, roots)).map_err(|e| e.to_string())?;
            job.join().map_err(|_| "the compiler panicked".to_string())?
        });
        let count = if outcome.is_ok() { &self.compiled } else { &self.refused };
        count.fetch_add(1, Ordering::Relaxed);
        self.nanos.fetch_add(started.elapsed().as_nanos() as u64, Ordering::Relaxed);
        outcome
    }

    fn job(&self, process: &Process, f: &Function, roots: &Roots) -> Result<(Box<Code>, usize), String> {
        let orc = self.orc.get_or_init(|| {
            let helpers: Vec<_> = HELPERS.iter().map(|h| (h.name, (h.address)())).collect();
            Orc::new(&helpers)
        });
        let orc = orc.as_ref().map_err(Clone::clone)?;
        let options = compiled::Options { fuel: process.fuel(), head: None };
        let body = compiled::run(f, &process.module, roots, options).ok_or("no body")?.function;
        let number = self.serial.fetch_add(1, Ordering::Relaxed);
        let (fast, enter) = (format!("svm.f{number}"), format!("svm.f{number}.enter"));
        let job = llvm::Job::new(&fast);
        let unfinished = codegen::function(process, &body, roots, &job, (&fast, &enter))?;
        let entries = orc.add(job, "default<O2>", &[&fast, &enter])?;
        Ok((unfinished.finish(entries[1]), entries[0]))
    }
}
