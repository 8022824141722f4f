//! The lowered form: what becomes of accesses, and that bytecode refuses it.

use super::build::{Build, count, module};
use super::eval::{Event, run};
use crate::ir::{Const, Global, Inst, Intrinsic, Linkage, Type, verify, verify_foreign};
use crate::opt::{Roots, lower};

#[test]
fn accesses_become_checks_and_cycles_get_polls() {
    let mut b = Build::new(Type::I32, &[Type::Ptr, Type::I64, Type::BOOL], 3);
    let (p, n, c) = (b.param(0), b.param(1), b.param(2));
    let local = b.alloca(16);
    let inside = b.gep(local, 12);
    let outside = b.gep(local, 13);
    b.br(1);
    b.block(1);
    let q = b.index(p, n, 4);
    let x = b.load(q, Type::I32);
    b.store(inside, x);
    b.store(outside, x);
    let odd = b.load(q, Type::Int(24));
    b.observe(odd);
    b.cond(c, 1, 2);
    b.block(2).ret(x);
    let mut f = b.f;
    let roots = Roots::compute(&f);
    lower::run(&mut f, &module(), &roots, true);
    verify(&f).unwrap();
    assert_eq!(count(&f, |i| matches!(i, Inst::Check { root, .. } if *root == p)), 1, "{f}");
    let fixed = |i: &Inst| matches!(i, Inst::Check { root, size: Some(16), .. } if *root == local);
    assert_eq!(count(&f, fixed), 1, "{f}");
    assert_eq!(count(&f, |i| matches!(i, Inst::Locate(v) if *v == local)), 1, "{f}");
    assert_eq!(count(&f, |i| matches!(i, Inst::RawStore { offset: 12, .. })), 1, "{f}");
    assert_eq!(count(&f, |i| matches!(i, Inst::LoadBy { root, .. } if *root == p)), 1, "{f}");
    assert_eq!(count(&f, |i| matches!(i, Inst::Poll)), 1, "{f}");
    assert_eq!(count(&f, |i| matches!(i, Inst::Fuel(7))), 1, "{f}");
    assert!(verify_foreign(&f, &module()).is_err_and(|e| e.contains("lowered form")));
    assert_eq!(lower::cycle_heads(&f), [crate::ir::BlockId(1)]);
}

#[test]
fn constants_are_not_written_unchecked() {
    let mut m = module();
    let global = |constant| Global {
        name: "g".into(),
        ty: Type::I32,
        size: 4,
        align: 4,
        init: Some(Const::Zero),
        constant,
        thread_local: false,
        linear_memory: false,
        linkage: Linkage::Local,
        source: None,
    };
    m.globals = vec![global(false), global(true)];
    let mut b = Build::new(Type::I32, &[], 1);
    for n in 0..2 {
        let g = b.symbol(n, 0);
        let x = b.load(g, Type::I32);
        b.store(g, x);
    }
    let far = b.symbol(0, 4);
    let x = b.load(far, Type::I32);
    b.ret(x);
    let mut f = b.f;
    let roots = Roots::compute(&f);
    lower::run(&mut f, &m, &roots, false);
    verify(&f).unwrap();
    assert_eq!(count(&f, |i| matches!(i, Inst::Locate(_))), 3, "{f}");
    assert_eq!(count(&f, |i| matches!(i, Inst::Check { write: true, .. })), 1, "{f}");
    assert_eq!(count(&f, |i| matches!(i, Inst::Check { write: false, .. })), 1, "{f}");
}

/// Copies, moves (overlapping) and sets `len` bytes of two objects of 140, then observes both.
fn blocks_of_bytes(len: u64, offset: i64, byte: u64) -> (Vec<Event>, Vec<Event>, usize) {
    let mut b = Build::new(Type::I32, &[], 1);
    let (one, two) = (b.alloca(140), b.heap(140));
    let len = b.int(len, Type::I64);
    let block = |b: &mut Build, i, to, from| {
        b.push(Inst::Intrinsic(i, vec![to, from, len]), Type::Void);
    };
    for n in 0..17 {
        let (at, v) = (b.gep(one, n * 8), b.int(0x0102_0304_0506_0708 * (n as u64 + 1), Type::I64));
        b.store(at, v);
    }
    block(&mut b, Intrinsic::MemCpy, two, one);
    let moved = b.gep(one, offset);
    block(&mut b, Intrinsic::MemMove, moved, one);
    b.observe(one);
    let (set, byte) = (b.gep(two, offset), b.int(byte, Type::I8));
    block(&mut b, Intrinsic::MemSet, set, byte);
    b.observe(two);
    let zero = b.int(0, Type::I32);
    b.ret(zero);
    let mut after = b.f.clone();
    lower::run(&mut after, &module(), &Roots::compute(&b.f), false);
    verify(&after).unwrap();
    let left = count(&after, |i| matches!(i, Inst::Intrinsic(..)));
    (run(&b.f, &[], 200).events, run(&after, &[], 900).events, left)
}

#[test]
fn small_blocks_of_bytes_need_no_call() {
    let mut faults = 0;
    for (len, offset, byte) in (0..=140).flat_map(|n| [(n, 3, 0), (n, 5, 0xa7), (n, -1, 1), (n, 139, 1)]) {
        let (expected, got, left) = blocks_of_bytes(len, offset, byte);
        assert_eq!(got, expected, "{len} {offset}");
        assert_eq!(left, if (1..=128).contains(&len) { 0 } else { 3 }, "{len}");
        faults += usize::from(matches!(expected.last(), Some(Event::BadAccess(..))));
    }
    assert!(faults > 200, "{faults}");
}
