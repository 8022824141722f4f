//! Where values are live: sorted, disjoint ranges of positions.
//!
//! A block takes one position for its head and one for each instruction; each has two points: `2p`, where
//! operands are read, and `2p + 1`, where results are written. Moves into phis happen at the terminator of
//! the predecessor: they read at `2p` and write at `2p + 1`.

use crate::ir::{BlockId, Inst, Value};

use super::flow::phis_from;
use super::plan::Plan;

/// Inclusive range of points.
pub type Range = (u32, u32);

/// Live ranges of all values that have slots.
pub struct Live {
    /// Ranges of each value, sorted and disjoint; empty for values without slots.
    pub ranges: Vec<Vec<Range>>,
    /// Head position of every block.
    pub head: Vec<u32>,
    /// The last point of the function.
    pub end: u32,
}

struct Use {
    block: BlockId,
    point: u32,
}

impl Live {
    /// Computes the ranges.
    pub fn compute(plan: &Plan<'_>) -> Live {
        let f = plan.f;
        let (mut head, mut last) = (vec![0; f.blocks.len()], vec![0; f.blocks.len()]);
        let mut next = 0u32;
        for &b in &plan.flow.order {
            head[b.0 as usize] = next;
            next += 1 + f.block(b).insts.len() as u32;
            last[b.0 as usize] = next - 1;
        }
        let mut defs: Vec<Option<(BlockId, u32)>> = vec![None; f.values.len()];
        let mut uses: Vec<Vec<Use>> = (0..f.values.len()).map(|_| Vec::new()).collect();
        let mut ranges: Vec<Vec<Range>> = vec![Vec::new(); f.values.len()];
        for &p in &f.params {
            defs[p.0 as usize] = Some((BlockId::ENTRY, 0));
            ranges[p.0 as usize].push((0, 0));
        }
        for &b in &plan.flow.order {
            for (i, &id) in f.block(b).insts.iter().enumerate() {
                let position = head[b.0 as usize] + 1 + i as u32;
                let data = f.inst(id);
                let phi = matches!(data.inst, Inst::Phi(_));
                if let Some(r) = data.result.filter(|r| plan.has_slots(*r)) {
                    let point = 2 * if phi { head[b.0 as usize] } else { position } + 1;
                    defs[r.0 as usize] = Some((b, point));
                    ranges[r.0 as usize].push((point, point));
                }
                if let Inst::Phi(incoming) = &data.inst {
                    let Some(r) = data.result else { continue };
                    for pred in incoming.iter().map(|i| i.0).filter(|p| plan.flow.reachable(*p)) {
                        let write = 2 * last[pred.0 as usize] + 1;
                        ranges[r.0 as usize].push((write, write));
                    }
                }
                plan.reads(id, &mut |v| uses[v.0 as usize].push(Use { block: b, point: 2 * position }));
            }
            for s in super::flow::successors(f, b) {
                for (_, v) in phis_from(f, s, b) {
                    if f.as_const(v).is_none() {
                        let v = plan.rep[v.0 as usize].0;
                        uses[v.0 as usize].push(Use { block: b, point: 2 * last[b.0 as usize] });
                    }
                }
            }
        }
        let mut live = Live { ranges, head, end: 2 * next };
        let mut seen = vec![u32::MAX; f.blocks.len()];
        for v in 0..f.values.len() as u32 {
            if let Some(def) = defs[v as usize] {
                live.extend(plan, Value(v), def, &uses[v as usize], &last, &mut seen);
            }
        }
        live
    }

    /// Adds the ranges from the definition to all uses, walking backwards from each.
    fn extend(
        &mut self,
        plan: &Plan<'_>,
        v: Value,
        (home, def): (BlockId, u32),
        uses: &[Use],
        last: &[u32],
        seen: &mut [u32],
    ) {
        let ranges = &mut self.ranges[v.0 as usize];
        let mut work: Vec<BlockId> = Vec::new();
        for u in uses {
            if u.block == home {
                ranges.push((def.min(u.point), u.point.max(def)));
            } else {
                ranges.push((2 * self.head[u.block.0 as usize], u.point));
                work.push(u.block);
            }
        }
        // Blocks in `work` have the value live at their head.
        while let Some(b) = work.pop() {
            if std::mem::replace(&mut seen[b.0 as usize], v.0) == v.0 {
                continue;
            }
            for &p in &plan.flow.preds[b.0 as usize] {
                let end = 2 * last[p.0 as usize] + 1;
                if p == home {
                    ranges.push((def, end));
                } else {
                    ranges.push((2 * self.head[p.0 as usize], end));
                    work.push(p);
                }
            }
        }
        normalize(ranges);
    }
}

/// Sorts and merges ranges that overlap or touch.
pub fn normalize(ranges: &mut Vec<Range>) {
    ranges.sort_unstable();
    let mut out = 0;
    for i in 1..ranges.len() {
        if ranges[i].0 <= ranges[out].1 + 1 {
            ranges[out].1 = ranges[out].1.max(ranges[i].1);
        } else {
            out += 1;
            ranges[out] = ranges[i];
        }
    }
    ranges.truncate(out + 1);
}

/// Whether two normalized lists share a point.
pub fn overlap(a: &[Range], b: &[Range]) -> bool {
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        if a[i].1 < b[j].0 {
            i += 1;
        } else if b[j].1 < a[i].0 {
            j += 1;
        } else {
            return true;
        }
    }
    false
}
