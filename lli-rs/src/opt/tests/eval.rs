//! Runs a body, slowly and simply, to compare what it does before and after a pass.

use std::collections::HashMap;

use crate::ir::{BlockId, Function, Inst, InstId, Terminator, Type, Value, ValueDef};
use crate::semantics;

/// What a run did that can be seen from outside, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Observed slots, and the bytes of the object that they point to, if they do.
    Observed(Vec<u64>, Option<Vec<u8>>),
    Returned(Vec<u64>),
    /// An access out of bounds, or a division that cannot be done.
    Fault,
}

/// The events, and whether the run came to its end.
pub struct Run {
    pub events: Vec<Event>,
    pub finished: bool,
}

struct Machine<'f> {
    f: &'f Function,
    values: HashMap<Value, Vec<u64>>,
    /// By the number of the alloca, which passes do not change.
    objects: HashMap<InstId, Vec<u8>>,
    events: Vec<Event>,
}

/// Where objects lie: far apart, at addresses that depend on nothing but the alloca, and that no program
/// puts together by chance, not even from parts of others.
fn address(alloca: InstId) -> u64 {
    (u64::from((alloca.0 + 1).wrapping_mul(0x9e37_79b1)) << 32) + 0x7a5c_e000
}

/// Runs `f` for at most so many instructions, phis not counted (a pass may add some).
pub fn run(f: &Function, params: &[u64], steps: usize) -> Run {
    let mut m = Machine { f, values: HashMap::new(), objects: HashMap::new(), events: Vec::new() };
    for (p, v) in f.params.iter().zip(params) {
        m.values.insert(*p, vec![*v]);
    }
    let finished = m.run(steps);
    Run { events: m.events, finished }
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

    fn run(&mut self, mut steps: usize) -> bool {
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
            for id in insts {
                if let Inst::Phi(_) = self.f.inst(id).inst {
                    continue;
                }
                if steps == 0 {
                    return false;
                }
                steps -= 1;
                match &self.f.inst(id).inst {
                    Inst::Term(t) => match self.leave(t) {
                        Some(to) => (from, block) = (block, to),
                        None => return true,
                    },
                    _ => {
                        if self.step(id).is_none() {
                            self.events.push(Event::Fault);
                            return true;
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

    fn bytes(&mut self, p: u64, len: u64) -> Option<&mut [u8]> {
        let alloca = self.object_at(p)?;
        let at = p.wrapping_sub(address(alloca));
        let object = self.objects.get_mut(&alloca)?;
        object.get_mut(usize::try_from(at).ok()?..usize::try_from(at.checked_add(len)?).ok()?)
    }

    /// Executes one instruction; `None` is a fault.
    fn step(&mut self, id: InstId) -> Option<()> {
        let data = self.f.inst(id);
        let ty = data.result.map_or(Type::Void, |r| self.f.ty(r).clone());
        let mut out = vec![0; ty.slots() as usize];
        let f = self.f;
        match &data.inst {
            Inst::Alloca { size, .. } => {
                self.objects.insert(id, vec![0; *size as usize]);
                out[0] = address(id);
            }
            Inst::Load { ptr, .. } => {
                let p = self.get(*ptr)[0];
                let bytes = self.bytes(p, ty.store_size())?.to_vec();
                semantics::from_memory(&ty, &bytes, &mut out);
            }
            Inst::Store { ptr, value, .. } => {
                let (p, v) = (self.get(*ptr)[0], self.get(*value));
                let vty = f.ty(*value);
                semantics::to_memory(vty, &v, self.bytes(p, vty.store_size())?);
            }
            Inst::Gep { base, offset, terms } => {
                let values: Vec<_> = terms.iter().map(|(t, s)| (f.ty(*t), self.get(*t), *s)).collect();
                let terms: Vec<_> = values.iter().map(|(t, v, s)| (*t, &v[..], *s)).collect();
                semantics::gep(&ty, (f.ty(*base), &self.get(*base)), *offset, &terms, &mut out);
            }
            Inst::Binary(op, a, b) => {
                semantics::binary(*op, &ty, &self.get(*a), &self.get(*b), &mut out).ok()?
            }
            Inst::ICmp(p, a, b) => semantics::icmp(*p, f.ty(*a), &self.get(*a), &self.get(*b), &mut out),
            Inst::Cast(op, a) => semantics::cast(*op, f.ty(*a), &ty, &self.get(*a), &mut out),
            Inst::Freeze(a) => out = self.get(*a),
            Inst::Select(c, a, b) => out = self.get(if self.get(*c)[0] != 0 { *a } else { *b }),
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
            other => panic!("not evaluated: {other:?}"),
        }
        if let Some(r) = data.result {
            self.values.insert(r, out);
        }
        Some(())
    }
}
