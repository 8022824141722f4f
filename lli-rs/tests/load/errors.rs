//! What is refused, and with which words.

use svm_engine::load::{Loader, Source};

use super::tools::{assembly, body, bytes, clang, open, refusal, run, scratch, unsupported};

const HEAD: &str = "target triple = \"x86_64-unknown-linux-gnu\"\n";

fn message(data: impl Into<Vec<u8>>) -> String {
    match open(data) {
        Ok(_) => panic!("loaded"),
        Err(e) => e.to_string(),
    }
}

#[test]
fn files_that_are_no_modules() {
    let missing = Loader::open(&Source::from_arg("/nonexistent/x.bc"), &[]).err().unwrap().to_string();
    assert_eq!(missing, "cannot read /nonexistent/x.bc: No such file or directory (os error 2)");
    assert_eq!(message(""), "cannot load input: the file is empty");
    assert!(message(*b"\0asm\x02\0\0\0").contains("not a valid WebAssembly module"));
    assert!(message("(module (func)").contains("not WebAssembly text"));
    assert!(message(*b"!<arch>\n").contains("this is an archive"));
    assert!(message(vec![0xff; 100]).contains("neither LLVM bitcode, LLVM assembly nor an ELF file"));
    assert!(message(*b"\x7FELFxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx").contains("damaged ELF file"));
    assert!(message(*b"BC\xC0\xDE").starts_with("cannot load input: "));
    assert!(message("int main() {}").contains("input:1:1: error: expected top-level entity"));
    assert!(message(clang("int x;", &[])[..200].to_vec()).starts_with("cannot load input: "));
}

#[test]
fn other_targets_are_named() {
    for (target, name) in
        [("bpf", "bpf"), ("wasm32", "wasm32"), ("aarch64-linux-gnu", "aarch64"), ("i386-linux-gnu", "i386")]
    {
        let text = message(clang("int f(void) { return 1; }", &["-target", target]));
        assert!(text.contains(&format!("bitcode for {name}")), "{text}");
    }
    let windows = refusal("target triple = \"x86_64-pc-windows-msvc\"\n");
    assert!(
        windows.contains("bitcode for x86_64-pc-windows-msvc; only x86_64 Linux can be run"),
        "{windows}"
    );
    let narrow = refusal("target datalayout = \"e-p:32:32\"\ntarget triple = \"x86_64-linux-gnu\"\n");
    assert!(narrow.contains("data layout") && narrow.contains("is not that of x86_64"), "{narrow}");
    let big = refusal("target datalayout = \"E\"\n");
    assert!(big.contains("is not that of x86_64"), "{big}");
}

#[test]
fn declarations_are_refused_by_name() {
    let cases = [
        ("module asm \".globl x\"", "input: unsupported: module-level inline assembly"),
        ("@f = ifunc void (), ptr @r\ndefine ptr @r() { ret ptr null }", "input: unsupported: ifunc f"),
        ("declare half @h(half)", "input: unsupported: type half (in function h)"),
        ("declare void @h(fp128)", "input: unsupported: type fp128 (in function h)"),
        (
            "declare void @h(<vscale x 4 x i32>)",
            "input: unsupported: type <vscale x 4 x i32> (in function h)",
        ),
        ("declare void @h(ptr inalloca(i32))", "input: unsupported: inalloca argument (in function h)"),
        ("@g = global bfloat 0.0", "unsupported: type bfloat, in global g"),
        (
            "@g = addrspace(1) global i32 0\n@p = global ptr addrspace(1) @g",
            "unsupported: type ptr addrspace(1), in global p",
        ),
        (
            "@g = global [9999999999999 x i64] zeroinitializer",
            "unsupported: type of more than 2^46 bytes: [9999999999999 x i64], in global g",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(refusal(&format!("{HEAD}{text}\n")), expected);
    }
    // A definition that is never called does no harm.
    let c = clang(
        "\n\n__float128 wide(__float128 x) { return x; } int ok(void) { return 1; }",
        &["-g", "-fdebug-compilation-dir=/src"],
    );
    let mut loader = open(c).unwrap();
    let errors: Vec<_> = loader.check_all().iter().map(ToString::to_string).collect();
    assert_eq!(errors, ["/src/<stdin>:3: unsupported: type fp128 (in function wide)"]);
}

#[test]
fn instructions_are_refused_where_they_stand() {
    let cases = [
        ("%r = va_arg ptr %p, i32", "instruction va_arg"),
        ("%r = load half, ptr %p\n%s = fpext half %r to double", "type half"),
        ("callbr void asm \"\", \"!i\"() to label %x [label %x]\nx:", "instruction callbr (asm goto)"),
        ("%r = call ptr @llvm.adjust.trampoline(ptr %p)", "intrinsic llvm.adjust.trampoline"),
        ("%r = atomicrmw fmaximum ptr %p, float 0.0 seq_cst", "atomicrmw operation 19"),
        ("%r = load i32, ptr addrspacecast (ptr addrspace(256) null to ptr)", "instruction addrspacecast"),
        ("%r = load [99999 x i8], ptr %p", "value of more than 64 KiB: [99999 x i8]"),
        ("call void @vf() [ \"deopt\"() ]", "call with operand bundles"),
    ];
    for (inst, expected) in cases {
        let text = format!(
            "{HEAD}declare ptr @llvm.adjust.trampoline(ptr)\ndeclare void @vf()\n\
             define i32 @f(ptr %p) {{\n{inst}\nret i32 1\n}}\n"
        );
        let mut loader = assembly(&text);
        let f = body(&mut loader, "f");
        let found = unsupported(&f);
        assert!(found.iter().any(|u| u == expected), "{inst}: {found:?}");
        svm_engine::ir::verify(&f).unwrap_or_else(|e| panic!("{inst}: {e}\n{f}"));
    }
}

#[test]
fn check_names_function_and_line() {
    let source = "int g(_Float16 *p) {\n  int a = 1;\n  return a + (int)*p;\n}\nint ok(void) { return 1; }\n";
    let mut loader = open(clang(source, &["-g", "-fdebug-compilation-dir=/src"])).unwrap();
    let errors: Vec<String> = loader.check_all().iter().map(ToString::to_string).collect();
    assert_eq!(errors[0], "/src/<stdin>:3: unsupported: type half (in function g)");
    assert!(errors.iter().all(|e| e.contains("in function g")), "{errors:?}");
}

#[test]
fn a_body_can_be_asked_for_once() {
    let mut loader = assembly(&format!("{HEAD}define void @f() {{ ret void }}\ndeclare void @d()\n"));
    let id = super::tools::func(loader.module(), "f");
    let declared = super::tools::func(loader.module(), "d");
    assert!(loader.body(id).is_ok());
    assert!(
        loader.body(id).unwrap_err().to_string().contains("function f has no body, or it was read before")
    );
    assert!(loader.body(declared).is_err());
    assert!(loader.body(svm_engine::ir::FuncId(99)).is_err());
}

#[test]
fn broken_bodies_are_errors_of_their_function() {
    // LLVM's assembler does not verify; its verifier finds this when the body is read.
    let text = format!(
        "{HEAD}define i32 @f(i1 %c) {{\nbr i1 %c, label %a, label %b\na:\n%x = add i32 1, 2\nbr label %b\nb:\nret i32 %x\n}}\n"
    );
    let path = scratch("broken.bc");
    let args = ["-disable-verify", "-o", path.to_str().unwrap()];
    run("llvm-as-22", &args, text.as_bytes());
    let mut loader = Loader::open(&Source::Path(path), &[]).unwrap();
    let error = loader.body(svm_engine::ir::FuncId(0)).unwrap_err().to_string();
    assert!(error.contains("function f: Instruction does not dominate all uses!"), "{error}");
}

#[test]
fn two_definitions_do_not_link() {
    let one = bytes("one", clang("int twin(void) { return 1; } int main(void) { return twin(); }", &[]));
    let two = bytes("two", clang("int twin(void) { return 2; }", &[]));
    let error = Loader::open(&one, &[two]).err().unwrap().to_string();
    assert_eq!(error, "cannot link: Linking globals named 'twin': symbol multiply defined!");
    let bad = bytes("bad", &b"BC\xC0\xDE\0\0\0\0"[..]);
    assert!(Loader::open(&one, &[bad]).err().unwrap().to_string().starts_with("cannot load bad: "));
}

#[test]
fn a_loader_can_move_to_another_thread() {
    let mut loader = assembly(&format!("{HEAD}define void @f() {{ ret void }}\n"));
    std::thread::spawn(move || loader.check_all()).join().unwrap();
}

#[test]
fn small_files_cannot_ask_for_endless_work() {
    let mut types = String::from("%t0 = type {}\n");
    for i in 1..=40 {
        types += &format!("%t{i} = type {{ %t{}, %t{} }}\n", i - 1, i - 1);
    }
    let text = format!("{HEAD}{types}@g = global %t40 zeroinitializer\n");
    assert_eq!(refusal(&text), "unsupported: type of more than 2^20 parts, in global g");
    let text = format!("{HEAD}@g = global {{ [2000000000 x i8], i8 }} {{ [2000000000 x i8] undef, i8 1 }}\n");
    assert_eq!(refusal(&text), "unsupported: an initial value of more than 1 GiB, in global g");
    let text = format!("{HEAD}@g = global <9999999 x i64> zeroinitializer\n");
    assert_eq!(refusal(&text), "unsupported: type <9999999 x i64>, in global g");
}
