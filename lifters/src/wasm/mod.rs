//! WebAssembly modules to bitcode.
