//! Runs one process to its end, or to the end of its time, in a folder of its own, and keeps everything it did.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::tier::Tier;
use crate::{Check, paths};

/// How a process ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// It returned this status.
    Exit(i32),
    /// This signal ended it.
    Signal(i32),
    /// It was stopped at the time limit.
    Timeout,
}

/// All that a run can be seen to have done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// How it ended.
    pub end: End,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
    /// Files in the run's folder afterwards.
    pub files: BTreeMap<PathBuf, Vec<u8>>,
    /// What its tiers did, if that was asked for.
    pub tiers: Option<String>,
}

/// What to run, and with what.
#[derive(Clone, Debug, Default)]
pub struct Run<'a> {
    /// The program; it is run as `./NAME` in the folder, through a link, so that `argv[0]` says nothing of where it is.
    pub program: PathBuf,
    /// What runs the program, if it does not run by itself.
    pub runner: Option<PathBuf>,
    /// What the runner is told, before the program.
    pub options: Vec<String>,
    /// Its arguments.
    pub args: Vec<String>,
    /// Bytes for its standard input.
    pub stdin: &'a [u8],
    /// Files that it finds in its folder: name, source.
    pub inputs: Vec<(String, PathBuf)>,
    /// Environment variables beside the fixed ones.
    pub env: Vec<(String, String)>,
    /// Seconds before it is stopped; 0 takes the default.
    pub seconds: u64,
    /// Whether the runner is asked what its tiers did.
    pub log_tiers: bool,
}

impl Run<'_> {
    /// The same run under `svm-lli`, whose module the program is.
    pub fn under_svm(mut self, tier: &Tier) -> Self {
        self.runner = Some(paths::svm_lli());
        self.options.extend(tier.flags.iter().map(|flag| (*flag).to_owned()));
        self.log_tiers = tier.changes_over;
        self
    }
}

/// A folder that is removed when the value goes.
pub struct TempDir(PathBuf);

impl TempDir {
    /// Makes a new empty folder.
    pub fn new() -> Check<TempDir> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = format!("svm-tests-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(TempDir(path))
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const DEFAULT_SECONDS: u64 = 120;

/// Runs it in a fresh folder with an empty-ish, fixed environment.
pub fn run(what: &Run) -> Check<Outcome> {
    let dir = TempDir::new()?;
    run_in(what, dir.path())
}

fn run_in(what: &Run, dir: &Path) -> Check<Outcome> {
    let say = |e: std::io::Error| format!("{}: {e}", what.program.display());
    let work = dir.join("work");
    fs::create_dir(&work).map_err(say)?;
    for (name, source) in &what.inputs {
        let to = work.join(name);
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent).map_err(say)?;
        }
        fs::copy(source, &to).map_err(|e| format!("{}: {e}", source.display()))?;
    }
    let name = Path::new(".").join(what.program.file_name().unwrap_or_default());
    std::os::unix::fs::symlink(&what.program, work.join(&name)).map_err(say)?;
    let (input, output, errors) = (dir.join("stdin"), dir.join("stdout"), dir.join("stderr"));
    let log = dir.join("tiers");
    fs::write(&input, what.stdin).map_err(say)?;
    let mut command = match &what.runner {
        Some(runner) => {
            let mut command = Command::new(runner);
            if what.log_tiers {
                command.arg("--tier-log").arg(&log);
            }
            command.args(&what.options).arg(&name);
            command
        }
        None => Command::new(&name),
    };
    command
        .args(&what.args)
        .current_dir(&work)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("LANG", "C")
        .env("TZ", "UTC")
        .env("HOME", "/nonexistent")
        .env("NO_COLOR", "1")
        .envs(what.env.iter().map(|(name, value)| (name, value)))
        .stdin(File::open(&input).map_err(say)?)
        .stdout(File::create(&output).map_err(say)?)
        .stderr(File::create(&errors).map_err(say)?);
    let end = wait(command, if what.seconds == 0 { DEFAULT_SECONDS } else { what.seconds }).map_err(say)?;
    let mut files = BTreeMap::new();
    read_files(&work, &work, &mut files).map_err(say)?;
    for (name, _) in &what.inputs {
        // An input counts only if it was changed or removed; its bytes are the same on both sides otherwise.
        files.entry(PathBuf::from(name)).or_insert_with(|| b"(removed)".to_vec());
    }
    Ok(Outcome {
        end,
        stdout: fs::read(&output).map_err(say)?,
        stderr: fs::read(&errors).map_err(say)?,
        files,
        tiers: fs::read_to_string(&log).ok(),
    })
}

/// Starts it in a process group of its own, so that all of it can be stopped at the limit.
fn wait(mut command: Command, seconds: u64) -> std::io::Result<End> {
    let mut child = command.process_group(0).spawn()?;
    let limit = Instant::now() + Duration::from_secs(seconds);
    let mut pause = Duration::from_micros(200);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(end_of(status));
        }
        if Instant::now() > limit {
            let group = -(child.id() as i32);
            // SAFETY: kill takes no pointers; the group is the one made for this child, which has not been waited for.
            unsafe { libc::kill(group, libc::SIGKILL) };
            child.wait()?;
            return Ok(End::Timeout);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(10));
    }
}

fn end_of(status: ExitStatus) -> End {
    match (status.code(), status.signal()) {
        (Some(code), _) => End::Exit(code),
        (None, Some(signal)) => End::Signal(signal),
        (None, None) => End::Exit(-1),
    }
}

fn read_files(top: &Path, folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let kind = fs::symlink_metadata(&path)?.file_type();
        if kind.is_dir() {
            read_files(top, &path, files)?;
        } else if kind.is_file() {
            let name = path.strip_prefix(top).expect("below the top").to_path_buf();
            files.insert(name, fs::read(&path)?);
        }
    }
    Ok(())
}

/// Runs a tool that must succeed; its output is part of the failure.
pub fn tool(command: &mut Command) -> Check<Vec<u8>> {
    let out = command
        .stdin(Stdio::null())
        .output()
        .map_err(|e| format!("{}: {e}", command.get_program().display()))?;
    if out.status.success() {
        return Ok(out.stdout);
    }
    Err(format!("{command:?} failed ({})\n{}", out.status, String::from_utf8_lossy(&out.stderr)))
}

/// Says where two runs differ; `Ok` if nowhere.
pub fn same(native: &Outcome, ours: &Outcome) -> Check {
    if native.end != ours.end {
        return Err(format!(
            "ended with {:?}, natively with {:?}\n--- its stderr ---\n{}\n{}",
            ours.end,
            native.end,
            tail(&ours.stderr),
            differ("stdout", &native.stdout, &ours.stdout).err().unwrap_or_default()
        ));
    }
    differ("stdout", &native.stdout, &ours.stdout)?;
    differ("stderr", &native.stderr, &ours.stderr)?;
    for (name, bytes) in &native.files {
        match ours.files.get(name) {
            Some(other) => differ(&format!("file {}", name.display()), bytes, other)?,
            None => return Err(format!("file {} was not made", name.display())),
        }
    }
    match ours.files.keys().find(|name| !native.files.contains_key(*name)) {
        Some(name) => Err(format!("file {} was made, but not natively", name.display())),
        None => Ok(()),
    }
}

fn differ(what: &str, native: &[u8], ours: &[u8]) -> Check {
    if native == ours {
        return Ok(());
    }
    let at = native.iter().zip(ours).take_while(|(a, b)| a == b).count();
    let line = native[..at].iter().filter(|&&b| b == b'\n').count() + 1;
    let start = native[..at].iter().rposition(|&b| b == b'\n').map_or(0, |p| p + 1);
    let show = |bytes: &[u8]| {
        let end = bytes[start.min(bytes.len())..].iter().position(|&b| b == b'\n');
        let end = end.map_or(bytes.len(), |e| start + e).min(start + 300);
        String::from_utf8_lossy(&bytes[start.min(bytes.len())..end.max(start.min(bytes.len()))]).into_owned()
    };
    Err(format!(
        "{what} differs at byte {at} (line {line}; {} bytes, natively {})\n native: {:?}\n ours:   {:?}",
        ours.len(),
        native.len(),
        show(native),
        show(ours)
    ))
}

/// The last part of an output, for a failure.
pub fn tail(bytes: &[u8]) -> String {
    const SHOWN: usize = 3000;
    String::from_utf8_lossy(&bytes[bytes.len().saturating_sub(SHOWN)..]).into_owned()
}
