//! GCC's C torture suite (Debian's gcc-12-source): each program that passes natively must pass under `svm-lli`, from
//! bitcode at -O0 and at -O2, on every tier. Prints percentages and every failure; tests/torture-known-failures.txt lists the known.
//!
//! usage: torture [FILTER...]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use rayon::prelude::*;

use svm_tests::known::Known;
use svm_tests::process::{self, End, Run, tool};
use svm_tests::programs::files;
use svm_tests::tier::{self, Tier};
use svm_tests::toolchain::{self, Opt, Unit};
use svm_tests::{Check, paths};

const SECONDS: u64 = 30;
/// Old C: what clang refuses by default today.
const FLAGS: &str = "-std=gnu89 -Wno-implicit-int -Wno-int-conversion -Wno-implicit-function-declaration \
                     -Wno-return-mismatch -Wno-incompatible-pointer-types";

/// What came of one program at one level.
enum Result {
    /// It does not compile, link or pass natively: it says nothing about us.
    NotApplicable,
    /// As expected.
    Passed,
    /// Why not.
    Failed(String),
}

fn main() {
    let filters: Vec<String> = std::env::args().skip(1).collect();
    match all(&filters) {
        Ok(true) => {}
        Ok(false) => std::process::exit(1),
        Err(message) => {
            eprintln!("torture: {message}");
            std::process::exit(2);
        }
    }
}

fn all(filters: &[String]) -> Check<bool> {
    let folder = unpack()?;
    let known = Known::read(&paths::in_root("tests/torture-known-failures.txt"))?;
    let mut good = true;
    let mut names = BTreeSet::new();
    for (opt, tier) in Opt::BOTH.into_iter().flat_map(|opt| tier::ALL.iter().map(move |tier| (opt, tier))) {
        let results: Vec<(String, Result)> = files(&folder, ".c")
            .into_par_iter()
            .map(|path| (format!("{}@{}", path.file_stem().unwrap_or_default().display(), opt.name()), path))
            .filter(|(name, _)| filters.is_empty() || filters.iter().any(|filter| name.contains(filter)))
            .map(|(name, path)| (name, check(&path, opt, tier)))
            .collect();
        good &= tell(&results, opt, tier, &known);
        names.extend(results.into_iter().map(|(name, _)| name));
    }
    if filters.is_empty() {
        for name in known.unused(&names) {
            println!("listed as a known failure, but there is no such test: {name}");
            good = false;
        }
    }
    Ok(good)
}

/// Takes the suite out of the package's archive, once.
fn unpack() -> Check<PathBuf> {
    let inside = "gcc/testsuite/gcc.c-torture/execute";
    let target = paths::cache().join("torture");
    let archive = files(Path::new("/usr/src/gcc-12"), ".tar.xz")
        .into_iter()
        .find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("gcc-")))
        .ok_or("gcc-12-source is not installed (scripts/setup.sh full)")?;
    if !target.join("done").exists() {
        std::fs::create_dir_all(&target).map_err(|e| e.to_string())?;
        let mut tar = Command::new("tar");
        tar.arg("-xf").arg(&archive).arg("-C").arg(&target).args(["--strip-components=1", "--wildcards"]);
        tool(tar.arg(format!("*/{inside}/*")))?;
        std::fs::write(target.join("done"), "").map_err(|e| e.to_string())?;
    }
    Ok(target.join(inside))
}

fn check(path: &Path, opt: Opt, tier: &Tier) -> Result {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let flags: Vec<String> = FLAGS.split_whitespace().map(str::to_owned).collect();
    let unit = Unit::single(&name, path, &flags);
    let Ok(native) = toolchain::native(&unit, opt) else { return Result::NotApplicable };
    let run = Run { program: native, seconds: SECONDS, ..Run::default() };
    let Ok(expected) = process::run(&run) else { return Result::NotApplicable };
    if expected.end != End::Exit(0) {
        return Result::NotApplicable;
    }
    let ours = toolchain::bitcode(&unit, opt).and_then(|module| {
        process::run(&Run { program: module, seconds: SECONDS, ..Run::default() }.under_svm(tier))
    });
    match ours.and_then(|ours| process::same(&expected, &ours)) {
        Ok(()) => Result::Passed,
        Err(why) => Result::Failed(why),
    }
}

/// Prints what failed and the share that passed; false if something is not as the list says.
fn tell(results: &[(String, Result)], opt: Opt, tier: &Tier, known: &Known) -> bool {
    let mut good = true;
    let (mut passed, mut failed) = (0, 0);
    for (name, result) in results {
        let judged = match result {
            Result::NotApplicable => continue,
            Result::Passed => {
                passed += 1;
                known.judge(name, Ok(()))
            }
            Result::Failed(why) => {
                failed += 1;
                known.judge(name, Err(why.clone()))
            }
        };
        if let Err(why) = judged {
            println!("--- {name}\n{why}");
            good = false;
        }
    }
    let all = passed + failed;
    let share = 100.0 * f64::from(passed) / f64::from(all.max(1));
    println!(
        "gcc.c-torture/execute at -{}, {}: {passed} of {all} pass ({share:.1} %)",
        opt.name(),
        tier.name
    );
    good
}
