//! What the bytecode compiler makes of one function: words, descriptors, and the way back to the source.
//!
//! Immutable once made; the checker has seen it before anything runs it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32};

use smallvec::SmallVec;

use crate::host::{ArgClass, HostFn};
use crate::intrinsics::asm::AsmOp;
use crate::ir::{
    BinOp, BlockId, CastOp, FCmpPred, FrameId, FuncId, ICmpPred, InlineFrame, Intrinsic, Loc, LocId,
    LocTable, Ordering, RmwOp, Signature, Type,
};

/// A run of register slots in the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// First slot.
    pub at: u32,
    /// Number of slots.
    pub n: u32,
}

/// A function's bytecode.
pub struct Code {
    /// Its number in the process.
    pub number: u32,
    /// Which function.
    pub func: FuncId,
    /// Its linker name.
    pub name: Arc<str>,
    /// Instructions.
    pub words: Box<[u64]>,
    /// Index of the first instruction to run.
    pub entry: u32,
    /// Register slots of a frame, the outgoing arguments included.
    pub frame_slots: u32,
    /// Slots that the caller fills.
    pub param_slots: u32,
    /// What `Ext::Desc` words name.
    pub descs: Box<[Desc]>,
    /// Slot that holds the mark of the stack objects, if the function makes any.
    pub mark: Option<u32>,
    /// Whether leaving the frame has to release more than registers.
    pub cleanup: bool,
    /// Whether it calls a function that returns twice.
    pub returns_twice: bool,
    /// Word index of an invoke's call -> word index of its landing pad; sorted.
    pub landings: Box<[(u32, u32)]>,
    /// Word index -> source location from there on; sorted.
    pub pcs: Box<[(u32, LocId)]>,
    /// Of compiled code: the frame that each of these positions is in; empty if none is inlined.
    pub pc_frames: Box<[FrameId]>,
    /// The calls that this engine has inlined.
    pub inlined: Box<[InlineFrame]>,
    /// Source locations.
    pub locs: LocTable,
    /// Where compiled code is entered by its slots; none for bytecode.
    pub native: Option<NativeEntry>,
    /// Slots of the result.
    pub ret_slots: u32,
    /// Where the function is declared.
    pub decl_loc: LocId,
    /// Where a running frame can change to (other) compiled code; sorted by word.
    pub heads: Box<[Head]>,
    /// Of code that was compiled quickly and looks for something better at its heads.
    pub quick: Option<Quick>,
}

/// Code that was compiled quickly.
#[derive(Clone, Copy, Debug)]
pub struct Quick {
    /// The first slot of those where what is live at a head lies while the frame looks.
    pub live: u32,
    /// If it goes on where a frame of bytecode was: the number of that code, and the word of the head.
    pub after: Option<(u32, u32)>,
}

/// A loop head in bytecode, or in code that was compiled quickly: control can go on there in compiled code.
pub struct Head {
    /// Index of its first word.
    pub word: u32,
    /// The block.
    pub block: BlockId,
    /// How often it was seen running.
    pub heat: AtomicU32,
    /// Whether compiled code was asked for.
    pub asked: AtomicBool,
    /// Number of the code that goes on from there, once there is one; 0 otherwise.
    pub compiled: AtomicU32,
}

/// The way into a compiled function for those whose arguments lie in its slots, where its result goes, too.
#[derive(Clone, Copy, Debug)]
pub struct NativeEntry {
    /// The function itself.
    pub target: usize,
    /// What calls it: made for all functions of its type.
    pub stub: usize,
}

impl Code {
    /// The source location of the instruction at that word.
    pub fn loc_at(&self, word: usize) -> LocId {
        let after = self.pcs.partition_point(|(at, _)| *at as usize <= word);
        after.checked_sub(1).map_or(LocId::NONE, |i| self.pcs[i].1)
    }

    /// The functions that the instruction at that word stands in, innermost first: those that this engine has
    /// inlined, then the code's own. Each with its source positions, frames that clang inlined first.
    pub fn functions_at(&self, word: usize) -> impl Iterator<Item = (&Arc<str>, impl Iterator<Item = &Loc>)> {
        let at = self.pcs.partition_point(|(at, _)| *at as usize <= word).checked_sub(1);
        let frame = at.and_then(|i| self.pc_frames.get(i)).copied().unwrap_or(FrameId::SELF);
        let inlined = |frame: FrameId| self.inlined.get((frame.0 as usize).checked_sub(1)?);
        let mut next = Some((frame, self.loc_at(word)));
        std::iter::from_fn(move || {
            let (frame, loc) = next.take()?;
            let function = inlined(frame);
            next = function.map(|f| f.caller);
            let (name, locs) = function.map_or((&self.name, &self.locs), |f| (&f.name, &f.locs));
            Some((name, locs.chain(loc)))
        })
    }

    /// The loop head that begins at a word, if one does.
    pub fn head_at(&self, word: usize) -> Option<&Head> {
        let at = self.heads.binary_search_by_key(&word, |h| h.word as usize).ok()?;
        Some(&self.heads[at])
    }

    /// Index of the word that a pointer into [`Code::words`] names, if it does.
    pub fn word_index(&self, pc: *const u64) -> Option<usize> {
        let offset = (pc as usize).checked_sub(self.words.as_ptr() as usize)?;
        let index = offset / size_of::<u64>();
        (index < self.words.len()).then_some(index)
    }
}

/// Operands of an operation that is not worth a handler of its own.
pub enum Desc {
    /// A constant of several slots.
    Const(Span, Box<[u64]>),
    /// Arithmetic.
    Binary(BinOp, Type, [Span; 3]),
    /// Negation of a float.
    FNeg(Type, [Span; 2]),
    /// Comparison; the type is the operands'.
    ICmp(ICmpPred, Type, [Span; 3]),
    /// Comparison of floats.
    FCmp(FCmpPred, Type, [Span; 3]),
    /// Conversion from, to.
    Cast(CastOp, Type, Type, [Span; 2]),
    /// Selection: types of condition and value; result, condition, two values.
    Select(Type, Type, [Span; 4]),
    /// Result, vector (of that type), index.
    ExtractElement(Type, [Span; 3]),
    /// Result, vector (of that type), lane, index.
    InsertElement(Type, [Span; 4]),
    /// Result, two vectors of that type.
    Shuffle(Type, Arc<[Option<u32>]>, [Span; 3]),
    /// Lanes of so many bytes; for each of the result's the lane of both operands' slots in a row, or `64 / bytes`
    /// for zero; result, two vectors.
    ShuffleLanes(u8, Box<[u8]>, [Span; 3]),
    /// Result; aggregate; member value and where it goes in the result.
    InsertValue([Span; 3], u32),
    /// An intrinsic that only computes.
    Pure(Intrinsic, Box<[Type]>, Type, Span, SmallVec<[Span; 4]>),
    /// An intrinsic that touches memory, frames or control.
    Intrinsic(Intrinsic, Box<[Type]>, Type, Span, SmallVec<[Span; 4]>),
    /// A load of any type: value, pointer slot, root slot.
    Load(Type, Span, u32, u32),
    /// A store of any type: value, pointer slot, root slot.
    Store(Type, Span, u32, u32),
    /// An atomic load: value, pointer slot.
    AtomicLoad(Type, Span, u32, Ordering),
    /// An atomic store: value, pointer slot.
    AtomicStore(Type, Span, u32, Ordering),
    /// Result, pointer slot, expected, new; the type is the value's.
    CmpXchg(Type, Span, u32, Span, Span),
    /// Result, pointer slot, operand.
    AtomicRmw(RmwOp, Type, Span, u32, Span),
    /// A fence.
    Fence,
    /// A copy between slots.
    Copy(Span, Span),
    /// A vector of addresses.
    VectorGep(Box<VectorGep>),
    /// A stack object.
    Alloca(Alloca),
    /// The end of a frame with stack objects: where that is, once known.
    Leave(AtomicU32),
    /// The entry copy of a by-value argument: parameter slot, size, alignment.
    ByVal(u32, u64, u64),
    /// Inline assembly.
    Asm(AsmOp, SmallVec<[Span; 4]>, Span),
    /// A call with everything that the fast form cannot say.
    Call(Box<CallDesc>),
    /// `setjmp`: result slot, buffer slot.
    SetJmp(u32, u32),
    /// The landing pad's value: result, type numbers caught, in order.
    LandingPad(Span, bool),
    /// Goes on unwinding with the exception in that slot.
    Resume(u32),
    /// `indirectbr`: value slot; block number -> word offset from the instruction.
    IndirectBr(u32, Box<[(u32, i32)]>),
    /// A switch on wide or scattered values: value; sorted cases; default.
    SparseSwitch(Span, Box<[(u128, i32)]>, i32),
    /// Returns a value that lies beyond the reach of 16-bit fields.
    Return(Span),
    /// Ends in a trap.
    Trap(TrapKind),
}

/// Operands of a gep whose result is a vector; spans of one slot are splatted.
pub struct VectorGep {
    /// Result type.
    pub ty: Type,
    /// Result.
    pub dst: Span,
    /// Base pointers and their type.
    pub base: (Span, Type),
    /// Constant part.
    pub offset: i64,
    /// Indices with their type and scale.
    pub terms: Vec<(Span, Type, i64)>,
}

/// A stack object.
pub struct Alloca {
    /// Bytes of an element.
    pub size: u64,
    /// Slot and type of the number of elements.
    pub count: Option<(u32, u32)>,
    /// Alignment.
    pub align: u64,
    /// Source name.
    pub name: Option<Arc<str>>,
    /// Where it is allocated, once known.
    pub site: AtomicU32,
}

/// What a trap descriptor raises.
pub enum TrapKind {
    /// `unreachable`.
    Unreachable,
    /// `llvm.trap` and its kin.
    TrapInstruction,
    /// Refused by name.
    Unsupported(Box<str>),
    /// Neither the module nor the host defines it.
    MissingFunction(Box<str>),
    /// A direct call of the wrong type: function, its type, the call's.
    BadCall(FuncId, Box<str>, Box<str>),
}

/// A call site.
pub struct CallDesc {
    /// Whom.
    pub target: CallTarget,
    /// The call's type.
    pub sig: Arc<Signature>,
    /// Its interned number.
    pub sig_id: u32,
    /// Type of every argument.
    pub types: Box<[Type]>,
    /// Class of every argument.
    pub classes: Box<[ArgClass]>,
    /// How many of them belong to fixed parameters of the target (of the call's type if indirect).
    pub fixed: u32,
    /// Slots of the fixed and of the variadic arguments.
    pub slots: (u32, u32),
    /// Where all arguments come from, slot by slot.
    pub args: Box<[u32]>,
    /// Slot of the pointer that is called, if the target is one.
    pub pointer: u32,
    /// Where the outgoing area starts.
    pub base: u32,
    /// Result type, if the result is used.
    pub used: Option<Type>,
    /// Ends the caller's frame first.
    pub must_tail: bool,
}

/// Whom a call goes to.
#[derive(Clone, Copy)]
pub enum CallTarget {
    /// A guest function.
    Guest(FuncId),
    /// A host function.
    Host(&'static HostFn),
    /// A closure of the embedder's.
    Closure(u32),
    /// Whatever the pointer says.
    Pointer,
}

/// Added to the number of a block whose address is taken: a pointer into nothing.
pub const BLOCK_TAG: u64 = 0x10_0000;
