//! Compiling small C programs.

use std::io::Write;
use std::process::{Command, Stdio};

use svm_engine::{Engine, Instance, Module};

/// C to a module, at the given level.
pub fn module_at(level: &str, source: &str) -> Module {
    let mut child = Command::new("clang-22")
        .args(["-x", "c", "-", "-c", "-g", "-emit-llvm", "-o", "-", "-w", level])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("cannot run clang-22: {e}"));
    child.stdin.take().unwrap().write_all(source.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "clang-22 failed on {source}");
    Engine::new().load_bytes("test", output.stdout).unwrap_or_else(|e| panic!("{e}"))
}

/// C to a module.
pub fn module(source: &str) -> Module {
    module_at("-O1", source)
}

/// An instance of a C program with standard output captured.
pub fn instance(source: &str) -> Instance {
    Instance::builder(&module(source)).capture_stdout().build().unwrap()
}
