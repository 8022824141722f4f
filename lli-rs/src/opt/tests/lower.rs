//! The lowered form: what becomes of accesses, and that bytecode refuses it.

use super::build::{Build, count, module};
use crate::ir::{Const, Global, Inst, Linkage, Type, verify, verify_foreign};
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
    assert_eq!(count(&f, |i| matches!(i, Inst::Check { root, .. } if *root == local)), 1, "{f}");
    assert_eq!(count(&f, |i| matches!(i, Inst::Locate(v) if *v == local)), 1, "{f}");
    assert_eq!(count(&f, |i| matches!(i, Inst::RawStore { offset: 12, .. })), 1, "{f}");
    assert_eq!(count(&f, |i| matches!(i, Inst::Load { .. })), 1, "{f}");
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
