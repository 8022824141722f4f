//! What the passes do to bodies that they are made for, and what they must leave alone.

use super::build::{Build, SETJMP, count, memory_ops, returned};
use crate::ir::{BinOp, CastOp, Const, ICmpPred, Inst, Intrinsic, Terminator, Type, Value};
use crate::opt::effects::has_effect;

/// The constant that a body returns.
fn returned_const(f: &crate::ir::Function) -> Const {
    f.as_const(returned(f)).cloned().unwrap_or_else(|| panic!("no constant\n{f}"))
}

fn i32_body(blocks: usize) -> Build {
    Build::new(Type::I32, &[Type::I32, Type::I32], blocks)
}

#[test]
fn a_counted_loop_lives_in_registers() {
    // int s = 0; for (int i = 0; i < n; i++) s += i; return s;
    let mut b = i32_body(4);
    let (n, zero, one) = (b.param(0), b.int(0, Type::I32), b.int(1, Type::I32));
    let (pn, ps, pi) = (b.alloca(4), b.alloca(4), b.alloca(4));
    b.store(pn, n);
    b.store(ps, zero);
    b.store(pi, zero);
    b.br(1);
    b.block(1);
    let (i, n) = (b.load(pi, Type::I32), b.load(pn, Type::I32));
    let c = b.icmp(ICmpPred::Slt, i, n);
    b.cond(c, 2, 3);
    b.block(2);
    let (s, i) = (b.load(ps, Type::I32), b.load(pi, Type::I32));
    let sum = b.binary(BinOp::Add, s, i);
    b.store(ps, sum);
    let i = b.load(pi, Type::I32);
    let next = b.binary(BinOp::Add, i, one);
    b.store(pi, next);
    b.br(1);
    b.block(3);
    let s = b.load(ps, Type::I32);
    b.ret(s);
    let f = b.optimized();
    assert_eq!(memory_ops(&f), 0, "{f}");
    assert_eq!(count(&f, |i| matches!(i, Inst::Phi(_))), 2, "{f}");
    assert_eq!(count(&f, |_| true), 2 + 2 + 3 + 2, "{f}");
}

#[test]
fn uninitialised_memory_is_zero() {
    let mut b = i32_body(1);
    let p = b.alloca(4);
    let v = b.load(p, Type::I32);
    b.ret(v);
    assert_eq!(returned_const(&b.optimized()), Const::Zero);
}

#[test]
fn members_of_a_structure_are_split() {
    let mut b = i32_body(1);
    let s = b.alloca(16);
    let (x, y) = (b.param(0), b.param(1));
    let far = b.gep(s, 12);
    b.store(s, x);
    b.store(far, y);
    let (x, y) = (b.load(s, Type::I32), b.load(far, Type::I32));
    let sum = b.binary(BinOp::Sub, x, y);
    b.ret(sum);
    let f = b.optimized();
    assert_eq!(memory_ops(&f), 0, "{f}");
}

#[test]
fn puns_of_the_same_size_become_casts() {
    let mut b = Build::new(Type::I32, &[Type::Float], 1);
    let p = b.alloca(4);
    let x = b.param(0);
    b.store(p, x);
    let bits = b.load(p, Type::I32);
    b.ret(bits);
    let f = b.optimized();
    assert_eq!(memory_ops(&f), 0, "{f}");
    assert!(matches!(f.def_inst(returned(&f)).unwrap().1.inst, Inst::Cast(CastOp::BitCast, _)));
}

#[test]
fn puns_of_other_sizes_stay_in_memory() {
    let mut b = i32_body(1);
    let p = b.alloca(4);
    let x = b.param(0);
    b.store(p, x);
    let low = b.load(p, Type::I16);
    let low = b.cast(CastOp::ZExt, low, Type::I32);
    b.ret(low);
    let f = b.optimized();
    assert_eq!(memory_ops(&f), 3, "{f}");
}

fn out_of_bounds(offset: i64) -> usize {
    let mut b = i32_body(1);
    let p = b.alloca(8);
    let x = b.param(0);
    let (inside, outside) = (b.gep(p, 4), b.gep(p, offset));
    b.store(inside, x);
    b.store(p, x);
    let y = b.load(outside, Type::I32);
    b.ret(y);
    memory_ops(&b.optimized())
}

#[test]
fn a_constant_access_out_of_bounds_stays_one() {
    for offset in [-1, 5, 8, 1 << 32, i64::MIN, i64::MAX] {
        assert_eq!(out_of_bounds(offset), 4, "{offset}");
    }
    assert_eq!(out_of_bounds(4), 0);
}

#[test]
fn escaping_addresses_stay() {
    let escapes: [fn(&mut Build, Value); 5] = [
        |b, p| {
            b.observe(p);
        },
        |b, p| {
            let other = b.alloca(8);
            b.store(other, p);
            let read = b.load(other, Type::Ptr);
            b.observe(read);
        },
        |b, p| {
            b.cast(CastOp::PtrToInt, p, Type::I64);
        },
        |b, p| {
            let null = b.null();
            b.icmp(ICmpPred::Eq, p, null);
        },
        |b, p| {
            let n = b.param(0);
            let q = b.index(p, n, 4);
            let x = b.param(1);
            b.store(q, x);
        },
    ];
    for (i, escape) in escapes.into_iter().enumerate() {
        let mut b = i32_body(1);
        let (p, x) = (b.alloca(8), b.param(0));
        b.store(p, x);
        escape(&mut b, p);
        let v = b.load(p, Type::I32);
        b.ret(v);
        let f = b.optimized();
        assert!(count(&f, |i| matches!(i, Inst::Alloca { .. })) == 1, "{i}\n{f}");
    }
}

#[test]
fn a_variable_that_holds_an_address_is_promoted() {
    let mut b = i32_body(1);
    let (object, variable, n) = (b.alloca(40), b.alloca(8), b.param(0));
    b.store(variable, object);
    let p = b.load(variable, Type::Ptr);
    let q = b.index(p, n, 4);
    b.store(q, n);
    b.observe(q);
    b.ret(n);
    let f = b.optimized();
    assert_eq!(count(&f, |i| matches!(i, Inst::Alloca { .. })), 1, "{f}");
}

#[test]
fn atomics_stay() {
    let mut b = i32_body(1);
    let p = b.alloca(4);
    let x = b.def(Inst::Load { ptr: p, atomic: Some(crate::ir::Ordering::SeqCst) }, Type::I32);
    b.ret(x);
    assert_eq!(memory_ops(&b.optimized()), 2);
}

#[test]
fn functions_that_return_twice_are_left_alone() {
    let mut b = i32_body(1);
    let (p, x) = (b.alloca(4), b.param(0));
    b.store(p, x);
    let null = b.null();
    b.call(SETJMP, &[null]);
    let v = b.load(p, Type::I32);
    b.ret(v);
    assert_eq!(memory_ops(&b.optimized()), 3);
}

#[test]
fn allocas_that_a_stackrestore_may_release_stay() {
    let mut b = i32_body(1);
    let saved = b.def(Inst::Intrinsic(Intrinsic::StackSave, Vec::new()), Type::Ptr);
    let p = b.alloca(4);
    b.push(Inst::Intrinsic(Intrinsic::StackRestore, vec![saved]), Type::Void);
    let v = b.load(p, Type::I32);
    b.ret(v);
    assert_eq!(memory_ops(&b.optimized()), 2);
}

#[test]
fn what_can_fault_stays() {
    let mut b = Build::new(Type::I32, &[Type::Ptr, Type::I32], 1);
    let (p, n) = (b.param(0), b.param(1));
    b.load(p, Type::I32);
    let (zero, ten, minus) = (b.int(0, Type::I32), b.int(10, Type::I32), b.int(0xffff_ffff, Type::I32));
    b.binary(BinOp::SDiv, ten, n); // may be by zero
    b.binary(BinOp::UDiv, n, zero); // is by zero
    b.binary(BinOp::SRem, n, minus); // may overflow
    b.binary(BinOp::SDiv, n, ten); // cannot fault
    b.binary(BinOp::URem, n, minus); // cannot fault
    b.ret(n);
    let f = b.optimized();
    assert_eq!(count(&f, |i| matches!(i, Inst::Load { .. })), 1, "{f}");
    assert_eq!(count(&f, |i| matches!(i, Inst::Binary(..))), 3, "{f}");
    assert_eq!(count(&f, |i| has_effect(&f, i)), 5, "{f}");
}

#[test]
fn constants_fold_and_branches_follow() {
    let mut b = i32_body(4);
    let (six, seven, x) = (b.int(6, Type::I32), b.int(7, Type::I32), b.param(0));
    let product = b.binary(BinOp::Mul, six, seven);
    let less = b.icmp(ICmpPred::Ult, product, six);
    b.cond(less, 1, 2);
    b.block(1);
    b.br(3);
    b.block(2);
    b.br(3);
    b.block(3);
    let r = b.phi(Type::I32, &[(1, x), (2, product)]);
    b.ret(r);
    let f = b.optimized();
    assert_eq!(f.blocks.len(), 1, "{f}");
    assert_eq!(returned_const(&f), Const::Int(42));
}

#[test]
fn booleans_need_no_detour() {
    // if (!(a < b)) return 1; return 0; as -O0 writes it.
    let mut b = i32_body(3);
    let (x, y) = (b.param(0), b.param(1));
    let (zero, one) = (b.int(0, Type::I32), b.int(1, Type::I32));
    let less = b.icmp(ICmpPred::Slt, x, y);
    let wide = b.cast(CastOp::ZExt, less, Type::I32);
    let not = b.icmp(ICmpPred::Eq, wide, zero);
    let stored = b.cast(CastOp::ZExt, not, Type::I8);
    let back = b.cast(CastOp::Trunc, stored, Type::BOOL);
    b.cond(back, 1, 2);
    b.block(1).ret(one);
    b.block(2).ret(zero);
    let f = b.optimized();
    assert_eq!(count(&f, |_| true), 4, "{f}");
    assert!(
        matches!(f.terminator(crate::ir::BlockId(0)), Some(Terminator::CondBr(c, _, _)) if *c == less),
        "{f}"
    );
}

#[test]
fn indices_need_no_sign_extension() {
    let mut b = Build::new(Type::Ptr, &[Type::Ptr, Type::I32], 1);
    let (p, n, four) = (b.param(0), b.param(1), b.int(4, Type::I64));
    let wide = b.cast(CastOp::SExt, n, Type::I64);
    let inner = b.gep(p, 8);
    let terms = smallvec::SmallVec::from_slice(&[(wide, 16), (four, 2)]);
    let q = b.def(Inst::Gep { base: inner, offset: 1, terms }, Type::Ptr);
    b.ret(q);
    let f = b.optimized();
    let Inst::Gep { base, offset, terms } = &f.def_inst(returned(&f)).unwrap().1.inst else { panic!("{f}") };
    assert_eq!((*base, *offset, &terms[..]), (p, 17, &[(n, 16)][..]), "{f}");
    assert_eq!(count(&f, |_| true), 2, "{f}");
}

#[test]
fn integer_made_bases_are_not_skipped() {
    // Each step from an integer is a root of its own.
    let mut b = Build::new(Type::Ptr, &[Type::I64], 1);
    let n = b.param(0);
    let p = b.cast(CastOp::IntToPtr, n, Type::Ptr);
    let first = b.gep(p, 8);
    let second = b.gep(first, 8);
    b.ret(second);
    let f = b.optimized();
    assert_eq!(count(&f, |i| matches!(i, Inst::Gep { .. })), 2, "{f}");
}

#[test]
fn repeated_arithmetic_within_a_block_is_shared() {
    let mut b = i32_body(1);
    let (x, y) = (b.param(0), b.param(1));
    let (a, c) = (b.binary(BinOp::Mul, x, y), b.binary(BinOp::Mul, x, y));
    let sum = b.binary(BinOp::Add, a, c);
    b.ret(sum);
    assert_eq!(count(&b.optimized(), |_| true), 3);
}

#[test]
fn repeated_loads_within_a_block_are_shared() {
    let mut b = Build::new(Type::I32, &[Type::Ptr, Type::Ptr], 1);
    let (p, q) = (b.param(0), b.param(1));
    let mut sum = b.load(p, Type::I32);
    let again = b.load(p, Type::I32); // the same
    sum = b.binary(BinOp::Add, sum, again);
    b.store(q, sum);
    let stored = b.load(q, Type::I32); // what was stored
    let changed = b.load(p, Type::I32); // q may be p
    let answer = b.observe(stored);
    let later = b.load(q, Type::I32); // the callee may have freed it
    for v in [stored, changed, answer, later] {
        sum = b.binary(BinOp::Add, sum, v);
    }
    b.ret(sum);
    let f = b.optimized();
    assert_eq!(count(&f, |i| matches!(i, Inst::Load { .. })), 3, "{f}");
}

#[test]
fn unreachable_blocks_go_unless_their_numbers_are_known_elsewhere() {
    let build = |taken: bool| {
        let mut b = i32_body(3);
        let x = b.param(0);
        b.br(2);
        b.block(1).br(2);
        b.block(2);
        let r = b.phi(Type::I32, &[(0, x), (1, x)]);
        b.ret(r);
        if taken {
            b.f.address_taken.push(crate::ir::BlockId(2));
        }
        b.optimized()
    };
    assert_eq!(build(false).blocks.len(), 1);
    let f = build(true);
    assert_eq!(f.blocks.len(), 3, "{f}");
    assert_eq!(returned(&f), f.params[0]);
}

#[test]
fn blocks_that_only_lead_on_are_skipped() {
    let mut b = i32_body(7);
    let (x, y) = (b.param(0), b.param(1));
    let c = b.icmp(ICmpPred::Eq, x, y);
    b.cond(c, 1, 2);
    b.block(1).br(3); // skipped: block 3 has no phis
    b.block(2).observe(x);
    b.br(3);
    b.block(3).observe(y);
    b.cond(c, 4, 5);
    b.block(4).br(6); // stays: the moves of an edge
    b.block(5).observe(x);
    b.br(6);
    b.block(6);
    let r = b.phi(Type::I32, &[(4, x), (5, y)]);
    b.ret(r);
    let f = b.optimized();
    assert_eq!(f.blocks.len(), 6, "{f}");
    assert_eq!(count(&f, |i| matches!(i, Inst::Term(Terminator::Br(_)))), 3, "{f}");
}

#[test]
fn dead_cycles_of_phis_go() {
    let mut b = i32_body(3);
    let (x, one) = (b.param(0), b.int(1, Type::I32));
    b.br(1);
    b.block(1);
    let i = b.phi(Type::I32, &[(0, x)]);
    let next = b.binary(BinOp::Add, i, one);
    b.feed(i, 1, next);
    let answer = b.observe(x);
    let c = b.icmp(ICmpPred::Eq, answer, x);
    b.cond(c, 1, 2);
    b.block(2).ret(x);
    let f = b.optimized();
    assert_eq!(count(&f, |i| matches!(i, Inst::Phi(_) | Inst::Binary(..))), 0, "{f}");
}

/// As eBPF's clang writes loops: with the counter in two registers.
#[test]
fn a_counter_that_is_kept_twice_is_one() {
    let mut b = Build::new(Type::I64, &[Type::I64], 3);
    let (n, two) = (b.param(0), b.int(2, Type::I64));
    let zeros = [0, 0].map(|n| b.int(n, Type::I64));
    b.br(1);
    b.block(1);
    let [i, j] = zeros.map(|zero| b.phi(Type::I64, &[(0, zero)]));
    b.observe(j);
    let next = b.binary(BinOp::Add, i, two);
    b.feed(j, 1, next);
    b.feed(i, 1, next);
    let c = b.icmp(ICmpPred::Ult, j, n);
    b.cond(c, 1, 2);
    b.block(2).ret(i);
    let f = b.optimized();
    assert_eq!(count(&f, |i| matches!(i, Inst::Phi(_))), 1, "{f}");
}

/// The loop that clang unrolls four times writes its second index as `i | 1`.
#[test]
fn low_bits_that_are_zero_make_an_or_a_sum() {
    for (start, step, sums) in [(0, 4, 2), (8, 4, 2), (0, 2, 1), (1, 4, 0), (2, 4, 1), (0, 3, 0)] {
        let mut b = Build::new(Type::I32, &[Type::Ptr, Type::I64], 3);
        let (p, n) = (b.param(0), b.param(1));
        let [zero, one, three] = [start, 1, 3].map(|n| b.int(n, Type::I64));
        let step = b.int(step, Type::I64);
        b.br(1);
        b.block(1);
        let i = b.phi(Type::I64, &[(0, zero)]);
        for bits in [one, three] {
            let j = b.binary(BinOp::Or, i, bits);
            let q = b.index(p, j, 8);
            let x = b.load(q, Type::I64);
            b.observe(x);
        }
        let next = b.binary(BinOp::Add, i, step);
        b.feed(i, 1, next);
        let c = b.icmp(ICmpPred::Ult, next, n);
        b.cond(c, 1, 2);
        b.block(2);
        let done = b.int(0, Type::I32);
        b.ret(done);
        let f = b.optimized();
        let folded = |i: &Inst| matches!(i, Inst::Gep { offset: 8 | 24, terms, .. } if terms.len() == 1);
        assert_eq!(count(&f, folded), sums, "{start}\n{f}");
        assert_eq!(count(&f, |i| matches!(i, Inst::Binary(BinOp::Or, ..))), 2 - sums, "{f}");
    }
}
