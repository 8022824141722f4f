//! Random C programs from csmith: what each prints natively, it must print under `svm-lli`, from bitcode at -O0 and -O2.
//!
//! usage: fuzz-csmith [COUNT [FIRST-SEED]]      (default: 100 programs from seed 1)

use std::path::{Path, PathBuf};
use std::process::Command;

use rayon::prelude::*;

use svm_tests::process::{self, End, Run, TempDir, tool};
use svm_tests::programs::files;
use svm_tests::toolchain::{self, Opt, Unit};
use svm_tests::{Check, paths};

/// Natively; longer programs are left out.
const NATIVE_SECONDS: u64 = 2;
const SECONDS: u64 = 120;

fn main() {
    let mut numbers = std::env::args().skip(1).map(|word| word.parse::<u64>());
    let (count, first) = match (numbers.next().unwrap_or(Ok(100)), numbers.next().unwrap_or(Ok(1))) {
        (Ok(count), Ok(first)) => (count, first),
        _ => {
            eprintln!("usage: fuzz-csmith [COUNT [FIRST-SEED]]");
            std::process::exit(2);
        }
    };
    let results: Vec<(u64, Check<bool>)> =
        (first..first + count).into_par_iter().map(|seed| (seed, check(seed))).collect();
    let compared = results.iter().filter(|(_, result)| matches!(result, Ok(true))).count();
    let mut failed = 0;
    for (seed, result) in &results {
        if let Err(why) = result {
            println!("--- seed {seed}\n{why}");
            failed += 1;
        }
    }
    println!(
        "csmith: {compared} programs alike, {failed} not, {} left out",
        results.len() - compared - failed
    );
    if failed > 0 {
        std::process::exit(1);
    }
}

/// Makes and runs the program of a seed; `false` if it runs too long natively.
fn check(seed: u64) -> Check<bool> {
    let dir = TempDir::new()?;
    let source = dir.path().join("program.c");
    let mut csmith = Command::new("csmith");
    // It leaves a file of its own in the folder it runs in.
    csmith.current_dir(dir.path());
    tool(csmith.args(["--seed", &seed.to_string(), "--no-packed-struct", "-o"]).arg(&source))?;
    let include = headers().ok_or("csmith's headers are not installed (scripts/setup.sh full)")?;
    for opt in Opt::BOTH {
        let flags = vec![format!("-I{}", include.display())];
        let mut unit = Unit::single("csmith", &source, &flags);
        unit.name = format!("csmith-{seed}");
        let native = toolchain::native(&unit, opt)?;
        let expected = process::run(&Run { program: native, seconds: NATIVE_SECONDS, ..Run::default() })?;
        if expected.end != End::Exit(0) {
            return Ok(false);
        }
        let module = toolchain::bitcode(&unit, opt)?;
        let runner = Some(paths::svm_lli());
        let ours = process::run(&Run { program: module, runner, seconds: SECONDS, ..Run::default() })?;
        process::same(&expected, &ours).map_err(|why| format!("-{}: {why}", opt.name()))?;
    }
    Ok(true)
}

/// Where the package has put `csmith.h`.
fn headers() -> Option<PathBuf> {
    let include = Path::new("/usr/include");
    let mut folders = vec![include.join("csmith")];
    folders.extend(files(include, "").into_iter().filter(|path| path.to_string_lossy().contains("/csmith")));
    folders.into_iter().find(|folder| folder.join("csmith.h").exists())
}
