//! Compiling small inputs, and loading them.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use svm_engine::error::LoadError;
use svm_engine::ir::{FuncId, Function, Inst, Module};
use svm_engine::load::{Loader, Source};

/// Runs a tool of LLVM 22 on `input`; its output.
pub fn run(tool: &str, args: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new(tool)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("cannot run {tool} (LLVM 22 is needed): {e}"));
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{tool} {args:?} failed");
    output.stdout
}

/// C to bitcode.
pub fn clang(source: &str, flags: &[&str]) -> Vec<u8> {
    let mut args = vec!["-x", "c", "-", "-c", "-emit-llvm", "-o", "-", "-w"];
    args.extend(flags);
    run("clang-22", &args, source.as_bytes())
}

/// A file below cargo's folder for tests.
pub fn scratch(name: &str) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("load");
    std::fs::create_dir_all(&dir).unwrap();
    dir.join(format!("{}-{}-{name}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)))
}

/// Bytes as a source.
pub fn bytes(name: &str, data: impl Into<Vec<u8>>) -> Source {
    Source::Bytes { name: name.into(), data: data.into().into() }
}

/// Opens bytes.
pub fn open(data: impl Into<Vec<u8>>) -> Result<Loader, LoadError> {
    Loader::open(&bytes("input", data), &[])
}

/// Opens assembly, which must succeed.
pub fn assembly(text: &str) -> Loader {
    open(text).unwrap_or_else(|e| panic!("{e}"))
}

/// Opens assembly, which must fail; the message.
pub fn refusal(text: &str) -> String {
    match open(text) {
        Ok(_) => panic!("loaded: {text}"),
        Err(e) => e.to_string(),
    }
}

/// The function of that name.
pub fn func(module: &Module, name: &str) -> FuncId {
    let index = module.funcs.iter().position(|f| &*f.name == name).unwrap_or_else(|| panic!("no {name}"));
    FuncId(index as u32)
}

/// The body of the function of that name.
pub fn body(loader: &mut Loader, name: &str) -> Function {
    let id = func(loader.module(), name);
    loader.body(id).unwrap_or_else(|e| panic!("{e}"))
}

/// Everything in the text form.
pub fn dump(loader: &mut Loader) -> String {
    let module = loader.module().clone();
    let mut text = module.to_string();
    for (i, decl) in module.funcs.iter().enumerate() {
        if decl.defined {
            let f = loader.body(FuncId(i as u32)).unwrap_or_else(|e| panic!("{e}"));
            svm_engine::ir::verify(&f).unwrap_or_else(|e| panic!("{e}\n{f}"));
            text += &format!("\n{}", f.with_names(&module));
        }
    }
    text
}

/// The texts of what a body refuses.
pub fn unsupported(f: &Function) -> Vec<String> {
    let insts = f.blocks.iter().flat_map(|b| &b.insts);
    insts
        .filter_map(|i| match &f.inst(*i).inst {
            Inst::Unsupported(what) => Some(what.to_string()),
            _ => None,
        })
        .collect()
}
