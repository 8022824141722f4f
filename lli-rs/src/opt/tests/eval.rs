//! Runs a body, slowly and simply, to compare what it does before and after a pass.

use std::collections::{BTreeMap, HashMap};

use super::build::FREE;
use crate::ir::{BlockId, CallSite, Function, Inst, InstId, Intrinsic, Terminator, Type, Value, ValueDef};
use crate::semantics;

/// What a run did that can be seen from outside, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Observed slots, and the bytes of the object that they point to, if they do.
    Observed(Vec<u64>, Option<Vec<u8>>),
    Returned(Vec<u64>),
    /// An access that is not allowed: pointer, bytes, whether it writes.
    BadAccess(u64, u64, bool),
    /// A division that cannot be done, or the like.
    Fault,
}

/// What memory holds: the bytes of each live object, by the alloca that made it.
pub type Objects = BTreeMap<InstId, Vec<u8>>;

/// The events, whether the run came to its end, and memory then.
pub struct Run {
    pub events: Vec<Event>,
    pub finished: bool,
    pub objects: Objects,
    /// How often each kind of lowered instruction ran.
    pub checks: usize,
    /// Raw accesses that ran.
    pub raw: usize,
}

/// A run that stands at the head of a block, its phis done.
pub struct Paused {
    pub values: HashMap<Value, Vec<u64>>,
    pub objects: Objects,
    pub events: Vec<Event>,
}

struct Machine<'f> {
    f: &'f Function,
    values: HashMap<Value, Vec<u64>>,
    /// By the number of the alloca, which passes do not change.
    objects: Objects,
    events: Vec<Event>,
    checks: usize,
    raw: usize,
    /// Stop when this block is entered for the n-th time.
    stop: Option<(BlockId, usize)>,
    /// Functions that calls run; with some, objects are told apart by the order in which they began.
    callees: &'f [Function],
    /// The objects of all frames in that order, and whether [`FREE`] may end them.
    stack: Vec<(InstId, bool)>,
    begun: u32,
    /// Instructions that may still run.
    steps: usize,
}

/// Where objects lie: far apart, at addresses that depend on nothing but the alloca, and that no program
/// puts together by chance, not even from parts of others.
fn address(alloca: InstId) -> u64 {
    (u64::from((alloca.0 + 1).wrapping_mul(0x9e37_79b1)) << 32) + 0x7a5c_e000
}

/// What is added to a pointer to get its window offset in the lowered form: another number for each object.
fn delta(alloca: InstId) -> u64 {
    (u64::from(alloca.0 + 1) << 44).wrapping_add(0x1357_9bdf)
}

/// Runs `f` for at most so many instructions, phis not counted (a pass may add some).
pub fn run(f: &Function, params: &[u64], steps: usize) -> Run {
    let params: Vec<Vec<u64>> = params.iter().map(|p| vec![*p]).collect();
    resume(f, &params, Objects::new(), Vec::new(), steps)
}

/// The same with memory, and events that have happened before.
pub fn resume(f: &Function, params: &[Vec<u64>], objects: Objects, events: Vec<Event>, steps: usize) -> Run {
    let mut m = Machine::new(f, params, objects, events);
    let finished = m.run(steps);
    Run { events: m.events, finished, objects: m.objects, checks: m.checks, raw: m.raw }
}

/// Runs a body that calls others. Objects end where their function returns.
pub fn run_calls(f: &Function, callees: &[Function], params: &[u64], steps: usize) -> Run {
    let params: Vec<Vec<u64>> = params.iter().map(|p| vec![*p]).collect();
    let mut m = Machine::new(f, &params, Objects::new(), Vec::new());
    m.callees = callees;
    let finished = m.run(steps);
    Run { events: m.events, finished, objects: m.objects, checks: m.checks, raw: m.raw }
}

/// Runs until a block is entered for the n-th time (from 0); `None` if that does not happen.
pub fn pause(f: &Function, params: &[u64], steps: usize, block: BlockId, n: usize) -> Option<Paused> {
    let params: Vec<Vec<u64>> = params.iter().map(|p| vec![*p]).collect();
    pause_from(f, &params, (Objects::new(), Vec::new()), steps, block, n)
}

/// The same of a body that begins where there is something already.
pub fn pause_from(
    f: &Function,
    params: &[Vec<u64>],
    (objects, events): (Objects, Vec<Event>),
    steps: usize,
    block: BlockId,
    n: usize,
) -> Option<Paused> {
    let mut m = Machine::new(f, params, objects, events);
    m.stop = Some((block, n));
    m.run(steps);
    m.stop.is_none().then_some(Paused { values: m.values, objects: m.objects, events: m.events })
}

impl<'f> Machine<'f> {
    fn new(f: &'f Function, params: &[Vec<u64>], objects: Objects, events: Vec<Event>) -> Self {
        let values = f.params.iter().copied().zip(params.iter().cloned()).collect();
        Machine {
            f,
            values,
            objects,
            events,
            checks: 0,
            raw: 0,
            stop: None,
            callees: &[],
            stack: Vec::new(),
            begun: 0,
            steps: 0,
        }
    }
}

impl Machine<'_> {
    fn get(&self, v: Value) -> Vec<u64> {
        match &self.f.value(v).def {
            ValueDef::Const(c) => {
                let mut slots = vec![0; self.f.ty(v).slots() as usize];
                semantics::const_slots(c, self.f.ty(v), &|_| 0, &mut slots);
                slots
            }
            _ => self.values[&v].clone(),
        }
    }

    fn run(&mut self, steps: usize) -> bool {
        self.steps = steps;
        let (mut block, mut from) = (BlockId::ENTRY, BlockId::ENTRY);
        loop {
            let insts = self.f.block(block).insts.clone();
            // All phis read before any is written.
            let phis: Vec<_> = insts
                .iter()
                .filter_map(|id| match &self.f.inst(*id).inst {
                    Inst::Phi(incoming) => {
                        let (_, v) = incoming.iter().find(|(b, _)| *b == from)?;
                        Some((self.f.inst(*id).result?, self.get(*v)))
                    }
                    _ => None,
                })
                .collect();
            self.values.extend(phis);
            match &mut self.stop {
                Some((at, 0)) if *at == block => {
                    self.stop = None;
                    return false;
                }
                Some((at, n)) if *at == block => *n -= 1,
                _ => {}
            }
            for id in insts {
                if let Inst::Phi(_) = self.f.inst(id).inst {
                    continue;
                }
                if self.steps == 0 {
                    return false;
                }
                self.steps -= 1;
                match &self.f.inst(id).inst {
                    Inst::Term(t) => match self.leave(t) {
                        Some(to) => (from, block) = (block, to),
                        None => return true,
                    },
                    _ => {
                        if let Err(event) = self.step(id) {
                            self.events.extend(event);
                            return self.steps > 0;
                        }
                    }
                }
            }
        }
    }

    fn leave(&mut self, t: &Terminator) -> Option<BlockId> {
        match t {
            Terminator::Br(b) => Some(*b),
            Terminator::CondBr(c, a, b) => Some(if self.get(*c)[0] != 0 { *a } else { *b }),
            Terminator::Switch { value, cases, default } => {
                let v = u128::from(self.get(*value)[0]);
                Some(cases.iter().find(|c| c.0 == v).map_or(*default, |c| c.1))
            }
            Terminator::Ret(v) => {
                let v = v.map(|v| self.get(v)).unwrap_or_default();
                self.events.push(Event::Returned(v));
                None
            }
            _ => {
                self.events.push(Event::Fault);
                None
            }
        }
    }

    /// The alloca near whose object `p` points.
    fn object_at(&self, p: u64) -> Option<InstId> {
        let near = |id: &&InstId| address(**id) >> 12 == p >> 12 || address(**id) >> 12 == (p >> 12) + 1;
        self.objects.keys().find(near).copied()
    }

    /// The name of the object that an alloca makes.
    fn begin(&mut self, alloca: InstId) -> InstId {
        if self.callees.is_empty() {
            return alloca;
        }
        self.begun += 1;
        let id = InstId(1 << 20 | self.begun);
        let heap = matches!(self.f.inst(alloca).inst, Inst::Alloca { count: Some(_), .. });
        self.stack.push((id, heap));
        id
    }

    /// Whether [`FREE`] may end an object.
    fn can_end(&self, id: InstId) -> bool {
        match self.callees {
            [] => matches!(self.f.inst(id).inst, Inst::Alloca { count: Some(_), .. }),
            _ => self.stack.contains(&(id, true)),
        }
    }

    fn end_above(&mut self, height: usize) {
        for (id, _) in self.stack.drain(height..) {
            self.objects.remove(&id);
        }
    }

    /// Runs a callee; its result.
    fn call(&mut self, call: &CallSite) -> Result<Vec<u64>, Option<Event>> {
        let callee = self.callees.iter().find(|f| Some(f.id) == call.direct()).ok_or(None)?;
        let params: Vec<Vec<u64>> = call.args.iter().map(|a| self.get(*a)).collect();
        let (objects, events) = (std::mem::take(&mut self.objects), std::mem::take(&mut self.events));
        let mut m = Machine::new(callee, &params, objects, events);
        (m.callees, m.stack, m.begun) = (self.callees, std::mem::take(&mut self.stack), self.begun);
        let height = m.stack.len();
        let finished = m.run(self.steps);
        let returned = match m.events.last() {
            Some(Event::Returned(v)) if finished => Some(v.clone()),
            _ => None,
        };
        if returned.is_some() {
            m.events.pop();
            m.end_above(height);
        }
        (self.objects, self.events, self.stack, self.begun) = (m.objects, m.events, m.stack, m.begun);
        (self.steps, self.checks, self.raw) = (m.steps, self.checks + m.checks, self.raw + m.raw);
        returned.ok_or(None)
    }

    /// The bytes of an access, judged by the object at `root`.
    fn bytes(&mut self, p: u64, root: u64, len: u64, write: bool) -> Result<&mut [u8], Event> {
        let bad = Event::BadAccess(p, len, write);
        let alloca = self.object_at(root).ok_or(bad.clone())?;
        let at = p.wrapping_sub(address(alloca));
        let end = at.checked_add(len).ok_or(bad.clone())?;
        self.objects.get_mut(&alloca).and_then(|o| o.get_mut(at as usize..end as usize)).ok_or(bad)
    }

    /// A known size is right, and the object is live.
    fn expect_size(&self, root: u64, size: Option<u64>) {
        if let Some(size) = size {
            let alloca = self.object_at(root).expect("an object of known size is live");
            assert_eq!((address(alloca), self.objects[&alloca].len() as u64), (root, size));
        }
    }

    /// The bytes of an access that must have been proven before.
    fn proven(&mut self, at: u64, len: u64) -> &mut [u8] {
        self.raw += 1;
        for (alloca, object) in &mut self.objects {
            let start = at.wrapping_sub(address(*alloca)).wrapping_sub(delta(*alloca));
            if start < 1 << 20 {
                return object
                    .get_mut(start as usize..(start + len) as usize)
                    .expect("a raw access in bounds");
            }
        }
        panic!("a raw access to no object: {at:#x}");
    }

    /// Executes one instruction; an error is a fault, or the end of what may run.
    fn step(&mut self, id: InstId) -> Result<(), Option<Event>> {
        let data = self.f.inst(id);
        let ty = data.result.map_or(Type::Void, |r| self.f.ty(r).clone());
        let mut out = vec![0; ty.slots() as usize];
        let f = self.f;
        match &data.inst {
            Inst::Alloca { size, .. } => {
                let id = self.begin(id);
                self.objects.insert(id, vec![0; *size as usize]);
                out[0] = address(id);
            }
            Inst::Load { ptr, .. } | Inst::LoadBy { ptr, .. } => {
                let p = self.get(*ptr)[0];
                let root = if let Inst::LoadBy { root, .. } = &data.inst { self.get(*root)[0] } else { p };
                let bytes = self.bytes(p, root, ty.store_size(), false)?.to_vec();
                semantics::from_memory(&ty, &bytes, &mut out);
            }
            Inst::Store { ptr, value, .. } | Inst::StoreBy { ptr, value, .. } => {
                let (p, v) = (self.get(*ptr)[0], self.get(*value));
                let root = if let Inst::StoreBy { root, .. } = &data.inst { self.get(*root)[0] } else { p };
                let vty = f.ty(*value);
                semantics::to_memory(vty, &v, self.bytes(p, root, vty.store_size(), true)?);
            }
            Inst::Gep { base, offset, terms } => {
                let values: Vec<_> = terms.iter().map(|(t, s)| (f.ty(*t), self.get(*t), *s)).collect();
                let terms: Vec<_> = values.iter().map(|(t, v, s)| (*t, &v[..], *s)).collect();
                semantics::gep(&ty, (f.ty(*base), &self.get(*base)), *offset, &terms, &mut out);
            }
            Inst::Binary(op, a, b) => {
                semantics::binary(*op, &ty, &self.get(*a), &self.get(*b), &mut out)
                    .map_err(|_| Event::Fault)?;
            }
            Inst::ICmp(p, a, b) => semantics::icmp(*p, f.ty(*a), &self.get(*a), &self.get(*b), &mut out),
            Inst::Cast(op, a) => semantics::cast(*op, f.ty(*a), &ty, &self.get(*a), &mut out),
            Inst::Freeze(a) => out = self.get(*a),
            Inst::Select(c, a, b) => out = self.get(if self.get(*c)[0] != 0 { *a } else { *b }),
            Inst::Call(call) if call.direct() == Some(FREE) => {
                let p = self.get(call.args[0])[0];
                let object = self.object_at(p).filter(|id| self.can_end(*id)).ok_or(Event::Fault)?;
                self.objects.remove(&object);
            }
            Inst::Call(call) if self.callees.iter().any(|f| Some(f.id) == call.direct()) => {
                out = self.call(call)?;
            }
            Inst::Intrinsic(i @ (Intrinsic::MemCpy | Intrinsic::MemMove | Intrinsic::MemSet), args) => {
                let [to, from, len] = [0, 1, 2].map(|i| self.get(args[i])[0]);
                let bytes = match i {
                    Intrinsic::MemSet => vec![from as u8; len as usize],
                    _ => self.bytes(from, from, len, false)?.to_vec(),
                };
                self.bytes(to, to, len, true)?.copy_from_slice(&bytes);
            }
            Inst::Intrinsic(Intrinsic::StackSave, _) => out[0] = self.stack.len() as u64,
            Inst::Intrinsic(Intrinsic::StackRestore, args) => {
                let height = self.get(args[0])[0] as usize;
                self.end_above(height);
            }
            Inst::Call(call) => {
                for arg in &call.args {
                    let v = self.get(*arg);
                    let target = match f.ty(*arg) {
                        Type::Ptr => self.object_at(v[0]).map(|id| self.objects[&id].clone()),
                        _ => None,
                    };
                    self.events.push(Event::Observed(v, target));
                }
                out[0] = self.events.len() as u64 & 3;
            }
            Inst::Check { ptr, root, len, write, size } => {
                self.checks += 1;
                let (p, root) = (self.get(*ptr)[0], self.get(*root)[0]);
                self.expect_size(root, *size);
                self.bytes(p, root, *len, *write)?;
                out[0] = p.wrapping_add(self.object_at(root).map_or(0, delta));
            }
            Inst::Locate(ptr) => {
                let p = self.get(*ptr)[0];
                out[0] = p.wrapping_add(delta(self.object_at(p).expect("a live object")));
            }
            Inst::Range { root, low, bytes, write, size } => {
                let (root, p, n) = (self.get(*root)[0], self.get(*low)[0], self.get(*bytes)[0]);
                self.expect_size(root, *size);
                if n == 0 || self.bytes(p, root, n, *write).is_ok() {
                    out = vec![1, self.object_at(root).map_or(0, delta)];
                }
            }
            Inst::RawLoad { at, offset } => {
                let at = self.get(*at)[0].wrapping_add_signed(*offset);
                let bytes = self.proven(at, ty.store_size()).to_vec();
                semantics::from_memory(&ty, &bytes, &mut out);
            }
            Inst::RawStore { at, offset, value } => {
                let (at, v) = (self.get(*at)[0].wrapping_add_signed(*offset), self.get(*value));
                let vty = f.ty(*value);
                semantics::to_memory(vty, &v, self.proven(at, vty.store_size()));
            }
            Inst::Poll | Inst::Fuel(_) => {}
            Inst::ExtractValue(v, path) => {
                let at = path[0] as usize;
                out = self.get(*v)[at..at + 1].to_vec();
            }
            other => panic!("not evaluated: {other:?}"),
        }
        if let Some(r) = data.result {
            self.values.insert(r, out);
        }
        Ok(())
    }
}
