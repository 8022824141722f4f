//! Bodies entered in the middle go on as the original would.

use proptest::prelude::*;

use super::build::{Build, count, module};
use super::eval::{self, pause, resume, run};
use super::random::{Gen, STEPS};
use crate::ir::{BinOp, BlockId, Function, ICmpPred, Inst, Type, verify};
use crate::opt::{Roots, lower, osr};

/// Optimized and lowered.
fn prepared(seed: u64) -> Function {
    let mut f = Gen::body(seed);
    crate::opt::run(&mut f, &module());
    let roots = Roots::compute(&f);
    lower::run(&mut f, &module(), &roots, false);
    f
}

/// Enters `f` at `head` as it stands there for the n-th time, and compares what follows; false if it does not
/// come there.
fn same_from(f: &Function, params: &[u64], head: BlockId, n: usize) -> Result<bool, TestCaseError> {
    let entry = osr::at(f, head, &|_| false, n.is_multiple_of(2)).expect("a loop head");
    prop_assert_eq!(verify(&entry.function), Ok(()), "{}\n{}", f, entry.function);
    let Some(paused) = pause(f, params, STEPS, head, n) else { return Ok(false) };
    let live: Vec<Vec<u64>> = entry.live.iter().map(|v| paused.values[v].clone()).collect();
    let got = resume(&entry.function, &live, paused.objects, paused.events, STEPS);
    let expected = run(f, params, STEPS);
    if expected.finished {
        prop_assert!(got.finished, "longer\n{}\n{}", f, entry.function);
        prop_assert_eq!(got.events, expected.events, "{}\n{}", f, entry.function);
        prop_assert_eq!(got.objects, expected.objects);
    } else {
        prop_assert!(got.events.starts_with(&expected.events), "{}\n{}", f, entry.function);
    }
    Ok(true)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_loop_can_be_entered(seed in any::<u64>(), a in 0u64..4, b in 0u64..4, n in 0usize..4) {
        let f = prepared(seed);
        for head in lower::cycle_heads(&f) {
            same_from(&f, &[a, b], head, n)?;
        }
    }

    #[test]
    fn lowering_changes_nothing(seed in any::<u64>(), a in 0u64..4, b in 0u64..4) {
        let mut f = Gen::body(seed);
        let expected = run(&f, &[a, b], STEPS);
        let roots = Roots::compute(&f);
        lower::run(&mut f, &module(), &roots, false);
        prop_assert_eq!(verify(&f), Ok(()), "{}", f);
        let got = run(&f, &[a, b], 3 * STEPS);
        prop_assert!(got.events.starts_with(&expected.events), "{}", f);
        if expected.finished {
            prop_assert_eq!(got.objects, expected.objects);
        }
    }
}

#[test]
fn random_bodies_are_entered_often() {
    let (mut entered, mut checks, mut unchecked) = (0, 0, 0);
    for seed in 0..600 {
        let f = prepared(seed);
        let whole = run(&f, &[1, 2], STEPS);
        checks += whole.checks;
        unchecked += whole.raw.saturating_sub(whole.checks);
        for head in lower::cycle_heads(&f) {
            entered += usize::from(same_from(&f, &[1, 2], head, 0).unwrap());
        }
    }
    assert!(entered > 60 && checks > 200 && unchecked > 200, "{entered} {checks} {unchecked}");
}

/// Two loops, the outer one's value used in and changed around the inner one.
#[test]
fn a_value_of_the_outer_loop_gets_a_phi() {
    let mut b = Build::new(Type::I32, &[Type::I32], 5);
    let (n, zero, one) = (b.param(0), b.int(0, Type::I32), b.int(1, Type::I32));
    b.br(1);
    b.block(1);
    let i = b.phi(Type::I32, &[(0, zero)]);
    let square = b.binary(BinOp::Mul, i, i);
    b.br(2);
    b.block(2);
    let j = b.phi(Type::I32, &[(1, zero)]);
    let sum = b.binary(BinOp::Add, square, j);
    b.observe(sum);
    let j2 = b.binary(BinOp::Add, j, one);
    b.feed(j, 2, j2);
    let more = b.icmp(ICmpPred::Slt, j2, n);
    b.cond(more, 2, 3);
    b.block(3);
    let i2 = b.binary(BinOp::Add, i, one);
    b.feed(i, 3, i2);
    let more = b.icmp(ICmpPred::Slt, i2, n);
    b.cond(more, 1, 4);
    b.block(4).ret(i2);
    verify(&b.f).unwrap();
    let entry = osr::at(&b.f, BlockId(2), &|_| false, true).unwrap();
    verify(&entry.function).unwrap();
    assert_eq!(entry.live, [j, n, i, square]);
    // Of the inner loop: its own, i, and the square.
    assert_eq!(count(&entry.function, |x| matches!(x, Inst::Phi(_))), 4, "{}", entry.function);
    for k in 0..9 {
        assert!(same_from(&b.f, &[3], BlockId(2), k).unwrap());
    }
    let whole = eval::run(&b.f, &[3], STEPS);
    assert_eq!(whole.events.len(), 10);
}
