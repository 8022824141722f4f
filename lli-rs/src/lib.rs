//! SVM: runs LLVM bitcode safely.
//!
//! Data flows one way: `load` -> [`ir`] -> `opt` -> `bytecode` -> `interp`, over [`machine`], [`host`]
//! and `svm_memory`; faults end in [`report`].

pub mod bytecode;
pub mod cli;
pub mod error;
pub mod host;
pub(crate) mod interp;
pub mod intrinsics;
pub mod ir;
pub mod load;
pub mod machine;
pub mod opt;
pub mod report;
pub mod semantics;
