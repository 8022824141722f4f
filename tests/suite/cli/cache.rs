//! `--cache`: a second run compiles nothing, whatever the program was made from; what is damaged is compiled again; a
//! folder that is not the user's own is refused.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use svm_tests::process::TempDir;
use svm_tests::{Check, paths};

use super::Case;
use super::lli::{Ran, bitcode, lli_in};
use crate::ebpf_programs::object;

pub const CASES: &[Case] = &[
    ("bitcode", of_bitcode),
    ("ebpf", of_ebpf),
    ("wasm", of_wasm),
    ("other-order", other_order),
    ("warm-start", warm_start),
    ("damage", damage),
    ("other-settings", other_settings),
    ("folder-of-others", folder_of_others),
    ("default-folder", default_folder),
];

/// A loop that sums the numbers below 300,000, and exits with the sum's low bits.
const WASM: &str = r#"(module
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (func $sum (param $n i32) (result i32) (local $s i32)
        (loop $again
            (local.set $s (i32.add (local.get $s) (local.get $n)))
            (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $s))
    (func (export "_start") (call $exit (i32.and (call $sum (i32.const 300000)) (i32.const 127)))))"#;

/// Runs `svm-lli --cache` with further flags and arguments, compiled if the flags do not say otherwise.
fn run(folder: &Path, flags: &[&str], program: &Path, args: &[&str]) -> Check<Ran> {
    let mut words: Vec<OsString> = vec!["--stats".into()];
    if !flags.iter().any(|f| f.starts_with("--tier")) {
        words.push("--tier=jit".into());
    }
    words.push([OsString::from("--cache="), folder.join("cache").into()].into_iter().collect());
    words.extend(flags.iter().map(OsString::from));
    words.push(program.into());
    words.extend(args.iter().map(OsString::from));
    lli_in(Some(folder), Stdio::null(), words)
}

/// Objects found and put.
fn counts(ran: &Ran) -> Check<(u64, u64)> {
    let count = |label: &str| {
        let line = ran.stderr.lines().find(|l| l.starts_with(label)).ok_or_else(|| ran.stderr.clone())?;
        line[label.len()..].trim().parse::<u64>().map_err(|e| format!("{line}: {e}"))
    };
    Ok((count("found in the cache")?, count("put into the cache")?))
}

/// Two runs that must do the same: the first puts everything, the second finds everything.
fn twice(folder: &Path, flags: &[&str], program: &Path, args: &[&str]) -> Check<(Ran, u64)> {
    let first = run(folder, flags, program, args)?;
    let (found, put) = counts(&first)?;
    if found != 0 || put == 0 {
        return Err(format!("the first run found {found} objects and put {put}"));
    }
    let second = run(folder, flags, program, args)?;
    second.gives(first.status, &first.stdout)?;
    match counts(&second)? {
        (found, 0) if found == put => Ok((second, put)),
        other => Err(format!("{put} objects were put, then found and put: {other:?}")),
    }
}

fn of_bitcode() -> Check {
    let dir = TempDir::new()?;
    let (ran, _) = twice(dir.path(), &[], &bitcode("tool")?, &["args", "x"])?;
    ran.gives(0, "args\nx\n").map(drop)
}

fn of_ebpf() -> Check {
    let dir = TempDir::new()?;
    let (ran, _) = twice(dir.path(), &["--mem", "0102"], &object("cli", "tool", "v3")?, &[])?;
    ran.gives(0, "0x67\n").map(drop)
}

fn of_wasm() -> Check {
    let dir = TempDir::new()?;
    let program = dir.path().join("sum.wat");
    fs::write(&program, WASM).map_err(|e| e.to_string())?;
    let (ran, _) = twice(dir.path(), &[], &program, &[])?;
    ran.gives((0..=300_000u32).fold(0u32, u32::wrapping_add) as i32 & 127, "").map(drop)
}

/// The code of a function does not depend on what was compiled before it.
fn other_order() -> Check {
    let dir = TempDir::new()?;
    let module = bitcode("two_orders")?;
    let first = run(dir.path(), &[], &module, &[])?;
    first.gives(0, "-1 1.25\n")?;
    let (found, put) = counts(&first)?;
    let second = run(dir.path(), &[], &module, &["x"])?;
    second.gives(0, "-25 1.125\n")?;
    match (found, counts(&second)?) {
        (0, (found, 0)) if found == put => Ok(()),
        (_, other) => Err(format!("{put} objects were put, then found and put: {other:?}")),
    }
}

/// What got warm in one run is asked for at the next one's first call.
fn warm_start() -> Check {
    let dir = TempDir::new()?;
    let program = dir.path().join("sum.wat");
    fs::write(&program, WASM).map_err(|e| e.to_string())?;
    // Long enough for a background thread to be done while the program runs.
    let long = WASM.replace("300000", "300000000");
    fs::write(&program, long).map_err(|e| e.to_string())?;
    let first = run(dir.path(), &["--tier=auto"], &program, &[])?;
    let (found, put) = counts(&first)?;
    if found != 0 || put == 0 {
        return Err(format!("the first run found {found} objects and put {put}"));
    }
    let second = run(dir.path(), &["--tier=auto"], &program, &[])?;
    second.gives(first.status, "")?;
    match counts(&second)? {
        (found, 0) if found == put => Ok(()),
        other => Err(format!("{put} objects were put, then found and put: {other:?}")),
    }
}

fn files(folder: &Path) -> Check<Vec<PathBuf>> {
    let entries = fs::read_dir(folder.join("cache")).map_err(|e| e.to_string())?;
    Ok(entries.flatten().map(|e| e.path()).collect())
}

fn damage() -> Check {
    let dir = TempDir::new()?;
    let module = bitcode("tool")?;
    let (_, put) = twice(dir.path(), &[], &module, &["args", "x"])?;
    let damages: [fn(&mut Vec<u8>); 4] = [
        |b| b[200] ^= 0x10,
        |b| *b.last_mut().unwrap_or(&mut 0) ^= 1,
        |b| b.truncate(b.len() - 1),
        |b| b.clear(),
    ];
    for (n, damage) in damages.iter().enumerate() {
        for file in files(dir.path())? {
            let mut bytes = fs::read(&file).map_err(|e| e.to_string())?;
            damage(&mut bytes);
            fs::write(&file, bytes).map_err(|e| e.to_string())?;
        }
        let ran = run(dir.path(), &[], &module, &["args", "x"])?;
        ran.gives(0, "args\nx\n")?;
        let (found, compiled) = counts(&ran)?;
        if found != 0 || compiled != put {
            return Err(format!("damage {n}: {found} objects found, {compiled} compiled"));
        }
    }
    // They have been written anew.
    let ran = run(dir.path(), &[], &module, &["args", "x"])?;
    if counts(&ran)? == (put, 0) { Ok(()) } else { Err(ran.stderr) }
}

/// Code that counts its instructions is other code.
fn other_settings() -> Check {
    let dir = TempDir::new()?;
    let module = bitcode("tool")?;
    twice(dir.path(), &[], &module, &["args"])?;
    let ran = run(dir.path(), &["--fuel=1e9"], &module, &["args"])?;
    ran.gives(0, "args\n")?;
    // `--stats` counts, too: so does every run here.
    let words: Vec<OsString> = vec![
        "--tier=jit".into(),
        [OsString::from("--cache="), dir.path().join("cache").into()].into_iter().collect(),
        module.clone().into(),
        "args".into(),
    ];
    let before = files(dir.path())?.len();
    lli_in(None, Stdio::null(), words)?.gives(0, "args\n")?;
    if files(dir.path())?.len() > before { Ok(()) } else { Err("code without fuel was found".into()) }
}

fn folder_of_others() -> Check {
    let dir = TempDir::new()?;
    let cache = dir.path().join("cache");
    fs::create_dir(&cache).map_err(|e| e.to_string())?;
    fs::set_permissions(&cache, fs::Permissions::from_mode(0o777)).map_err(|e| e.to_string())?;
    let module = bitcode("tool")?;
    run(dir.path(), &[], &module, &["args"])?.says(98, &["cache", "nobody else's to write"])?;
    if files(dir.path())?.is_empty() { Ok(()) } else { Err("something was written".into()) }
}

fn default_folder() -> Check {
    let dir = TempDir::new()?;
    let out = Command::new(paths::svm_lli())
        .args(["--tier=jit", "--cache"])
        .args([bitcode("tool")?.as_os_str(), "args".as_ref()])
        .env_clear()
        .env("HOME", dir.path())
        .output()
        .map_err(|e| e.to_string())?;
    let made = fs::read_dir(dir.path().join(".cache/svm")).is_ok_and(|d| d.count() > 0);
    if out.stdout == b"args\n" && made { Ok(()) } else { Err(format!("{out:?}")) }
}
