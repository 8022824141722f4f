//! Instructions. Every one has defined semantics on every input: flags that make a result poison are
//! not kept, shifts are masked to the width (rounded up to a power of two), float to integer out of
//! range gives x86's result, division by zero and `INT_MIN / -1` are faults.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::{BlockId, FuncId, Signature, Value};

/// Two-operand arithmetic on scalars or, lane by lane, vectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)] // the names are LLVM's
pub enum BinOp {
    Add,
    Sub,
    Mul,
    UDiv,
    SDiv,
    URem,
    SRem,
    Shl,
    LShr,
    AShr,
    And,
    Or,
    Xor,
    FAdd,
    FSub,
    FMul,
    FDiv,
    FRem,
}

/// Conversions; source and result types decide the widths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)] // the names are LLVM's
pub enum CastOp {
    Trunc,
    ZExt,
    SExt,
    FpTrunc,
    FpExt,
    FpToUi,
    FpToSi,
    UiToFp,
    SiToFp,
    PtrToInt,
    IntToPtr,
    BitCast,
}

/// Integer and pointer comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)] // the names are LLVM's
pub enum ICmpPred {
    Eq,
    Ne,
    Ugt,
    Uge,
    Ult,
    Ule,
    Sgt,
    Sge,
    Slt,
    Sle,
}

/// Floating-point comparison; `O` ordered, `U` or unordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)] // the names are LLVM's
pub enum FCmpPred {
    False,
    Oeq,
    Ogt,
    Oge,
    Olt,
    Ole,
    One,
    Ord,
    Uno,
    Ueq,
    Ugt,
    Uge,
    Ult,
    Ule,
    Une,
    True,
}

/// Memory ordering of an atomic access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)] // the names are LLVM's
pub enum Ordering {
    Unordered,
    Monotonic,
    Acquire,
    Release,
    AcqRel,
    SeqCst,
}

/// Operation of an `atomicrmw`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)] // the names are LLVM's
pub enum RmwOp {
    Xchg,
    Add,
    Sub,
    And,
    Nand,
    Or,
    Xor,
    Max,
    Min,
    UMax,
    UMin,
    FAdd,
    FSub,
    FMax,
    FMin,
    UIncWrap,
    UDecWrap,
}

/// What a call goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Callee {
    /// A function of the module, defined or to be found in the host.
    Func(FuncId),
    /// Through a pointer.
    Ptr(Value),
}

/// A call, in whichever instruction.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CallSite {
    /// Whom.
    pub callee: Callee,
    /// All arguments, variadic ones included.
    pub args: Vec<Value>,
    /// The function type that the call was made with; `attrs` has one entry per argument.
    pub sig: Arc<Signature>,
    /// `musttail`: the caller's frame (and its stack objects) ends before the callee starts.
    pub must_tail: bool,
}

/// A clause of a landing pad.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Clause {
    /// Catches a type (null catches all).
    Catch(Value),
    /// Catches everything but these types.
    Filter(Vec<Value>),
}

/// Inline assembly; which templates are known is decided by `intrinsics/`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AsmCall {
    /// The template.
    pub template: Arc<str>,
    /// The constraints.
    pub constraints: Arc<str>,
    /// The operands.
    pub args: Vec<Value>,
}

/// LLVM intrinsics by family; argument and result types decide widths and lanes. The loader drops the
/// ones without meaning here (lifetime, assume, prefetch, debug, invariant, noalias scopes), passes
/// others through (`expect`, `launder.invariant.group`, `ptr.annotation`, `threadlocal.address`) and
/// folds `is.constant` and `objectsize`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)] // the names are LLVM's
pub enum Intrinsic {
    // memory: (dst, src | byte, len, [volatile dropped])
    MemCpy,
    MemMove,
    MemSet,
    // integers
    Abs,
    SMin,
    SMax,
    UMin,
    UMax,
    SAddSat,
    UAddSat,
    SSubSat,
    USubSat,
    SShlSat,
    UShlSat,
    SAddOverflow,
    UAddOverflow,
    SSubOverflow,
    USubOverflow,
    SMulOverflow,
    UMulOverflow,
    SCmp,
    UCmp,
    CtPop,
    /// Zero gives the width: the `is_zero_poison` argument is dropped.
    CtLz,
    CtTz,
    BSwap,
    BitReverse,
    FShl,
    FShr,
    // floating point
    FAbs,
    CopySign,
    MinNum,
    MaxNum,
    Minimum,
    Maximum,
    MinimumNum,
    MaximumNum,
    Fma,
    FMulAdd,
    Sqrt,
    Floor,
    Ceil,
    FTrunc,
    Rint,
    NearbyInt,
    Round,
    RoundEven,
    LRint,
    LRound,
    Pow,
    PowI,
    Exp,
    Exp2,
    Exp10,
    Log,
    Log2,
    Log10,
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
    Atan2,
    Sinh,
    Cosh,
    Tanh,
    SinCos,
    LdExp,
    FrExp,
    Modf,
    Canonicalize,
    /// (x, class mask)
    IsFpClass,
    FpToSiSat,
    FpToUiSat,
    // vector reductions: (v) or, for FAdd and FMul, (start, v)
    ReduceAdd,
    ReduceMul,
    ReduceAnd,
    ReduceOr,
    ReduceXor,
    ReduceSMin,
    ReduceSMax,
    ReduceUMin,
    ReduceUMax,
    ReduceFAdd,
    ReduceFMul,
    ReduceFMin,
    ReduceFMax,
    ReduceFMinimum,
    ReduceFMaximum,
    // masked memory: the alignment argument is dropped
    /// (ptr, mask, pass-through)
    MaskedLoad,
    /// (value, ptr, mask)
    MaskedStore,
    /// (pointers, mask, pass-through)
    MaskedGather,
    /// (value, pointers, mask)
    MaskedScatter,
    /// (ptr, mask, pass-through)
    MaskedExpandLoad,
    /// (value, ptr, mask)
    MaskedCompressStore,
    // the stack
    StackSave,
    StackRestore,
    VaStart,
    VaEnd,
    VaCopy,
    FrameAddress,
    ReturnAddress,
    // traps
    Trap,
    DebugTrap,
    // pointers and the rest
    PtrMask,
    /// (table, byte offset); the loader turns known tables into tables of pointers first.
    LoadRelative,
    ReadCycleCounter,
    /// x86-64 has none: 0.
    ReadSteadyCounter,
    /// As `FLT_ROUNDS` numbers the modes (C11 5.2.4.2.2): 0 to zero, 1 to nearest, 2 up, 3 down.
    GetRounding,
    /// (mode, numbered as for `GetRounding`); other numbers are ignored.
    SetRounding,
    /// What names the running thread, as `pthread_self` does; no object is there.
    ThreadPointer,
    EhTypeIdFor,
    // x86
    X86Pause,
}

/// An instruction. Operand types are those of the values; vectors work lane by lane.
///
/// Those marked *lowered form* exist only in bodies that are about to be compiled; bytecode refuses them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Inst {
    /// `a op b`.
    Binary(BinOp, Value, Value),
    /// Floating-point negation: flips the sign bit.
    FNeg(Value),
    /// Integer or pointer comparison.
    ICmp(ICmpPred, Value, Value),
    /// Floating-point comparison.
    FCmp(FCmpPred, Value, Value),
    /// Conversion to the result's type.
    Cast(CastOp, Value),
    /// `cond ? a : b`; the condition may be a vector.
    Select(Value, Value, Value),
    /// The value itself (nothing is poison here).
    Freeze(Value),
    /// A zeroed stack object of `size * count` bytes, live until the frame ends or a stackrestore.
    Alloca {
        /// Bytes of one element.
        size: u64,
        /// Number of elements, if not one.
        count: Option<Value>,
        /// Alignment in bytes.
        align: u64,
        /// Source name of the variable, from debug info.
        name: Option<Arc<str>>,
    },
    /// Reads a value of the result's type.
    Load {
        /// From where.
        ptr: Value,
        /// Set for an atomic access, which must be aligned.
        atomic: Option<Ordering>,
    },
    /// Writes a value.
    Store {
        /// To where.
        ptr: Value,
        /// What.
        value: Value,
        /// Set for an atomic access, which must be aligned.
        atomic: Option<Ordering>,
    },
    /// `base + offset + sum(index * scale)`; indices are sign-extended from their own width. With a
    /// vector result, scalar operands stand for all lanes.
    Gep {
        /// The pointer.
        base: Value,
        /// Constant bytes.
        offset: i64,
        /// Variable parts.
        terms: SmallVec<[(Value, i64); 2]>,
    },
    /// A call that returns here.
    Call(CallSite),
    /// An intrinsic.
    Intrinsic(Intrinsic, Vec<Value>),
    /// Inline assembly.
    Asm(AsmCall),
    /// A fence.
    Fence(Ordering),
    /// Result: { old value, i1 success }.
    CmpXchg {
        /// Where.
        ptr: Value,
        /// Expected.
        expected: Value,
        /// Replacement.
        new: Value,
        /// Ordering on success.
        ordering: Ordering,
    },
    /// Result: the old value.
    AtomicRmw {
        /// Operation.
        op: RmwOp,
        /// Where.
        ptr: Value,
        /// Operand.
        value: Value,
        /// Ordering.
        ordering: Ordering,
    },
    /// Lane of a vector; an index out of range gives zero.
    ExtractElement(Value, Value),
    /// Vector with one lane replaced; an index out of range gives zero.
    InsertElement(Value, Value, Value),
    /// Lanes of `a ++ b`; `None` is zero.
    Shuffle(Value, Value, Arc<[Option<u32>]>),
    /// Member of an aggregate.
    ExtractValue(Value, SmallVec<[u32; 2]>),
    /// Aggregate with one member replaced.
    InsertValue(Value, Value, SmallVec<[u32; 2]>),
    /// One value per predecessor; at the head of a block.
    Phi(Vec<(BlockId, Value)>),
    /// Head of an unwind destination. Result: { ptr, i32 }.
    LandingPad {
        /// What is caught.
        clauses: Vec<Clause>,
        /// Entered for cleanup in any case.
        cleanup: bool,
    },
    /// Something that this engine does not run: reached, it is refused by this text.
    Unsupported(Arc<str>),
    /// *Lowered form.* Proves that `len` bytes at `ptr` may be accessed, judged by the object of `root`, or
    /// faults as the access would. Result (i64): the window offset of the first byte.
    Check {
        /// What is accessed.
        ptr: Value,
        /// What judges: a pointer, the address of a symbol included.
        root: Value,
        /// Bytes; not zero.
        len: u64,
        /// Whether they are written.
        write: bool,
        /// If the root is known to be the start of an object that is live: how many bytes of it are accessible.
        size: Option<u64>,
    },
    /// *Lowered form.* Window offset (i64) of a pointer into an object that is known to be live and to have
    /// the bytes that are accessed there: no check.
    Locate(Value),
    /// *Lowered form.* Reads a value of the result's type at window offset `at + offset`, which a dominating
    /// check has proven; no alignment is known.
    RawLoad {
        /// Window offset.
        at: Value,
        /// Constant bytes.
        offset: i64,
    },
    /// *Lowered form.* Writes a value, as [`Inst::RawLoad`] reads one.
    RawStore {
        /// Window offset.
        at: Value,
        /// Constant bytes.
        offset: i64,
        /// What.
        value: Value,
    },
    /// *Lowered form.* A load of a type that takes more than one instruction, checked by the object of `root`.
    LoadBy {
        /// From where.
        ptr: Value,
        /// What judges.
        root: Value,
    },
    /// *Lowered form.* A store, as [`Inst::LoadBy`] is a load.
    StoreBy {
        /// To where.
        ptr: Value,
        /// What judges.
        root: Value,
        /// What.
        value: Value,
    },
    /// *Lowered form.* Whether all of `bytes` (i64) bytes from `low` may be accessed, judged by the object of
    /// `root`. Never faults, whatever the operands. Result: `{ i1, i64 }`, the answer and what to add to a
    /// pointer into these bytes to get its window offset (0 if the answer is no).
    Range {
        /// What judges.
        root: Value,
        /// The first byte: a pointer.
        low: Value,
        /// How many; none is always fine.
        bytes: Value,
        /// Whether they are written.
        write: bool,
        /// As in [`Inst::Check`].
        size: Option<u64>,
    },
    /// *Lowered form.* Lets an interrupt or a timeout stop the guest, and another thread pass.
    Poll,
    /// *Lowered form.* Takes so many instructions from the guest's budget.
    Fuel(u32),
    /// The end of a block.
    Term(Terminator),
}

/// How a block ends.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Terminator {
    /// Goes on elsewhere.
    Br(BlockId),
    /// Two ways.
    CondBr(Value, BlockId, BlockId),
    /// By value; cases are zero-extended (wider ones than 64 bits by their words).
    Switch {
        /// What is looked at.
        value: Value,
        /// Value and destination.
        cases: Vec<(u128, BlockId)>,
        /// The rest.
        default: BlockId,
    },
    /// To one of the function's address-taken blocks; anything else is a fault.
    IndirectBr(Value, Vec<BlockId>),
    /// Returns.
    Ret(Option<Value>),
    /// A call that continues at `normal`, or at `unwind`, which starts with a landing pad.
    Invoke {
        /// The call; its result is the instruction's.
        call: CallSite,
        /// After a return.
        normal: BlockId,
        /// After an exception.
        unwind: BlockId,
    },
    /// Goes on unwinding with the landing pad's value.
    Resume(Value),
    /// A fault if reached.
    Unreachable,
}

impl Terminator {
    /// Successors in order; repeated ones are repeated.
    pub fn successors(&self) -> SmallVec<[BlockId; 4]> {
        match self {
            Terminator::Br(b) => SmallVec::from_slice(&[*b]),
            Terminator::CondBr(_, a, b) => SmallVec::from_slice(&[*a, *b]),
            Terminator::Switch { cases, default, .. } => {
                std::iter::once(*default).chain(cases.iter().map(|c| c.1)).collect()
            }
            Terminator::IndirectBr(_, blocks) => blocks.iter().copied().collect(),
            Terminator::Invoke { normal, unwind, .. } => SmallVec::from_slice(&[*normal, *unwind]),
            Terminator::Ret(_) | Terminator::Resume(_) | Terminator::Unreachable => SmallVec::new(),
        }
    }
}

impl Inst {
    /// Calls `f` with every operand, constants included; phis too.
    pub fn operands_mut(&mut self, f: &mut dyn FnMut(&mut Value)) {
        fn call(c: &mut CallSite, f: &mut dyn FnMut(&mut Value)) {
            if let Callee::Ptr(p) = &mut c.callee {
                f(p);
            }
            c.args.iter_mut().for_each(f);
        }
        match self {
            Inst::Binary(_, a, b)
            | Inst::ICmp(_, a, b)
            | Inst::FCmp(_, a, b)
            | Inst::ExtractElement(a, b)
            | Inst::Shuffle(a, b, _)
            | Inst::InsertValue(a, b, _) => [a, b].into_iter().for_each(f),
            Inst::FNeg(a) | Inst::Cast(_, a) | Inst::Freeze(a) | Inst::ExtractValue(a, _) => f(a),
            Inst::Select(a, b, c) | Inst::InsertElement(a, b, c) => [a, b, c].into_iter().for_each(f),
            Inst::Alloca { count, .. } => count.iter_mut().for_each(f),
            Inst::Load { ptr, .. } => f(ptr),
            Inst::Store { ptr, value, .. } | Inst::AtomicRmw { ptr, value, .. } => {
                [ptr, value].into_iter().for_each(f);
            }
            Inst::Gep { base, terms, .. } => {
                f(base);
                terms.iter_mut().for_each(|t| f(&mut t.0));
            }
            Inst::Call(c) => call(c, f),
            Inst::Intrinsic(_, args) => args.iter_mut().for_each(f),
            Inst::Asm(asm) => asm.args.iter_mut().for_each(f),
            Inst::CmpXchg { ptr, expected, new, .. } => [ptr, expected, new].into_iter().for_each(f),
            Inst::Phi(incoming) => incoming.iter_mut().for_each(|i| f(&mut i.1)),
            Inst::LandingPad { clauses, .. } => clauses.iter_mut().for_each(|c| match c {
                Clause::Catch(v) => f(v),
                Clause::Filter(vs) => vs.iter_mut().for_each(&mut *f),
            }),
            Inst::Locate(a) | Inst::RawLoad { at: a, .. } => f(a),
            Inst::Check { ptr: a, root: b, .. }
            | Inst::LoadBy { ptr: a, root: b }
            | Inst::RawStore { at: a, value: b, .. } => {
                [a, b].into_iter().for_each(f);
            }
            Inst::Range { root: a, low: b, bytes: c, .. } | Inst::StoreBy { ptr: a, root: b, value: c } => {
                [a, b, c].into_iter().for_each(f);
            }
            Inst::Fence(_) | Inst::Unsupported(_) | Inst::Poll | Inst::Fuel(_) => {}
            Inst::Term(t) => match t {
                Terminator::CondBr(v, ..)
                | Terminator::Switch { value: v, .. }
                | Terminator::IndirectBr(v, _)
                | Terminator::Ret(Some(v))
                | Terminator::Resume(v) => f(v),
                Terminator::Invoke { call: c, .. } => call(c, f),
                Terminator::Br(_) | Terminator::Ret(None) | Terminator::Unreachable => {}
            },
        }
    }

    /// Calls `f` with every operand.
    pub fn operands(&self, f: &mut dyn FnMut(Value)) {
        // One definition of what the operands are; the clone is shallow and off every hot path.
        self.clone().operands_mut(&mut |v| f(*v));
    }

    /// Whether the instruction exists only in bodies that are about to be compiled.
    pub fn is_lowered(&self) -> bool {
        matches!(
            self,
            Inst::Check { .. }
                | Inst::Locate(_)
                | Inst::RawLoad { .. }
                | Inst::RawStore { .. }
                | Inst::LoadBy { .. }
                | Inst::StoreBy { .. }
                | Inst::Range { .. }
                | Inst::Poll
                | Inst::Fuel(_)
        )
    }

    /// Whether the instruction ends a block.
    pub fn is_terminator(&self) -> bool {
        matches!(self, Inst::Term(_))
    }
}

/// The function that a direct call names.
impl CallSite {
    /// The callee, if the call is direct.
    pub fn direct(&self) -> Option<FuncId> {
        match self.callee {
            Callee::Func(id) => Some(id),
            Callee::Ptr(_) => None,
        }
    }
}
