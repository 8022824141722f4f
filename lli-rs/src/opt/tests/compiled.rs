//! Check elimination by itself, and the whole pipeline on random bodies.

use proptest::prelude::*;

use super::build::{Build, FREE, count, module};
use super::eval::{Event, pause, pause_from, resume, run};
use super::random::{Gen, STEPS};
use super::version::Loops;
use crate::ir::{Function, Inst, Type, Value, verify};
use crate::opt::compiled::{self, Level, Options, Start};
use crate::opt::inline::NoCallees;
use crate::opt::{Roots, checks, lower};

fn lowered(f: &Function) -> Function {
    let mut f = f.clone();
    let roots = Roots::compute(&f);
    lower::run(&mut f, &module(), &roots, false);
    f
}

/// Checks that are left of a straight-line body.
fn left(build: impl FnOnce(&mut Build, Value)) -> usize {
    let mut b = Build::new(Type::I32, &[Type::I64], 1);
    let p = b.heap(64);
    build(&mut b, p);
    let zero = b.int(0, Type::I32);
    b.ret(zero);
    let before = lowered(&b.f);
    let mut after = before.clone();
    checks::run(&mut after, &crate::opt::inline::NoCallees);
    verify(&after).unwrap();
    assert_eq!(run(&after, &[3], STEPS).events, run(&before, &[3], STEPS).events, "{after}");
    count(&after, |i| matches!(i, Inst::Check { .. }))
}

#[test]
fn repeated_and_covered_checks_go() {
    let at = |b: &mut Build, p: Value, offset: i64| {
        let q = b.gep(p, offset);
        b.load(q, Type::I32)
    };
    assert_eq!(
        left(|b, p| {
            at(b, p, 8);
            at(b, p, 8);
        }),
        1
    );
    // Both ends prove the middle.
    assert_eq!(
        left(|b, p| {
            at(b, p, 0);
            at(b, p, 16);
            at(b, p, 6);
        }),
        2
    );
    // The sides prove nothing of each other.
    assert_eq!(
        left(|b, p| {
            at(b, p, 0);
            at(b, p, 4);
        }),
        2
    );
    // A read does not prove that writing is allowed; a write proves both.
    let write = |b: &mut Build, p: Value| {
        let x = b.int(1, Type::I32);
        b.store(p, x);
    };
    assert_eq!(
        left(|b, p| {
            at(b, p, 0);
            write(b, p);
            at(b, p, 0);
        }),
        2
    );
    // What may free forgets all.
    let free = |b: &mut Build, p: Value| b.call(FREE, &[p]);
    assert_eq!(
        left(|b, p| {
            at(b, p, 0);
            free(b, p);
            at(b, p, 0);
        }),
        2
    );
    // The same index twice.
    let indexed = |b: &mut Build, p: Value, offset| {
        let n = b.param(0);
        let q = b.index(p, n, 4);
        at(b, q, offset)
    };
    let again = |b: &mut Build, p: Value| {
        let (n, q) = (b.param(0), b.gep(p, 4));
        let r = b.index(q, n, 4);
        b.load(r, Type::I8)
    };
    assert_eq!(
        left(|b, p| {
            indexed(b, p, 0);
            again(b, p);
            indexed(b, p, 8);
            again(b, p);
        }),
        3
    );
}

/// Compares a body with what the pipeline makes of it, from its start and from each loop head.
fn same(f: &Function, params: &[u64], steps: usize) -> Result<bool, TestCaseError> {
    let (before, roots) = (lowered(f), Roots::compute(f));
    let expected = run(&before, params, steps);
    let heads = lower::cycle_heads(f).into_iter().map(Some);
    let mut fewer = false;
    for head in std::iter::once(None).chain(heads) {
        let starts: Vec<Start<'_>> = head.into_iter().map(|head| Start { head, folded: &[] }).collect();
        let options = Options { starts: &starts, ..Options::default() };
        let Some(made) = compiled::run(f, &module(), &roots, &NoCallees, options) else {
            continue;
        };
        same_from_quick(f, params, steps, &starts)?;
        prop_assert_eq!(verify(&made.function), Ok(()), "{}\n{}", before, made.function);
        let got = match head {
            None => run(&made.function, params, 3 * steps),
            Some(head) => {
                let Some(paused) = pause(&before, params, steps, head, 1) else { continue };
                let live: Vec<Vec<u64>> = made.live.iter().map(|v| paused.values[v].clone()).collect();
                resume(&made.function, &live, paused.objects, paused.events, 3 * steps)
            }
        };
        if expected.finished {
            prop_assert!(got.finished, "longer\n{}\n{}", before, made.function);
            prop_assert_eq!(&got.events, &expected.events, "{}\n{}", before, made.function);
            prop_assert_eq!(&got.objects, &expected.objects);
        } else {
            prop_assert!(got.events.starts_with(&expected.events), "{}\n{}", before, made.function);
        }
        fewer |= head.is_none() && got.checks < expected.checks;
    }
    Ok(fewer)
}

/// Leaves what a quick compile makes at each of its loop heads, as it stands there for the second time, for the body
/// that goes on there.
fn same_from_quick(
    f: &Function,
    params: &[u64],
    steps: usize,
    starts: &[Start<'_>],
) -> Result<(), TestCaseError> {
    let (before, roots) = (lowered(f), Roots::compute(f));
    let compile = |level, starts: &[Start<'_>]| {
        let options = Options { level, starts, ..Options::default() };
        compiled::run(f, &module(), &roots, &NoCallees, options)
    };
    let Some(quick) = compile(Level::Quick, starts) else { return Ok(()) };
    prop_assert_eq!(verify(&quick.function), Ok(()), "{}\n{}", before, quick.function);
    let (params, state) = match starts.first() {
        None => (params.iter().map(|p| vec![*p]).collect(), None),
        Some(start) => {
            let Some(paused) = pause(&before, params, steps, start.head, 1) else { return Ok(()) };
            let live: Vec<Vec<u64>> = quick.live.iter().map(|v| paused.values[v].clone()).collect();
            (live, Some((paused.objects, paused.events)))
        }
    };
    let (objects, events) = state.unwrap_or_default();
    let expected = resume(&quick.function, &params, objects.clone(), events.clone(), 3 * steps);
    for (head, live) in &quick.heads {
        let more = [starts, &[Start { head: *head, folded: &[] }]].concat();
        let Some(full) = compile(Level::Full, &more) else { continue };
        prop_assert_eq!(&full.live, live);
        prop_assert_eq!(verify(&full.function), Ok(()), "{}\n{}", quick.function, full.function);
        let state = (objects.clone(), events.clone());
        let Some(paused) = pause_from(&quick.function, &params, state, 3 * steps, *head, 1) else { continue };
        let live: Vec<Vec<u64>> = live.iter().map(|v| paused.values[v].clone()).collect();
        let got = resume(&full.function, &live, paused.objects, paused.events, 3 * steps);
        if expected.finished {
            prop_assert!(got.finished, "longer\n{}\n{}", quick.function, full.function);
            prop_assert_eq!(&got.events, &expected.events, "{}\n{}", quick.function, full.function);
            prop_assert_eq!(&got.objects, &expected.objects);
        } else {
            prop_assert!(got.events.starts_with(&expected.events), "{}\n{}", quick.function, full.function);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn the_pipeline_changes_nothing(seed in any::<u64>(), a in 0u64..4, b in 0u64..4) {
        let mut f = Gen::body(seed);
        crate::opt::run(&mut f, &module());
        same(&f, &[a, b], STEPS)?;
    }

    #[test]
    fn nor_of_counted_loops(seed in any::<u64>(), a in 0u64..130, b in 0u64..70) {
        let mut f = Loops::body(seed);
        crate::opt::run(&mut f, &module());
        same(&f, &[a, b], 2000)?;
    }
}

#[test]
fn random_bodies_lose_checks_and_fault() {
    let (mut fewer, mut faults) = (0, 0);
    for seed in 0..300 {
        let mut f = Gen::body(seed);
        crate::opt::run(&mut f, &module());
        fewer += usize::from(same(&f, &[1, 2], STEPS).unwrap());
        let last = run(&lowered(&f), &[1, 2], STEPS).events.pop();
        faults += usize::from(matches!(last, Some(Event::BadAccess(..))));
    }
    assert!(fewer > 4 && faults > 20, "{fewer} {faults}");
}
