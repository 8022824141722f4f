//! Random C programs from csmith: made by seed, compared with native clang.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{self, End, Run, TempDir, tool};
use crate::programs::files;
use crate::tier::Tier;
use crate::toolchain::{self, Opt, Unit};
use crate::{Check, paths};

/// Natively; longer programs are left out.
const NATIVE_SECONDS: u64 = 2;
const SECONDS: u64 = 120;

/// Whether the program of a seed, from bitcode of a level, prints in a tier what it prints natively: `false` if it runs too
/// long natively to be compared.
pub fn alike(seed: u64, opt: Opt, tier: &Tier) -> Check<bool> {
    let unit = program(seed)?;
    let native = toolchain::native(&unit, opt)?;
    let expected = process::run(&Run { program: native, seconds: NATIVE_SECONDS, ..Run::default() })?;
    if expected.end != End::Exit(0) {
        return Ok(false);
    }
    let module = toolchain::bitcode(&unit, opt)?;
    let run = Run { program: module, seconds: SECONDS, ..Run::default() };
    let ours = process::run(&run.under_svm(tier))?;
    process::same(&expected, &ours)?;
    tier.check(ours.tiers.as_deref())?;
    Ok(true)
}

/// The program of a seed; made once.
fn program(seed: u64) -> Check<Unit> {
    let include = headers().ok_or("csmith is not installed (scripts/setup.sh)")?;
    let folder = paths::cache().join("csmith");
    let source = folder.join(format!("seed-{seed}.c"));
    if !source.exists() {
        std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        // It leaves a file of its own in the folder it runs in.
        let dir = TempDir::new()?;
        let mut csmith = Command::new("csmith");
        csmith.current_dir(dir.path());
        tool(csmith.args(["--seed", &seed.to_string(), "--no-packed-struct", "-o", "program.c"]))?;
        let mine = folder.join(format!(".{seed}.{}.{:?}", std::process::id(), std::thread::current().id()));
        let say = |e: std::io::Error| format!("{}: {e}", source.display());
        std::fs::copy(dir.path().join("program.c"), &mine).map_err(say)?;
        std::fs::rename(&mine, &source).map_err(say)?;
    }
    let flags = vec![format!("-I{}", include.display())];
    Ok(Unit::single(&format!("csmith-{seed}"), &source, &flags))
}

/// Where the package has put `csmith.h`.
fn headers() -> Option<PathBuf> {
    let include = Path::new("/usr/include");
    let mut folders = vec![include.join("csmith")];
    folders.extend(files(include, "").into_iter().filter(|path| path.to_string_lossy().contains("/csmith")));
    folders.into_iter().find(|folder| folder.join("csmith.h").exists())
}
