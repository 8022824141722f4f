//! From our IR to code of the host's processor: codegen through LLVM, optimization, linking.
//!
//! Knows nothing of the interpreter: what compiled code needs at run time it finds through
//! [`crate::machine::native`]. What it makes of a function is a [`Code`] whose words are the places where the
//! function can stop, and two entries. Nothing of the guest's flags, attributes or metadata reaches LLVM.

mod codegen;
mod llvm;
mod orc;
mod perf;
mod stubs;
mod times;

#[cfg(test)]
mod tests;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use parking_lot::Mutex;
use rustc_hash::FxHashMap;

use crate::bytecode::code::NativeEntry;
use crate::bytecode::{Code, Env, Places};
use crate::ir::{BlockId, FuncId, Function, Value};
use crate::machine::functions::{FuncCell, FunctionTable};
use crate::machine::native::HELPERS;
use crate::machine::{Process, trampoline};
use crate::opt::Roots;
use crate::opt::compiled::{self, Level, Start};
use codegen::Wanted;
use orc::Orc;
use stubs::{NewStubs, Pair, Stubs};
use times::{Times, Watch};

/// The compiler of one process. LLVM's code generator is set up at the first compile.
#[derive(Default)]
pub(crate) struct Jit {
    orc: OnceLock<Result<Orc, String>>,
    /// Names given, and how often: each is a function's or a loop's, the same in every run of the program.
    names: Mutex<FxHashMap<String, u32>>,
    /// Held while stubs are made alone: a symbol can be defined once.
    making_stubs: Mutex<()>,
    stubs: Stubs,
    times: Times,
    functions: OnceLock<FunctionTable>,
    /// Functions compiled.
    pub(crate) compiled: AtomicU32,
    /// Functions refused.
    pub(crate) refused: AtomicU32,
    /// Bytes of their code.
    pub(crate) code_bytes: AtomicU64,
    /// Time spent, in nanoseconds.
    pub(crate) nanos: AtomicU64,
}

/// A frame whose function goes on in (other) compiled code.
pub(crate) struct Takeover {
    /// The loop head at which bytecode stands, or stood when code that was compiled quickly went on; none if that began
    /// at the function's entry.
    pub(crate) bytecode: Option<(BlockId, Places)>,
    /// The loop head at which code that was compiled quickly stands, and the first of the slots where it has laid what
    /// is live.
    pub(crate) quick: Option<(BlockId, u32)>,
    /// The frame's slot with the mark of the stack objects.
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
    /// The values, by number, that bytecode does not keep but compute.
    fn folded(&self, f: &Function) -> Vec<bool> {
        let Some((_, places)) = &self.bytecode else { return Vec::new() };
        (0..f.values.len() as u32).map(|v| places.is_folded(Value(v))).collect()
    }

    /// The slots of the parameters of `f`, which are these values of the frame that is left.
    fn arrival(&self, f: &Function, live: &[Value]) -> Result<Arrival, String> {
        let slots = match (&self.quick, &self.bytecode) {
            (Some((_, first)), _) => {
                let mut next = *first;
                let slot = |p: &Value| {
                    let at = next;
                    next += f.ty(*p).slots();
                    Some(at)
                };
                f.params.iter().map(slot).collect()
            }
            (None, Some((_, places))) => live.iter().map(|v| Some(places.of(*v)?.at)).collect(),
            (None, None) => None,
        };
        Ok(Arrival { slots: slots.ok_or("a value that bytecode does not keep")?, mark: self.mark })
    }

    /// The heads, one in the other, at which a body starts that goes on there.
    fn starts<'a>(&self, folded: &'a [bool]) -> Vec<Start<'a>> {
        let first = self.bytecode.iter().map(|(head, _)| Start { head: *head, folded });
        first.chain(self.quick.iter().map(|(head, _)| Start { head: *head, folded: &[] })).collect()
    }
}

impl Jit {
    /// Compiles a function whose roots are these: its code, and the entry for callers that pass arguments in
    /// registers. With `takeover`, the code goes on where a frame is, and has no such entry. LLVM recurses deeply: the
    /// caller sees to a large stack.
    pub(crate) fn compile(
        &self,
        process: &Process,
        f: &Function,
        roots: &Roots,
        level: Level,
        takeover: Option<&Takeover>,
    ) -> Result<(Box<Code>, usize), String> {
        let started = std::time::Instant::now();
        let outcome = self.job(process, f, roots, level, takeover);
        let count = if outcome.is_ok() { &self.compiled } else { &self.refused };
        count.fetch_add(1, Ordering::Relaxed);
        self.nanos.fetch_add(started.elapsed().as_nanos() as u64, Ordering::Relaxed);
        outcome
    }

    fn orc(&self) -> Result<&Orc, String> {
        let orc = self.orc.get_or_init(|| {
            let helpers: Vec<_> = HELPERS.iter().map(|h| (h.name.to_string(), (h.address)())).collect();
            trampoline::prepare();
            Orc::new(&helpers)
        });
        orc.as_ref().map_err(Clone::clone)
    }

    /// A name for the code of a function, or of one of its loops.
    fn name(&self, f: &Function, level: Level, starts: &[Start<'_>]) -> String {
        let mut name = format!("svm.f{}", f.id.0);
        starts.iter().for_each(|start| name.push_str(&format!(".loop{}", start.head.0)));
        if level == Level::Quick {
            name.push_str(".quick");
        }
        let mut names = self.names.lock();
        let count = names.entry(name.clone()).or_default();
        *count += 1;
        if *count == 1 { name } else { format!("{name}.again{count}") }
    }

    /// The function as a module of LLVM IR with the stubs that it needs; the function's symbol.
    fn generate(
        &self,
        process: &Process,
        f: &Function,
        roots: &Roots,
        level: Level,
        takeover: Option<&Takeover>,
        watch: &Watch,
    ) -> Result<(llvm::Job, codegen::Unfinished, String), String> {
        let folded = takeover.map_or(Vec::new(), |t| t.folded(f));
        let starts = takeover.map_or(Vec::new(), |t| t.starts(&folded));
        let options = compiled::Options { level, fuel: process.fuel(), starts: &starts };
        let body = compiled::run(f, &process.module, roots, process, options)
            .ok_or("a loop that cannot be entered")?;
        watch.lap("ir");
        let arrival = takeover.map(|t| t.arrival(&body.function, &body.live)).transpose()?;
        let name = self.name(f, level, &starts);
        let wanted = |level| Wanted { body: &body, level, name: &name, arrival: arrival.clone() };
        let mut job = llvm::Job::new(&f.name);
        let mut unfinished = codegen::function(process, &job, &self.stubs, wanted(level))?;
        if process.config.cache.is_some() && !unfinished.stubs.is_empty() {
            // What is kept must not depend on what was compiled before it.
            for new in &unfinished.stubs {
                self.stubs_alone(process, wanted(Level::Full), &new.alone())?;
            }
            job = llvm::Job::new(&f.name);
            unfinished = codegen::function(process, &job, &self.stubs, wanted(level))?;
        }
        watch.lap("codegen");
        Ok((job, unfinished, name))
    }

    fn job(
        &self,
        process: &Process,
        f: &Function,
        roots: &Roots,
        level: Level,
        takeover: Option<&Takeover>,
    ) -> Result<(Box<Code>, usize), String> {
        let orc = self.orc()?;
        let watch = Watch::start();
        let (job, unfinished, name) = self.generate(process, f, roots, level, takeover, &watch)?;
        let mut names = vec![name];
        unfinished.stubs.iter().for_each(|s| names.extend(<[String; 2]>::from(s.names())));
        let cache = process.config.cache.as_deref();
        let linked = orc.add(&job, unfinished.pipeline(), &names, &unfinished.symbols, cache, &watch)?;
        watch.lap("link");
        self.times.add(&watch, &names[0], &f.name, f.insts.len());
        self.code_bytes.fetch_add(linked.iter().map(|l| l.size as u64).sum(), Ordering::Relaxed);
        if process.config.perf_map {
            let own = linked.iter().zip(&names).map(|(l, name)| match name.strip_prefix("svm.f") {
                Some(_) => (*l, format!("svm::{}", f.name)),
                None => (*l, name.clone()),
            });
            perf::write(own);
        }
        let addresses: Vec<usize> = linked.iter().map(|l| l.address).collect();
        let mut all_ours = true;
        for (new, at) in unfinished.stubs.iter().zip(addresses[1..].chunks(2)) {
            all_ours &= self.stubs.add(new.number, Pair { enter: at[0], out: at[1] }).out == at[1];
        }
        if unfinished.compares_stubs && !all_ours {
            // Another job has made the same stubs meanwhile, and a tail call must know the ones that count.
            return self.job(process, f, roots, level, takeover);
        }
        self.lead_out(process, &unfinished.callees);
        let stub = self.stubs.known(unfinished.own_type).ok_or("no stub")?.enter;
        Ok((unfinished.finish(NativeEntry { target: addresses[0], stub }), addresses[0]))
    }

    /// Makes the stubs of a type, in a module that is the same in every process. The body is any of it.
    fn stubs_alone(&self, process: &Process, wanted: Wanted<'_>, new: &NewStubs) -> Result<(), String> {
        let _one_at_a_time = self.making_stubs.lock();
        if self.stubs.known(new.number).is_some() {
            return Ok(());
        }
        let job = llvm::Job::new("svm.stubs");
        codegen::stubs(process, &job, &self.stubs, wanted, new)?;
        let (names, cache) = (<[String; 2]>::from(new.names()), process.config.cache.as_deref());
        let linked = self.orc()?.add(&job, codegen::STUBS, &names, &[], cache, &Watch::start())?;
        self.code_bytes.fetch_add(linked.iter().map(|l| l.size as u64).sum(), Ordering::Relaxed);
        let [enter, out] = [0, 1].map(|n: usize| linked.get(n).map_or(0, |l| l.address));
        self.stubs.add(new.number, Pair { enter, out });
        Ok(())
    }

    /// What [`Jit::compile`] hands to LLVM, or what LLVM's passes make of it.
    pub(crate) fn listing(
        &self,
        process: &Process,
        f: &Function,
        roots: &Roots,
        optimized: bool,
    ) -> Result<String, String> {
        let (job, unfinished, _) = self.generate(process, f, roots, Level::Full, None, &Watch::start())?;
        if optimized {
            self.orc()?.optimize(&job, unfinished.pipeline())?;
        }
        Ok(job.listing())
    }

    /// What was compiled, and what it cost.
    pub(crate) fn log(&self) -> Vec<String> {
        self.times.lines()
    }

    /// Callees that have no compiled form are called by way of the interpreter.
    fn lead_out(&self, process: &Process, callees: &[(FuncId, u32)]) {
        for (id, ty) in callees {
            let Some(pair) = self.stubs.known(*ty) else { continue };
            let native = &process.funcs[id.0 as usize].native;
            let out = std::ptr::without_provenance_mut(pair.out);
            // Where something stands already, it is better or the same.
            let _ = native.compare_exchange(std::ptr::null_mut(), out, Ordering::AcqRel, Ordering::Relaxed);
        }
    }

    /// Which function a pointer names, for compiled code.
    fn functions(&self, cells: &[FuncCell]) -> &FunctionTable {
        self.functions.get_or_init(|| FunctionTable::new(cells))
    }
}
