//! LLVM's intrinsics by name: which become ours, which are dropped, which pass an operand on.

use super::inst::FCMP;
use super::x86::{X86, X86_OPS};
use crate::ir::{BinOp, CastOp, FCmpPred, Intrinsic as I};

/// What becomes of the calls of an intrinsic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Ours, with so many of the leading arguments.
    Op(I, u32),
    /// Nothing; a result is zero.
    Drop,
    /// The first operand is the result.
    PassFirst,
    /// A number.
    Number(u64),
    /// -1, or 0 where the minimum is asked for.
    ObjectSize,
    /// A full fence.
    Fence,
    /// Arithmetic under another name (constrained floating point: the default rounding is the only one).
    Binary(BinOp),
    /// A conversion under another name.
    Cast(CastOp),
    /// A constrained comparison.
    FCmp,
    /// See `relative.rs`.
    LoadRelative,
    /// See `x86.rs`.
    X86(X86),
    /// Trailing zero lanes of a vector.
    CountLanes,
    /// (ptr, [alignment,] mask, pass-through)
    MaskedLoad,
    /// (value, ptr, [alignment,] mask)
    MaskedStore,
    /// Not known.
    Unknown,
}

const ALL: u32 = u32::MAX;

/// Ours by LLVM's name without `llvm.`, and the number of arguments to keep.
const OPS: &[(&str, I, u32)] = &[
    ("memcpy", I::MemCpy, 3),
    ("memcpy.inline", I::MemCpy, 3),
    ("memmove", I::MemMove, 3),
    ("memset", I::MemSet, 3),
    ("memset.inline", I::MemSet, 3),
    ("abs", I::Abs, 1),
    ("smin", I::SMin, ALL),
    ("smax", I::SMax, ALL),
    ("umin", I::UMin, ALL),
    ("umax", I::UMax, ALL),
    ("sadd.sat", I::SAddSat, ALL),
    ("uadd.sat", I::UAddSat, ALL),
    ("ssub.sat", I::SSubSat, ALL),
    ("usub.sat", I::USubSat, ALL),
    ("sshl.sat", I::SShlSat, ALL),
    ("ushl.sat", I::UShlSat, ALL),
    ("sadd.with.overflow", I::SAddOverflow, ALL),
    ("uadd.with.overflow", I::UAddOverflow, ALL),
    ("ssub.with.overflow", I::SSubOverflow, ALL),
    ("usub.with.overflow", I::USubOverflow, ALL),
    ("smul.with.overflow", I::SMulOverflow, ALL),
    ("umul.with.overflow", I::UMulOverflow, ALL),
    ("scmp", I::SCmp, ALL),
    ("ucmp", I::UCmp, ALL),
    ("ctpop", I::CtPop, ALL),
    ("ctlz", I::CtLz, 1),
    ("cttz", I::CtTz, 1),
    ("bswap", I::BSwap, ALL),
    ("bitreverse", I::BitReverse, ALL),
    ("fshl", I::FShl, ALL),
    ("fshr", I::FShr, ALL),
    ("fabs", I::FAbs, ALL),
    ("copysign", I::CopySign, ALL),
    ("minnum", I::MinNum, 2),
    ("maxnum", I::MaxNum, 2),
    ("minimum", I::Minimum, 2),
    ("maximum", I::Maximum, 2),
    ("minimumnum", I::MinimumNum, 2),
    ("maximumnum", I::MaximumNum, 2),
    ("fma", I::Fma, 3),
    ("fmuladd", I::FMulAdd, 3),
    ("sqrt", I::Sqrt, 1),
    ("floor", I::Floor, 1),
    ("ceil", I::Ceil, 1),
    ("trunc", I::FTrunc, 1),
    ("rint", I::Rint, 1),
    ("nearbyint", I::NearbyInt, 1),
    ("round", I::Round, 1),
    ("roundeven", I::RoundEven, 1),
    ("lrint", I::LRint, 1),
    ("llrint", I::LRint, 1),
    ("lround", I::LRound, 1),
    ("llround", I::LRound, 1),
    ("pow", I::Pow, 2),
    ("powi", I::PowI, 2),
    ("exp", I::Exp, 1),
    ("exp2", I::Exp2, 1),
    ("exp10", I::Exp10, 1),
    ("log", I::Log, 1),
    ("log2", I::Log2, 1),
    ("log10", I::Log10, 1),
    ("sin", I::Sin, 1),
    ("cos", I::Cos, 1),
    ("tan", I::Tan, 1),
    ("asin", I::Asin, 1),
    ("acos", I::Acos, 1),
    ("atan", I::Atan, 1),
    ("atan2", I::Atan2, 2),
    ("sinh", I::Sinh, 1),
    ("cosh", I::Cosh, 1),
    ("tanh", I::Tanh, 1),
    ("sincos", I::SinCos, 1),
    ("ldexp", I::LdExp, 2),
    ("frexp", I::FrExp, 1),
    ("modf", I::Modf, 1),
    ("canonicalize", I::Canonicalize, 1),
    ("is.fpclass", I::IsFpClass, 2),
    ("fptosi.sat", I::FpToSiSat, 1),
    ("fptoui.sat", I::FpToUiSat, 1),
    ("vector.reduce.add", I::ReduceAdd, ALL),
    ("vector.reduce.mul", I::ReduceMul, ALL),
    ("vector.reduce.and", I::ReduceAnd, ALL),
    ("vector.reduce.or", I::ReduceOr, ALL),
    ("vector.reduce.xor", I::ReduceXor, ALL),
    ("vector.reduce.smin", I::ReduceSMin, ALL),
    ("vector.reduce.smax", I::ReduceSMax, ALL),
    ("vector.reduce.umin", I::ReduceUMin, ALL),
    ("vector.reduce.umax", I::ReduceUMax, ALL),
    ("vector.reduce.fadd", I::ReduceFAdd, ALL),
    ("vector.reduce.fmul", I::ReduceFMul, ALL),
    ("vector.reduce.fmin", I::ReduceFMin, ALL),
    ("vector.reduce.fmax", I::ReduceFMax, ALL),
    ("vector.reduce.fminimum", I::ReduceFMinimum, ALL),
    ("vector.reduce.fmaximum", I::ReduceFMaximum, ALL),
    ("masked.expandload", I::MaskedExpandLoad, 3),
    ("masked.compressstore", I::MaskedCompressStore, 3),
    ("stacksave", I::StackSave, ALL),
    ("stackrestore", I::StackRestore, ALL),
    ("va_start", I::VaStart, ALL),
    ("va_end", I::VaEnd, ALL),
    ("va_copy", I::VaCopy, ALL),
    ("frameaddress", I::FrameAddress, 1),
    ("returnaddress", I::ReturnAddress, 1),
    ("trap", I::Trap, 0),
    ("ubsantrap", I::Trap, 0),
    ("debugtrap", I::DebugTrap, 0),
    ("ptrmask", I::PtrMask, ALL),
    ("readcyclecounter", I::ReadCycleCounter, 0),
    ("readsteadycounter", I::ReadSteadyCounter, 0),
    ("get.rounding", I::GetRounding, 0),
    ("set.rounding", I::SetRounding, ALL),
    ("thread.pointer", I::ThreadPointer, 0),
    ("eh.typeid.for", I::EhTypeIdFor, ALL),
    ("x86.sse2.pause", I::X86Pause, 0),
];

/// Everything else, by LLVM's name without `llvm.`.
const OTHERS: &[(&str, Meaning)] = &[
    ("lifetime.start", Meaning::Drop),
    ("lifetime.end", Meaning::Drop),
    ("invariant.start", Meaning::Drop),
    ("invariant.end", Meaning::Drop),
    ("assume", Meaning::Drop),
    ("prefetch", Meaning::Drop),
    ("dbg.declare", Meaning::Drop),
    ("dbg.value", Meaning::Drop),
    ("dbg.assign", Meaning::Drop),
    ("dbg.label", Meaning::Drop),
    ("donothing", Meaning::Drop),
    ("sideeffect", Meaning::Drop),
    ("pseudoprobe", Meaning::Drop),
    ("fake.use", Meaning::Drop),
    ("clear_cache", Meaning::Drop),
    ("var.annotation", Meaning::Drop),
    ("codeview.annotation", Meaning::Drop),
    ("experimental.noalias.scope.decl", Meaning::Drop),
    ("expect", Meaning::PassFirst),
    ("expect.with.probability", Meaning::PassFirst),
    ("launder.invariant.group", Meaning::PassFirst),
    ("strip.invariant.group", Meaning::PassFirst),
    ("ssa.copy", Meaning::PassFirst),
    ("annotation", Meaning::PassFirst),
    ("ptr.annotation", Meaning::PassFirst),
    ("threadlocal.address", Meaning::PassFirst),
    ("arithmetic.fence", Meaning::PassFirst),
    ("is.constant", Meaning::Number(0)),
    ("allow.runtime.check", Meaning::Number(1)),
    ("allow.ubsan.check", Meaning::Number(1)),
    ("objectsize", Meaning::ObjectSize),
    ("x86.rdtsc", Meaning::Op(I::ReadCycleCounter, 0)),
    ("x86.sse2.lfence", Meaning::Fence),
    ("x86.sse2.mfence", Meaning::Fence),
    ("x86.sse.sfence", Meaning::Fence),
    ("load.relative", Meaning::LoadRelative),
    ("experimental.cttz.elts", Meaning::CountLanes),
    ("masked.load", Meaning::MaskedLoad),
    ("masked.gather", Meaning::MaskedLoad),
    ("masked.store", Meaning::MaskedStore),
    ("masked.scatter", Meaning::MaskedStore),
    ("experimental.constrained.fadd", Meaning::Binary(BinOp::FAdd)),
    ("experimental.constrained.fsub", Meaning::Binary(BinOp::FSub)),
    ("experimental.constrained.fmul", Meaning::Binary(BinOp::FMul)),
    ("experimental.constrained.fdiv", Meaning::Binary(BinOp::FDiv)),
    ("experimental.constrained.frem", Meaning::Binary(BinOp::FRem)),
    ("experimental.constrained.fptosi", Meaning::Cast(CastOp::FpToSi)),
    ("experimental.constrained.fptoui", Meaning::Cast(CastOp::FpToUi)),
    ("experimental.constrained.sitofp", Meaning::Cast(CastOp::SiToFp)),
    ("experimental.constrained.uitofp", Meaning::Cast(CastOp::UiToFp)),
    ("experimental.constrained.fptrunc", Meaning::Cast(CastOp::FpTrunc)),
    ("experimental.constrained.fpext", Meaning::Cast(CastOp::FpExt)),
    ("experimental.constrained.fcmp", Meaning::FCmp),
    ("experimental.constrained.fcmps", Meaning::FCmp),
];

/// What a function of the lifters' runtime means to the loader; most are calls like any other.
pub fn runtime_meaning(name: &str) -> Meaning {
    if name == svm_memory::abi::ROOT { Meaning::Cast(CastOp::BitCast) } else { Meaning::Unknown }
}

/// What an intrinsic means; `name` is its base name, without type suffixes.
pub fn meaning(name: &str) -> Meaning {
    let Some(name) = name.strip_prefix("llvm.") else { return Meaning::Unknown };
    if let Some((_, meaning)) = OTHERS.iter().find(|(n, _)| *n == name) {
        return *meaning;
    }
    if let Some(name) = name.strip_prefix("x86.")
        && let Some((_, op)) = X86_OPS.iter().find(|(n, _)| *n == name)
    {
        return Meaning::X86(*op);
    }
    // The other constrained ones have the arguments of the ordinary ones, then metadata.
    let (plain, constrained) = match name.strip_prefix("experimental.constrained.") {
        Some(plain) => (plain, true),
        None => (name, false),
    };
    match OPS.iter().find(|(n, ..)| *n == plain) {
        Some((_, intrinsic, keep)) if *keep != ALL || !constrained => Meaning::Op(*intrinsic, *keep),
        _ => Meaning::Unknown,
    }
}

/// Which masked access a name is.
pub fn masked(name: &str) -> I {
    match name {
        "llvm.masked.load" => I::MaskedLoad,
        "llvm.masked.store" => I::MaskedStore,
        "llvm.masked.gather" => I::MaskedGather,
        _ => I::MaskedScatter,
    }
}

/// The predicate that a constrained comparison names.
pub fn fcmp_predicate(name: &str) -> Option<FCmpPred> {
    FCMP.into_iter().find(|p| format!("{p:?}").to_lowercase() == name)
}
