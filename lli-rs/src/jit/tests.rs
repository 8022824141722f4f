//! Compiled operations against `semantics`, on values that are random or at an edge.

use std::sync::Arc;

use crate::interp::enter_guest;
use crate::ir::{
    BinOp, Block, CastOp, FCmpPred, FuncDecl, FuncId, Function, ICmpPred, Inst, Intrinsic, Linkage, LocId,
    LocTable, Module, ParamAttr, Signature, Terminator, Type, Value, ValueDef,
};
use crate::machine::{Config, Thread, Tier, Trap, testing};
use crate::semantics;

/// What a test function does with its parameters.
#[derive(Clone, Debug)]
enum Case {
    Binary(BinOp, Type),
    Compare(ICmpPred, Type),
    CompareFloat(FCmpPred, Type),
    Cast(CastOp, Type, Type),
    Intrinsic(Intrinsic, Type, usize),
}

impl Case {
    fn signature(&self) -> (Vec<Type>, Type) {
        let mask = |ty: &Type| match ty.as_vector() {
            Some((_, n)) => Type::vector(Type::BOOL, n),
            None => Type::BOOL,
        };
        match self {
            Case::Binary(_, ty) => (vec![ty.clone(); 2], ty.clone()),
            Case::Compare(_, ty) | Case::CompareFloat(_, ty) => (vec![ty.clone(); 2], mask(ty)),
            Case::Cast(_, from, to) => (vec![from.clone()], to.clone()),
            Case::Intrinsic(_, ty, n) => (vec![ty.clone(); *n], ty.clone()),
        }
    }

    fn inst(&self, p: &[Value]) -> Inst {
        match self {
            Case::Binary(op, _) => Inst::Binary(*op, p[0], p[1]),
            Case::Compare(pred, _) => Inst::ICmp(*pred, p[0], p[1]),
            Case::CompareFloat(pred, _) => Inst::FCmp(*pred, p[0], p[1]),
            Case::Cast(op, ..) => Inst::Cast(*op, p[0]),
            Case::Intrinsic(i, ..) => Inst::Intrinsic(*i, p.to_vec()),
        }
    }

    /// What `semantics` says; `None` is a trap.
    fn expected(&self, a: &[u64]) -> Option<u64> {
        let mut out = [0];
        let [x, y] = [&a[..1], a.get(1..2).unwrap_or(&a[..1])];
        match self {
            Case::Binary(op, ty) => semantics::binary(*op, ty, x, y, &mut out).ok()?,
            Case::Compare(p, ty) => semantics::icmp(*p, ty, x, y, &mut out),
            Case::CompareFloat(p, ty) => semantics::fcmp(*p, ty, x, y, &mut out),
            Case::Cast(op, from, to) => semantics::cast(*op, from, to, x, &mut out),
            Case::Intrinsic(i, ty, _) => {
                let (types, args): (Vec<&Type>, Vec<&[u64]>) = a.chunks(1).map(|a| (ty, a)).unzip();
                assert!(semantics::intrinsic(*i, &types, ty, &args, &mut out).ok()?, "{i:?} is known");
            }
        }
        Some(out[0])
    }
}

fn cases() -> Vec<Case> {
    use BinOp::*;
    let ints = [Type::I8, Type::I16, Type::I32, Type::I64, Type::Int(24), Type::BOOL];
    let vectors = [Type::vector(Type::I8, 8), Type::vector(Type::I16, 4), Type::vector(Type::I32, 2)];
    let floats = [Type::Float, Type::Double, Type::vector(Type::Float, 2)];
    let mut cases = Vec::new();
    for ty in ints.iter().chain(&vectors) {
        let ops = [Add, Sub, Mul, UDiv, SDiv, URem, SRem, Shl, LShr, AShr, And, Or, Xor];
        cases.extend(ops.map(|op| Case::Binary(op, ty.clone())));
        cases.extend([ICmpPred::Eq, ICmpPred::Ult, ICmpPred::Sge].map(|p| Case::Compare(p, ty.clone())));
    }
    for ty in &floats {
        cases.extend([FAdd, FSub, FMul, FDiv].map(|op| Case::Binary(op, ty.clone())));
        use FCmpPred::{Oeq, Ole, Ord, Ugt, Une, Uno};
        cases.extend([Oeq, Ole, Ugt, Une, Ord, Uno].map(|p| Case::CompareFloat(p, ty.clone())));
    }
    for float in &floats[..2] {
        for int in &ints {
            let to = [CastOp::FpToSi, CastOp::FpToUi].map(|op| Case::Cast(op, float.clone(), int.clone()));
            let from = [CastOp::SiToFp, CastOp::UiToFp].map(|op| Case::Cast(op, int.clone(), float.clone()));
            cases.extend(to.into_iter().chain(from));
        }
    }
    cases.push(Case::Cast(CastOp::FpTrunc, Type::Double, Type::Float));
    cases.push(Case::Cast(CastOp::FpExt, Type::Float, Type::Double));
    cases.push(Case::Cast(CastOp::BitCast, vectors[0].clone(), vectors[2].clone()));
    cases.push(Case::Cast(CastOp::SExt, Type::Int(24), Type::I64));
    for ty in ints[..4].iter().chain(&vectors) {
        use Intrinsic as I;
        let two = [I::SMin, I::SMax, I::UMin, I::UMax, I::SAddSat, I::UAddSat, I::SSubSat, I::USubSat];
        cases.extend(two.map(|i| Case::Intrinsic(i, ty.clone(), 2)));
        cases.extend(
            [I::Abs, I::CtPop, I::CtLz, I::CtTz, I::BitReverse].map(|i| Case::Intrinsic(i, ty.clone(), 1)),
        );
        cases.extend([I::FShl, I::FShr].map(|i| Case::Intrinsic(i, ty.clone(), 3)));
    }
    for ty in &floats {
        cases.extend([Intrinsic::FAbs, Intrinsic::Sqrt].map(|i| Case::Intrinsic(i, ty.clone(), 1)));
        cases.push(Case::Intrinsic(Intrinsic::CopySign, ty.clone(), 2));
    }
    cases
}

fn body(id: FuncId, case: &Case, sig: &Arc<Signature>) -> Function {
    let mut f = Function {
        id,
        name: format!("case{}", id.0).into(),
        sig: sig.clone(),
        params: Vec::new(),
        values: Vec::new(),
        insts: Vec::new(),
        blocks: vec![Block::default()],
        address_taken: Vec::new(),
        locs: LocTable::default(),
        decl_loc: LocId::NONE,
        personality: None,
        inlined: Vec::new(),
    };
    let params = sig.params.iter().enumerate();
    f.params = params.map(|(i, t)| f.add_value(ValueDef::Param(i as u32), t.clone())).collect();
    let (id, r) = f.add_inst(case.inst(&f.params.clone()), sig.ret.clone(), LocId::NONE);
    let (ret, _) = f.add_inst(Inst::Term(Terminator::Ret(r)), Type::Void, LocId::NONE);
    f.blocks[0].insts = vec![id, ret];
    f
}

/// Bits of a value of the type: random, or at an edge of it; canonical, as slots are.
fn value(ty: &Type, next: &mut impl FnMut() -> u64) -> u64 {
    let edges = [0, 1, u64::MAX, 1 << 63, 0x7fff_ffff, 0x8000_0000, 0x8080_8080_8080_8080, 31, 64];
    let floats = [0.0, -1.5, 1e300, f64::NAN, f64::INFINITY, 2147483648.5, -9.3e18, 1.8e19, 0.1];
    let pick = next();
    let bits = match ty.scalar() {
        Type::Double if pick.is_multiple_of(2) => floats[next() as usize % floats.len()].to_bits(),
        Type::Float if pick.is_multiple_of(2) => {
            let mut lane = || u64::from((floats[next() as usize % floats.len()] as f32).to_bits());
            lane() | lane() << 32
        }
        Type::Int(_) if pick.is_multiple_of(2) => edges[next() as usize % edges.len()],
        _ => next(),
    };
    let width = ty.bits().min(64);
    bits & u64::MAX >> (64 - width)
}

/// Whether two results are the same; NaNs are, whatever their payload.
fn same(ty: &Type, a: u64, b: u64) -> bool {
    let float = |a: u64, b: u64| {
        a as u32 == b as u32 || f32::from_bits(a as u32).is_nan() && f32::from_bits(b as u32).is_nan()
    };
    match ty.scalar() {
        Type::Double => a == b || f64::from_bits(a).is_nan() && f64::from_bits(b).is_nan(),
        Type::Float => float(a, b) && float(a >> 32, b >> 32),
        _ => a == b,
    }
}

#[test]
fn operations_compute_what_semantics_says() {
    let cases = cases();
    let (mut module, mut bodies) = (Module::default(), Vec::new());
    for (i, case) in cases.iter().enumerate() {
        let (params, ret) = case.signature();
        let attrs = vec![ParamAttr::None; params.len()];
        let sig = Arc::new(Signature { ret, params, attrs, variadic: false });
        let name: Arc<str> = format!("case{i}").into();
        module.funcs.push(FuncDecl { name, sig: sig.clone(), defined: true, linkage: Linkage::External });
        bodies.push(Some(body(FuncId(i as u32), case, &sig)));
    }
    let config = Config { tier: Tier::JitOnly, ..Config::default() };
    let process = testing::process(module, bodies, config);
    let mut thread = Thread::new(&process).expect("a thread");
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut next = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state ^ state >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9)
    };
    for (i, case) in cases.iter().enumerate() {
        let (params, ret) = case.signature();
        for _ in 0..60 {
            let args: Vec<u64> = params.iter().map(|ty| value(ty, &mut next)).collect();
            let got = enter_guest(&process, &mut thread, FuncId(i as u32), &args);
            match (case.expected(&args), got) {
                (Some(want), Ok(got)) => {
                    assert!(same(&ret, want, got), "{case:?} of {args:x?}: {got:x}, not {want:x}");
                }
                (None, Err(Trap::DivideByZero | Trap::DivideOverflow)) => thread.abandon(&process.mem),
                (want, got) => panic!("{case:?} of {args:x?}: {got:?}, not {want:?}"),
            }
        }
    }
    assert_eq!(process.jit.refused.load(std::sync::atomic::Ordering::Relaxed), 0);
}
