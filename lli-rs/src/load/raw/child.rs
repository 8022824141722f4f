//! Reading in a child process: LLVM's reader can crash, abort, loop or worse on damaged input.

use std::io::{self, BufWriter, Read, Write};

use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};

/// What became of the child.
#[derive(Debug, PartialEq, Eq)]
pub enum Trial {
    /// It came to an end, whatever the result.
    Survived,
    /// It was killed by this signal.
    Killed(i32),
    /// It used up its time.
    TimedOut,
}

/// Runs `work` in a forked child with so many seconds of processor time, and gives what it has written to its
/// argument, at most `max` bytes: a child that writes more is ended as if its time were up.
///
/// Where the kernel allows it the child can make no system call but those that memory and the result need, so
/// that code which a hostile file smuggled into it could do nothing but answer wrongly.
pub fn collect(seconds: u32, max: u64, work: impl FnOnce(&mut dyn Write)) -> io::Result<(Trial, Vec<u8>)> {
    let (mut reader, writer) = io::pipe()?;
    // SAFETY: between fork and `_exit` the child runs on one thread and takes no lock that another thread
    // of the parent could hold for ever but the allocator's, which the C library resets at fork; should it
    // wait for one of LLVM's, the timer ends it. It never returns into the caller's frames.
    let pid = unsafe { libc::fork() };
    match pid {
        -1 => Err(io::Error::last_os_error()),
        0 => {
            drop(reader);
            limit(seconds);
            let mut out = BufWriter::with_capacity(1 << 16, writer);
            let run = || {
                work(&mut out);
                out.flush().is_ok()
            };
            let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).unwrap_or(false);
            // SAFETY: ends the child at once, without running anything of the parent's.
            unsafe { libc::_exit(i32::from(!done)) }
        }
        pid => {
            drop(writer);
            let mut data = Vec::new();
            let read = reader.by_ref().take(max + 1).read_to_end(&mut data);
            let flood = data.len() as u64 > max;
            if flood || read.is_err() {
                // SAFETY: our own child, which has not been waited for.
                unsafe { libc::kill(pid, libc::SIGKILL) };
            }
            let trial = wait(pid)?;
            read?;
            Ok((if flood { Trial::TimedOut } else { trial }, data))
        }
    }
}

/// What reading, translating, answering and dying take.
const SYSTEM_CALLS: &[i64] = &[
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_brk,
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_mprotect,
    libc::SYS_madvise,
    libc::SYS_futex,
    libc::SYS_sched_yield,
    libc::SYS_clock_gettime,
    libc::SYS_getrandom,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_tgkill,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

/// Takes every other system call from the child. Where that cannot be had (an old kernel, a container that
/// forbids it) the child is what it was.
fn confine() {
    let rules = SYSTEM_CALLS.iter().map(|call| (*call, Vec::new())).collect();
    let (allow, kill) = (SeccompAction::Allow, SeccompAction::KillProcess);
    let filter = std::env::consts::ARCH
        .try_into()
        .and_then(|arch| SeccompFilter::new(rules, kill, allow, arch))
        .and_then(BpfProgram::try_from);
    if let Ok(program) = filter {
        let _ = seccompiler::apply_filter(&program);
    }
}

/// Bounds the child: time, no core file, no output but its answer, few system calls.
fn limit(seconds: u32) {
    let set = |resource, value: u64| {
        let limit = libc::rlimit { rlim_cur: value, rlim_max: value };
        // SAFETY: a valid resource number and structure.
        unsafe { libc::setrlimit(resource, &raw const limit) };
    };
    set(libc::RLIMIT_CPU, u64::from(seconds));
    set(libc::RLIMIT_CORE, 0);
    // SAFETY: plain system calls on constants and own descriptors; handlers of the parent are undone so
    // that a crash kills the child.
    unsafe {
        for signal in [libc::SIGSEGV, libc::SIGBUS, libc::SIGABRT, libc::SIGILL, libc::SIGALRM, libc::SIGXCPU]
        {
            libc::signal(signal, libc::SIG_DFL);
        }
        libc::alarm(seconds.saturating_mul(10));
        let null = libc::open(c"/dev/null".as_ptr(), libc::O_RDWR);
        if null >= 0 {
            libc::dup2(null, 1);
            libc::dup2(null, 2);
        }
    }
    confine();
}

fn wait(pid: libc::pid_t) -> io::Result<Trial> {
    let mut status = 0;
    loop {
        // SAFETY: our own child and a place for its status.
        if unsafe { libc::waitpid(pid, &raw mut status, 0) } == pid {
            break;
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
    if !libc::WIFSIGNALED(status) {
        return Ok(Trial::Survived);
    }
    Ok(match libc::WTERMSIG(status) {
        libc::SIGXCPU | libc::SIGALRM | libc::SIGKILL => Trial::TimedOut,
        signal => Trial::Killed(signal),
    })
}
