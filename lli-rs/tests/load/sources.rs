//! Every format, told by its content.

use std::process::Command;

use svm_engine::ir::{Linkage, Symbol};
use svm_engine::load::{Loader, Source};

use super::tools::{bytes, clang, dump, func, open, run, scratch};

const A: &str = "extern int b(int); int a(int n) { return n ? b(n - 1) : 7; } static int hidden = 1; int main(void) { return a(3) + hidden; }";
const B: &str = "extern int a(int); int b(int n) { return a(n) + 1; } static int hidden = 2; int *shown(void) { return &hidden; }";

#[test]
fn bitcode_raw_and_wrapped_and_assembly_agree() {
    let raw = clang(A, &["-O1"]);
    let text = run("llvm-dis-22", &["-o", "-"], &raw);
    let mut wrapped = Vec::new();
    for word in [0x0B17_C0DEu32, 0, 20, raw.len() as u32, 7] {
        wrapped.extend(word.to_le_bytes());
    }
    wrapped.extend(&raw);
    let expected = dump(&mut open(raw.clone()).unwrap());
    assert!(expected.contains("func @a"), "{expected}");
    assert_eq!(dump(&mut open(text).unwrap()), expected);
    assert_eq!(dump(&mut open(wrapped).unwrap()), expected);
    let path = scratch("misleading.txt");
    std::fs::write(&path, &raw).unwrap();
    assert!(Loader::open(&Source::Path(path), &[]).is_ok());
}

fn object(source: &str, name: &str) -> String {
    let (c, o) = (scratch(&format!("{name}.c")), scratch(&format!("{name}.o")));
    std::fs::write(&c, source).unwrap();
    let args = ["-c", "-O1", "-fembed-bitcode=all", c.to_str().unwrap(), "-o", o.to_str().unwrap()];
    assert!(Command::new("clang-22").args(args).status().unwrap().success());
    o.to_str().unwrap().into()
}

#[test]
fn elf_objects_and_executables_hold_modules() {
    let (a, b) = (object(A, "a"), object(B, "b"));
    let single = Loader::open(&Source::from_arg(a.as_str()), &[]).unwrap();
    assert!(single.module().exports.contains_key("main"));
    for flags in [&["-r"][..], &[], &["-shared"]] {
        let out = scratch("linked");
        let mut command = Command::new("clang-22");
        command.args(flags).args([&a, &b]).arg("-o").arg(&out);
        if flags == ["-shared"] {
            // The objects are position-independent by default.
            command.arg("-Wl,-z,notext");
        }
        assert!(command.status().unwrap().success());
        let mut loader = Loader::open(&Source::Path(out), &[]).unwrap_or_else(|e| panic!("{flags:?}: {e}"));
        let module = loader.module().clone();
        assert!(module.func(func(&module, "a")).defined && module.func(func(&module, "b")).defined);
        assert_eq!(
            module.funcs.iter().filter(|f| &*f.name == "b").count(),
            1,
            "declaration and definition are one"
        );
        assert_eq!(loader.check_all(), []);
    }
    let plain = scratch("plain.o");
    let args = ["-x", "c", "-", "-c", "-o", plain.to_str().unwrap()];
    run("clang-22", &args, B.as_bytes());
    let error = Loader::open(&Source::Path(plain), &[]).err().unwrap().to_string();
    assert!(error.contains("an ELF file without embedded bitcode (section .llvmbc)"), "{error}");
    let bpf = scratch("bpf.o");
    run(
        "clang-22",
        &["-target", "bpf", "-x", "c", "-", "-c", "-o", bpf.to_str().unwrap()],
        b"long b(long x) { return x; }",
    );
    let loader = Loader::open(&Source::Path(bpf), &[]).unwrap();
    assert!(loader.module().exports.contains_key("svm.bpf.abi"), "an eBPF object is lifted");
}

#[test]
fn modules_link() {
    let a = bytes("a.bc", clang(A, &["-g"]));
    let b = bytes("b.ll", run("llvm-dis-22", &["-o", "-"], &clang(B, &["-g"])));
    let mut loader = Loader::open(&a, &[b]).unwrap();
    let module = loader.module().clone();
    assert_eq!(module.globals.len(), 2, "each keeps its own static");
    assert!(module.globals.iter().all(|g| g.linkage == Linkage::Local && g.source.is_some()));
    assert!(matches!(module.exports.get("shown"), Some(Symbol::Func(_))));
    assert!(!module.exports.contains_key("hidden"));
    assert_eq!(loader.check_all(), []);
}
