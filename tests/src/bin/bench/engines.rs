//! What runs the programs: `svm-lli` in its tiers and the engines beside it.

use std::path::PathBuf;
use std::process::Command;

use svm_tests::process::tool;
use svm_tests::programs as real;
use svm_tests::tier::{self, Tier};
use svm_tests::toolchain::{self, Opt, Unit, llvm};
use svm_tests::{Check, paths};

use super::programs::Bench;
use super::{LIMIT, Size};

/// Seconds for `lli -force-interpreter`, which is some hundred times slower than native.
const LLI_LIMIT: u64 = 15;

/// A program in the forms that engines take.
pub struct Built {
    unit: Unit,
    module: PathBuf,
    wasm: Check<PathBuf>,
}

impl Built {
    /// Compiles it.
    pub fn of(bench: &Bench) -> Check<Built> {
        let wasm = if bench.wasm { wasi(&bench.unit) } else { Err("–".into()) };
        Ok(Built { unit: bench.unit.clone(), module: toolchain::bitcode(&bench.unit, Opt::O3)?, wasm })
    }
}

/// Makes the command that runs a program, its arguments not yet given.
type Start = Box<dyn Fn(&Built) -> Check<Command>>;

/// An engine and how much of the work it is given.
pub struct Engine {
    /// The column's title.
    pub name: String,
    /// Units of a run.
    pub units: u32,
    /// Runs of which the median counts.
    pub runs: usize,
    /// Seconds that a run may take.
    pub limit: u64,
    /// What starts it, but for the program's arguments.
    pub command: Start,
}

/// The columns of a size, in their order.
pub fn all(size: Size) -> Check<Vec<Engine>> {
    let shown = tier::ALL.iter().filter(|t| matches!(t.name, "auto" | "interp"));
    let mut list: Vec<Engine> = shown.rev().map(|t| svm(t, size)).collect();
    match size {
        Size::Small => list.extend(interpreters()),
        Size::Full => list.extend(compilers(size)),
    }
    Ok(list)
}

fn svm(tier: &'static Tier, size: Size) -> Engine {
    let interpreted = *tier == tier::INTERP;
    Engine {
        name: format!("svm-lli {}", tier.name),
        units: if interpreted || size == Size::Small { size.units() / 10 } else { size.units() },
        runs: if interpreted && size == Size::Full { 1 } else { size.runs() },
        limit: LIMIT,
        command: Box::new(move |built| {
            let mut command = Command::new(paths::svm_lli());
            command.args(tier.flags).arg(&built.module);
            Ok(command)
        }),
    }
}

/// Peers of the interpreter.
fn interpreters() -> Vec<Engine> {
    let target = paths::cache().join("tools/wasmi");
    let wasmi = tool(
        Command::new("cargo")
            .args(["build", "-q", "--release", "--locked", "--manifest-path"])
            .arg(paths::in_root("tests/bench/wasmi/Cargo.toml"))
            .env("CARGO_TARGET_DIR", &target),
    )
    .map(|_| target.join("release/run-in-wasmi"));
    let wasm3 = real::fetch("wasm3").and_then(|()| toolchain::native(&real::wasm3_unit(), Opt::O3));
    let lli = Engine {
        name: "lli-22 interpreter".into(),
        units: 1,
        runs: 1,
        limit: LLI_LIMIT,
        command: Box::new(|built| {
            let mut command = llvm("lli");
            command.arg("-force-interpreter").arg(&built.module);
            Ok(command)
        }),
    };
    vec![in_wasm("wasmi", wasmi), in_wasm("wasm3", wasm3), lli]
}

fn in_wasm(name: &str, engine: Check<PathBuf>) -> Engine {
    if let Err(why) = &engine {
        eprintln!("bench: {name} is left out: {why}");
    }
    Engine {
        name: name.into(),
        units: Size::Small.units() / 10,
        runs: Size::Small.runs(),
        limit: LIMIT,
        command: Box::new(move |built| {
            let mut command = Command::new(engine.clone()?);
            command.arg(built.wasm.clone()?);
            Ok(command)
        }),
    }
}

/// Peers of compiled code: LLVM's own JIT, without checks, and AddressSanitizer.
fn compilers(size: Size) -> Vec<Engine> {
    let engine = |name: &str, command: Start| Engine {
        name: name.into(),
        units: size.units(),
        runs: 3,
        limit: LIMIT,
        command,
    };
    let lli = |built: &Built| {
        let mut command = llvm("lli");
        command.arg(&built.module);
        Ok(command)
    };
    let asan = |built: &Built| {
        let mut unit = built.unit.clone();
        unit.flags.push("-fsanitize=address".into());
        let mut command = Command::new(toolchain::native(&unit, Opt::O2)?);
        // Leaks are no part of what is compared.
        command.env("ASAN_OPTIONS", "detect_leaks=0");
        Ok(command)
    };
    vec![engine("lli-22", Box::new(lli)), engine("ASan -O2", Box::new(asan))]
}

/// The same program for WASI, in the first version of the instruction set, which every engine knows.
fn wasi(unit: &Unit) -> Check<PathBuf> {
    toolchain::wasi(unit, &["-mcpu=mvp", "-O3"])
}
