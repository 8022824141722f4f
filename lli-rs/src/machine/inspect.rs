//! Looking at a process from outside: bytecode as text, counters.

use std::fmt;
use std::sync::atomic::Ordering;

use super::{Process, Thread};
use crate::error::LoadError;
use crate::ir::FuncId;
use crate::opt::{self, Roots};

/// Counters of one process, in the order and units in which they print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stats {
    /// IR instructions that have run, if they are counted.
    pub instructions: Option<u64>,
    /// Functions that the module defines.
    pub functions: usize,
    /// Of these, how many were called and so translated.
    pub translated: usize,
    /// Bytes of their bytecode.
    pub bytecode_bytes: usize,
    /// Functions compiled to the host's code.
    pub compiled: u32,
    /// Loops compiled for frames that were in them.
    pub loops_compiled: u32,
    /// Frames that changed to compiled code in a loop.
    pub loops_entered: u64,
    /// Processor time of all threads, in microseconds, until the first did; 0 if none has.
    pub first_loop_entered_us: u64,
    /// With a threshold of 0: jumps back that bytecode took.
    pub loops_seen: u64,
    /// Frames that changed from quick code to better code in a loop; with a threshold of 0, visits of its loop heads.
    pub left: u64,
    /// See there.
    pub looked: u64,
    /// Functions that were to be compiled and could not be, with the reasons.
    pub refused: Vec<(Box<str>, Box<str>)>,
    /// What was compiled in the order in which it was done: when and how long, in milliseconds, what.
    pub jobs: Vec<String>,
    /// Bytes of the host's code.
    pub code_bytes: u64,
    /// Bytes of IR that is kept to be compiled.
    pub ir_bytes: usize,
    /// Objects that a cache had, and objects that it had not, if there is one.
    pub cache: Option<(u64, u64)>,
    /// Milliseconds that compiling took.
    pub compile_ms: u64,
    /// Counters of guest memory.
    pub memory: svm_memory::Stats,
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let m = &self.memory;
        if let Some(n) = self.instructions {
            writeln!(f, "instructions executed {n:>14}")?;
        }
        writeln!(f, "functions defined     {:>14}", self.functions)?;
        writeln!(f, "functions translated  {:>14}", self.translated)?;
        writeln!(f, "bytecode bytes        {:>14}", self.bytecode_bytes)?;
        writeln!(f, "functions compiled    {:>14}", self.compiled)?;
        writeln!(f, "loops compiled        {:>14}", self.loops_compiled)?;
        writeln!(f, "loops entered (OSR)   {:>14}", self.loops_entered)?;
        writeln!(f, "first, CPU time in us {:>14}", self.first_loop_entered_us)?;
        writeln!(f, "functions refused     {:>14}", self.refused.len())?;
        for (function, why) in &self.refused {
            writeln!(f, "  {function}: {why}")?;
        }
        writeln!(f, "compiled code, bytes  {:>14}", self.code_bytes)?;
        writeln!(f, "IR kept, bytes        {:>14}", self.ir_bytes)?;
        writeln!(f, "compile time, ms      {:>14}", self.compile_ms)?;
        if let Some((hits, misses)) = self.cache {
            writeln!(f, "found in the cache    {hits:>14}")?;
            writeln!(f, "put into the cache    {misses:>14}")?;
        }
        writeln!(f, "live heap objects     {:>14}", m.heap_objects)?;
        writeln!(f, "live heap bytes       {:>14}", m.heap_bytes)?;
        writeln!(f, "live objects, all     {:>14}", m.live_objects)?;
        writeln!(f, "memory charged, bytes {:>14}", m.charged_bytes)?;
        writeln!(f, "slots retired         {:>14}", m.retired_slots)?;
        writeln!(f, "sweeps                {:>14}", m.sweeps)
    }
}

impl Stats {
    /// What the tiers did, a line for each counter: its name and value; refused functions and reasons last.
    pub fn tiers(&self) -> String {
        let mut text = format!(
            "compiled {}\nloops-compiled {}\nloops-entered {}\nloops-seen {}\nheads-left {}\nheads-seen {}\nfirst-us {}\n",
            self.compiled,
            self.loops_compiled,
            self.loops_entered,
            self.loops_seen,
            self.left,
            self.looked,
            self.first_loop_entered_us
        );
        for (function, why) in &self.refused {
            text.push_str(&format!("refused {function}: {why}\n"));
        }
        for job in &self.jobs {
            text.push_str(&format!("job {job}\n"));
        }
        text
    }
}

impl Process {
    /// The counters as they are now (walks all live objects); `thread` is the one that has run.
    pub fn stats(&self, thread: Option<&Thread>) -> Stats {
        let codes = || self.funcs.iter().filter_map(|f| f.first());
        Stats {
            instructions: thread.and_then(|thread| self.executed(thread)),
            functions: self.module.funcs.iter().filter(|f| f.defined).count(),
            translated: codes().count(),
            bytecode_bytes: codes().map(|code| code.words.len() * size_of::<u64>()).sum(),
            compiled: self.jit.compiled.load(Ordering::Relaxed),
            loops_compiled: self.tiering.loops_compiled.load(Ordering::Relaxed),
            loops_entered: self.tiering.loops_entered.load(Ordering::Relaxed),
            first_loop_entered_us: self.tiering.first_entered.load(Ordering::Relaxed),
            loops_seen: self.tiering.loops_seen.load(Ordering::Relaxed),
            left: self.tiering.left.load(Ordering::Relaxed),
            looked: self.tiering.looked.load(Ordering::Relaxed),
            refused: self.tiering.refusals(),
            jobs: self.jit.log(),
            code_bytes: self.jit.code_bytes.load(Ordering::Relaxed),
            ir_bytes: self.funcs.iter().filter_map(|f| f.body.get()).map(|body| body.bytes()).sum(),
            cache: self.config.cache.as_ref().map(|cache| cache.counts()),
            compile_ms: self.jit.nanos.load(Ordering::Relaxed) / 1_000_000,
            memory: self.mem.stats(),
        }
    }

    /// IR instructions that a thread has executed, if they are counted.
    pub(crate) fn executed(&self, thread: &Thread) -> Option<u64> {
        let given = self.fuel_given.load(Ordering::Relaxed);
        (self.config.fuel.is_some() || self.config.count).then(|| given.saturating_sub(thread.fuel))
    }

    /// The bytecode of every defined function, as text.
    ///
    /// # Errors
    ///
    /// A body that cannot be read or that asks for something unsupported.
    pub fn disassemble(&self) -> Result<String, LoadError> {
        let mut text = String::new();
        for (i, decl) in self.module.funcs.iter().enumerate().filter(|(_, decl)| decl.defined) {
            let id = FuncId(i as u32);
            let code = self.code(id).map_err(|trap| LoadError::Unsupported {
                what: format!("{trap:?}"),
                place: None,
                function: Some(decl.name.to_string()),
            })?;
            text.push_str(&format!("{code}\n"));
        }
        Ok(text)
    }

    /// What compiling every defined function hands to LLVM, or what LLVM's passes make of it, as text.
    ///
    /// # Errors
    ///
    /// A body that cannot be read.
    pub fn llvm_ir(&self, optimized: bool) -> Result<String, LoadError> {
        let mut text = String::new();
        for (i, decl) in self.module.funcs.iter().enumerate().filter(|(_, decl)| decl.defined) {
            let mut f = self.bodies.lock().body(FuncId(i as u32))?;
            opt::run(&mut f, &self.module);
            let listing = self.jit.listing(self, &f, &Roots::compute(&f), optimized);
            let listing = listing.unwrap_or_else(|why| format!("; not compiled: {why}\n"));
            text.push_str(&format!("; {}\n{listing}\n", decl.name));
        }
        Ok(text)
    }
}
