//! Other processes and shared objects: not there yet. What starts one is a fault that says so; what asks
//! about them finds none.

use svm_memory::GuestPtr;

use super::errno::constant;
use crate::host::host_table;
use crate::machine::{Cx, Result, Trap};

host_table! {
    /// Processes and shared objects.
    pub static TABLE = [
        "pid_t fork(void)" => fork,
        "pid_t vfork(void)" => fork,
        "int execve(const char *path[str], char **argv[opaque], char **envp[opaque])" => exec3: path, argv, envp,
        "int execvpe(const char *path[str], char **argv[opaque], char **envp[opaque])" => exec3: path, argv, envp,
        "int execv(const char *path[str], char **argv[opaque])" => exec2: path, argv,
        "int execvp(const char *file[str], char **argv[opaque])" => exec2: path, argv,
        "int execl(const char *path[str], const char *arg[opaque], ...)" => exec2: path, arg,
        "int execlp(const char *file[str], const char *arg[opaque], ...)" => exec2: path, arg,
        "int execle(const char *path[str], const char *arg[opaque], ...)" => exec2: path, arg,
        "int posix_spawn(pid_t *pid[? w 4], const char *path[str], const void *actions[opaque], const void *attr[opaque], char **argv[opaque], char **envp[opaque])" => spawn: pid, path, actions, attr, argv, envp,
        "int posix_spawnp(pid_t *pid[? w 4], const char *path[str], const void *actions[opaque], const void *attr[opaque], char **argv[opaque], char **envp[opaque])" => spawn: pid, path, actions, attr, argv, envp,
        "int posix_spawn_file_actions_init(void *actions[w 80])" => actions_init: actions,
        "int posix_spawn_file_actions_destroy(void *actions[w 80])" => actions_destroy: actions,
        "int posix_spawn_file_actions_adddup2(void *actions[rw 80], int from, int to)" => actions_dup: actions, from, to,
        "int posix_spawn_file_actions_addclose(void *actions[rw 80], int fd)" => actions_close: actions, fd,
        "int posix_spawn_file_actions_addchdir_np(void *actions[rw 80], const char *path[str])" => actions_chdir: actions, path,
        "pid_t wait(int *status[? w 4])" => wait: status,
        "pid_t waitpid(pid_t pid, int *status[? w 4], int options)" => waitpid: pid, status, options,
        "pid_t wait3(int *status[? w 4], int options, void *usage[? w 144])" => wait3: status, options, usage,
        "pid_t wait4(pid_t pid, int *status[? w 4], int options, void *usage[? w 144])" => wait4: pid, status, options, usage,
        "void *dlopen(const char *file[? str], int flags)" => dlopen: file, flags,
        "void *dlsym(void *handle[opaque], const char *name[str])" => dlsym: handle, name,
        "void *dlvsym(void *handle[opaque], const char *name[str], const char *version[str])" => dlvsym: handle, name, version,
        "char *dlerror(void)" => dlerror,
        "int dlclose(void *handle[opaque])" => dlclose: handle,
        "int dladdr(const void *address[opaque], void *info[w 32])" => dladdr: address, info,
        "int backtrace(void **out[w n*8], int n)" => backtrace: out, n,
        "void backtrace_symbols_fd(void **list[r n*8], int n, int fd)" => backtrace_symbols_fd: list, n, fd,
    ];
}

/// Whether `dlerror` has something to tell.
#[derive(Default)]
pub struct State {
    dl_failed: std::sync::atomic::AtomicBool,
}

fn fork(_: &mut Cx<'_>) -> Result<i32> {
    Err(Trap::Unsupported("fork: other processes".into()))
}

fn exec2(cx: &mut Cx<'_>, path: GuestPtr, argv: GuestPtr) -> Result<i32> {
    exec3(cx, path, argv, GuestPtr::NULL)
}

fn exec3(cx: &mut Cx<'_>, path: GuestPtr, _argv: GuestPtr, _envp: GuestPtr) -> Result<i32> {
    let path = cx.mem().c_str(path)?;
    Err(Trap::Unsupported(format!("running another program ({})", String::from_utf8_lossy(&path)).into()))
}

fn spawn(
    cx: &mut Cx<'_>,
    pid: GuestPtr,
    path: GuestPtr,
    _actions: GuestPtr,
    _attr: GuestPtr,
    argv: GuestPtr,
    envp: GuestPtr,
) -> Result<i32> {
    if !pid.is_null() {
        cx.mem().slice_mut(pid, 4)?;
    }
    exec3(cx, path, argv, envp)
}

/// The actions are never carried out, so none is kept.
fn actions_init(cx: &mut Cx<'_>, actions: GuestPtr) -> Result<i32> {
    cx.mem().fill(actions, 0, 80)?;
    Ok(0)
}

fn actions_destroy(cx: &mut Cx<'_>, actions: GuestPtr) -> Result<i32> {
    cx.mem().slice_mut(actions, 80)?;
    Ok(0)
}

fn actions_dup(cx: &mut Cx<'_>, actions: GuestPtr, _from: i32, _to: i32) -> Result<i32> {
    actions_destroy(cx, actions)
}

fn actions_close(cx: &mut Cx<'_>, actions: GuestPtr, _fd: i32) -> Result<i32> {
    actions_destroy(cx, actions)
}

fn actions_chdir(cx: &mut Cx<'_>, actions: GuestPtr, path: GuestPtr) -> Result<i32> {
    cx.mem().str_len(path)?;
    actions_destroy(cx, actions)
}

/// There are no children to wait for.
fn no_child(cx: &mut Cx<'_>, status: GuestPtr) -> Result<i32> {
    if !status.is_null() {
        cx.mem().slice_mut(status, 4)?;
    }
    cx.fail(libc::ECHILD, -1)
}

fn wait(cx: &mut Cx<'_>, status: GuestPtr) -> Result<i32> {
    no_child(cx, status)
}

fn waitpid(cx: &mut Cx<'_>, _pid: i32, status: GuestPtr, _options: i32) -> Result<i32> {
    no_child(cx, status)
}

fn wait3(cx: &mut Cx<'_>, status: GuestPtr, _options: i32, usage: GuestPtr) -> Result<i32> {
    wait4(cx, -1, status, 0, usage)
}

fn wait4(cx: &mut Cx<'_>, _pid: i32, status: GuestPtr, _options: i32, usage: GuestPtr) -> Result<i32> {
    if !usage.is_null() {
        cx.mem().slice_mut(usage, 144)?;
    }
    no_child(cx, status)
}

/// Remembers a failure for `dlerror`.
fn dl_fail<T>(cx: &Cx<'_>, value: T) -> Result<T> {
    cx.process.libc.process.dl_failed.store(true, std::sync::atomic::Ordering::Relaxed);
    Ok(value)
}

fn dlopen(cx: &mut Cx<'_>, file: GuestPtr, _flags: i32) -> Result<GuestPtr> {
    if !file.is_null() {
        cx.mem().str_len(file)?;
    }
    dl_fail(cx, GuestPtr::NULL)
}

fn dlsym(cx: &mut Cx<'_>, _handle: GuestPtr, name: GuestPtr) -> Result<GuestPtr> {
    cx.mem().str_len(name)?;
    dl_fail(cx, GuestPtr::NULL)
}

fn dlvsym(cx: &mut Cx<'_>, handle: GuestPtr, name: GuestPtr, version: GuestPtr) -> Result<GuestPtr> {
    cx.mem().str_len(version)?;
    dlsym(cx, handle, name)
}

fn dlerror(cx: &mut Cx<'_>) -> Result<GuestPtr> {
    let failed = &cx.process.libc.process.dl_failed;
    if failed.swap(false, std::sync::atomic::Ordering::Relaxed) {
        constant(cx, b"shared objects cannot be loaded")
    } else {
        Ok(GuestPtr::NULL)
    }
}

fn dlclose(cx: &mut Cx<'_>, _handle: GuestPtr) -> Result<i32> {
    dl_fail(cx, -1)
}

/// No address belongs to a shared object.
fn dladdr(cx: &mut Cx<'_>, _address: GuestPtr, info: GuestPtr) -> Result<i32> {
    cx.mem().slice_mut(info, 32)?;
    Ok(0)
}

/// Return addresses are not the guest's to see: there are none.
fn backtrace(cx: &mut Cx<'_>, out: GuestPtr, n: i32) -> Result<i32> {
    cx.mem().slice_mut(out, n.max(0) as u64 * 8)?;
    Ok(0)
}

fn backtrace_symbols_fd(cx: &mut Cx<'_>, list: GuestPtr, n: i32, _fd: i32) -> Result<()> {
    cx.mem().slice(list, n.max(0) as u64 * 8)?;
    Ok(())
}
