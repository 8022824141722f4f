//! Versioned loops do what the loops did: the same results, memory and faults.

use proptest::prelude::*;

use super::build::{Build, FREE, count, module};
use super::eval::{Run, run};
use super::random::Dice;
use crate::ir::{BinOp, CastOp, Function, ICmpPred, Inst, Type, Value, verify};
use crate::opt::{Roots, lower, version};

const STEPS: usize = 6000;

/// A body with one loop over arrays: blocks 1 (head), 2 (body), 3 (conditional part), 4 (latch), 5 (after).
pub struct Loops {
    b: Build,
    dice: Dice,
    arrays: Vec<Value>,
}

impl Loops {
    /// The induction variable as an index: in its own type or extended.
    fn index(&mut self, i: Value) -> Value {
        let v = match self.dice.roll(4) {
            0 => {
                let ty = self.b.f.ty(i).clone();
                let n = self.dice.roll(5) as u64;
                let n = self.b.int(n, ty);
                self.b.binary(BinOp::Add, i, n)
            }
            _ => i,
        };
        match (self.b.f.ty(v).clone(), self.dice.roll(3)) {
            (Type::I64, 0) => {
                let narrow = self.b.cast(CastOp::Trunc, v, Type::I32);
                self.b.cast(CastOp::SExt, narrow, Type::I64)
            }
            (Type::I64, _) | (_, 0) => v,
            (_, 1) => self.b.cast(CastOp::ZExt, v, Type::I64),
            _ => self.b.cast(CastOp::SExt, v, Type::I64),
        }
    }

    fn place(&mut self, i: Value) -> Value {
        let array = *self.dice.pick(&self.arrays);
        let index = self.index(i);
        let scale = *self.dice.pick(&[1, 2, 4, 4, 8, -4]);
        let p = self.b.index(array, index, scale);
        let offset = *self.dice.pick(&[0, 0, 4, 8, 100, -4]);
        self.b.gep(p, offset)
    }

    fn access(&mut self, i: Value, sum: Value) -> Value {
        let p = self.place(i);
        if self.dice.roll(3) == 0 {
            self.b.store(p, sum);
            return sum;
        }
        let x = self.b.load(p, Type::I32);
        self.b.binary(BinOp::Add, sum, x)
    }

    fn test(&mut self, x: Value, down: bool) -> Value {
        use ICmpPred::*;
        let ty = self.b.f.ty(x).clone();
        let param = self.b.param(usize::from(self.dice.roll(2) == 0));
        let limit = match self.dice.roll(4) {
            0 => {
                let n = self.dice.roll(60) as u64;
                self.b.int(n, ty)
            }
            _ if ty == Type::I64 => param,
            _ => self.b.cast(CastOp::Trunc, param, ty),
        };
        let pred = *self.dice.pick(if down { &[Sgt, Sge, Ugt, Ne] } else { &[Slt, Sle, Ult, Ne, Ule] });
        match self.dice.roll(4) {
            0 => {
                let swapped = match pred {
                    Slt => Sgt,
                    Sle => Sge,
                    Sgt => Slt,
                    Sge => Sle,
                    Ult => Ugt,
                    Ule => Uge,
                    Ugt => Ult,
                    other => other,
                };
                self.b.icmp(swapped, limit, x)
            }
            _ => self.b.icmp(pred, x, limit),
        }
    }

    pub fn body(seed: u64) -> Function {
        let b = Build::new(Type::I32, &[Type::I64, Type::I64], 6);
        let mut g = Loops { b, dice: Dice(seed), arrays: Vec::new() };
        for n in 0..1 + g.dice.roll(3) {
            let size = *g.dice.pick(&[400, 160, 1000, 96, 50, 0]);
            let array = if n == 0 { g.b.heap(size) } else { g.b.alloca(size) };
            g.arrays.push(array);
        }
        // The entry makes the arrays reachable by name only.
        let ty = g.dice.pick(&[Type::I64, Type::I32, Type::I32, Type::I8]).clone();
        let step = *g.dice.pick(&[1i64, 1, 1, 2, 3, -1, -2]);
        let first = if step < 0 { 20 + g.dice.roll(40) } else { g.dice.roll(8) } as u64;
        let first = match g.dice.roll(4) {
            0 => {
                let p = g.b.param(1);
                if ty == Type::I64 { p } else { g.b.cast(CastOp::Trunc, p, ty.clone()) }
            }
            _ => g.b.int(first, ty.clone()),
        };
        let zero = g.b.int(0, Type::I32);
        g.b.br(1);
        g.b.block(1);
        let i = g.b.phi(ty.clone(), &[(0, first)]);
        let sum = g.b.phi(Type::I32, &[(0, zero)]);
        // Tested at the head or only at the end.
        let (at_head, early) = (g.dice.roll(2) == 0, g.dice.roll(4) == 0);
        let mut total = sum;
        if !at_head && g.dice.roll(2) == 0 {
            total = g.access(i, total);
        }
        match (at_head, early) {
            (true, _) => {
                let c = g.test(i, step < 0);
                g.b.cond(c, 2, 5);
            }
            (false, true) => {
                let big = g.b.int(1000, Type::I32);
                let c = g.b.icmp(ICmpPred::Ne, total, big);
                g.b.cond(c, 2, 5);
            }
            _ => g.b.br(2),
        }
        g.b.block(2);
        for _ in 0..1 + g.dice.roll(3) {
            total = g.access(i, total);
        }
        if g.dice.roll(12) == 0 {
            let array = g.arrays[0];
            g.b.call(FREE, &[array]);
        }
        let five = g.b.int(5, Type::I32);
        let c = g.b.icmp(ICmpPred::Ult, total, five);
        g.b.cond(c, 3, 4);
        g.b.block(3);
        let other = if g.dice.roll(2) == 0 { g.access(i, total) } else { total };
        g.b.br(4);
        g.b.block(4);
        let total = g.b.phi(Type::I32, &[(2, total), (3, other)]);
        let any_step = ty == Type::I64 && g.dice.roll(5) == 0;
        let by = g.b.int(step as u64 & (u64::MAX >> (64 - ty.bits())), ty);
        let by = if any_step { g.b.param(1) } else { by };
        let next = g.b.binary(BinOp::Add, i, by);
        g.b.feed(i, 4, next);
        g.b.feed(sum, 4, total);
        if at_head && g.dice.roll(3) != 0 {
            g.b.br(1);
        } else {
            let x = if g.dice.roll(3) == 0 { i } else { next };
            let c = g.test(x, step < 0);
            g.b.cond(c, 1, 5);
        }
        g.finish(i, sum)
    }

    /// After the loop: what of it is still seen.
    fn finish(mut self, i: Value, sum: Value) -> Function {
        self.b.block(5);
        let narrow = match self.b.f.ty(i).bits() {
            64 => self.b.cast(CastOp::Trunc, i, Type::I32),
            32 => i,
            _ => self.b.cast(CastOp::ZExt, i, Type::I32),
        };
        let both = self.b.binary(BinOp::Xor, narrow, sum);
        for array in self.arrays.clone() {
            self.b.observe(array);
        }
        self.b.ret(both);
        self.b.f
    }
}

fn lowered(f: &Function) -> Function {
    let mut f = f.clone();
    let roots = Roots::compute(&f);
    lower::run(&mut f, &module(), &roots, false);
    verify(&f).unwrap_or_else(|e| panic!("{e}\n{f}"));
    f
}

/// Versions a body and compares; the runs before and after, and how many loops were versioned.
fn compare(f: &Function, params: &[u64]) -> Result<(Run, Run, usize), TestCaseError> {
    let before = lowered(f);
    let mut after = before.clone();
    let loops = version::run(&mut after, &crate::opt::inline::NoCallees);
    prop_assert_eq!(verify(&after), Ok(()), "{}\n{}", before, after);
    let (expected, got) = (run(&before, params, STEPS), run(&after, params, 3 * STEPS));
    if expected.finished {
        prop_assert!(got.finished, "longer\n{}\n{}", before, after);
        prop_assert_eq!(&got.events, &expected.events, "{}\n{}", before, after);
        prop_assert_eq!(&got.objects, &expected.objects, "{}\n{}", before, after);
    } else {
        prop_assert!(got.events.starts_with(&expected.events), "{}\n{}", before, after);
    }
    let mut again = before.clone();
    version::run(&mut again, &crate::opt::inline::NoCallees);
    prop_assert_eq!(again.to_string(), after.to_string());
    Ok((expected, got, loops))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn versioned_loops_do_the_same(seed in any::<u64>(), a in 0u64..130, b in prop_oneof![0u64..70, Just(u64::MAX - 2), Just(125), Just(1 << 31)]) {
        compare(&Loops::body(seed), &[a, b])?;
    }

    #[test]
    fn random_bodies_do_the_same(seed in any::<u64>(), a in 0u64..4, b in 0u64..4) {
        let mut f = super::random::Gen::body(seed);
        crate::opt::run(&mut f, &module());
        compare(&f, &[a, b])?;
    }
}

#[test]
fn random_loops_take_the_copy_and_fault() {
    let (mut versioned, mut fast, mut faults, mut slow) = (0, 0, 0, 0);
    for seed in 0..500 {
        let (expected, got, loops) = compare(&Loops::body(seed), &[20, 10]).unwrap();
        versioned += loops;
        fast += usize::from(got.checks < expected.checks);
        slow += usize::from(loops > 0 && got.checks == expected.checks);
        faults +=
            usize::from(loops > 0 && matches!(got.events.last(), Some(super::eval::Event::BadAccess(..))));
    }
    assert!(versioned > 150 && fast > 30 && slow > 40 && faults > 40, "{versioned} {fast} {slow} {faults}");
}

/// `for (i = first; i < n; i += step) c[i] = a[i] + b[i]`, with what `shape` asks for.
#[derive(Clone, Copy)]
struct Shape {
    ty: fn() -> Type,
    extend: Option<CastOp>,
    step: i64,
    /// The step is the second parameter instead.
    any_step: bool,
    pred: ICmpPred,
    two_limits: bool,
    pointer: bool,
    at_head: bool,
    frees: bool,
}

const PLAIN: Shape = Shape {
    ty: || Type::I64,
    extend: None,
    step: 1,
    any_step: false,
    pred: ICmpPred::Slt,
    two_limits: false,
    pointer: false,
    at_head: false,
    frees: false,
};

fn triad(s: Shape) -> Function {
    let mut b = Build::new(Type::I32, &[Type::I64, Type::I64], 4);
    let arrays: Vec<Value> = (0..3).map(|_| b.heap(400)).collect();
    let ty = (s.ty)();
    let mut params = vec![b.param(0), b.param(1)];
    if ty != Type::I64 {
        params = params.into_iter().map(|p| b.cast(CastOp::Trunc, p, ty.clone())).collect();
    }
    let first = b.int(if s.step < 0 { 99 } else { 0 }, ty.clone());
    b.br(1);
    b.block(1);
    let i = b.phi(ty.clone(), &[(0, first)]);
    let walk = s.pointer.then(|| b.phi(Type::Ptr, &[(0, arrays[0])]));
    let test = |b: &mut Build, x: Value| {
        let c = b.icmp(s.pred, x, params[0]);
        let d = if s.two_limits { b.icmp(s.pred, x, params[1]) } else { c };
        b.binary(BinOp::And, c, d)
    };
    if s.at_head {
        let c = test(&mut b, i);
        b.cond(c, 2, 3);
    } else {
        b.br(2);
    }
    b.block(2);
    let index = s.extend.map_or(i, |op| b.cast(op, i, Type::I64));
    let at = |b: &mut Build, n: usize| match walk {
        Some(p) if n == 0 => p,
        _ => b.index(arrays[n], index, 4),
    };
    let (p, q, r) = (at(&mut b, 0), at(&mut b, 1), at(&mut b, 2));
    let (x, y) = (b.load(p, Type::I32), b.load(q, Type::I32));
    let sum = b.binary(BinOp::Add, x, y);
    let sum = b.binary(BinOp::Add, sum, x);
    b.store(r, sum);
    if s.frees {
        b.call(FREE, &[arrays[0]]);
    }
    let by = b.int(s.step as u64 & (u64::MAX >> (64 - ty.bits())), ty);
    let by = if s.any_step { b.param(1) } else { by };
    let next = b.binary(BinOp::Add, i, by);
    b.feed(i, 2, next);
    if let Some(p) = walk {
        let q = b.gep(p, 4 * s.step);
        b.feed(p, 2, q);
    }
    if s.at_head {
        b.br(1);
    } else {
        let c = test(&mut b, next);
        b.cond(c, 1, 3);
    }
    b.block(3);
    b.observe(arrays[2]);
    let zero = b.int(0, Type::I32);
    b.ret(zero);
    b.f
}

#[test]
fn variants_run_without_checks() {
    use ICmpPred::{Ne, Sgt, Slt, Ult};
    let i32s = Shape { ty: || Type::I32, extend: Some(CastOp::SExt), ..PLAIN };
    let u8s = Shape { ty: || Type::I8, extend: Some(CastOp::ZExt), pred: Ult, ..PLAIN };
    let shapes = [
        PLAIN,
        Shape { at_head: true, ..PLAIN },
        Shape { pred: Ne, ..PLAIN },
        Shape { step: 2, ..PLAIN },
        Shape { step: 3, at_head: true, ..PLAIN },
        Shape { two_limits: true, ..PLAIN },
        Shape { two_limits: true, at_head: true, ..i32s },
        Shape { pointer: true, ..PLAIN },
        i32s,
        Shape { extend: Some(CastOp::ZExt), pred: Slt, ..i32s },
        u8s,
        Shape { at_head: true, ..u8s },
    ];
    for (n, s) in shapes.into_iter().enumerate() {
        let f = triad(s);
        for limit in [1, 7, 99, 100] {
            let (expected, got, loops) = compare(&f, &[limit, limit]).unwrap();
            assert!(loops == 1 && got.checks == 0 && got.raw == expected.raw, "shape {n}, {limit}\n{f}");
        }
        let (_, got, _) = compare(&f, &[103, 103]).unwrap();
        assert!(got.checks > 0, "shape {n}");
    }
    for (at_head, pred) in [(false, Slt), (true, Slt), (false, Ult), (true, Ne)] {
        let any = triad(Shape { any_step: true, at_head, pred, ..PLAIN });
        for step in [1, 3, 9, 33] {
            let (_, got, loops) = compare(&any, &[99, step]).unwrap();
            assert!(loops == 1 && got.checks == 0, "{step}\n{any}");
        }
        for step in [0, (1 << 20) + 1, u64::MAX, 1 << 40, (1 << 62) + 1] {
            let (_, got, _) = compare(&any, &[99, step]).unwrap();
            assert!(got.checks > 0, "{step}");
        }
    }
    let down = Shape { step: -1, pred: Sgt, ..PLAIN };
    for s in [down, Shape { at_head: true, ..down }, Shape { ..i32s }] {
        let (_, got, loops) = compare(&triad(s), &[3, 3]).unwrap();
        assert!(loops == 1 && got.checks == 0);
    }
}

#[test]
fn loops_that_may_free_are_left_alone() {
    let (_, got, loops) = compare(&triad(Shape { frees: true, ..PLAIN }), &[9, 9]).unwrap();
    assert!(loops == 0 && got.checks > 0);
    assert!(matches!(got.events.last(), Some(super::eval::Event::BadAccess(..))));
}

/// A byte index wraps: what it then accesses is judged by the checked loop.
#[test]
fn narrow_indices_that_wrap_are_not_taken_for_wide_ones() {
    let s = Shape { ty: || Type::I8, extend: Some(CastOp::SExt), pred: ICmpPred::Ne, ..PLAIN };
    let (_, got, _) = compare(&triad(s), &[200, 200]).unwrap();
    assert!(matches!(got.events.last(), Some(super::eval::Event::BadAccess(..))));
}

#[test]
fn the_copy_has_no_checks() {
    let before = lowered(&triad(PLAIN));
    let mut after = before.clone();
    assert_eq!(version::run(&mut after, &crate::opt::inline::NoCallees), 1);
    let checks = |f: &Function| count(f, |i| matches!(i, Inst::Check { .. }));
    assert_eq!((checks(&before), checks(&after)), (3, 3), "{after}");
    assert_eq!(count(&after, |i| matches!(i, Inst::Range { .. })), 3, "{after}");
    assert_eq!(count(&after, |i| matches!(i, Inst::Poll)), 2, "{after}");
}
