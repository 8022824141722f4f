//! `svm-bpf-plugin`: one eBPF program for the public conformance runner. The first argument is its memory in
//! hexadecimal, if any; options may follow; the program comes in hexadecimal on standard input. r0 is printed in
//! hexadecimal, an error as text with status 1. Helpers are known by number: 5 gives its argument, and 0 from it ends
//! the program with 0.

use std::io::Read as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use svm_lifters::ebpf::{self, Format, Helpers, Options};

use crate::api::{Engine, Instance};
use crate::machine::{Config, Tier};

/// No program of the runner's takes nearly as long.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The helper that unwinds.
const UNWIND: &str = "uint64_t bpf_helper_5(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e)";

/// Runs the plugin; the whole of `svm-bpf-plugin`.
pub fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(r0) => {
            println!("{r0:x}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            println!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<u64, String> {
    // The runner gives its options as one argument, which may be empty.
    let (memory, options) = match arguments.split_first() {
        Some((first, rest)) if !first.starts_with("--") => (bytes("the memory", first)?, rest),
        _ => (Vec::new(), arguments),
    };
    let mut tier = Tier::default();
    for option in options.iter().flat_map(|o| o.split_whitespace()) {
        let named = option.strip_prefix("--tier=").and_then(Tier::named);
        tier = named.ok_or_else(|| format!("unknown option {option}"))?;
    }
    let mut program = String::new();
    std::io::stdin().read_to_string(&mut program).map_err(|e| format!("standard input: {e}"))?;
    execute(&bytes("the program", &program)?, memory, tier)
}

/// Pairs of hexadecimal digits, with any white space.
fn bytes(what: &str, text: &str) -> Result<Vec<u8>, String> {
    let digits = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_digit(16).map(|d| d as u8));
    let digits: Option<Vec<u8>> = digits.collect();
    let digits = digits.filter(|d| d.len().is_multiple_of(2));
    let digits = digits.ok_or_else(|| format!("{what} is not in pairs of hexadecimal digits"))?;
    Ok(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

fn execute(program: &[u8], mut memory: Vec<u8>, tier: Tier) -> Result<u64, String> {
    let options = Options { helpers: Helpers::Plain, format: Format::Raw };
    let lifted = ebpf::lift("program", program, &options).map_err(|e| e.to_string())?;
    let module = Engine::new().load_bytes("program", lifted.bitcode).map_err(|e| e.to_string())?;
    let unwound = Arc::new(AtomicBool::new(false));
    let seen = unwound.clone();
    let instance = Instance::builder(&module)
        .config(Config { tier, timeout: Some(TIMEOUT), ..Config::default() })
        .host_fn(UNWIND, move |cx, args| {
            let argument: u64 = args.next()?;
            if argument == 0 {
                seen.store(true, Ordering::Relaxed);
                return Err(cx.misuse("unwinds the program"));
            }
            Ok(argument)
        });
    let mut instance = instance.build().map_err(|e| e.to_string())?;
    match instance.bpf_run_memory(None, &mut memory) {
        Err(_) if unwound.load(Ordering::Relaxed) => Ok(0),
        Err(fault) => Err(fault.title().to_owned()),
        Ok(r0) => Ok(r0),
    }
}
