//! Lifted programs against golden text: pointers are followed, frames are allocas, edge cases are defined.
//! `SVM_BLESS=1` writes the text anew.

use std::path::PathBuf;

use svm_lifters::ebpf::{self, Options, asm};

/// The functions of a module's text, without debug info.
fn functions(text: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for line in text.lines() {
        inside |= line.starts_with("define");
        if inside {
            let end = line.find(", !dbg").or_else(|| line.find(" !dbg")).unwrap_or(line.len());
            out += &line[..end];
            out += if line.starts_with("define") { " {\n" } else { "\n" };
        } else if line.starts_with("declare") {
            out += line.split(" #").next().unwrap_or(line);
            out += "\n";
        }
        inside &= line != "}";
    }
    out
}

fn check(name: &str) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/ebpf/golden");
    let source = std::fs::read_to_string(folder.join(format!("{name}.s"))).unwrap();
    let lifted = ebpf::lift(name, &asm::assemble(&source).unwrap(), &Options::default()).unwrap();
    let (text, golden) = (functions(&lifted.text), folder.join(format!("{name}.ll")));
    if std::env::var_os("SVM_BLESS").is_some() {
        std::fs::write(&golden, &text).unwrap();
    }
    assert_eq!(text, std::fs::read_to_string(&golden).unwrap_or_default(), "{name}: bless with SVM_BLESS=1");
}

#[test]
fn arithmetic() {
    check("arithmetic");
}

#[test]
fn pointers() {
    check("pointers");
}

#[test]
fn calls() {
    check("calls");
}
