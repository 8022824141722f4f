//! Lifters: other formats of executable code to ordinary LLVM bitcode.
//!
//! `ebpf` takes ELF objects and raw bytecode, `wasm` takes WebAssembly modules. What they emit is verified bitcode
//! that any LLVM tool can take; what it says to its host (the `svm.*` functions and descriptors) is the table in
//! `svm_memory::abi`, described in docs/BITCODE_ABI.md. Nothing here knows the engine.
#![deny(unsafe_code)]

pub mod cli;
pub mod ebpf;
pub mod wasm;
