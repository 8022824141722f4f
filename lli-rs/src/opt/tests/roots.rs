//! Roots of pointers.

use super::build::Build;
use crate::ir::{CastOp, FuncId, GlobalId, ICmpPred, Inst, Symbol, Type, Value};
use crate::opt::{Root, Roots};

fn body() -> Build {
    Build::new(Type::Void, &[Type::Ptr, Type::Ptr, Type::I64, Type::BOOL], 4)
}

fn own(v: Value) -> Root {
    Root::Value(v)
}

#[test]
fn straight_lines() {
    let mut b = body();
    let (p, n) = (b.param(0), b.param(2));
    let g1 = b.gep(p, 8);
    let g2 = b.index(g1, n, 4);
    let frozen = b.def(Inst::Freeze(g2), Type::Ptr);
    let same = b.cast(CastOp::BitCast, frozen, Type::Ptr);
    let symbol = b.symbol(3, 16);
    let in_symbol = b.index(symbol, n, 1);
    let null = b.null();
    let from_null = b.gep(null, 64);
    let further = b.gep(from_null, 8);
    let made = b.cast(CastOp::IntToPtr, n, Type::Ptr);
    let from_made = b.gep(made, 8);
    let frozen_made = b.def(Inst::Freeze(made), Type::Ptr);
    let from_frozen = b.index(frozen_made, n, 8);
    let loaded = b.load(p, Type::Ptr);
    let from_loaded = b.gep(loaded, 1);
    let number = b.cast(CastOp::PtrToInt, g1, Type::I64);
    let back = b.cast(CastOp::IntToPtr, number, Type::Ptr);
    let declared = b.cast(CastOp::BitCast, n, Type::Ptr);
    let from_declared = b.index(declared, n, 1);
    let alloca = b.alloca(8);
    let in_alloca = b.gep(alloca, 4);
    let result = b.call(FuncId(1), &[p]);
    let roots = Roots::compute(&b.f);
    for v in [p, g1, g2, frozen, same] {
        assert_eq!(roots.of(v), own(p));
    }
    let three = Root::Symbol(Symbol::Global(GlobalId(3)));
    assert_eq!((roots.of(symbol), roots.of(in_symbol)), (three, three));
    for v in [null, from_null, made, from_made, from_frozen, loaded, back, alloca, number, result, n] {
        assert_eq!(roots.of(v), own(v));
    }
    assert_eq!(roots.of(frozen_made), own(made));
    assert_eq!(roots.of(further), own(from_null));
    assert_eq!(roots.of(from_loaded), own(loaded));
    assert_eq!(roots.of(in_alloca), own(alloca));
    // What the loader makes of svm.root.
    assert_eq!(roots.of(from_declared), own(declared));
}

#[test]
fn selects_of_one_root() {
    let mut b = body();
    let (p, q, c) = (b.param(0), b.param(1), b.param(3));
    let g = b.gep(p, 8);
    let one = b.def(Inst::Select(c, g, p), Type::Ptr);
    let two = b.def(Inst::Select(c, g, q), Type::Ptr);
    let null = b.null();
    let maybe = b.def(Inst::Select(c, p, null), Type::Ptr);
    let from_maybe = b.gep(maybe, 8);
    let roots = Roots::compute(&b.f);
    assert_eq!(roots.of(one), own(p));
    assert_eq!(roots.of(two), own(two));
    assert_eq!(roots.of(maybe), own(maybe));
    assert_eq!(roots.of(from_maybe), own(maybe));
}

/// `for (q = p; ...; q += 4)`, with another entry if `other` gives one.
fn walk(other: impl FnOnce(&mut Build) -> Option<Value>) -> (Roots, [Value; 4]) {
    let mut b = body();
    let (p, c) = (b.param(0), b.param(3));
    let start = b.gep(p, 16);
    b.cond(c, 1, 2);
    b.block(1);
    let entry = other(&mut b).unwrap_or(p);
    b.br(2);
    b.block(2);
    let q = b.phi(Type::Ptr, &[(0, start), (1, entry)]);
    let next = b.gep(q, 4);
    b.feed(q, 2, next);
    let c = b.icmp(ICmpPred::Eq, next, p);
    b.cond(c, 2, 3);
    b.block(3);
    let end = b.gep(next, -4);
    b.term(crate::ir::Terminator::Ret(None));
    crate::ir::verify(&b.f).unwrap();
    (Roots::compute(&b.f), [p, q, next, end])
}

#[test]
fn phis_of_a_loop() {
    let (roots, [p, q, next, end]) = walk(|_| None);
    assert!([q, next, end].iter().all(|v| roots.of(*v) == own(p)));
    let (roots, [_, q, next, end]) = walk(|b| Some(b.null()));
    assert!([q, next, end].iter().all(|v| roots.of(*v) == own(q)));
    let (roots, [p, q, next, _]) = walk(|b| {
        let p = b.param(0);
        Some(b.gep(p, 100))
    });
    assert!([q, next].iter().all(|v| roots.of(*v) == own(p)));
    let (roots, [_, q, ..]) = walk(|b| Some(b.param(1)));
    assert_eq!(roots.of(q), own(q));
}

#[test]
fn cycles_that_several_roots_enter() {
    // Two phis that feed each other; each is entered by another root.
    let mut b = body();
    let (p, q, c) = (b.param(0), b.param(1), b.param(3));
    b.br(1);
    b.block(1);
    let x = b.phi(Type::Ptr, &[(0, p)]);
    b.cond(c, 2, 3);
    b.block(2);
    let inner = b.phi(Type::Ptr, &[(1, x)]);
    let step = b.gep(inner, 8);
    b.feed(inner, 2, step);
    b.cond(c, 2, 3);
    b.block(3);
    let y = b.phi(Type::Ptr, &[(1, q), (2, step)]);
    let z = b.gep(y, 1);
    b.feed(x, 3, z);
    b.br(1);
    crate::ir::verify(&b.f).unwrap();
    let roots = Roots::compute(&b.f);
    assert_eq!((roots.of(x), roots.of(y)), (own(x), own(y)));
    // The inner loop has one root still: x.
    assert_eq!((roots.of(inner), roots.of(step)), (own(x), own(x)));
    assert_eq!(roots.of(z), own(y));
}

#[test]
fn long_chains_do_not_overflow_the_stack() {
    let mut b = body();
    let p = b.param(0);
    let mut at = p;
    for _ in 0..200_000 {
        at = b.gep(at, 1);
    }
    assert_eq!(Roots::compute(&b.f).of(at), own(p));
}
