//! The cases of the `rbpf` crate's own tests, read from its sources when the tests run: each `#[test]` function's
//! program (text, through rbpf's assembler, or bytes), memory, and the result or panic that it expects.

use std::path::Path;

use super::{Expect, Input, Vector};

/// The files of its `tests` folder that have such cases; `cranelift.rs` has the programs of `ubpf_vm.rs` again.
const FILES: [&str; 4] = ["ubpf_vm.rs", "ubpf_jit_x86_64.rs", "ubpf_verifier.rs", "misc.rs"];

/// What was read, and the functions that are no such case, with the reason.
#[derive(Default)]
pub struct Cases {
    /// The cases, named `FILE/FUNCTION`.
    pub vectors: Vec<Vector>,
    /// The others.
    pub skipped: Vec<(String, String)>,
}

/// Reads all cases of the crate in a folder.
///
/// # Errors
///
/// A file that is missing.
pub fn read(sources: &Path) -> Result<Cases, String> {
    let tests = sources.join("tests");
    let file = |name: &str| {
        let path = tests.join(name);
        std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))
    };
    let common = strip_comments(&file("common.rs")?);
    let mut cases = Cases::default();
    for name in FILES {
        let text = strip_comments(&file(name)?);
        let constants = format!("{common}{text}");
        for (attributes, function, body) in functions(&text) {
            let name = format!("{}/{function}", name.trim_end_matches(".rs"));
            match case(&name, attributes, body, &constants) {
                Ok(vector) => cases.vectors.push(vector),
                Err(reason) => cases.skipped.push((name, reason)),
            }
        }
    }
    Ok(cases)
}

/// Rust's line comments, of which some hold code. No string of these tests has two slashes in it.
fn strip_comments(text: &str) -> String {
    text.lines().map(|l| l.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n")
}

/// The test functions of a file: attributes, name, body.
fn functions(text: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    text.split("#[test]").skip(1).filter_map(|part| {
        let (attributes, rest) = part.split_once("fn ")?;
        let (name, rest) = rest.split_once("()")?;
        Some((attributes, name, rest.split("\n}").next()?))
    })
}

fn case(name: &str, attributes: &str, body: &str, constants: &str) -> Result<Vector, String> {
    let code = program(body, constants)?;
    let expect = if attributes.contains("should_panic") {
        Expect::Error
    } else {
        Expect::Value(result(body).ok_or("it compares no result")?)
    };
    let memory = memory(body, constants)?;
    let input = match memory {
        _ if body.contains("EbpfVmNoData") => Input::None,
        None => Input::None,
        Some(memory) if body.contains("EbpfVmFixedMbuff") => {
            let ends = body.split_once("(Some(prog), ").or(body.split_once("(Some(&prog), "));
            let mut ends = ends.map_or("", |(_, rest)| rest).split([',', ')']).filter_map(number);
            let at = [ends.next().ok_or("no offsets")? as i64, ends.next().ok_or("no offsets")? as i64];
            Input::Indirect { memory, size: at[0].max(at[1]) as u64 + 8, at }
        }
        Some(memory) if body.contains("EbpfVmMbuff") => Input::Indirect { memory, size: 32, at: [8, 24] },
        Some(memory) => Input::Memory(memory),
    };
    Ok(Vector { name: name.into(), code, input, expect })
}

fn number(text: &str) -> Option<u64> {
    let text = text.trim().trim_end_matches("u8").replace('_', "");
    match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

/// The numbers in the list of bytes that follows.
fn list(text: &str) -> Option<Vec<u8>> {
    let (_, rest) = text.split_once('[')?;
    let (inner, _) = rest.split_once(']')?;
    let numbers = inner.split(',').map(str::trim).filter(|n| !n.is_empty());
    numbers.map(|n| number(n).and_then(|n| u8::try_from(n).ok())).collect()
}

/// What a constant is made from.
fn constant<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    Some(text.split_once(&format!("const {name}:"))?.1.split_once('=')?.1)
}

fn program(body: &str, constants: &str) -> Result<Vec<u8>, String> {
    if let Some((_, rest)) = body.split_once("assemble(") {
        let text = match rest.trim_start().strip_prefix('"') {
            Some(_) => rest,
            None => {
                let name = rest.split(')').next().unwrap_or("").trim();
                constant(constants, name).ok_or_else(|| format!("no constant {name}"))?
            }
        };
        let text = text.split('"').nth(1).ok_or("no text to assemble")?;
        return rbpf::assembler::assemble(text).map_err(|e| format!("rbpf does not assemble it: {e}"));
    }
    let (_, rest) = body.split_once("prog = ").ok_or("it has no program in bytes or text")?;
    let rest = rest.trim_start_matches('&');
    let named = rest
        .split(';')
        .next()
        .filter(|name| name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'));
    let bytes = named.map_or(Some(rest), |name| constant(constants, name));
    bytes.and_then(list).ok_or_else(|| "its program is made at run time".into())
}

fn memory(body: &str, constants: &str) -> Result<Option<Vec<u8>>, String> {
    let found = ["let mem = ", "let mut mem = ", "let packet = ", "let data = "]
        .iter()
        .find_map(|name| body.split_once(name));
    let Some((_, rest)) = found else { return Ok(None) };
    let value = rest.split(';').next().unwrap_or("");
    if let Some((name, _)) = value.split_once(".to_vec()") {
        let bytes = constant(constants, name.trim()).and_then(list);
        return bytes.map(Some).ok_or_else(|| format!("no constant {name}"));
    }
    let bytes = list(value).or_else(|| list(rest));
    bytes.map(Some).ok_or_else(|| "its memory is made at run time".into())
}

/// The number that a comparison expects.
fn result(body: &str) -> Option<u64> {
    let (_, rest) = body.split_once("assert_eq!(")?;
    let expected = rest.split(");").next()?.rsplit(',').find(|part| !part.trim().is_empty())?;
    number(expected)
}
