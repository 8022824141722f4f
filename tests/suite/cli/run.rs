//! What runs, how it ends, how it is told.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use svm_tests::process::TempDir;
use svm_tests::toolchain::Opt;
use svm_tests::{Check, paths};

use super::Case;
use super::lli::{bitcode, bitcode_at, lli, lli_in, tool, tool_in};

pub const CASES: &[Case] = &[
    ("status-is-the-programs", status),
    ("compiled-code-does-the-same", compiled),
    ("a-hot-loop-in-main-is-compiled-soon", hot_loop),
    ("nothing-is-compiled-before-it-is-hot", cold),
    ("what-follows-the-file-is-the-guests", arguments),
    ("standard-input-can-be-the-module", module_from_stdin),
    ("link", link),
    ("entry", entry),
    ("check-runs-nothing", check),
    ("refusals-name-their-place", refusals),
    ("dump-phases", dump),
    ("stats", stats),
    ("fault-status", fault_status),
    ("json-report", json),
    ("color", color),
    ("leaks", leaks),
    ("killed-by-signals", signals),
    ("sigpipe", sigpipe),
    ("environment", environment),
    ("bad-flags", bad_flags),
    ("bad-files", bad_files),
    ("help-and-version", help),
];

fn status() -> Check {
    tool(&[], &[])?.gives(0, "")?;
    tool(&[], &["exit", "77"])?.gives(77, "")?;
    tool(&[], &["exit", "300"])?.gives(300 & 0xff, "")?;
    Ok(())
}

fn compiled() -> Check {
    tool(&["--tier=jit"], &["exit", "77"])?.gives(77, "")?;
    tool(&["--tier=jit"], &["args", "-x", "a b"])?.gives(0, "args\n-x\na b\n")?;
    Ok(())
}

/// What `--tier-log` says under a name.
fn logged(module: PathBuf, args: &[&str], name: &str) -> Check<u64> {
    let dir = TempDir::new()?;
    let log = dir.path().join("log");
    let flags = ["--tier=auto".into(), "--tier-log".into(), log.clone().into_os_string(), module.into()];
    lli(flags.into_iter().chain(args.iter().map(OsString::from)))?.says(0, &[])?;
    let text = fs::read_to_string(&log).map_err(|e| format!("{}: {e}", log.display()))?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
    line.ok_or(format!("no {name} in {text}"))
}

/// The only function is one long loop. What is told is the processor time of all threads: no less than the time on the
/// clock where there are two cores, and the same on a machine that others use, too.
fn hot_loop() -> Check {
    let mut best = u64::MAX;
    for _ in 0..10 {
        let first = logged(bitcode("hot_loop")?, &["300000"], "first-us ")?;
        best = best.min(if first == 0 { u64::MAX } else { first });
        if best < 100_000 {
            return Ok(());
        }
    }
    Err(format!("compiled code was entered after {best} us of processor time"))
}

fn cold() -> Check {
    match logged(bitcode("tool")?, &["args"], "compiled ")? {
        0 => Ok(()),
        n => Err(format!("{n} functions were compiled")),
    }
}

fn arguments() -> Check {
    tool(&[], &["args", "--help", "-x", "", "a b"])?.gives(0, "args\n--help\n-x\n\na b\n")?;
    Ok(())
}

fn module_from_stdin() -> Check {
    let file = fs::File::open(bitcode("tool")?).map_err(|e| e.to_string())?;
    lli_in(None, file.into(), ["-", "args", "one"])?.gives(0, "args\none\n")?;
    Ok(())
}

fn link() -> Check {
    let (main, part) = (bitcode("link_main")?, bitcode("link_part")?);
    lli(["--link".into(), part, main.clone(), "last".into()])?.gives(0, "200 last\n")?;
    lli([main])?.says(99, &["missing-function", "`part`", "--link"])?;
    Ok(())
}

fn entry() -> Check {
    tool(&["--entry", "other"], &["x"])?.gives(5, "other, 2: x\n")?;
    tool(&["--entry", "nobody"], &[])?.says(99, &["missing-function", "`nobody`"])?;
    Ok(())
}

fn check() -> Check {
    let ran = tool(&["--check"], &["overflow"])?;
    ran.says(0, &[])?;
    if !ran.stdout.contains("functions")
        || !ran.stdout.contains("0 problems")
        || ran.stdout.contains("before")
    {
        return Err(format!("stdout: {}", ran.stdout));
    }
    Ok(())
}

/// What is not supported is told with file, line and function: by --check, and where it is reached.
fn refusals() -> Check {
    let debug = bitcode_at("unsupported", Opt::O0, &[])?;
    let checked = lli(["--check".into(), debug.clone().into_os_string()])?;
    // The alloca has no line of its own; the function's stands in.
    let lines = [4, 8, 10].map(|line| format!("unsupported.c:{line}: unsupported: type half (in function "));
    checked.says(98, &lines.each_ref().map(String::as_str))?;
    if let Some(line) = checked.stderr.lines().find(|line| !line.contains("unsupported.c:")) {
        return Err(format!("no place: {line}"));
    }
    let ran = lli([debug.into_os_string()])?;
    ran.says(98, &["svm-lli: unsupported: type half\n", "unsupported.c:8", " in main"])?;
    let bare = bitcode_at("unsupported", Opt::O0, &["-g0"])?;
    lli(["--check".into(), bare.into_os_string()])?
        .says(98, &[".bc: unsupported: type half (in function twice)"])?;
    Ok(())
}

fn dump() -> Check {
    for (phase, word) in [("ir", "overflow"), ("opt", "overflow"), ("bytecode", "overflow")] {
        let ran = tool(&["--dump", phase], &["overflow"])?;
        ran.says(0, &[])?;
        if !ran.stdout.contains(word) || ran.stdout.starts_with("before") || ran.stdout.len() < 2000 {
            return Err(format!("--dump={phase} printed {} bytes", ran.stdout.len()));
        }
    }
    tool(&["--dump=wasm"], &[])?.says(2, &["possible values"])?;
    Ok(())
}

fn stats() -> Check {
    let counters = &["functions translated", "live heap objects", "sweeps", "instructions executed"];
    tool(&["--stats"], &["args"])?.says(0, counters)?;
    // The counter is that of the limit, with one or without.
    let executed = |flags: &[&str]| -> Result<u64, String> {
        let ran = tool(flags, &["args"])?;
        let line = ran.stderr.lines().find_map(|l| l.strip_prefix("instructions executed")).map(str::trim);
        line.and_then(|n| n.parse().ok()).ok_or("no count of instructions".into())
    };
    let (free, limited) = (executed(&["--stats"])?, executed(&["--stats", "--fuel=1e9"])?);
    if free == limited && free > 50 { Ok(()) } else { Err(format!("{free} and {limited} instructions")) }
}

fn fault_status() -> Check {
    let ran = tool(&[], &["overflow"])?;
    ran.gives(99, "before\n")?.says(99, &["svm-lli: heap-out-of-bounds", "overflow", "p[4] = 1"])?;
    tool(&["--fault-exit=12"], &["overflow"])?.gives(12, "before\n")?;
    // Limits keep theirs.
    tool(&["--fault-exit=12", "--fuel=1000"], &["spin"])?.says(97, &["fuel-exhausted"])?;
    Ok(())
}

fn json() -> Check {
    let ran = tool(&["--report=json", "--leaks"], &["overflow"])?;
    ran.gives(99, "before\n")?;
    let first = ran.stderr.lines().next().unwrap_or_default();
    let value: serde_json::Value = serde_json::from_str(first).map_err(|e| format!("{e}: {first}"))?;
    let object = value.as_object().ok_or("no object")?;
    let mut keys: Vec<&str> = object.keys().map(String::as_str).collect();
    keys.sort_unstable();
    let expected =
        ["detail", "help", "host_function", "kind", "object", "other", "pointer", "size", "stack", "title"];
    if keys != expected {
        return Err(format!("keys of a report: {keys:?}"));
    }
    let frame = &value["stack"][0];
    let holds = value["kind"] == "heap-out-of-bounds"
        && value["size"] == 1
        && value["pointer"].as_str().is_some_and(|p| p.starts_with("0x"))
        && value["object"]["kind"] == "heap"
        && value["object"]["size"] == 4
        && value["object"]["live"] == true
        && value["object"]["offset"] == 4
        && value["object"]["allocated"][0]["line"].is_u64()
        && value["object"]["freed"].as_array().is_some_and(Vec::is_empty)
        && value["host_function"].is_null()
        && frame["function"] == "overflow"
        && frame["file"].as_str().is_some_and(|f| f.ends_with("tool.c"))
        && frame["line"].is_u64()
        && frame["column"].is_u64()
        && frame["inlined"].is_boolean();
    if holds { Ok(()) } else { Err(format!("not as documented: {first}")) }
}

fn color() -> Check {
    let escape = "\u{1b}[";
    for (flags, colored) in [(&["--color=always"][..], true), (&["--color=never"], false), (&[], false)] {
        let ran = tool(flags, &["overflow"])?;
        if ran.stderr.contains(escape) != colored {
            return Err(format!("{flags:?}: {}", ran.stderr));
        }
    }
    // `auto` on a terminal: `script` gives one.
    let run = |no_color: &str| {
        let line = format!("{} {} overflow", paths::svm_lli().display(), bitcode("tool")?.display());
        let out = Command::new("script")
            .args(["-qec", &line, "/dev/null"])
            .env("NO_COLOR", no_color)
            .stdin(Stdio::null())
            .output();
        Ok::<_, String>(out.ok().map(|o| String::from_utf8_lossy(&o.stdout).into_owned()))
    };
    if let (Some(with), Some(without)) = (run("")?, run("1")?) {
        if with.contains("heap-out-of-bounds") && !with.contains(escape) {
            return Err(format!("no colour on a terminal: {with:?}"));
        }
        if without.contains(escape) {
            return Err(format!("colour in spite of NO_COLOR: {without:?}"));
        }
    }
    Ok(())
}

fn leaks() -> Check {
    tool(&["--leaks"], &["leak"])?.says(0, &["1 heap objects (24 bytes)", "leak"])?;
    tool(&["--leaks"], &["args"])?.says(0, &["no leaks"])?;
    let ran = tool(&["--leaks", "--report=json"], &["leak"])?;
    let value: serde_json::Value = serde_json::from_str(ran.stderr.trim()).map_err(|e| e.to_string())?;
    if value["leaks"][0]["bytes"] != 24 {
        return Err(ran.stderr);
    }
    Ok(())
}

fn signals() -> Check {
    for signal in [libc::SIGABRT, libc::SIGSEGV, libc::SIGTERM, libc::SIGKILL, libc::SIGUSR1, libc::SIGPIPE] {
        tool(&[], &["raise", &signal.to_string()])?.gives(-signal, "")?;
    }
    // One that is ignored by default ends nothing.
    tool(&[], &["raise", &libc::SIGCHLD.to_string()])?.gives(0, "")?;
    tool(&[], &["abort"])?.gives(-libc::SIGABRT, "")?;
    Ok(())
}

/// A reader that goes away ends the program as it does natively.
fn sigpipe() -> Check {
    use std::io::{BufRead, BufReader};
    use std::os::unix::process::ExitStatusExt;
    let say = |e: std::io::Error| e.to_string();
    let mut child = Command::new(paths::svm_lli())
        .arg(bitcode("tool")?)
        .arg("yes")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(say)?;
    let mut line = String::new();
    let mut reader = BufReader::new(child.stdout.take().ok_or("no pipe")?);
    reader.read_line(&mut line).map_err(say)?;
    drop(reader);
    let out = child.wait_with_output().map_err(say)?;
    if line == "y\n" && out.status.signal() == Some(libc::SIGPIPE) && out.stderr.is_empty() {
        return Ok(());
    }
    Err(format!("{:?}, {line:?}, {}", out.status, String::from_utf8_lossy(&out.stderr)))
}

fn environment() -> Check {
    tool(&[], &["env", "SVM_CLI"])?.gives(0, "set\n")?;
    tool(&["--env", "SVM_CLI=other"], &["env", "SVM_CLI"])?.gives(0, "other\n")?;
    tool(&["--env", "NEW=a=b"], &["env", "NEW"])?.gives(0, "a=b\n")?;
    tool(&["--env", "EMPTY="], &["env", "EMPTY"])?.gives(0, "\n")?;
    tool(&["--env", "SVM_UNSET_VARIABLE"], &["env", "SVM_UNSET_VARIABLE"])?.gives(0, "(none)\n")?;
    Ok(())
}

fn bad_flags() -> Check {
    for (flag, words) in [
        ("--fuel=many", "such as 1000000 or 1e9"),
        ("--timeout=soon", "such as 10 or 0.5"),
        ("--max-memory=1T", "64K, 512M or 2G"),
        ("--max-stack=x", "64K, 512M or 2G"),
        ("--dir=::", "HOST::GUEST"),
        ("--fault-exit=256", "256"),
        ("--tier=magic", "possible values"),
        ("--report=xml", "possible values"),
        ("--no-such-flag", "--no-such-flag"),
    ] {
        tool(&[flag], &["args"])?.gives(2, "")?.says(2, &[words])?;
    }
    lli::<&str>([])?.says(2, &["FILE"])?;
    Ok(())
}

fn bad_files() -> Check {
    let dir = TempDir::new()?;
    let write = |name: &str, bytes: &[u8]| fs::write(dir.path().join(name), bytes).map_err(|e| e.to_string());
    write("empty", b"")?;
    write("noise", &[7, 0, 255, 3, 9])?;
    write("text", b"int main(void) { return 0; }\n")?;
    write("module.wasm", b"\0asm\x01\0\0\0\x01\x7f\x01")?;
    write("cut.bc", &fs::read(bitcode("tool")?).map_err(|e| e.to_string())?[..1000])?;
    for (name, words) in [
        ("nothing", "nothing"),
        ("empty", "empty"),
        ("noise", "noise"),
        ("text", "text"),
        ("module.wasm", "module.wasm"),
        ("cut.bc", "cut.bc"),
        (".", "cannot"),
    ] {
        lli_in(Some(dir.path()), Stdio::null(), [name])?.gives(98, "")?.says(98, &["svm-lli: ", words])?;
    }
    let _ = tool_in(Some(dir.path()), &["--link", "empty"], &[])?.says(98, &["empty"])?;
    Ok(())
}

fn help() -> Check {
    let ran = lli(["--help"])?;
    ran.says(0, &[])?;
    for word in ["Examples:", "--sandbox", "--fuel", "Exit status", "99"] {
        if !ran.stdout.contains(word) {
            return Err(format!("--help does not say {word:?}"));
        }
    }
    let ran = lli(["--version"])?;
    if ran.status == 0 && ran.stdout.starts_with("svm-lli ") && ran.stdout.contains("LLVM 22.") {
        return Ok(());
    }
    Err(ran.stdout)
}
