//! Measures a process: user time, wall time and the most memory it held.

use std::fs::File;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::Check;

/// What one run took.
#[derive(Clone, Debug)]
pub struct Cost {
    /// Processor time in user mode.
    pub user: Duration,
    /// Time on the clock.
    pub wall: Duration,
    /// Largest resident set, in KiB.
    pub memory: u64,
    /// Its standard output.
    pub stdout: Vec<u8>,
}

/// Runs it once, at most `seconds` long; it must end with status 0.
pub fn run(command: &mut Command, dir: &Path, seconds: u64) -> Check<Cost> {
    let say = |e: std::io::Error| e.to_string();
    let output = dir.join("measured");
    let limit = Duration::from_secs(seconds);
    command.stdin(Stdio::null()).stdout(File::create(&output).map_err(say)?).stderr(Stdio::null());
    let start = Instant::now();
    let child = command.spawn().map_err(|e| format!("{}: {e}", command.get_program().display()))?;
    let (status, usage) = wait(child.id() as i32, start + limit)?;
    let wall = start.elapsed();
    if wall >= limit {
        return Err(format!("more than {seconds} s"));
    }
    if !status.success() {
        return Err(match status.signal() {
            Some(signal) => format!("signal {signal}"),
            None => format!("status {}", status.code().unwrap_or(-1)),
        });
    }
    let time = usage.ru_utime;
    Ok(Cost {
        user: Duration::new(time.tv_sec as u64, time.tv_usec as u32 * 1000),
        wall,
        memory: usage.ru_maxrss as u64,
        stdout: std::fs::read(&output).map_err(say)?,
    })
}

/// Waits for the child and takes its resource usage, which the standard library does not give; kills it at the limit.
fn wait(pid: i32, limit: Instant) -> Check<(ExitStatus, libc::rusage)> {
    // SAFETY: rusage is plain numbers, for which zero is a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    let mut status = 0;
    loop {
        // SAFETY: both pointers are to locals of the right type; the child is ours and nobody else waits for it.
        match unsafe { libc::wait4(pid, &mut status, libc::WNOHANG, &mut usage) } {
            0 if Instant::now() > limit => {
                // SAFETY: kill takes no pointers, and the child has not been waited for.
                unsafe { libc::kill(pid, libc::SIGKILL) };
                // SAFETY: as above; this waits for the end that was just asked for.
                unsafe { libc::wait4(pid, &mut status, 0, &mut usage) };
                return Ok((ExitStatus::from_raw(status), usage));
            }
            0 => std::thread::sleep(Duration::from_micros(100)),
            n if n == pid => return Ok((ExitStatus::from_raw(status), usage)),
            _ => return Err(std::io::Error::last_os_error().to_string()),
        }
    }
}
