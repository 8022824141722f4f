//! The engine's own SSA intermediate representation: the hub between the loader and both tiers.
//!
//! It keeps what we chose to keep of LLVM IR: types without names, instructions without flags, and
//! semantics without undefined behaviour (`undef`, `poison` and uninitialised memory are zero, see
//! [`Const::Zero`]). It knows nothing of LLVM handles, bytecode or guest memory, and is `Send + Sync`.
//!
//! [`Module`] holds what is known when a file has been opened; a [`Function`] is one body, read lazily.

mod consts;
mod debug;
mod foreign;
mod func;
mod inst;
mod module;
mod print;
mod types;
mod verify;

pub use consts::{Const, ConstOp, Symbol};
pub use debug::{Loc, LocId, LocTable};
pub use foreign::{verify_foreign, verify_module};
pub use func::{
    Block, BlockId, FrameId, Function, InlineFrame, InstData, InstId, Value, ValueData, ValueDef,
};
pub use inst::{
    AsmCall, BinOp, CallSite, Callee, CastOp, Clause, FCmpPred, ICmpPred, Inst, Intrinsic, Ordering, RmwOp,
    Terminator,
};
pub use module::{FuncDecl, FuncId, Global, GlobalId, Linkage, Module, ParamAttr, Signature, Structor};
pub use print::WithModule;
pub use types::{ArrayType, StructType, Type, VectorType};
pub use verify::{const_fits, verify};
