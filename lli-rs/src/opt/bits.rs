//! What is known of the bits of a value.

use smallvec::SmallVec;

use crate::ir::{BinOp, CastOp, Const, Function, Inst, Type, Value, ValueDef};

/// Definitions that are looked at for one answer.
const MAX_LOOKS: usize = 64;

/// How many of an integer's lowest bits are certainly zero.
///
/// A phi on a cycle is taken to have as many as what comes in from elsewhere: every operation that is followed
/// keeps at least as many zeros as the operand that has the fewest, so that holds by induction.
pub fn low_zeros(f: &Function, v: Value) -> u32 {
    Zeros { f, phis: SmallVec::new(), looks: 0 }.of(v)
}

struct Zeros<'a> {
    f: &'a Function,
    /// The phis that were looked at.
    phis: SmallVec<[Value; 4]>,
    looks: usize,
}

impl Zeros<'_> {
    fn of(&mut self, v: Value) -> u32 {
        let Type::Int(bits @ 1..=64) = *self.f.ty(v) else { return 0 };
        let all = bits;
        self.looks += 1;
        let f = self.f;
        match &f.value(v).def {
            ValueDef::Const(Const::Zero) => all,
            ValueDef::Const(Const::Int(n)) => n.trailing_zeros().min(all),
            ValueDef::Inst(id) if self.looks <= MAX_LOOKS => self.inst(&f.inst(*id).inst, v, all).min(all),
            _ => 0,
        }
    }

    fn inst(&mut self, inst: &Inst, v: Value, all: u32) -> u32 {
        match inst {
            Inst::Binary(BinOp::Add | BinOp::Sub | BinOp::Or | BinOp::Xor, a, b) => {
                self.of(*a).min(self.of(*b))
            }
            Inst::Binary(BinOp::Mul, a, b) => self.of(*a) + self.of(*b),
            Inst::Binary(BinOp::And, a, b) => self.of(*a).max(self.of(*b)),
            Inst::Binary(BinOp::Shl, a, b) => match self.f.as_const(*b) {
                Some(Const::Int(n)) if *n < u64::from(all) => self.of(*a) + *n as u32,
                _ => self.of(*a),
            },
            Inst::Cast(CastOp::ZExt | CastOp::SExt | CastOp::Trunc, a) | Inst::Freeze(a) => self.of(*a),
            Inst::Select(_, a, b) => self.of(*a).min(self.of(*b)),
            Inst::Phi(incoming) => {
                if self.phis.contains(&v) {
                    return all;
                }
                self.phis.push(v);
                incoming.iter().map(|(_, v)| self.of(*v)).min().unwrap_or(0)
            }
            _ => 0,
        }
    }
}
