//! SVM: runs LLVM bitcode safely.
//!
//! An embedder starts at [`Engine`], [`Instance`] and [`Fault`]; the modules are what they are made of.
//!
//! Data flows one way: `load` -> [`ir`] -> `opt` -> `bytecode` -> `interp`, over [`machine`], [`host`]
//! and `svm_memory`; faults end in [`report`].

mod api;
pub mod bytecode;
mod cache;
pub mod cli;
pub mod error;
pub mod host;
pub(crate) mod interp;
pub mod intrinsics;
pub mod ir;
mod jit;
pub mod load;
pub mod machine;
pub mod opt;
pub mod report;
pub mod semantics;
mod tier;

pub use api::wasm;
pub use api::{
    BpfRuns, Builder, CallArgs, CallResult, Element, Engine, Fault, GuestMemory, GuestType, GuestValue,
    Instance, MapDump, Module, State,
};
pub use cache::Folder as CacheFolder;
pub use error::LoadError;
pub use load::Source;
pub use machine::{Config, Cx, Grant, Input, Interrupt, Limit, Output, Tier, Trap};
pub use svm_memory::{Config as MemoryConfig, GuestPtr};
