//! The library as an embedder uses it.

mod bpf;
mod calls;
mod faults;
mod hosts;
mod limits;
mod many;
mod sweep;
mod tools;
mod wasm;
