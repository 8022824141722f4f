//! The plugin for the public conformance runner, through the runner's protocol: memory in hexadecimal as the first
//! argument or absent, the program in hexadecimal on standard input, r0 in hexadecimal on standard output.

use std::io::Write as _;
use std::process::{Command, Stdio};

use svm_lifters::ebpf::code::Code;
use svm_lifters::ebpf::isa::Op;
use svm_tests::tier::{self, Tier};
use svm_tests::{Check, paths};

use super::conformance::{different, own, ubpf};
use super::vectors::{Expect, Input, Vector};
use crate::Test;

pub fn collect(tests: &mut Vec<Test>) {
    for tier in [&tier::INTERP, &tier::JIT] {
        tests.push((tier.test_name("ebpf/plugin/vectors"), Box::new(|| vectors(tier))));
    }
    tests.push(("ebpf/plugin/helper-5-unwinds".into(), Box::new(unwinds)));
    tests.push(("ebpf/plugin/errors".into(), Box::new(errors)));
}

/// Bytes as the runner writes them.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}  ")).collect()
}

/// What the plugin says, and whether its status is 0.
fn plugin(arguments: &[&str], program: &str) -> Result<(String, bool), String> {
    let mut child = Command::new(paths::svm_lli().with_file_name("svm-bpf-plugin"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| format!("svm-bpf-plugin: {e}"))?;
    let written = child.stdin.take().map(|mut stdin| stdin.write_all(program.as_bytes()));
    // A plugin that refuses its arguments ends without reading.
    match written.transpose() {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => {
            return Err(format!("its standard input: {e}"));
        }
        _ => {}
    }
    let output = child.wait_with_output().map_err(|e| e.to_string())?;
    Ok((String::from_utf8_lossy(&output.stdout).trim().to_owned(), output.status.success()))
}

fn run(vector: &Vector, memory: &str, options: &str) -> Result<u64, String> {
    match plugin(&[memory, options], &hex(&vector.code))? {
        (out, true) => u64::from_str_radix(&out, 16).map_err(|e| format!("printed {out:?}: {e}")),
        (out, false) => Err(out),
    }
}

/// Whether a vector needs helpers, maps or packets that only the suite's own instances have, or never ends.
fn needs_more(vector: &Vector) -> bool {
    let endless = matches!(vector.name.as_str(), "err-endless" | "err-infinite-loop");
    let Ok(code) = Code::decode(&vector.code, false) else { return false };
    let own = code.iter().any(|insn| match insn.op() {
        Op::CallHelper => insn.raw.imm != 5,
        Op::LoadImm { kind } => !matches!(kind, 0 | 4),
        _ => false,
    });
    endless || own || matches!(vector.input, Input::Packet(_))
}

/// What a plugin can run of the vectors gives the same through it.
fn vectors(tier: &Tier) -> Check {
    let mut wrong = Vec::new();
    let all = [ubpf()?, own()?].concat();
    let mut ran = 0;
    for vector in all.iter().filter(|v| !needs_more(v) && !different(&v.name)) {
        let memory = match &vector.input {
            Input::Memory(memory) => hex(memory),
            _ => String::new(),
        };
        wrong.extend(vector.judge(&run(vector, &memory, tier.flags.first().unwrap_or(&""))));
        ran += 1;
    }
    match wrong.len() {
        0 if ran > 150 => Ok(()),
        0 => Err(format!("only {ran} vectors ran")),
        n => Err(format!("{n} of {ran}:\n{}", wrong.join("\n"))),
    }
}

/// Helper 5 gives its argument; 0 ends the program with 0. It can be called through a register, too.
fn unwinds() -> Check {
    let cases = [
        ("mov r1, -1\nmov r2, 5\ncall r2\nmov r0, 2\nexit", 2),
        ("mov r1, 0\nmov r2, 5\ncall r2\nmov r0, 2\nexit", 0),
        ("mov r1, -1\ncall 5\nmov r0, 2\nexit", 2),
        ("mov r1, 0\ncall 5\nmov r0, 2\nexit", 0),
        ("call local f\nmov r0, 3\nexit\nf: mov r1, 0\ncall 5\nexit", 0),
    ];
    for (text, r0) in cases {
        let code = svm_lifters::ebpf::asm::assemble(text).map_err(|e| e.to_string())?;
        let vector = Vector { name: text.into(), code, input: Input::None, expect: Expect::Value(r0) };
        if let Some(wrong) = vector.judge(&run(&vector, "", "")) {
            return Err(wrong);
        }
    }
    Ok(())
}

/// What cannot be run ends with a status other than 0, and says why; without arguments there is no memory.
fn errors() -> Check {
    let exit = "95 00 00 00 00 00 00 00";
    let expect = |arguments: &[&str], program: &str, said: &str, ok: bool| {
        let (out, status) = plugin(arguments, program)?;
        let holds = status == ok && out.contains(said);
        if holds { Ok(()) } else { Err(format!("{arguments:?} with {program:?}: {out:?}, {status}")) }
    };
    expect(&[], exit, "0", true)?;
    expect(&["", "--tier=jit"], exit, "0", true)?;
    expect(&["zz"], exit, "hexadecimal", false)?;
    expect(&["", "--nonsense"], exit, "--nonsense", false)?;
    expect(&[], "95 00", "2 bytes are left", false)?;
    expect(&[], "xx", "hexadecimal", false)?;
    // A load from address 0.
    expect(&[], &format!("79 11 00 00 00 00 00 00 {exit}"), "null", false)
}
