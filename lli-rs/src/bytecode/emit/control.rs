//! Terminators, and the moves into phis on the way.

use std::sync::atomic::AtomicU32;

use crate::bytecode::code::{Desc, Span, TrapKind};
use crate::bytecode::flow::phis_from;
use crate::bytecode::op::{Op, branch_ext};
use crate::ir::{BlockId, Const, InstId, Terminator, Type, Value};

use super::compare::Test;
use super::{Emitter, Fixup, Label};

/// A switch this dense becomes a table.
const TABLE_MAX: u128 = 4096;

/// Where a moved value comes from.
enum Source {
    Slots(Span),
    Constant(Const, Type),
}

impl Emitter<'_> {
    pub(super) fn terminator(
        &mut self,
        b: BlockId,
        id: InstId,
        t: &Terminator,
        next: Option<BlockId>,
    ) -> Result<(), String> {
        match t {
            Terminator::Br(to) => {
                self.edge(b, *to);
                self.goto(*to, next);
            }
            Terminator::CondBr(_, x, y) if x == y => {
                self.edge(b, *x);
                self.goto(*x, next);
            }
            Terminator::CondBr(cond, x, y) => self.cond_br(b, *cond, *x, *y, next),
            Terminator::Switch { value, cases, default } => self.switch(b, *value, cases, *default, next),
            Terminator::IndirectBr(value, targets) => self.indirect_br(b, *value, targets),
            Terminator::Ret(value) => self.ret(*value),
            Terminator::Invoke { call, normal, unwind } => {
                let at = self.call(call, self.f.inst(id).result)?;
                if let Some(at) = at {
                    let pad = self.edge_label(b, *unwind);
                    self.fixups.push((pad, Fixup::Landing(at)));
                }
                self.edge(b, *normal);
                self.goto(*normal, next);
            }
            Terminator::Resume(v) => {
                let slot = self.span(*v).at;
                self.generic(Desc::Resume(slot));
                self.trap(TrapKind::Unreachable);
            }
            Terminator::Unreachable => self.trap(TrapKind::Unreachable),
        }
        Ok(())
    }

    fn goto(&mut self, to: BlockId, next: Option<BlockId>) {
        if next != Some(to) {
            self.branch(Test { op: Op::Br, a: 0, b: 0, imm: 0 }, Label(to.0));
        }
    }

    fn branch(&mut self, test: Test, to: Label) {
        let at = self.op_ext(test.op, test.a, test.b, 0, branch_ext(0, test.imm));
        self.fixups.push((to, Fixup::Word(at, at + 1, 0)));
    }

    fn cond_br(&mut self, b: BlockId, cond: Value, x: BlockId, y: BlockId, next: Option<BlockId>) {
        let (moves_x, moves_y) = (self.has_moves(b, x), self.has_moves(b, y));
        // The way that falls through carries its moves in line; the taken one needs a stub for them.
        let fall_x = match (moves_x, moves_y) {
            (true, false) => true,
            (false, true) => false,
            (false, false) => next == Some(x),
            (true, true) => {
                next == Some(x) || self.plan.flow.depth[x.0 as usize] > self.plan.flow.depth[y.0 as usize]
            }
        };
        let (taken, fall) = if fall_x { (y, x) } else { (x, y) };
        let test = self.test(cond, !fall_x);
        let label = self.edge_label(b, taken);
        self.branch(test, label);
        self.near_used = 0;
        self.edge(b, fall);
        self.goto(fall, next);
    }

    /// The label that goes to `to` with the moves of the edge done.
    fn edge_label(&mut self, from: BlockId, to: BlockId) -> Label {
        if !self.has_moves(from, to) {
            return Label(to.0);
        }
        if let Some((label, ..)) = self.stubs.iter().rev().find(|(_, f, t)| (*f, *t) == (from, to)) {
            return *label;
        }
        let label = self.label();
        self.stubs.push((label, from, to));
        label
    }

    pub(super) fn emit_stubs(&mut self) {
        for (label, from, to) in std::mem::take(&mut self.stubs) {
            self.near_used = 0;
            self.temp_used = 0;
            self.depth = self.plan.flow.depth[from.0 as usize];
            self.bind(label);
            self.edge(from, to);
            self.goto(to, None);
        }
    }

    // ---- moves ----

    fn moves(&self, from: BlockId, to: BlockId) -> Vec<(Span, Source)> {
        let mut moves = Vec::new();
        for (phi, v) in phis_from(self.f, to, from) {
            let dst = self.result_span(phi);
            if let Some(c) = self.f.as_const(v) {
                moves.push((dst, Source::Constant(c.clone(), self.f.ty(v).clone())));
                continue;
            }
            let (rep, offset) = self.plan.rep[v.0 as usize];
            let at = self.slots.of(rep) + offset;
            if at != dst.at && dst.n > 0 {
                moves.push((dst, Source::Slots(Span { at, n: dst.n })));
            }
        }
        moves
    }

    fn has_moves(&self, from: BlockId, to: BlockId) -> bool {
        !self.moves(from, to).is_empty()
    }

    /// All moves of an edge, as if at once.
    fn edge(&mut self, from: BlockId, to: BlockId) {
        let mut slots: Vec<(u32, u32)> = Vec::new();
        let mut constants = Vec::new();
        for (dst, source) in self.moves(from, to) {
            match source {
                Source::Slots(span) => slots.extend((0..dst.n).map(|i| (dst.at + i, span.at + i))),
                Source::Constant(c, ty) => constants.push((dst, c, ty)),
            }
        }
        self.parallel(slots);
        for (dst, c, ty) in constants {
            if dst.n == 1 {
                let near = self.near_def(dst.at);
                self.put_constant(near, &c, &ty);
                self.store_def(dst.at, near);
            } else {
                self.wide_constant(dst, &c, &ty);
            }
        }
    }

    /// Orders single-slot moves so that nothing is overwritten before it is read; cycles go through scratch.
    pub(super) fn parallel(&mut self, mut moves: Vec<(u32, u32)>) {
        moves.retain(|(d, s)| d != s);
        while !moves.is_empty() {
            let free = moves.iter().position(|(d, _)| moves.iter().all(|(_, s)| s != d));
            if let Some(i) = free {
                let (d, s) = moves.swap_remove(i);
                self.copy_span(Span { at: d, n: 1 }, Span { at: s, n: 1 });
                continue;
            }
            // Only cycles are left: save one destination, then its reader takes the copy.
            let scratch = self.temp(1);
            let saved = moves[0].0;
            self.copy_span(Span { at: scratch, n: 1 }, Span { at: saved, n: 1 });
            moves.iter_mut().filter(|(_, s)| *s == saved).for_each(|(_, s)| *s = scratch);
        }
    }

    // ---- many ways ----

    fn switch(
        &mut self,
        b: BlockId,
        value: Value,
        cases: &[(u128, BlockId)],
        default: BlockId,
        next: Option<BlockId>,
    ) {
        let bits = self.f.ty(value).bits() as u32;
        if bits > 64 {
            return self.sparse_switch(b, value, cases, default);
        }
        if cases.len() <= 3 {
            return self.few_cases(b, value, cases, default, next);
        }
        let wide = bits > 32;
        let ring = if wide { u128::from(u64::MAX) } else { u128::from(u32::MAX) };
        let (low, range) = dense_range(cases.iter().map(|c| c.0), ring, bits == 32 || bits == 64);
        if range < TABLE_MAX && range < 8 + cases.len() as u128 * 8 {
            self.table(b, value, cases, default, (low as u64, range as usize + 1, wide));
        } else {
            self.sparse_switch(b, value, cases, default);
        }
    }

    fn few_cases(
        &mut self,
        b: BlockId,
        value: Value,
        cases: &[(u128, BlockId)],
        default: BlockId,
        next: Option<BlockId>,
    ) {
        let slot = self.slot(value);
        for &(k, to) in cases {
            let label = self.edge_label(b, to);
            match i32::try_from(k) {
                Ok(imm) => self.branch(Test { op: Op::BrEqK, a: slot, b: 0, imm }, label),
                Err(_) => {
                    let k_slot = self.near();
                    self.put_bits(k_slot, k as u64);
                    self.branch(Test { op: Op::BrEq, a: slot, b: k_slot, imm: 0 }, label);
                }
            }
        }
        self.edge(b, default);
        self.goto(default, next);
    }

    fn table(
        &mut self,
        b: BlockId,
        value: Value,
        cases: &[(u128, BlockId)],
        default: BlockId,
        (low, count, wide): (u64, usize, bool),
    ) {
        let slot = self.slot(value);
        let at = self.op_ext(if wide { Op::Switch64 } else { Op::Switch32 }, slot, 0, 0, low);
        self.words.push(count as u64);
        let first = self.words.len();
        self.words.resize(first + count.div_ceil(2), 0);
        let other = self.edge_label(b, default);
        self.fixups.push((other, Fixup::Word(at, at + 2, 32)));
        let mut entries = vec![other; count];
        for &(k, to) in cases {
            let index = if wide {
                (k as u64).wrapping_sub(low)
            } else {
                u64::from((k as u32).wrapping_sub(low as u32))
            };
            entries[index as usize] = self.edge_label(b, to);
        }
        for (i, label) in entries.into_iter().enumerate() {
            self.fixups.push((label, Fixup::Word(at, first + i / 2, (i % 2) as u32 * 32)));
        }
    }

    fn sparse_switch(&mut self, b: BlockId, value: Value, cases: &[(u128, BlockId)], default: BlockId) {
        let span = self.span(value);
        let mut sorted: Vec<(u128, BlockId)> = cases.to_vec();
        sorted.sort_by_key(|c| c.0);
        let at = self.words.len();
        let desc = Desc::SparseSwitch(span, sorted.iter().map(|c| (c.0, 0)).collect(), 0);
        let index = self.desc(desc);
        self.op_ext(Op::GenericJump, 0, 0, 0, index);
        for (i, (_, to)) in sorted.into_iter().enumerate() {
            let label = self.edge_label(b, to);
            self.fixups.push((label, Fixup::Desc(index as usize, i as u32, at)));
        }
        let label = self.edge_label(b, default);
        self.fixups.push((label, Fixup::Desc(index as usize, u32::MAX, at)));
    }

    fn indirect_br(&mut self, b: BlockId, value: Value, targets: &[BlockId]) {
        let slot = self.span(value).at;
        let mut known: Vec<(u32, BlockId)> = targets.iter().map(|t| (t.0, *t)).collect();
        known.sort_unstable();
        known.dedup();
        let at = self.words.len();
        let index = self.desc(Desc::IndirectBr(slot, known.iter().map(|k| (k.0, 0)).collect()));
        self.op_ext(Op::GenericJump, 0, 0, 0, index);
        for (i, (_, to)) in known.into_iter().enumerate() {
            let label = self.edge_label(b, to);
            self.fixups.push((label, Fixup::Desc(index as usize, i as u32, at)));
        }
    }

    pub(super) fn ret(&mut self, value: Option<Value>) {
        // The value is read before the frame's objects go: it lies in slots, which stay.
        let span = value.map(|v| self.span(v)).filter(|s| s.n > 0);
        if self.cleanup {
            let index = self.desc(Desc::Leave(AtomicU32::new(0)));
            self.op_ext(Op::Leave, 0, 0, 0, index);
        }
        match span {
            None => self.op(Op::Ret, 0, 0, 0),
            Some(Span { at, n: 1 }) => {
                let slot = self.reach(at);
                self.op(Op::Ret1, slot, 0, 0)
            }
            Some(span) if span.at + span.n <= u32::from(u16::MAX) => {
                self.op(Op::RetN, span.at as u16, span.n as u16, 0)
            }
            Some(span) => {
                let index = self.desc(Desc::Return(span));
                self.op_ext(Op::GenericJump, 0, 0, 0, index)
            }
        };
    }
}

/// The lowest value of a window over all cases and its length less one. Values are on a ring; the gap that is
/// left out is either the one at zero or, for signed cases, the one at the sign change.
fn dense_range(cases: impl Iterator<Item = u128> + Clone, ring: u128, may_wrap: bool) -> (u128, u128) {
    let low = cases.clone().min().unwrap_or(0);
    let high = cases.clone().max().unwrap_or(0);
    let plain = (low, high - low);
    let half = ring / 2;
    let negative = cases.clone().filter(|c| *c > half).min();
    let positive = cases.filter(|c| *c <= half).max();
    match (negative, positive, may_wrap) {
        (Some(n), Some(p), true) if ring - n + 1 + p < plain.1 => (n, ring - n + 1 + p),
        _ => plain,
    }
}
