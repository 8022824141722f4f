//! Vectors: functions of `semantics::simd` where there is one of the shape, moves of slots and lanes where
//! that is all it takes, descriptors for the rest.

use crate::bytecode::code::{Desc, Span};
use crate::bytecode::op::Op;
use crate::ir::{CastOp, Const, Type, Value};
use crate::semantics::simd::{self, Key, Lane};

use super::Emitter;

impl Emitter<'_> {
    /// Emits a vector function, if there is one for the shape; `ty` is the type that the key is about.
    pub(super) fn simd(&mut self, key: Key, ty: &Type, args: &[Value], r: Value) -> bool {
        let Some((elem, len)) = ty.as_vector() else { return false };
        // Masks are bytes, but not every operation on bytes is one on bits.
        if *elem == Type::BOOL && !matches!(key, Key::Select | Key::Cast(CastOp::ZExt, _)) {
            return false;
        }
        let Some(number) = Lane::of(elem).and_then(|lane| simd::find(key, lane, len)) else { return false };
        let slots = simd::table()[usize::from(number)].slots;
        let dst = self.result_span(r);
        let mut spans = [Span { at: 0, n: 0 }; 3];
        for (span, v) in spans.iter_mut().zip(args) {
            *span = self.span(*v);
        }
        let all = [dst, spans[0], spans[1], spans[2]];
        // The rows are made for exactly these types; far slots go the long way.
        let fits = |(s, n): (&Span, &u8)| s.n == u32::from(*n) && s.at + s.n <= u32::from(u16::MAX);
        if !all.iter().zip(&slots).all(fits) {
            return false;
        }
        let [d, a, b, c] = all.map(|s| s.at as u16);
        self.op_ext(Op::Simd, d, a, b, u64::from(c) | u64::from(number) << 16);
        true
    }

    pub(super) fn extract_element(&mut self, v: Value, i: Value, r: Value) {
        let ty = self.f.ty(v).clone();
        if let (Some((elem, len)), Some(index)) = (ty.as_vector(), self.unsigned(i))
            && index < u64::from(len)
        {
            let from = self.span(v);
            let op = match elem.lane_bytes() {
                1 => Some(Op::GetLane8),
                2 => Some(Op::GetLane16),
                4 => Some(Op::GetLane32),
                _ => None,
            };
            if let (Some(op), Ok(at)) = (op, u16::try_from(from.at)) {
                self.define(r, |e, d| e.op(op, d, at, index as u16));
                return;
            }
        }
        let spans = [self.result_span(r), self.span(v), self.span(i)];
        self.generic(Desc::ExtractElement(ty, spans));
    }

    pub(super) fn insert_element(&mut self, v: Value, e: Value, i: Value, r: Value) {
        let (ty, dst) = (self.f.ty(r).clone(), self.result_span(r));
        if self.insert_lane(&ty, dst, v, e, i) {
            return;
        }
        let spans = [dst, self.span(v), self.span(e), self.span(i)];
        self.generic(Desc::InsertElement(ty, spans));
    }

    fn insert_lane(&mut self, ty: &Type, dst: Span, v: Value, e: Value, i: Value) -> bool {
        let (Some((elem, len)), Some(index)) = (ty.as_vector(), self.unsigned(i)) else { return false };
        let op = match elem.lane_bytes() {
            1 => Op::SetLane8,
            2 => Op::SetLane16,
            4 => Op::SetLane32,
            8 => Op::SetLane64,
            _ => return false,
        };
        let lane = self.span(e);
        let apart = lane.at + lane.n <= dst.at || dst.at + dst.n <= lane.at;
        let near = dst.at + dst.n <= u32::from(u16::MAX);
        if index >= u64::from(len) || !apart || !near || dst.n == 0 {
            return false;
        }
        let lane = self.reach(lane.at);
        self.move_into(dst, v);
        self.op(op, dst.at as u16, lane, index as u16);
        true
    }

    /// Copies a value, or puts a constant, into a span.
    pub(super) fn move_into(&mut self, dst: Span, v: Value) {
        match self.f.as_const(v) {
            Some(Const::Zero) if dst.n <= 4 && dst.at + dst.n <= u32::from(u16::MAX) => {
                (dst.at..dst.at + dst.n).for_each(|slot| self.put_bits(slot as u16, 0));
            }
            Some(c) if dst.n != 1 => {
                let c = c.clone();
                self.wide_constant(dst, &c, self.f.ty(v));
            }
            _ => {
                let from = self.span(v);
                if from.at != dst.at {
                    self.copy_span(dst, from);
                }
            }
        }
    }

    pub(super) fn shuffle(&mut self, a: Value, b: Value, mask: &std::sync::Arc<[Option<u32>]>, r: Value) {
        let (ty, dst) = (self.f.ty(a).clone(), self.result_span(r));
        let Some((elem, len)) = ty.as_vector() else { return };
        if elem.lane_bytes() == 8 && mask.len() <= 8 {
            return self.shuffle_slots(a, b, len, mask, dst);
        }
        let spans = [dst, self.span(a), self.span(b)];
        let bytes = elem.lane_bytes();
        if spans[1].n + spans[2].n <= 8 && dst.n <= 8 && bytes <= 4 {
            let zero = 64 / bytes as u8;
            let lanes = mask.iter().map(|lane| match lane {
                // Lanes of the second operand begin with its first slot.
                Some(i) if *i >= len => (spans[1].n * 8 / bytes + (i - len)) as u8,
                Some(i) => *i as u8,
                None => zero,
            });
            return self.generic(Desc::ShuffleLanes(bytes as u8, lanes.collect(), spans));
        }
        self.generic(Desc::Shuffle(ty.clone(), mask.clone(), spans));
    }

    /// Lanes that are slots: a parallel move.
    fn shuffle_slots(&mut self, a: Value, b: Value, len: u32, mask: &[Option<u32>], dst: Span) {
        let uses = |lanes: std::ops::Range<u32>| mask.iter().flatten().any(|i| lanes.contains(i));
        let from_a = if uses(0..len) { self.span(a).at } else { 0 };
        let from_b = if uses(len..2 * len) { self.span(b).at } else { 0 };
        let mut moves = Vec::new();
        let mut zeros = Vec::new();
        for (i, lane) in mask.iter().enumerate() {
            let to = dst.at + i as u32;
            match lane {
                Some(lane) if *lane >= len => moves.push((to, from_b + lane - len)),
                Some(lane) => moves.push((to, from_a + lane)),
                None => zeros.push(to),
            }
        }
        self.parallel(moves);
        for slot in zeros {
            let near = self.near_def(slot);
            self.put_bits(near, 0);
            self.store_def(slot, near);
        }
    }

    pub(super) fn insert_value(&mut self, v: Value, e: Value, at: u32, r: Value) {
        let (dst, member) = (self.result_span(r), self.span(e));
        let apart = member.at + member.n <= dst.at || dst.at + dst.n <= member.at;
        if apart {
            self.move_into(dst, v);
            self.copy_span(Span { at: dst.at + at, n: member.n }, member);
            return;
        }
        let spans = [dst, self.span(v), member];
        self.generic(Desc::InsertValue(spans, at));
    }
}
