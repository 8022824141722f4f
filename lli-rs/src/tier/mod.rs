//! The policy: what is compiled, when, and where running frames change over.
//!
//! The interpreter counts down a budget at each jump and call, and looks in here when it is used up. Each
//! look is a sample: it warms the function that runs, and the loop head that control comes by next. What is
//! warm enough is compiled in the background ([`queue`]); calls find the result in the function's cell, frames
//! that are in a loop change over at its head (on-stack replacement). With a threshold of 0 every jump is
//! looked at and compiling is waited for, so that what happens does not depend on time.

mod hot;
mod queue;

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};

use parking_lot::Mutex;

use crate::bytecode::code::Quick;
use crate::bytecode::{self, Code, Head};
use crate::ir::{FuncId, Function, Module};
use crate::jit::Takeover;
use crate::machine::functions::FuncCell;
use crate::machine::{Config, Process, Tier};
use crate::opt::Roots;
use crate::opt::compiled::Level;
use hot::Hot;
use queue::{Job, Queue};

/// Jumps and calls of bytecode between two samples: at least so many, and some more that vary, so that samples do not
/// beat with a loop.
const PERIOD: i32 = 1000;
/// Calls and visits of loop heads between two samples in code that was compiled quickly.
const QUICK_PERIOD: i32 = 4000;
/// After a sample so many jumps are looked at for a loop head.
const HUNT: u32 = 300;
/// A loop whose function is being compiled for its next call is compiled by itself after so many times the
/// threshold.
const STUCK: u32 = 4;
/// Frames of a function stay in their loops if it was seen at its entry less often than once in so many samples.
const RARELY: u32 = 8;
/// By what the heat of a function counts less once a loop of it has its own code.
const SERVED: u32 = 8;
/// A body is compiled when it was seen running once for each so many instructions of it, quickly and in full. So nothing
/// takes much longer to compile than it has run.
const PRICE: [usize; 2] = [20, 40];

/// A function whose frames change over in its loops so often for each of its instructions is entered again and again, by
/// calls too short to be sampled: it is compiled for its calls.
const RETURNS: [usize; 2] = [1, 4];

/// How often a function was seen running, and what became of that.
#[derive(Default)]
pub(crate) struct Warmth {
    /// Samples of bytecode, and of code that was compiled quickly.
    heat: [AtomicU32; 2],
    /// Those of bytecode that were at the entry.
    entries: AtomicU32,
    /// Frames that changed over in a loop of bytecode, and of quick code.
    changes: [AtomicU32; 2],
    /// What was asked for: 1 for a quick compile, 2 for a full one.
    asked: AtomicU8,
    refused: AtomicBool,
    /// A loop of it is being compiled at that level.
    busy: [AtomicBool; 2],
    /// Some loop of it has code of that level.
    ready: [AtomicBool; 2],
}

/// What is compiled at a level serves those who run what is counted there: bytecode, or quick code.
fn at(level: Level) -> usize {
    level as usize
}

/// A thread's part.
#[derive(Default)]
pub(crate) struct Pulse {
    /// Jumps that are still to be looked at for a loop head.
    hunt: u32,
    /// Samples taken.
    samples: u32,
    /// Looks at quick code that are left to find out how frames come to a loop head of it.
    watch: u32,
    /// That head: the number of the code, and the word.
    watched: (u32, u32),
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
    /// By level. Quick jobs do not wait for full ones.
    queues: [Queue; 2],
    /// What earlier runs have compiled.
    hot: Hot,
    /// Loops compiled.
    pub(crate) loops_compiled: AtomicU32,
    /// Frames that changed over in a loop.
    pub(crate) loops_entered: AtomicU64,
    /// With a threshold of 0: jumps back to a loop head that bytecode took.
    pub(crate) loops_seen: AtomicU64,
    /// Visits of a loop head by quick code that found better code, and with a threshold of 0 all visits.
    pub(crate) left: AtomicU64,
    pub(crate) looked: AtomicU64,
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
            queues: [Queue::new(Level::Quick), Queue::new(Level::Full)],
            loops_compiled: AtomicU32::new(0),
            loops_entered: AtomicU64::new(0),
            loops_seen: AtomicU64::new(0),
            left: AtomicU64::new(0),
            looked: AtomicU64::new(0),
            first_entered: AtomicU64::new(0),
            refusals: Mutex::default(),
        }
    }

    /// Ends all compiling; the process goes next.
    pub(crate) fn close(&self) {
        self.queues.iter().for_each(Queue::close);
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
        if let Some(level) = self.hot.function(code.func) {
            self.ask(process, cell, code.func, level);
        }
        for head in code.heads.iter().filter(|h| self.hot.head(code.func, h.block)) {
            if !code.returns_twice && !head.asked.swap(true, Ordering::Relaxed) {
                self.push(process, Job::at_loop(code, head, Level::Quick));
            }
        }
    }

    /// Whether something is being compiled now.
    pub(crate) fn is_busy(&self) -> bool {
        self.queues.iter().any(Queue::is_busy)
    }

    /// Functions and loops that were not compiled, with the reasons.
    pub(crate) fn refusals(&self) -> Vec<(Box<str>, Box<str>)> {
        self.refusals.lock().clone()
    }

    /// Whether the function was seen running. Where everything is compiled at once, whether it ran is not asked.
    pub(crate) fn is_warm(&self, cell: &FuncCell) -> bool {
        self.eager() || cell.warmth.heat.iter().any(|heat| heat.load(Ordering::Relaxed) > 0)
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
            let enter = head.filter(|_| back).and_then(|h| {
                self.loops_seen.fetch_add(1, Ordering::Relaxed);
                self.at_once(process, code, h, Level::Quick)
            });
            return Next { budget: 0, enter };
        }
        let cell = &process.funcs[code.func.0 as usize];
        if pulse.hunt == 0 {
            pulse.samples = pulse.samples.wrapping_add(1);
            let heat = cell.warmth.heat[0].fetch_add(1, Ordering::Relaxed) + 1;
            if word == code.entry as usize {
                cell.warmth.entries.fetch_add(1, Ordering::Relaxed);
                if heat >= self.price(cell, Level::Quick) {
                    self.ask(process, cell, code.func, Level::Quick);
                }
                return Next { budget: pulse.pause(PERIOD), enter: None };
            }
            pulse.hunt = HUNT;
        }
        self.hunt(process, pulse, code.func, head, Level::Quick, |head| {
            self.warm_head(process, code, cell, head);
        })
    }

    /// A sample in code that was compiled quickly: at its entry or at one of its loop heads.
    pub(crate) fn look_again<'p>(
        &self,
        process: &'p Process,
        code: &'p Code,
        pulse: &mut Pulse,
        word: usize,
    ) -> Next<'p> {
        let (cell, head) = (&process.funcs[code.func.0 as usize], code.head_at(word));
        if self.threshold == 0 {
            let enter = match head {
                Some(head) => {
                    self.looked.fetch_add(1, Ordering::Relaxed);
                    self.at_once(process, code, head, Level::Full)
                }
                None => {
                    if cell.warmth.asked.fetch_max(2, Ordering::Relaxed) < 2 {
                        let job = Job { func: code.func, head: None, level: Level::Full };
                        queue::on_big_stack(|| self.run(process, job));
                    }
                    None
                }
            };
            return Next { budget: 0, enter };
        }
        if pulse.watch > 0 {
            return self.watch(process, code, pulse, head);
        }
        let price = self.price(cell, Level::Full);
        if pulse.hunt == 0 {
            pulse.samples = pulse.samples.wrapping_add(1);
            let heat = cell.warmth.heat[1].fetch_add(1, Ordering::Relaxed) + 1;
            if head.is_none() {
                if heat >= price {
                    self.ask(process, cell, code.func, Level::Full);
                }
                return Next { budget: pulse.pause(QUICK_PERIOD), enter: None };
            }
            pulse.hunt = HUNT;
        }
        let mut watches = false;
        let next = self.hunt(process, pulse, code.func, head, Level::Full, |head| {
            let heat = head.heat.fetch_add(1, Ordering::Relaxed) + 1;
            watches = heat >= price
                && !head.asked.load(Ordering::Relaxed)
                && !cell.warmth.busy[at(Level::Full)].load(Ordering::Relaxed)
                && !self.is_pending(cell);
        });
        if let (true, Some(head)) = (watches, head) {
            (pulse.watch, pulse.watched) = (HUNT, (code.number, head.word));
            return Next { budget: 0, enter: None };
        }
        next
    }

    /// Whether the function is asked for in full and still runs in quick code.
    fn is_pending(&self, cell: &FuncCell) -> bool {
        cell.warmth.asked.load(Ordering::Relaxed) == 2 && cell.code().is_some_and(|c| c.quick.is_some())
    }

    /// A loop head of quick code is hot. If the code is entered again before long, its function is compiled for the next
    /// call; otherwise the loop is, for frames that stay in it.
    fn watch<'p>(
        &self,
        process: &'p Process,
        code: &Code,
        pulse: &mut Pulse,
        head: Option<&Head>,
    ) -> Next<'p> {
        pulse.watch -= 1;
        let (number, word) = pulse.watched;
        if code.number == number && head.is_none() {
            pulse.watch = 0;
            self.ask(process, &process.funcs[code.func.0 as usize], code.func, Level::Full);
        } else if pulse.watch == 0
            && let Some(code) = process.codes.get(number)
            && let Some(head) = code.head_at(word as usize)
        {
            self.ask_for_loop(process, code, &process.funcs[code.func.0 as usize], head, Level::Full);
        }
        Next { budget: if pulse.watch == 0 { pulse.pause(QUICK_PERIOD) } else { 0 }, enter: None }
    }

    /// Waits for a loop head from which control can go on in code of that level, or else warms the first that comes.
    fn hunt<'p>(
        &self,
        process: &'p Process,
        pulse: &mut Pulse,
        func: FuncId,
        head: Option<&Head>,
        level: Level,
        warm: impl FnOnce(&Head),
    ) -> Next<'p> {
        pulse.hunt -= 1;
        let cell = &process.funcs[func.0 as usize];
        let period = [PERIOD, QUICK_PERIOD][at(level)];
        let ready = cell.warmth.ready[at(level)].load(Ordering::Relaxed);
        let enter = head.and_then(|head| process.codes.get(head.compiled.load(Ordering::Acquire)));
        let enter = enter.filter(|c| c.native.is_some());
        if enter.is_some() {
            let changes = cell.warmth.changes[at(level)].fetch_add(1, Ordering::Relaxed) as usize;
            let many =
                self.threshold as usize + cell.body.get().map_or(0, |f| f.insts.len()) * RETURNS[at(level)];
            if changes >= many {
                self.ask(process, cell, func, level);
            }
        }
        if enter.is_some() || pulse.hunt == 0 || (head.is_some() && !ready) {
            pulse.hunt = 0;
            if let Some(head) = head {
                warm(head);
            }
            return Next { budget: pulse.pause(period), enter };
        }
        Next { budget: 0, enter: None }
    }

    /// A loop head was seen in bytecode.
    fn warm_head(&self, process: &Process, code: &Code, cell: &FuncCell, head: &Head) {
        let heat = head.heat.fetch_add(1, Ordering::Relaxed) + 1;
        let price = self.price(cell, Level::Quick);
        if heat < price {
            return;
        }
        let called_again = cell.code().is_some();
        let compiled = cell.code().is_some_and(|c| c.native.is_some());
        let entries = cell.warmth.entries.load(Ordering::Relaxed);
        let stays = entries.saturating_mul(RARELY) < cell.warmth.heat[0].load(Ordering::Relaxed);
        if called_again && !compiled && !stays {
            self.ask(process, cell, code.func, Level::Quick);
            if heat < price.saturating_mul(STUCK) {
                return;
            }
        }
        self.ask_for_loop(process, code, cell, head, Level::Quick);
    }

    /// Samples after which a body is worth its compiling.
    fn price(&self, cell: &FuncCell, level: Level) -> u32 {
        self.threshold + (cell.body.get().map_or(0, |f| f.insts.len()) / PRICE[at(level)]) as u32
    }

    fn ask_for_loop(&self, process: &Process, code: &Code, cell: &FuncCell, head: &Head, level: Level) {
        if !cell.warmth.refused.load(Ordering::Relaxed)
            && !code.returns_twice
            && !cell.warmth.busy[at(level)].load(Ordering::Relaxed)
            && !head.asked.swap(true, Ordering::Relaxed)
        {
            cell.warmth.busy[at(level)].store(true, Ordering::Relaxed);
            self.push(process, Job::at_loop(code, head, level));
        }
    }

    fn ask(&self, process: &Process, cell: &FuncCell, func: FuncId, level: Level) {
        let number = 1 + level as u8;
        if cell.warmth.asked.fetch_max(number, Ordering::Relaxed) < number {
            self.push(process, Job { func, head: None, level });
        }
    }

    fn push(&self, process: &Process, job: Job) {
        self.queues[at(job.level)].push(process, job);
    }

    /// The host calls the function over and over, each time for a short while: samples would see little of it.
    pub(crate) fn called_often(&self, process: &Process, id: FuncId) {
        let cell = &process.funcs[id.0 as usize];
        if self.auto && cell.body.get().is_some() {
            self.ask(process, cell, id, Level::Full);
        }
    }

    /// The function has been called a second time.
    pub(crate) fn second_call(&self, process: &Process, id: FuncId) {
        if self.eager() {
            let job = Job { func: id, head: None, level: Level::Quick };
            queue::on_big_stack(|| self.run(process, job));
        }
    }

    /// Compiles a loop while its frame waits.
    fn at_once<'p>(
        &self,
        process: &'p Process,
        code: &'p Code,
        head: &Head,
        level: Level,
    ) -> Option<&'p Code> {
        if !head.asked.swap(true, Ordering::Relaxed) {
            let job = Job::at_loop(code, head, level);
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
        let made = queue::on_big_stack(|| process.jit.compile(process, f, roots, Level::Full, None));
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

    /// A frame changes from quick code to better code.
    pub(crate) fn entered_better(&self) {
        self.left.fetch_add(1, Ordering::Relaxed);
    }

    /// A frame stays in quick code for want of stack.
    pub(crate) fn no_room_for_better(&self) {
        if self.eager() {
            self.looked.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// A frame stays in bytecode for want of stack: not a jump that should have been one to compiled code.
    pub(crate) fn no_room(&self) {
        if self.eager() {
            self.loops_seen.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// What is compiled first: loops that no call will ever leave, then what gains most for its size, as it is now and
    /// not when it was asked for.
    fn urgency(&self, process: &Process, job: Job) -> (bool, u32) {
        let cell = &process.funcs[job.func.0 as usize];
        let heat = cell.warmth.heat[at(job.level)].load(Ordering::Relaxed);
        let size = cell.body.get().map_or(0, |f| f.insts.len()) as u32;
        // Most of what was seen of it may have been in a loop that has its code by now.
        let served = job.head.is_none() && cell.warmth.ready[at(job.level)].load(Ordering::Relaxed);
        let heat = if served { heat / SERVED } else { heat };
        let stays = job.head.is_some() && (job.level == Level::Full || cell.code().is_none());
        (stays, heat.saturating_mul(1024) / (size + 50))
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
            None => self.function(process, cell, body, job.level),
            Some((number, word)) => self.loop_at(process, cell, body, (number, word), job.level),
        };
        cell.warmth.busy[at(job.level)].store(false, Ordering::Relaxed);
        if let Err(why) = outcome {
            if job.head.is_none() {
                cell.warmth.refused.store(true, Ordering::Relaxed);
            }
            self.refuse(body, &why);
        }
    }

    fn function(
        &self,
        process: &Process,
        cell: &FuncCell,
        body: &Function,
        level: Level,
    ) -> Result<(), String> {
        let (code, native) = process.jit.compile(process, body, &Roots::compute(body), level, None)?;
        let code = process.codes.add(code);
        let is_compiled = cell.code().is_some_and(|c| c.native.is_some());
        if level == Level::Full || !is_compiled {
            cell.publish_native(code, native);
        }
        self.hot.note(body.id, level, code);
        Ok(())
    }

    fn loop_at(
        &self,
        process: &Process,
        cell: &FuncCell,
        body: &Function,
        (number, word): (u32, u32),
        level: Level,
    ) -> Result<(), String> {
        let code = process.codes.get(number).ok_or("code that is gone")?;
        let head = code.head_at(word as usize).ok_or("no loop")?;
        if code.returns_twice {
            return Err("a loop in a function to which control can return twice".into());
        }
        let roots = Roots::compute(body);
        let takeover = takeover(process, body, &roots, code, head).ok_or("no loop")?;
        let (mut made, _) = process.jit.compile(process, body, &roots, level, Some(&takeover))?;
        if let Some(quick) = &mut made.quick {
            quick.after = Some((number, word));
        }
        let made = process.codes.add(made);
        head.compiled.store(made.number, Ordering::Release);
        cell.warmth.ready[at(level)].store(true, Ordering::Relaxed);
        self.loops_compiled.fetch_add(1, Ordering::Relaxed);
        if code.native.is_none() {
            self.hot.note_loop(body.id, head.block);
        }
        Ok(())
    }
}

/// Where a frame of some code stands at one of its heads.
fn takeover(process: &Process, f: &Function, roots: &Roots, code: &Code, head: &Head) -> Option<Takeover> {
    let bytecode = |head: &Head| (head.block, bytecode::places(f, roots, process, head.block));
    Some(match code.quick {
        None => Takeover { bytecode: Some(bytecode(head)), quick: None, mark: code.mark },
        Some(Quick { live, after }) => {
            let before = match after {
                None => None,
                Some((number, word)) => Some(bytecode(process.codes.get(number)?.head_at(word as usize)?)),
            };
            Takeover { bytecode: before, quick: Some((head.block, live)), mark: code.mark }
        }
    })
}

impl Pulse {
    /// How long until the next sample.
    fn pause(&self, period: i32) -> i32 {
        period + (self.samples.wrapping_mul(37) % 101) as i32
    }
}
