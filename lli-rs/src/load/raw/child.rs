//! Trying something in a child process: LLVM's reader can crash, abort or loop on damaged input.

use std::io;

/// What became of the trial.
#[derive(Debug, PartialEq, Eq)]
pub enum Trial {
    /// It came to an end, whatever the result.
    Survived,
    /// It was killed by this signal.
    Killed(i32),
    /// It used up its time.
    TimedOut,
}

/// Runs `trial` in a forked child with so many seconds of processor time. The child's results are lost.
pub fn survive(seconds: u32, trial: impl FnOnce()) -> io::Result<Trial> {
    // SAFETY: between fork and `_exit` the child runs on one thread and takes no lock that another thread
    // of the parent could hold for ever but the allocator's, which the C library resets at fork; should it
    // wait for one of LLVM's, the timer ends it. It never returns into the caller's frames.
    let pid = unsafe { libc::fork() };
    match pid {
        -1 => Err(io::Error::last_os_error()),
        0 => {
            limit(seconds);
            let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(trial));
            // SAFETY: ends the child at once, without running anything of the parent's.
            unsafe { libc::_exit(i32::from(result.is_err())) }
        }
        pid => wait(pid),
    }
}

/// Bounds the child: time, no core file, no output.
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
