//! `syscall`: system calls by number. Those of which the C library's function is a plain wrapper (the same arguments,
//! -1 and `errno` for an error) are that function, with its checks and its capability.

use smallvec::SmallVec;

use crate::host::{Args, CType, Registry, Ret, VarArgs, host_table};
use crate::machine::{Cx, Result, Trap};

host_table! {
    /// System calls by number.
    pub static TABLE = ["long syscall(long number, ...)" => syscall: number, args];
}

/// The number of a system call (x86-64) and the function that is its wrapper.
const WRAPPED: &[(i64, &str)] = &[
    (libc::SYS_read, "read"),
    (libc::SYS_write, "write"),
    (libc::SYS_open, "open"),
    (libc::SYS_close, "close"),
    (libc::SYS_stat, "stat"),
    (libc::SYS_fstat, "fstat"),
    (libc::SYS_lstat, "lstat"),
    (libc::SYS_poll, "poll"),
    (libc::SYS_lseek, "lseek"),
    (libc::SYS_mmap, "mmap"),
    (libc::SYS_mprotect, "mprotect"),
    (libc::SYS_munmap, "munmap"),
    (libc::SYS_madvise, "madvise"),
    (libc::SYS_ioctl, "ioctl"),
    (libc::SYS_pread64, "pread"),
    (libc::SYS_pwrite64, "pwrite"),
    (libc::SYS_readv, "readv"),
    (libc::SYS_writev, "writev"),
    (libc::SYS_access, "access"),
    (libc::SYS_pipe, "pipe"),
    (libc::SYS_pipe2, "pipe2"),
    (libc::SYS_sched_yield, "sched_yield"),
    (libc::SYS_dup, "dup"),
    (libc::SYS_dup2, "dup2"),
    (libc::SYS_dup3, "dup3"),
    (libc::SYS_nanosleep, "nanosleep"),
    (libc::SYS_getpid, "getpid"),
    (libc::SYS_getppid, "getppid"),
    (libc::SYS_gettid, "gettid"),
    (libc::SYS_getuid, "getuid"),
    (libc::SYS_geteuid, "geteuid"),
    (libc::SYS_getgid, "getgid"),
    (libc::SYS_getegid, "getegid"),
    (libc::SYS_fcntl, "fcntl"),
    (libc::SYS_flock, "flock"),
    (libc::SYS_fsync, "fsync"),
    (libc::SYS_fdatasync, "fdatasync"),
    (libc::SYS_truncate, "truncate"),
    (libc::SYS_ftruncate, "ftruncate"),
    (libc::SYS_chdir, "chdir"),
    (libc::SYS_rename, "rename"),
    (libc::SYS_mkdir, "mkdir"),
    (libc::SYS_rmdir, "rmdir"),
    (libc::SYS_link, "link"),
    (libc::SYS_unlink, "unlink"),
    (libc::SYS_symlink, "symlink"),
    (libc::SYS_readlink, "readlink"),
    (libc::SYS_chmod, "chmod"),
    (libc::SYS_fchmod, "fchmod"),
    (libc::SYS_umask, "umask"),
    (libc::SYS_gettimeofday, "gettimeofday"),
    (libc::SYS_getrlimit, "getrlimit"),
    (libc::SYS_getrusage, "getrusage"),
    (libc::SYS_times, "times"),
    (libc::SYS_uname, "uname"),
    (libc::SYS_time, "time"),
    (libc::SYS_clock_gettime, "clock_gettime"),
    (libc::SYS_clock_getres, "clock_getres"),
    (libc::SYS_openat, "openat"),
    (libc::SYS_mkdirat, "mkdirat"),
    (libc::SYS_unlinkat, "unlinkat"),
    (libc::SYS_renameat, "renameat"),
    (libc::SYS_readlinkat, "readlinkat"),
    (libc::SYS_utimensat, "utimensat"),
    (libc::SYS_statx, "statx"),
    (libc::SYS_getrandom, "getrandom"),
    (libc::SYS_exit_group, "_exit"),
];

fn syscall(cx: &mut Cx<'_>, number: i64, mut args: VarArgs<'_>) -> Result<i64> {
    let unsupported = || Trap::Unsupported(format!("system call {number}").into());
    let name = WRAPPED.iter().find(|(n, _)| *n == number).ok_or_else(unsupported)?.1;
    let row = Registry::libc().bind(name, &cx.process.config).ok_or_else(unsupported)?;
    let proto = row.parse().map_err(|_| unsupported())?;
    let mut slots: SmallVec<[u64; 8]> = SmallVec::new();
    for param in &proto.params {
        let word = args.next_register(cx)?;
        slots.push(match param.ty {
            CType::Int { bits, .. } if bits < 64 => word & ((1 << bits) - 1),
            _ => word,
        });
    }
    let (rest, classes) = if proto.variadic { args.rest() } else { Default::default() };
    slots.extend_from_slice(rest);
    let mut ret = Ret::default();
    (row.call)(cx, &mut Args::new(&slots, classes, &mut ret))?;
    Ok(match proto.ret {
        CType::Int { bits: 32, signed: true } => i64::from(ret[0] as i32),
        CType::Void => 0,
        _ => ret[0] as i64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each has the wrapper, and one that can stand for the call: integers and pointers in, one register out.
    #[test]
    fn wrappers_are_plain() {
        for (number, name) in WRAPPED {
            let row = Registry::libc().function(name).unwrap_or_else(|| panic!("no {name} for {number}"));
            let proto = row.parse().unwrap();
            let plain = |ty| matches!(ty, CType::Int { .. } | CType::Ptr);
            assert!(proto.params.iter().all(|p| plain(p.ty)), "{name}");
            assert!(plain(proto.ret) || proto.ret == CType::Void, "{name}");
        }
    }
}
