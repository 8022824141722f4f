//! Intrinsics and inline assembly: fast ops for the common scalar ones, descriptors for the rest.

use crate::bytecode::code::{Desc, Span, TrapKind};
use crate::bytecode::op::Op;
use crate::intrinsics::asm;
use crate::ir::{AsmCall, Intrinsic, Type, Value};
use crate::semantics::simd::Key;

use super::Emitter;

impl Emitter<'_> {
    pub(super) fn intrinsic(
        &mut self,
        i: Intrinsic,
        args: &[Value],
        result: Option<Value>,
    ) -> Result<(), String> {
        if i == Intrinsic::VaEnd {
            return Ok(());
        }
        if i == Intrinsic::Trap || i == Intrinsic::DebugTrap {
            self.trap(TrapKind::TrapInstruction);
            return Ok(());
        }
        if let Some(r) = result
            && self.fast_intrinsic(i, args, r)
        {
            return Ok(());
        }
        let types: Box<[Type]> = args.iter().map(|a| self.f.ty(*a).clone()).collect();
        let dst = result.map_or(Span { at: 0, n: 0 }, |r| self.result_span(r));
        let ret = result.map_or(Type::Void, |r| self.f.ty(r).clone());
        let spans = args.iter().map(|a| self.span(*a)).collect();
        let desc = if crate::intrinsics::is_pure(i) {
            Desc::Pure(i, types, ret, dst, spans)
        } else {
            Desc::Intrinsic(i, types, ret, dst, spans)
        };
        self.generic(desc);
        Ok(())
    }

    fn fast_intrinsic(&mut self, i: Intrinsic, args: &[Value], r: Value) -> bool {
        let ty = self.f.ty(r).clone();
        if let (Some(op), [a, b, ..]) = (two_operands(i, &ty), args) {
            let (a, b) = (self.slot(*a), self.slot(*b));
            self.define(r, |e, d| e.op(op, d, a, b));
            return true;
        }
        if let (Some(op), [a, ..]) = (one_operand(i, &ty), args) {
            let a = self.slot(*a);
            self.define(r, |e, d| e.op(op, d, a, 0));
            return true;
        }
        if matches!(i, Intrinsic::Fma) {
            return false;
        }
        if args.iter().all(|a| *self.f.ty(*a) == ty) && self.simd(Key::Intrinsic(i), &ty, args, r) {
            return true;
        }
        match (i, args, &ty) {
            (Intrinsic::FShl | Intrinsic::FShr, [x, y, n], Type::Int(bits @ (32 | 64))) if x == y => {
                let (wide, left) = (*bits == 64, i == Intrinsic::FShl);
                let a = self.slot(*x);
                if let Some(n) = self.unsigned(*n) {
                    let n = if left { n } else { n.wrapping_neg() } & u64::from(bits - 1);
                    let op = if wide { Op::Rotl64K } else { Op::Rotl32K };
                    self.define(r, |e, d| e.op(op, d, a, n as u16));
                    return true;
                }
                if !left {
                    return false;
                }
                let n = self.slot(*n);
                self.define(r, |e, d| e.op(if wide { Op::Rotl64 } else { Op::Rotl32 }, d, a, n));
                true
            }
            (Intrinsic::FMulAdd, [x, y, z], Type::Double | Type::Float) => {
                let op = if ty == Type::Double { Op::FMulAdd64 } else { Op::FMulAdd32 };
                let (x, y, z) = (self.slot(*x), self.slot(*y), self.slot(*z));
                self.define(r, |e, d| e.op_ext(op, d, x, y, u64::from(z)));
                true
            }
            _ => false,
        }
    }

    pub(super) fn asm(&mut self, call: &AsmCall, result: Option<Value>) -> Result<(), String> {
        let ret = result.map_or(Type::Void, |r| self.f.ty(r).clone());
        let types: Vec<&Type> = call.args.iter().map(|a| self.f.ty(*a)).collect();
        match asm::find(&call.template, &call.constraints, &types, &ret) {
            Some(op) => {
                let spans = call.args.iter().map(|a| self.span(*a)).collect();
                let dst = result.map_or(Span { at: 0, n: 0 }, |r| self.result_span(r));
                self.generic(Desc::Asm(op, spans, dst));
            }
            None => {
                let text = call.template.replace('\n', "\\n").replace('\t', " ");
                self.trap(TrapKind::Unsupported(format!("inline assembly `{text}`").into()));
            }
        }
        Ok(())
    }
}

fn two_operands(i: Intrinsic, ty: &Type) -> Option<Op> {
    Some(match (i, ty) {
        (Intrinsic::SMin, Type::Int(32)) => Op::SMin32,
        (Intrinsic::SMax, Type::Int(32)) => Op::SMax32,
        (Intrinsic::SMin, Type::Int(64)) => Op::SMin64,
        (Intrinsic::SMax, Type::Int(64)) => Op::SMax64,
        (Intrinsic::UMin, Type::Int(1..=64)) => Op::UMin,
        (Intrinsic::UMax, Type::Int(1..=64)) => Op::UMax,
        (Intrinsic::PtrMask, Type::Ptr) => Op::And,
        _ => return None,
    })
}

fn one_operand(i: Intrinsic, ty: &Type) -> Option<Op> {
    Some(match (i, ty) {
        (Intrinsic::Abs, Type::Int(32)) => Op::Abs32,
        (Intrinsic::Abs, Type::Int(64)) => Op::Abs64,
        (Intrinsic::CtPop, Type::Int(1..=64)) => Op::CtPop,
        (Intrinsic::CtLz, Type::Int(32)) => Op::CtLz32,
        (Intrinsic::CtLz, Type::Int(64)) => Op::CtLz64,
        (Intrinsic::CtTz, Type::Int(32)) => Op::CtTz32,
        (Intrinsic::CtTz, Type::Int(64)) => Op::CtTz64,
        (Intrinsic::BSwap, Type::Int(16)) => Op::BSwap16,
        (Intrinsic::BSwap, Type::Int(32)) => Op::BSwap32,
        (Intrinsic::BSwap, Type::Int(64)) => Op::BSwap64,
        (Intrinsic::FAbs, Type::Double) => Op::FAbs64,
        (Intrinsic::Sqrt, Type::Double) => Op::FSqrt64,
        (Intrinsic::Sqrt, Type::Float) => Op::FSqrt32,
        _ => return None,
    })
}
