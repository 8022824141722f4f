//! Running `svm-lli` with flags, and saying what was expected of it.

use std::ffi::OsString;
use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use svm_tests::process::TempDir;
use svm_tests::toolchain::{self, Opt, Unit};
use svm_tests::{Check, paths};

/// A run of `svm-lli` to its end.
pub struct Ran {
    /// The exit status; -N if signal N ended it.
    pub status: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// Wall time.
    pub time: Duration,
}

/// A C file of tests/cli as bitcode.
pub fn bitcode(name: &str) -> Check<PathBuf> {
    bitcode_at(name, Opt::O2, &[])
}

/// The same at another level and with further flags.
pub fn bitcode_at(name: &str, opt: Opt, flags: &[&str]) -> Check<PathBuf> {
    let source = paths::in_root(&format!("tests/cli/{name}.c"));
    let flags: Vec<String> = ["-D_GNU_SOURCE"].iter().chain(flags).map(|f| f.to_string()).collect();
    toolchain::bitcode(&Unit::single(&format!("cli-{name}"), &source, &flags), opt)
}

/// Before it is stopped; no test needs so long.
const SECONDS: u64 = 60;

/// Runs `svm-lli` with these arguments and no standard input.
pub fn lli<S: Into<OsString>>(args: impl IntoIterator<Item = S>) -> Check<Ran> {
    lli_in(None, Stdio::null(), args)
}

/// The same in a folder and with a standard input; the environment is that of the test run with `SVM_CLI=set`.
pub fn lli_in<S: Into<OsString>>(
    folder: Option<&Path>,
    stdin: Stdio,
    args: impl IntoIterator<Item = S>,
) -> Check<Ran> {
    let dir = TempDir::new()?;
    let say = |e: std::io::Error| format!("svm-lli: {e}");
    let (out, err) = (dir.path().join("out"), dir.path().join("err"));
    let begin = Instant::now();
    let mut child = Command::new(paths::svm_lli())
        .args(args.into_iter().map(Into::into))
        .current_dir(folder.unwrap_or(dir.path()))
        .env("SVM_CLI", "set")
        .env_remove("NO_COLOR")
        .stdin(stdin)
        .stdout(File::create(&out).map_err(say)?)
        .stderr(File::create(&err).map_err(say)?)
        .spawn()
        .map_err(say)?;
    let status = loop {
        if let Some(status) = child.try_wait().map_err(say)? {
            break status;
        }
        if begin.elapsed() > Duration::from_secs(SECONDS) {
            let _ = child.kill();
            let _ = child.wait();
            return Err(format!("still running after {SECONDS} s"));
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let text = |path| fs::read(path).map(|b| String::from_utf8_lossy(&b).into_owned()).map_err(say);
    Ok(Ran {
        status: status.code().unwrap_or_else(|| -status.signal().unwrap_or(0)),
        stdout: text(&out)?,
        stderr: text(&err)?,
        time: begin.elapsed(),
    })
}

/// Runs tests/cli/tool.c with flags and arguments.
pub fn tool(flags: &[&str], args: &[&str]) -> Check<Ran> {
    tool_in(None, flags, args)
}

/// The same in a folder.
pub fn tool_in(folder: Option<&Path>, flags: &[&str], args: &[&str]) -> Check<Ran> {
    let module = bitcode("tool")?;
    let flags = flags.iter().map(OsString::from);
    lli_in(folder, Stdio::null(), flags.chain([module.into()]).chain(args.iter().map(OsString::from)))
}

impl Ran {
    /// Status and standard output are these.
    pub fn gives(&self, status: i32, stdout: &str) -> Check<&Ran> {
        if self.status == status && self.stdout == stdout {
            return Ok(self);
        }
        Err(format!(
            "status {}, expected {status}; stdout {:?}, expected {stdout:?}\n{}",
            self.status, self.stdout, self.stderr
        ))
    }

    /// The status is this, and standard error contains all of these.
    pub fn says(&self, status: i32, words: &[&str]) -> Check<&Ran> {
        if self.status != status {
            return Err(format!("status {}, expected {status}\n{}", self.status, self.stderr));
        }
        match words.iter().find(|w| !self.stderr.contains(**w)) {
            Some(word) => Err(format!("standard error does not say {word:?}\n{}", self.stderr)),
            None => Ok(self),
        }
    }

    /// It took less time than that.
    pub fn within(&self, seconds: f64) -> Check<&Ran> {
        if self.time.as_secs_f64() < seconds { Ok(self) } else { Err(format!("took {:?}", self.time)) }
    }
}
