//! Bodies with their callees inlined do what calls did.

use std::sync::Arc;

use proptest::prelude::*;

use super::build::{Build, count, module};
use super::eval::{Event, run_calls};
use super::random::Gen;
use crate::ir::{
    CallSite, Callee, FrameId, FuncId, Function, ICmpPred, Inst, LocId, ParamAttr, Signature, Type, Value,
    verify,
};
use crate::opt::compiled::{self, Options};
use crate::opt::inline::{self, Callees, NoCallees};
use crate::opt::{Roots, lower};

/// The functions that bodies here call, beside the ones of [`super::build`].
const FIRST: FuncId = FuncId(4);
const SECOND: FuncId = FuncId(5);

struct Known(Vec<Function>);

impl Callees for Known {
    fn body(&self, id: FuncId) -> Option<Arc<Function>> {
        self.0.iter().find(|f| f.id == id).cloned().map(Arc::new)
    }
}

fn call(b: &mut Build, func: FuncId, args: &[Value]) -> Value {
    let params: Vec<Type> = args.iter().map(|a| b.f.ty(*a).clone()).collect();
    let attrs = vec![ParamAttr::None; args.len()];
    let sig = Arc::new(Signature { ret: Type::I64, params, attrs, variadic: false });
    let call = CallSite { callee: Callee::Func(func), args: args.to_vec(), sig, must_tail: false };
    b.def(Inst::Call(call), Type::I64)
}

/// A loop that calls one function with what another one has returned, and observes both.
fn caller() -> Function {
    let mut b = Build::new(Type::I64, &[Type::I32, Type::I64], 3);
    let (a, n) = (b.param(0), b.param(1));
    let (zero, one) = (b.int(0, Type::I64), b.int(1, Type::I64));
    let first = call(&mut b, FIRST, &[a, n]);
    b.br(1);
    b.block(1);
    let i = b.phi(Type::I64, &[(0, zero)]);
    let sum = b.phi(Type::I64, &[(0, first)]);
    let x = call(&mut b, SECOND, &[a, sum]);
    b.observe(x);
    let y = call(&mut b, FIRST, &[a, i]);
    let next = b.binary(crate::ir::BinOp::Add, i, one);
    b.feed(i, 1, next);
    b.feed(sum, 1, y);
    let more = b.icmp(ICmpPred::Ult, next, n);
    b.cond(more, 1, 2);
    b.block(2).ret(y);
    b.f
}

fn named(mut f: Function, id: FuncId) -> Function {
    f.id = id;
    crate::opt::run(&mut f, &module());
    f
}

fn lowered(f: &Function) -> Function {
    let mut g = f.clone();
    lower::run(&mut g, &module(), &Roots::compute(f), true);
    g
}

/// Compares calls with what inlining makes of them; the number of calls that are gone.
fn same(callees: Vec<Function>, params: &[u64], steps: usize) -> Result<usize, TestCaseError> {
    let f = caller();
    let before = lowered(&f);
    let others: Vec<Function> = callees.iter().map(lowered).collect();
    let known = Known(callees);
    let mut alone = before.clone();
    let gone = inline::run(&mut alone, &module(), &known, true);
    let options = Options::default();
    let whole = compiled::run(&f, &module(), &Roots::compute(&f), &known, options).expect("a body");
    let expected = run_calls(&before, &others, params, steps);
    for after in [alone, whole.function] {
        prop_assert_eq!(verify(&after), Ok(()), "{}\n{}", before, after);
        let got = run_calls(&after, &others, params, 3 * steps);
        if expected.finished {
            prop_assert!(got.finished, "longer\n{}\n{}", before, after);
            prop_assert_eq!(&got.events, &expected.events, "{}\n{}", before, after);
            prop_assert_eq!(&got.objects, &expected.objects);
        } else {
            prop_assert!(got.events.starts_with(&expected.events), "{}\n{}", before, after);
        }
    }
    Ok(gone)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn calls_and_copies_do_the_same(one in any::<u64>(), two in any::<u64>(), a in 0u64..4, n in 0u64..4) {
        same(vec![named(Gen::body(one), FIRST), named(Gen::body(two), SECOND)], &[a, n], 4000)?;
    }
}

#[test]
fn random_calls_go_fault_and_return() {
    let (mut gone, mut faults, mut returns) = (0, 0, 0);
    for seed in 0..200 {
        let callees = vec![named(Gen::body(seed), FIRST), named(Gen::body(seed + 1000), SECOND)];
        let others: Vec<Function> = callees.iter().map(lowered).collect();
        gone += same(callees, &[1, 2], 4000).unwrap();
        match run_calls(&lowered(&caller()), &others, &[1, 2], 4000).events.last() {
            Some(Event::BadAccess(..) | Event::Fault) => faults += 1,
            Some(Event::Returned(_)) => returns += 1,
            _ => {}
        }
    }
    assert!(gone > 300 && faults > 20 && returns > 20, "{gone} {faults} {returns}");
}

/// A function that returns its second argument plus one, by way of `inner` if there is one.
fn adder(id: FuncId, inner: Option<FuncId>) -> Function {
    let mut b = Build::new(Type::I64, &[Type::I32, Type::I64], 1);
    let (a, x, one) = (b.param(0), b.param(1), b.int(1, Type::I64));
    let x = inner.map_or(x, |inner| call(&mut b, inner, &[a, x]));
    let y = b.binary(crate::ir::BinOp::Add, x, one);
    b.ret(y);
    named(b.f, id)
}

#[test]
fn frames_tell_the_way_in_and_recursion_ends() {
    let known = Known(vec![adder(FIRST, Some(SECOND)), adder(SECOND, Some(FIRST))]);
    let mut f = lowered(&caller());
    for (i, data) in f.insts.iter_mut().enumerate() {
        data.loc = LocId(i as u32);
    }
    let calls = |f: &Function| count(f, |i| matches!(i, Inst::Call(c) if c.direct() >= Some(FIRST)));
    assert_eq!(calls(&f), 3);
    // Each call brings its callee and that one's; the second level's call would be the first again.
    assert_eq!(inline::run(&mut f, &module(), &known, false), 6);
    verify(&f).unwrap();
    assert_eq!(calls(&f), 3);
    assert_eq!(f.inlined.len(), 6);
    for data in f.blocks.iter().flat_map(|b| &b.insts).map(|id| f.inst(*id)) {
        if let Inst::Call(c) = &data.inst
            && c.direct() >= Some(FIRST)
        {
            let inner = f.inline_frame(data.frame).unwrap();
            let outer = f.inline_frame(inner.caller.0).unwrap();
            assert_eq!(c.direct(), Some(outer.func));
            assert_ne!(inner.func, outer.func);
            assert_eq!(outer.caller.0, FrameId::SELF);
        }
    }
    assert_eq!(inline::run(&mut lowered(&caller()), &module(), &NoCallees, false), 0);
}
