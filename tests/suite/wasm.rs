//! WebAssembly from outside: C programs for WASI against native, `--invoke`, a module and a C program in one process, and
//! what a program can do with the folders that it was granted.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use svm_tests::process::{self, Run, TempDir};
use svm_tests::programs::files;
use svm_tests::tier::{self, Tier};
use svm_tests::toolchain::{self, Opt, Unit};
use svm_tests::{Check, paths};

use super::Test;
use super::cli::lli::{Ran, lli, lli_in};

/// Time limit of one program, which is also interpreted.
const SECONDS: u64 = 120;

type Case = (&'static str, fn() -> Check);

/// Adds the tests.
pub fn collect(tests: &mut Vec<Test>) {
    let mut programs = vec![paths::in_root("examples/floyd.c"), paths::in_root("examples/hello.c")];
    programs.extend(files(&paths::in_root("tests/bench"), ".c"));
    for source in programs {
        let name = source.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for tier in tier::CASES {
            let (source, title) = (source.clone(), format!("wasm/program/{name}"));
            tests.push((tier.test_name(&title), Box::new(move || program(&source, tier))));
        }
    }
    let cases: [Case; 8] = [
        ("invoke", invoke),
        ("invoke-refuses", invoke_refuses),
        ("invoke-stops", invoke_stops),
        ("with-c", with_c),
        ("with-c-faults", with_c_faults),
        ("files", granted),
        ("files-read-only", read_only),
        ("files-denied", denied),
    ];
    for (name, case) in cases {
        tests.push((format!("wasm/{name}"), Box::new(case)));
    }
}

/// A C program for WASI prints what the native one prints.
fn program(source: &Path, tier: &Tier) -> Check {
    let name = source.file_stem().unwrap_or_default().to_string_lossy();
    let unit = Unit::single(&format!("wasi-{name}"), source, &[]);
    let run = Run {
        program: toolchain::native(&unit, Opt::O2)?,
        args: vec!["1".into()],
        seconds: SECONDS,
        ..Run::default()
    };
    let expected = process::run(&run)?;
    let module = toolchain::wasi(&unit, &["-O2"])?;
    let ours = process::run(&Run { program: module, ..run }.under_svm(tier))?;
    process::same(&expected, &ours)
}

fn source(name: &str) -> PathBuf {
    paths::in_root(&format!("tests/wasm/{name}"))
}

/// Flags, one of the modules of tests/wasm, arguments.
fn calc(flags: &[&str], args: &[&str]) -> Check<Ran> {
    let words = |list: &[&str]| list.iter().map(OsString::from).collect::<Vec<_>>();
    lli([words(flags), vec![source("calc.wat").into()], words(args)].concat())
}

fn invoke() -> Check {
    for tier in ["--tier=interp", "--tier=jit"] {
        calc(&[tier, "--invoke", "gcd"], &["12", "18"])?.gives(0, "6\n")?;
        calc(&[tier, "--invoke", "divide"], &["-7", "2"])?.gives(0, "-3\n-1\n")?;
        calc(&[tier, "--invoke", "half"], &["-0x1"])
            .and_then(|r| r.says(98, &["is not a number"]).map(drop))?;
        calc(&[tier, "--invoke", "half"], &["-3"])?.gives(0, "-1.5\n")?;
        // `_initialize` has run.
        calc(&[tier, "--invoke", "ready"], &[])?.gives(0, "1\n")?;
    }
    Ok(())
}

fn invoke_refuses() -> Check {
    calc(&["--invoke", "lcm"], &[])?.says(98, &["no exported function `lcm`", "gcd, divide"])?;
    calc(&["--invoke", "gcd"], &["1"])?.says(98, &["takes 2 arguments, not 1"])?;
    calc(&["--invoke", "gcd"], &["1", "4294967296"])?.says(98, &["`4294967296` is not a 32-bit integer"])?;
    let hello =
        toolchain::bitcode(&Unit::single("wasm-hello", &paths::in_root("examples/hello.c"), &[]), Opt::O2)?;
    lli(["--invoke".into(), "main".into(), hello.into_os_string()])?.says(98, &["WebAssembly"])?;
    Ok(())
}

/// A trap, an exhausted stack and limits are reports, on each tier.
fn invoke_stops() -> Check {
    for tier in ["--tier=interp", "--tier=jit"] {
        calc(&[tier, "--invoke", "divide"], &["1", "0"])?.says(99, &["wasm trap: integer divide by zero"])?;
        calc(&[tier, "--invoke", "deep"], &["0"])?.says(99, &["wasm trap: call stack exhausted"])?;
        calc(&[tier, "--fuel", "1e6", "--invoke", "spin"], &[])?.says(97, &["instruction budget"])?;
        calc(&[tier, "--timeout", "0.2", "--invoke", "spin"], &[])?.says(97, &["time"])?.within(20.0)?;
    }
    Ok(())
}

/// tests/wasm/mixed.c linked with the module whose exports it calls.
fn mixed(tier: &str, opt: Opt, args: &[&str]) -> Check<Ran> {
    let main = toolchain::bitcode(&Unit::single("wasm-mixed", &source("mixed.c"), &[]), opt)?;
    let fixed: Vec<OsString> = vec![tier.into(), "--link".into(), source("lib.wat").into(), main.into()];
    lli(fixed.into_iter().chain(args.iter().map(OsString::from)))
}

fn with_c() -> Check {
    for opt in Opt::BOTH {
        mixed("--tier=interp", opt, &[])?.gives(0, "42 77\n")?;
        mixed("--tier=jit", opt, &[])?.gives(0, "42 77\n")?;
    }
    Ok(())
}

/// Out of bounds from C into linear memory, beyond linear memory, and in the module itself.
fn with_c_faults() -> Check {
    for tier in ["--tier=interp", "--tier=jit"] {
        mixed(tier, Opt::O0, &["far"])?.says(99, &["object: global `own` of 16 bytes", "wasm$lib$memory"])?;
        mixed(tier, Opt::O0, &["past"])?.says(99, &["linear memory", "wasm$lib$memory", "offset 65536"])?;
        mixed(tier, Opt::O2, &["trap"])?
            .says(99, &["wasm trap: out of bounds memory access", "mixed.c:26"])?;
    }
    Ok(())
}

/// A folder with what tests/wasm/files.c finds: the folder that is granted, and beside it what nobody may reach.
fn playground() -> Check<TempDir> {
    let dir = TempDir::new()?;
    let say = |e: std::io::Error| e.to_string();
    for folder in ["granted", "folder"] {
        fs::create_dir(dir.path().join(folder)).map_err(say)?;
    }
    fs::write(dir.path().join("secret"), "secret").map_err(say)?;
    for (target, link) in [("/etc/passwd", "granted/out"), ("..", "granted/up"), ("secret", "link")] {
        symlink(target, dir.path().join(link)).map_err(say)?;
    }
    Ok(dir)
}

/// tests/wasm/files.c with flags, in a playground.
fn run_files(dir: &TempDir, flags: &[&str], args: &[&str]) -> Check<Ran> {
    let module = toolchain::wasi(&Unit::single("wasm-files", &source("files.c"), &[]), &["-O1"])?;
    let words =
        flags.iter().map(OsString::from).chain([module.into()]).chain(args.iter().map(OsString::from));
    lli_in(Some(dir.path()), Stdio::null(), words.collect::<Vec<_>>())
}

fn granted() -> Check {
    let expected = fs::read_to_string(source("files.expected")).map_err(|e| e.to_string())?;
    for tier in ["--tier=interp", "--tier=jit"] {
        let dir = playground()?;
        run_files(&dir, &[tier, "--dir", "granted::/"], &[])?.gives(0, &expected)?;
        let secret = fs::read_to_string(dir.path().join("secret")).map_err(|e| e.to_string())?;
        let outside = ["made", "stolen"].iter().any(|name| dir.path().join(name).exists());
        if secret != "secret" || outside || !dir.path().join("folder").exists() {
            return Err("something outside of the granted folder was changed".into());
        }
    }
    Ok(())
}

/// What wasi-libc makes of a descriptor without the right to write is `EBADF`.
const READ_ONLY: &str =
    "write: Bad file descriptor\ncreate: not capable\nunlink: not capable\nmkdir: not capable\nread: ok\n";

fn read_only() -> Check {
    let dir = playground()?;
    fs::write(dir.path().join("granted/c.txt"), "c").map_err(|e| e.to_string())?;
    run_files(&dir, &["--dir", "granted::/:ro"], &["read-only"])?.gives(0, READ_ONLY)?;
    Ok(())
}

/// Without a grant no path leads anywhere.
fn denied() -> Check {
    let dir = playground()?;
    for flags in [&[][..], &["--sandbox"]] {
        let ran = run_files(&dir, flags, &["none"])?;
        let refused = ran.stdout.lines().filter(|l| !l.ends_with(": ok")).count();
        if (ran.status, refused) != (0, 5) {
            return Err(format!("{flags:?}: status {}\n{}{}", ran.status, ran.stdout, ran.stderr));
        }
    }
    Ok(())
}
