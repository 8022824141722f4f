//! The policy: what is compiled, when, and where running frames change over.
//!
//! The interpreter counts down a budget at each jump and call, and looks in here when it is used up. Each
//! look is a sample: it warms the function that runs, and the loop head that control comes by next. What is
//! warm enough is compiled in the background ([`queue`]); calls find the result in the function's cell, frames
//! that are in a loop change over at its head (on-stack replacement). With a threshold of 0 every jump is
//! looked at and compiling is waited for, so that what happens does not depend on time.

mod hot;
mod queue;

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use parking_lot::Mutex;

use crate::bytecode::{self, Code, Head};
use crate::ir::{FuncId, Function, Module};
use crate::jit::Takeover;
use crate::machine::functions::FuncCell;
use crate::machine::{Config, Process, Tier};
use crate::opt::Roots;
use hot::Hot;
use queue::{Job, Queue};

/// Jumps and calls between two samples: at least so many, and some more that vary, so that samples do not beat
/// with a loop.
const PERIOD: i32 = 1000;
/// After a sample so many jumps are looked at for a loop head.
const HUNT: u32 = 300;
/// A loop whose function is being compiled for its next call is compiled by itself after so many times the
/// threshold.
const STUCK: u32 = 4;

/// How often a function was seen running, and what became of that.
#[derive(Default)]
pub(crate) struct Warmth {
    heat: AtomicU32,
    asked: AtomicBool,
    refused: AtomicBool,
    /// A loop of it is being compiled.
    busy: AtomicBool,
    /// Some loop of it has compiled code.
    ready: AtomicBool,
}

/// A thread's part.
#[derive(Default)]
pub(crate) struct Pulse {
    /// Jumps that are still to be looked at for a loop head.
    hunt: u32,
    /// Samples taken.
    samples: u32,
}

/// What the interpreter does next: how long it does not look, and the code in which the frame goes on, if
/// there is some.
pub(crate) struct Next<'p> {
    /// Jumps and calls until the next look.
    pub(crate) budget: i32,
    /// Compiled code for the loop head that has been reached.
    pub(crate) enter: Option<&'p Code>,
}

/// The state of the policy for one process.
pub(crate) struct Tiering {
    auto: bool,
    threshold: u32,
    queue: Queue,
    /// What earlier runs have compiled.
    hot: Hot,
    /// Loops compiled.
    pub(crate) loops_compiled: AtomicU32,
    /// Frames that changed over in a loop.
    pub(crate) loops_entered: AtomicU64,
    /// With a threshold of 0: jumps back to a loop head that bytecode took.
    pub(crate) loops_seen: AtomicU64,
    /// Processor time, in microseconds, that the host process had used when a frame first changed over; 0 before.
    pub(crate) first_entered: AtomicU64,
    /// What was not compiled, and why.
    refusals: Mutex<Vec<(Box<str>, Box<str>)>>,
}

impl Tiering {
    pub(crate) fn new(config: &Config, module: &Module) -> Tiering {
        let auto = config.tier == Tier::Auto && config.tier_threshold > 0;
        let hot = config.cache.as_ref().filter(|_| auto).map(|cache| Hot::load(cache, module));
        Tiering {
            hot: hot.unwrap_or_default(),
            auto: config.tier == Tier::Auto,
            threshold: config.tier_threshold,
            queue: Queue::default(),
            loops_compiled: AtomicU32::new(0),
            loops_entered: AtomicU64::new(0),
            loops_seen: AtomicU64::new(0),
            first_entered: AtomicU64::new(0),
            refusals: Mutex::default(),
        }
    }

    /// Ends all compiling; the process goes next.
    pub(crate) fn close(&self) {
        self.queue.close();
    }

    /// Keeps what was compiled as a hint for the next run of the program.
    pub(crate) fn keep_hints(&self, process: &Process) {
        if let Some(cache) = process.config.cache.as_ref().filter(|_| self.auto) {
            self.hot.save(cache, &process.module);
        }
    }

    /// A function has its first bytecode: what earlier runs have compiled of it is asked for now.
    pub(crate) fn first_call(&self, process: &Process, code: &Code) {
        let cell = &process.funcs[code.func.0 as usize];
        if self.hot.function(code.func) {
            self.ask_for_function(process, cell, code.func);
        }
        for head in code.heads.iter().filter(|h| self.hot.head(code.func, h.block)) {
            if !code.returns_twice && !head.asked.swap(true, Ordering::Relaxed) {
                self.queue.push(process, Job { func: code.func, head: Some((code.number, head.word)) });
            }
        }
    }

    /// Whether something is being compiled now.
    pub(crate) fn is_busy(&self) -> bool {
        self.queue.is_busy()
    }

    /// Functions and loops that were not compiled, with the reasons.
    pub(crate) fn refusals(&self) -> Vec<(Box<str>, Box<str>)> {
        self.refusals.lock().clone()
    }

    fn eager(&self) -> bool {
        self.auto && self.threshold == 0
    }

    /// A sample: control is at `word` of the code, by a jump back or otherwise.
    pub(crate) fn look<'p>(
        &self,
        process: &'p Process,
        code: &'p Code,
        pulse: &mut Pulse,
        word: usize,
        back: bool,
    ) -> Next<'p> {
        if !self.auto {
            return Next { budget: PERIOD, enter: None };
        }
        let head = code.head_at(word);
        if self.threshold == 0 {
            return Next {
                budget: 0,
                enter: head.filter(|_| back).and_then(|h| self.at_once(process, code, h)),
            };
        }
        let cell = &process.funcs[code.func.0 as usize];
        if pulse.hunt == 0 {
            pulse.samples = pulse.samples.wrapping_add(1);
            let heat = cell.warmth.heat.fetch_add(1, Ordering::Relaxed) + 1;
            if word == code.entry as usize {
                if heat >= self.threshold {
                    self.ask_for_function(process, cell, code.func);
                }
                return Next { budget: pulse.pause(), enter: None };
            }
            pulse.hunt = HUNT;
        }
        pulse.hunt -= 1;
        let ready = cell.warmth.ready.load(Ordering::Relaxed);
        let enter = head.and_then(|head| process.codes.get(head.compiled.load(Ordering::Acquire)));
        let enter = enter.filter(|c| c.native.is_some());
        if enter.is_some() || pulse.hunt == 0 || (head.is_some() && !ready) {
            pulse.hunt = 0;
            if let (Some(head), None) = (head, enter) {
                self.warm_head(process, code, cell, head);
            }
            return Next { budget: pulse.pause(), enter };
        }
        Next { budget: 0, enter: None }
    }

    /// A loop head was seen in bytecode.
    fn warm_head(&self, process: &Process, code: &Code, cell: &FuncCell, head: &Head) {
        let heat = head.heat.fetch_add(1, Ordering::Relaxed) + 1;
        if heat < self.threshold || cell.warmth.refused.load(Ordering::Relaxed) {
            return;
        }
        let called_again = cell.code().is_some();
        let compiled = cell.code().is_some_and(|c| c.native.is_some());
        if called_again && !compiled {
            self.ask_for_function(process, cell, code.func);
            if heat < self.threshold * STUCK {
                return;
            }
        }
        if !code.returns_twice
            && !cell.warmth.busy.load(Ordering::Relaxed)
            && !head.asked.swap(true, Ordering::Relaxed)
        {
            cell.warmth.busy.store(true, Ordering::Relaxed);
            self.queue.push(process, Job { func: code.func, head: Some((code.number, head.word)) });
        }
    }

    fn ask_for_function(&self, process: &Process, cell: &FuncCell, func: FuncId) {
        if !cell.warmth.asked.swap(true, Ordering::Relaxed) {
            self.queue.push(process, Job { func, head: None });
        }
    }

    /// The function has been called a second time.
    pub(crate) fn second_call(&self, process: &Process, id: FuncId) {
        if self.eager() {
            queue::on_big_stack(|| self.run(process, Job { func: id, head: None }));
        }
    }

    /// Compiles a loop while its frame waits.
    fn at_once<'p>(&self, process: &'p Process, code: &'p Code, head: &Head) -> Option<&'p Code> {
        self.loops_seen.fetch_add(1, Ordering::Relaxed);
        if !head.asked.swap(true, Ordering::Relaxed) {
            let job = Job { func: code.func, head: Some((code.number, head.word)) };
            queue::on_big_stack(|| self.run(process, job));
        }
        process.codes.get(head.compiled.load(Ordering::Acquire)).filter(|c| c.native.is_some())
    }

    /// Compiles a function before its first call.
    pub(crate) fn compile_now(
        &self,
        process: &Process,
        f: &Function,
        roots: &Roots,
    ) -> Result<(Box<Code>, usize), String> {
        let made = queue::on_big_stack(|| process.jit.compile(process, f, roots, None));
        made.inspect_err(|why| self.refuse(f, why))
    }

    /// A frame changes over.
    pub(crate) fn entered(&self) {
        if self.loops_entered.fetch_add(1, Ordering::Relaxed) == 0 {
            let used = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
            let micros = used.tv_sec as u64 * 1_000_000 + used.tv_nsec as u64 / 1000;
            self.first_entered.store(micros, Ordering::Relaxed);
        }
    }

    /// A frame stays in bytecode for want of stack: not a jump that should have been one to compiled code.
    pub(crate) fn no_room(&self) {
        if self.eager() {
            self.loops_seen.fetch_sub(1, Ordering::Relaxed);
        }
    }

    fn refuse(&self, f: &Function, why: &str) {
        self.refusals.lock().push((f.name.as_ref().into(), why.into()));
    }

    /// Does a job and publishes the result.
    fn run(&self, process: &Process, job: Job) {
        let cell = &process.funcs[job.func.0 as usize];
        let Some(body) = cell.body.get() else { return };
        if cell.warmth.refused.load(Ordering::Relaxed) {
            return;
        }
        let outcome = match job.head {
            None => self.function(process, cell, body),
            Some((number, word)) => self.loop_at(process, cell, body, number, word),
        };
        cell.warmth.busy.store(false, Ordering::Relaxed);
        if let Err(why) = outcome {
            if job.head.is_none() {
                cell.warmth.refused.store(true, Ordering::Relaxed);
            }
            self.refuse(body, &why);
        }
    }

    fn function(&self, process: &Process, cell: &FuncCell, body: &Function) -> Result<(), String> {
        let (code, native) = process.jit.compile(process, body, &Roots::compute(body), None)?;
        cell.publish_native(process.codes.add(code), native);
        self.hot.note(body.id, None);
        Ok(())
    }

    fn loop_at(
        &self,
        process: &Process,
        cell: &FuncCell,
        body: &Function,
        number: u32,
        word: u32,
    ) -> Result<(), String> {
        let code = process.codes.get(number).ok_or("code that is gone")?;
        let head = code.head_at(word as usize).ok_or("no loop")?;
        if code.returns_twice {
            return Err("a loop in a function to which control can return twice".into());
        }
        let roots = Roots::compute(body);
        let takeover = Takeover {
            head: head.block,
            places: bytecode::places(body, &roots, process, head.block),
            mark: code.mark,
        };
        let (made, _) = process.jit.compile(process, body, &roots, Some(&takeover))?;
        let made = process.codes.add(made);
        head.compiled.store(made.number, Ordering::Release);
        cell.warmth.ready.store(true, Ordering::Relaxed);
        self.loops_compiled.fetch_add(1, Ordering::Relaxed);
        self.hot.note(body.id, Some(head.block));
        Ok(())
    }
}

impl Pulse {
    /// How long until the next sample.
    fn pause(&self) -> i32 {
        PERIOD + (self.samples.wrapping_mul(37) % 101) as i32
    }
}
