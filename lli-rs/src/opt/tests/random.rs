//! Random bodies do the same before and after.

use proptest::prelude::*;

use super::build::{Build, FREE, count, module};
use super::eval::{Event, run};
use crate::ir::{BinOp, CastOp, Const, Function, ICmpPred, Inst, Terminator, Type, Value, verify};

/// A source of choices.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % sides
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.roll(from.len())]
    }
}

pub struct Gen {
    b: Build,
    dice: Dice,
    /// With their sizes, and the type that most accesses have.
    allocas: Vec<(Value, u64, Type)>,
    /// Values that dominate the current position.
    known: Vec<Value>,
    /// How many of them the entry block defines.
    shared: usize,
}

impl Gen {
    fn types() -> Vec<Type> {
        vec![
            Type::I8,
            Type::I32,
            Type::I32,
            Type::I64,
            Type::I64,
            Type::Float,
            Type::Double,
            Type::Ptr,
            Type::BOOL,
            Type::I16,
            Type::Int(24),
            Type::X87,
            Type::vector(Type::I8, 4),
            Type::structure(vec![Type::I32, Type::I32], false),
        ]
    }

    fn value(&mut self, ty: &Type) -> Value {
        let fits: Vec<Value> = self.known.iter().copied().filter(|v| self.b.f.ty(*v) == ty).collect();
        if !fits.is_empty() && self.dice.roll(6) != 0 {
            return *self.dice.pick(&fits);
        }
        let small = self.dice.roll(5) as u64;
        match ty {
            Type::Int(1) => self.b.int(small & 1, ty.clone()),
            Type::Int(bits) if *bits <= 64 => self.b.int(small, ty.clone()),
            Type::Double => self.b.f.add_const(Const::Double((small as f64).to_bits()), Type::Double),
            Type::Ptr if self.dice.roll(3) != 0 => self.dice.pick(&self.allocas).0,
            _ => self.b.f.add_const(Const::Zero, ty.clone()),
        }
    }

    /// An address in (mostly) one of the allocas, and the type to access there.
    fn place(&mut self) -> (Value, Type) {
        let (base, room, home) = self.dice.pick(&self.allocas).clone();
        if self.dice.roll(6) != 0 {
            return (base, home);
        }
        let ty = self.dice.pick(&Gen::types()).clone();
        let last = room.saturating_sub(ty.store_size());
        let offset = match self.dice.roll(60) {
            0 => last as i64 + 1,
            1 => -1,
            n if n < 40 => last as i64 / 8 * 8,
            _ => self.dice.roll(last as usize + 1) as i64,
        };
        let place = match self.dice.roll(3) {
            0 => {
                let half = self.b.gep(base, offset - 3);
                self.b.gep(half, 3)
            }
            _ => self.b.gep(base, offset),
        };
        (place, ty)
    }

    fn inst(&mut self) {
        let ty = self.dice.pick(&Gen::types()).clone();
        let new = match self.dice.roll(14) {
            0..=3 => {
                let (place, ty) = self.place();
                Some(self.b.load(place, ty))
            }
            4..=7 => {
                let (place, ty) = self.place();
                let value = self.value(&ty);
                self.b.store(place, value);
                None
            }
            8 => {
                let ty = self.dice.pick(&[Type::I8, Type::I32, Type::I64]).clone();
                let op = *self.dice.pick(&[BinOp::Add, BinOp::Sub, BinOp::Add, BinOp::Xor, BinOp::SDiv]);
                let (a, b) = (self.value(&ty), self.value(&ty));
                Some(self.b.binary(op, a, b))
            }
            9 => {
                let (a, b) = (self.value(&Type::I32), self.value(&Type::I32));
                let pred = *self.dice.pick(&[ICmpPred::Eq, ICmpPred::Slt, ICmpPred::Ne]);
                let c = self.b.icmp(pred, a, b);
                self.known.push(c);
                let wide = self.b.cast(CastOp::ZExt, c, Type::I32);
                let zero = self.b.int(0, Type::I32);
                Some(self.b.icmp(pred, wide, zero))
            }
            10 => {
                let v = self.value(&ty);
                match self.dice.roll(8) {
                    0 => Some(self.b.call(FREE, &[self.allocas[0].0])),
                    _ => Some(self.b.observe(v)),
                }
            }
            11 | 12 => {
                let (place, _, home) = self.dice.pick(&self.allocas).clone();
                let v = self.b.load(place, home);
                Some(self.b.observe(v))
            }
            _ => {
                let v = self.value(&Type::I64);
                let narrow = self.b.cast(CastOp::Trunc, v, Type::I32);
                self.known.push(narrow);
                Some(self.b.cast(CastOp::SExt, narrow, Type::I64))
            }
        };
        self.known.extend(new);
    }

    pub fn body(seed: u64) -> Function {
        let mut dice = Dice(seed);
        let blocks = 1 + dice.roll(10);
        let b = Build::new(Type::I64, &[Type::I32, Type::I64], blocks);
        let known = b.f.params.clone();
        let mut g = Gen { b, dice, allocas: Vec::new(), known, shared: 0 };
        for _ in 0..1 + g.dice.roll(5) {
            let home = g.dice.pick(&Gen::types()).clone();
            let size = home.store_size() + *g.dice.pick(&[0, 0, 3, 8, 16]);
            let heap = g.allocas.is_empty() && g.dice.roll(2) == 0;
            let alloca = if heap { g.b.heap(size) } else { g.b.alloca(size) };
            g.allocas.push((alloca, size, home));
        }
        for block in 0..blocks {
            g.b.block(block as u32);
            g.known.truncate(if block == 0 { usize::MAX } else { g.shared });
            for _ in 0..g.dice.roll(10) {
                g.inst();
            }
            if block == 0 {
                g.shared = g.known.len();
            }
            g.terminator(blocks);
        }
        g.b.f
    }

    fn terminator(&mut self, blocks: usize) {
        // The entry has no predecessors.
        let to = |dice: &mut Dice| 1 + dice.roll(blocks - 1) as u32;
        match self.dice.roll(6) {
            _ if blocks == 1 => {
                let v = self.value(&Type::I64);
                self.b.ret(v);
            }
            0 => {
                let v = self.value(&Type::I64);
                self.b.ret(v);
            }
            1 => {
                let t = to(&mut self.dice);
                self.b.br(t);
            }
            2 => {
                let value = self.value(&Type::I32);
                let mut block = || crate::ir::BlockId(to(&mut self.dice));
                let term =
                    Terminator::Switch { value, cases: vec![(1, block()), (2, block())], default: block() };
                self.b.term(term);
            }
            _ => {
                let c = self.value(&Type::BOOL);
                let (yes, no) = (to(&mut self.dice), to(&mut self.dice));
                self.b.cond(c, yes, no);
            }
        }
    }
}

pub const STEPS: usize = 500;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn bodies_do_the_same(seed in any::<u64>(), a in 0u64..4, b in 0u64..4) {
        let before = Gen::body(seed);
        prop_assert_eq!(verify(&before), Ok(()), "{}", before);
        let mut after = before.clone();
        super::super::run(&mut after, &module());
        prop_assert_eq!(verify(&after), Ok(()), "{}\n{}", before, after);
        let expected = run(&before, &[a, b], STEPS);
        let got = run(&after, &[a, b], STEPS);
        if expected.finished {
            prop_assert!(got.finished, "longer\n{}\n{}", before, after);
            prop_assert_eq!(got.events, expected.events, "{}\n{}", before, after);
        } else {
            // It has come at least as far.
            prop_assert!(got.events.starts_with(&expected.events), "{}\n{}", before, after);
        }
        // The same again: passes are deterministic.
        let mut again = before.clone();
        super::super::run(&mut again, &module());
        prop_assert_eq!(again.to_string(), after.to_string());
    }
}

#[test]
fn random_bodies_cover_what_matters() {
    let (mut faults, mut returns, mut promoted, mut kept) = (0, 0, 0, 0);
    for seed in 0..400 {
        let before = Gen::body(seed);
        let mut after = before.clone();
        super::super::run(&mut after, &module());
        let loads = |f: &Function| count(f, |i| matches!(i, Inst::Load { .. }));
        promoted += usize::from(loads(&after) < loads(&before));
        kept += usize::from(loads(&after) > 0);
        match run(&before, &[1, 2], STEPS).events.last() {
            Some(Event::Fault | Event::BadAccess(..)) => faults += 1,
            Some(Event::Returned(_)) => returns += 1,
            _ => {}
        }
    }
    assert!(
        faults > 20 && returns > 40 && promoted > 100 && kept > 60,
        "{faults} {returns} {promoted} {kept}"
    );
}
