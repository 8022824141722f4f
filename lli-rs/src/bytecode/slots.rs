//! Which register slots hold which value: phis are merged with what flows into them where their live ranges
//! allow, then slots are reused as ranges end.

use crate::ir::{Inst, Value};

use super::live::{Live, Range, normalize, overlap};
use super::plan::Plan;

/// The slot of every value.
pub struct Slots {
    /// First slot by value; `u32::MAX` for those without.
    first: Vec<u32>,
    /// Slots used by values.
    pub count: u32,
}

const NONE: u32 = u32::MAX;

impl Slots {
    /// The first slot of a value that has slots of its own.
    pub fn of(&self, v: Value) -> u32 {
        self.first[v.0 as usize]
    }

    /// Gives out slots. With `share` off, every value keeps its own (functions that return twice).
    /// `reserve` slots after the parameters are left out.
    pub fn assign(plan: &Plan<'_>, mut live: Live, share: bool, reserve: u32) -> Slots {
        let f = plan.f;
        let mut classes = Classes { parent: (0..f.values.len() as u32).collect() };
        if share {
            classes.coalesce_phis(plan, &mut live);
            classes.coalesce_inserts(plan, &mut live);
        }
        let mut slots = Slots { first: vec![NONE; f.values.len()], count: 0 };
        let mut free_at: Vec<u32> = Vec::new();
        for &p in &f.params {
            let (first, n) = (free_at.len() as u32, f.ty(p).slots());
            let class = classes.find(p.0);
            let end = live.ranges[class as usize].last().map_or(0, |r| r.1);
            slots.first[class as usize] = first;
            free_at.extend(std::iter::repeat_n(if share { end + 1 } else { NONE }, n as usize));
        }
        free_at.extend(std::iter::repeat_n(NONE, reserve as usize));
        let mut order: Vec<(u32, u32)> = (0..f.values.len() as u32)
            .filter(|&v| classes.parent[v as usize] == v && slots.first[v as usize] == NONE)
            .filter_map(|v| live.ranges[v as usize].first().map(|r| (r.0, v)))
            .collect();
        order.sort_unstable();
        for (start, v) in order {
            let end = live.ranges[v as usize].last().map_or(start, |r| r.1);
            let n = f.ty(Value(v)).slots();
            let first = place(&mut free_at, start, n);
            let until = if share { end + 1 } else { NONE };
            free_at[first as usize..(first + n) as usize].fill(until);
            slots.first[v as usize] = first;
        }
        for v in 0..f.values.len() as u32 {
            slots.first[v as usize] = slots.first[classes.find(v) as usize];
        }
        slots.count = free_at.len() as u32;
        slots
    }
}

/// The lowest run of `n` slots that are free from `start` on.
fn place(free_at: &mut Vec<u32>, start: u32, n: u32) -> u32 {
    let mut run = 0;
    for (i, free_at) in free_at.iter().enumerate() {
        run = if *free_at <= start { run + 1 } else { 0 };
        if run >= n.max(1) {
            return (i + 1) as u32 - run;
        }
    }
    let first = free_at.len() as u32 - run;
    free_at.resize((first + n) as usize, 0);
    first
}

struct Classes {
    parent: Vec<u32>,
}

impl Classes {
    fn find(&mut self, v: u32) -> u32 {
        let mut root = v;
        while self.parent[root as usize] != root {
            root = self.parent[root as usize];
        }
        let mut at = v;
        while self.parent[at as usize] != root {
            at = std::mem::replace(&mut self.parent[at as usize], root);
        }
        root
    }

    /// Merges phis with their inputs, innermost loops first.
    fn coalesce_phis(&mut self, plan: &Plan<'_>, live: &mut Live) {
        let f = plan.f;
        let mut is_param = vec![false; f.values.len()];
        f.params.iter().for_each(|p| is_param[p.0 as usize] = true);
        let mut blocks = plan.flow.order.clone();
        blocks.sort_by_key(|b| std::cmp::Reverse(plan.flow.depth[b.0 as usize]));
        for b in blocks {
            for &id in &f.block(b).insts {
                let data = f.inst(id);
                let (Inst::Phi(incoming), Some(phi)) = (&data.inst, data.result) else { break };
                for (pred, v) in incoming {
                    if !plan.flow.reachable(*pred) || f.as_const(*v).is_some() {
                        continue;
                    }
                    let (rep, at) = plan.rep[v.0 as usize];
                    if at == 0 && f.ty(rep).slots() == f.ty(phi).slots() {
                        self.merge(phi.0, rep.0, live, &mut is_param);
                    }
                }
            }
        }
    }

    /// Merges results that replace a part of an operand with it.
    fn coalesce_inserts(&mut self, plan: &Plan<'_>, live: &mut Live) {
        let f = plan.f;
        let mut is_param = vec![false; f.values.len()];
        f.params.iter().for_each(|p| is_param[p.0 as usize] = true);
        for b in &plan.flow.order {
            for &id in &f.block(*b).insts {
                let data = f.inst(id);
                let (Inst::InsertElement(v, ..) | Inst::InsertValue(v, ..), Some(r)) =
                    (&data.inst, data.result)
                else {
                    continue;
                };
                let (rep, at) = plan.rep[v.0 as usize];
                if f.as_const(*v).is_none() && at == 0 && f.ty(rep).slots() == f.ty(r).slots() {
                    self.merge(r.0, rep.0, live, &mut is_param);
                }
            }
        }
    }

    fn merge(&mut self, a: u32, b: u32, live: &mut Live, is_param: &mut [bool]) {
        let (a, b) = (self.find(a), self.find(b));
        if a == b || (is_param[a as usize] && is_param[b as usize]) {
            return;
        }
        let (ra, rb): (&[Range], &[Range]) = (&live.ranges[a as usize], &live.ranges[b as usize]);
        // Long lists are not worth the time: the cost of a move is bounded, that of the test is not.
        if ra.len() + rb.len() > 4096 || overlap(ra, rb) {
            return;
        }
        let (keep, gone) = if is_param[b as usize] { (b, a) } else { (a, b) };
        let moved = std::mem::take(&mut live.ranges[gone as usize]);
        live.ranges[keep as usize].extend(moved);
        normalize(&mut live.ranges[keep as usize]);
        self.parent[gone as usize] = keep;
    }
}
