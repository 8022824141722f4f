//! A crash of LLVM's reader, told as one: which thread is in it, and a handler for programs that own the
//! process.

use std::cell::Cell;

thread_local! {
    static READING: Cell<bool> = const { Cell::new(false) };
}

/// Runs `read`, in which LLVM reads the input.
pub fn reading<T>(read: impl FnOnce() -> T) -> T {
    struct Reset(bool);
    impl Drop for Reset {
        fn drop(&mut self) {
            READING.set(self.0);
        }
    }
    let _reset = Reset(READING.replace(true));
    read()
}

/// Whether LLVM is reading input on this thread. Can be called in a signal handler.
pub fn is_reading() -> bool {
    READING.get()
}

const MESSAGE: &[u8] = b"svm-lli: cannot load: LLVM's reader crashed; the file is damaged or hostile\n";

extern "C" fn on_crash(signal: libc::c_int) {
    if is_reading() {
        // SAFETY: only async-signal-safe calls.
        unsafe {
            libc::write(2, MESSAGE.as_ptr().cast(), MESSAGE.len());
            libc::_exit(98);
        }
    }
    // Not ours: the default action, when the instruction faults again or the signal is raised again.
    // SAFETY: async-signal-safe calls with valid arguments.
    unsafe {
        libc::signal(signal, libc::SIG_DFL);
        libc::raise(signal);
    }
}

/// Makes a crash of LLVM's reader, in this process, end it with a message and status 98. For programs, not
/// for libraries; a handler of the same signals that is installed later should chain to this one.
pub fn report_reader_crashes() {
    for signal in [libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE, libc::SIGABRT] {
        // SAFETY: a zeroed `sigaction` is a valid start; the handler makes only async-signal-safe calls.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = on_crash as *const () as usize;
            action.sa_flags = libc::SA_ONSTACK;
            libc::sigaction(signal, &raw const action, std::ptr::null_mut());
        }
    }
}
