//! What a program is started with: its arguments, its name and its environment.
//!
//! The environment lives in guest memory, as natively: an array of strings that `environ` points to and
//! that programs may replace. A sandboxed program's holds only what was granted, so reading it needs no
//! capability.

use std::os::unix::ffi::OsStringExt;

use parking_lot::Mutex;
use svm_memory::{GuestPtr, Memory, ObjectKind, SiteId};

use super::access::at;
use crate::host::{HostGlobal, host_table};
use crate::machine::{Config, Cx, Limit, Result, Trap};

host_table! {
    /// The environment.
    pub static TABLE = [
        "char *getenv(const char *name[str])" [Env] => getenv: name,
        "char *secure_getenv(const char *name[str])" [Env] => getenv: name,
        "char *__secure_getenv(const char *name[str])" [Env] => getenv: name,
        "int setenv(const char *name[str], const char *value[str], int replace)" [Env] => setenv: name, value, replace,
        "int unsetenv(const char *name[str])" [Env] => unsetenv: name,
        "int putenv(char *text[str])" [Env] => putenv: text,
        "int clearenv(void)" [Env] => clearenv,
    ];
}

/// Variables of the start code.
pub static GLOBALS: &[HostGlobal] = &[
    HostGlobal { name: "environ", size: 8, align: 8, init: init_environ },
    HostGlobal { name: "__environ", size: 8, align: 8, init: init_environ },
    HostGlobal { name: "_environ", size: 8, align: 8, init: init_environ },
    HostGlobal { name: "program_invocation_name", size: 8, align: 8, init: init_name },
    HostGlobal { name: "__progname_full", size: 8, align: 8, init: init_name },
    HostGlobal { name: "program_invocation_short_name", size: 8, align: 8, init: init_short_name },
    HostGlobal { name: "__progname", size: 8, align: 8, init: init_short_name },
];

/// The program's name and where its environment is.
#[derive(Default)]
pub struct State {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    name: Vec<u8>,
    /// `argv[0]`, and the same after its last slash.
    name_ptr: GuestPtr,
    short_ptr: GuestPtr,
    name_globals: Vec<GuestPtr>,
    short_globals: Vec<GuestPtr>,
    environ_globals: Vec<GuestPtr>,
    /// What the library last stored to the `environ` variables.
    environ: GuestPtr,
    /// The array that `setenv` grows, if it made the current one.
    owned: GuestPtr,
}

impl State {
    /// The program's name without directories.
    pub fn short_name(&self) -> Vec<u8> {
        let inner = self.inner.lock();
        let start = inner.name.iter().rposition(|b| *b == b'/').map_or(0, |i| i + 1);
        inner.name[start..].to_vec()
    }
}

/// What `main` is called with.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    /// The number of arguments.
    pub argc: i32,
    /// The array of arguments, null at its end.
    pub argv: GuestPtr,
    /// The environment, null at its end.
    pub envp: GuestPtr,
}

/// Makes the objects that a program starts with: each string one object, each array one.
pub fn start(cx: &mut Cx<'_>, args: &[Vec<u8>]) -> Result<Start> {
    let process = cx.process;
    let strings = args.iter().map(|a| argument(cx.mem(), a)).collect::<Result<Vec<_>>>()?;
    let argv = pointer_array(cx.mem(), &strings)?;
    let vars = environment(&process.config);
    let vars = vars.iter().map(|v| argument(cx.mem(), v)).collect::<Result<Vec<_>>>()?;
    let envp = pointer_array(cx.mem(), &vars)?;
    let mut inner = process.libc.program.inner.lock();
    inner.name = args.first().cloned().unwrap_or_default();
    inner.name_ptr = strings.first().copied().unwrap_or_default();
    let slash = inner.name.iter().rposition(|b| *b == b'/').map_or(0, |i| i + 1);
    inner.short_ptr = at(inner.name_ptr, slash as u64);
    for global in &inner.name_globals {
        cx.mem().store(*global, inner.name_ptr)?;
    }
    for global in &inner.short_globals {
        cx.mem().store(*global, inner.short_ptr)?;
    }
    set_environ(cx.mem(), &mut inner, envp)?;
    Ok(Start { argc: args.len() as i32, argv, envp })
}

/// `NAME=value` strings of a new program.
fn environment(config: &Config) -> Vec<Vec<u8>> {
    let join = |name: Vec<u8>, value: Vec<u8>| [name, value].join(&b'=');
    let host = |name: &str| std::env::var_os(name).map(OsStringExt::into_vec);
    let granted = |name: &[u8]| config.env.iter().any(|(given, _)| given.as_bytes() == name);
    let mut vars = Vec::new();
    if !config.sandbox {
        let all = std::env::vars_os().map(|(n, v)| (n.into_vec(), v.into_vec()));
        vars.extend(all.filter(|(name, _)| !granted(name)).map(|(n, v)| join(n, v)));
    }
    for (name, value) in &config.env {
        let value = value.clone().map(String::into_bytes).or_else(|| host(name));
        vars.extend(value.map(|value| join(name.clone().into_bytes(), value)));
    }
    vars
}

fn object(mem: &Memory, size: u64) -> Result<GuestPtr> {
    mem.alloc(size, 16, ObjectKind::Arguments, SiteId::NONE).map_err(|_| Trap::Limit(Limit::Memory))
}

fn argument(mem: &Memory, text: &[u8]) -> Result<GuestPtr> {
    let p = object(mem, text.len() as u64 + 1)?;
    mem.write(p, text)?;
    Ok(p)
}

fn pointer_array(mem: &Memory, pointers: &[GuestPtr]) -> Result<GuestPtr> {
    let p = object(mem, (pointers.len() as u64 + 1) * 8)?;
    mem.write(p, bytemuck::cast_slice(pointers))?;
    Ok(p)
}

fn init_environ(cx: &mut Cx<'_>, global: GuestPtr) -> Result<()> {
    let mut inner = cx.process.libc.program.inner.lock();
    inner.environ_globals.push(global);
    Ok(cx.mem().store(global, inner.environ)?)
}

fn init_name(cx: &mut Cx<'_>, global: GuestPtr) -> Result<()> {
    let mut inner = cx.process.libc.program.inner.lock();
    inner.name_globals.push(global);
    Ok(cx.mem().store(global, inner.name_ptr)?)
}

fn init_short_name(cx: &mut Cx<'_>, global: GuestPtr) -> Result<()> {
    let mut inner = cx.process.libc.program.inner.lock();
    inner.short_globals.push(global);
    Ok(cx.mem().store(global, inner.short_ptr)?)
}

fn set_environ(mem: &Memory, inner: &mut Inner, array: GuestPtr) -> Result<()> {
    inner.environ = array;
    for global in &inner.environ_globals {
        mem.store(*global, array)?;
    }
    Ok(())
}

/// The current array: the one that the program last stored to a name of `environ`, else the library's.
fn current(mem: &Memory, inner: &Inner) -> Result<GuestPtr> {
    for global in &inner.environ_globals {
        let value: GuestPtr = mem.load(*global)?;
        if value != inner.environ {
            return Ok(value);
        }
    }
    Ok(inner.environ)
}

/// The strings of the environment with their places in the array.
fn entries(mem: &Memory, array: GuestPtr) -> Result<Vec<GuestPtr>> {
    let mut list = Vec::new();
    if array.is_null() {
        return Ok(list);
    }
    loop {
        let p: GuestPtr = mem.load(at(array, list.len() as u64 * 8))?;
        if p.is_null() {
            return Ok(list);
        }
        list.push(p);
    }
}

/// The value in the string at `p`, if its name is `name`.
fn value_of(mem: &Memory, p: GuestPtr, name: &[u8]) -> Result<Option<GuestPtr>> {
    let text = mem.c_str(p)?;
    let matches = text.len() > name.len() && text.starts_with(name) && text[name.len()] == b'=';
    Ok(matches.then(|| at(p, name.len() as u64 + 1)))
}

fn lookup(mem: &Memory, inner: &Inner, name: &[u8]) -> Result<Option<(usize, GuestPtr)>> {
    if name.is_empty() {
        return Ok(None);
    }
    for (i, p) in entries(mem, current(mem, inner)?)?.into_iter().enumerate() {
        if let Some(value) = value_of(mem, p, name)? {
            return Ok(Some((i, value)));
        }
    }
    Ok(None)
}

/// The value of an environment variable, for functions that depend on one (`TZ`, `LANG`).
pub fn variable(cx: &Cx<'_>, name: &[u8]) -> Result<Option<Vec<u8>>> {
    let inner = cx.process.libc.program.inner.lock();
    match lookup(cx.mem(), &inner, name)? {
        Some((_, value)) => Ok(Some(cx.mem().c_str(value)?)),
        None => Ok(None),
    }
}

fn getenv(cx: &mut Cx<'_>, name: GuestPtr) -> Result<GuestPtr> {
    let name = cx.mem().c_str(name)?;
    let inner = cx.process.libc.program.inner.lock();
    Ok(lookup(cx.mem(), &inner, &name)?.map_or(GuestPtr::NULL, |(_, value)| value))
}

/// Whether the environment has a variable.
pub fn has_variable(cx: &Cx<'_>, name: &[u8]) -> Result<bool> {
    let inner = cx.process.libc.program.inner.lock();
    Ok(lookup(cx.mem(), &inner, name)?.is_some())
}

/// Puts `text` in the place of the variable `name`, or at the end of a grown array.
fn put(cx: &mut Cx<'_>, name: &[u8], text: GuestPtr) -> Result<i32> {
    let process = cx.process;
    let mem = cx.mem();
    let mut inner = process.libc.program.inner.lock();
    let array = current(mem, &inner)?;
    if let Some((i, _)) = lookup(mem, &inner, name)? {
        mem.store(at(array, i as u64 * 8), text)?;
        return Ok(0);
    }
    let mut list = entries(mem, array)?;
    list.push(text);
    let grown = pointer_array(mem, &list)?;
    // The array before it is only ended if the library made it: a program may hold the first one.
    if !inner.owned.is_null() && inner.owned == array {
        mem.release(array);
    }
    inner.owned = grown;
    set_environ(mem, &mut inner, grown)?;
    Ok(0)
}

/// Whether `name` may name a variable.
fn is_name(name: &[u8]) -> bool {
    !name.is_empty() && !name.contains(&b'=')
}

fn setenv(cx: &mut Cx<'_>, name: GuestPtr, value: GuestPtr, replace: i32) -> Result<i32> {
    let mem = cx.mem();
    let name = mem.c_str(name)?;
    let value = mem.c_str(value)?;
    if !is_name(&name) {
        return cx.fail(libc::EINVAL, -1);
    }
    if replace == 0 && variable(cx, &name)?.is_some() {
        return Ok(0);
    }
    let text = argument(mem, &[name.as_slice(), &value].join(&b'='))?;
    put(cx, &name, text)
}

/// Removes every entry of that name, closing the gaps in place, as glibc does.
fn remove(mem: &Memory, inner: &Inner, name: &[u8]) -> Result<()> {
    let array = current(mem, inner)?;
    let (mut kept, list) = (0u64, entries(mem, array)?);
    for p in &list {
        if value_of(mem, *p, name)?.is_none() {
            mem.store(at(array, kept * 8), *p)?;
            kept += 1;
        }
    }
    if kept < list.len() as u64 {
        mem.store(at(array, kept * 8), GuestPtr::NULL)?;
    }
    Ok(())
}

fn unsetenv(cx: &mut Cx<'_>, name: GuestPtr) -> Result<i32> {
    let name = cx.mem().c_str(name)?;
    if !is_name(&name) {
        return cx.fail(libc::EINVAL, -1);
    }
    remove(cx.mem(), &cx.process.libc.program.inner.lock(), &name)?;
    Ok(0)
}

/// The string itself becomes part of the environment; without `=` the variable is removed.
fn putenv(cx: &mut Cx<'_>, text: GuestPtr) -> Result<i32> {
    let bytes = cx.mem().c_str(text)?;
    match bytes.iter().position(|b| *b == b'=') {
        Some(end) => put(cx, &bytes[..end], text),
        None => {
            remove(cx.mem(), &cx.process.libc.program.inner.lock(), &bytes)?;
            Ok(0)
        }
    }
}

fn clearenv(cx: &mut Cx<'_>) -> Result<i32> {
    let mut inner = cx.process.libc.program.inner.lock();
    set_environ(cx.mem(), &mut inner, GuestPtr::NULL)?;
    Ok(0)
}
