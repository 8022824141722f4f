//! WASI preview 1 for lifted WebAssembly: what clang, rustc and others import from `wasi_snapshot_preview1`.
//!
//! Each function is declared once; the leading `memory` is the caller's linear memory, to which all 32-bit addresses
//! of the call refer. Nothing outside of the program is reachable but for what was granted: directories
//! ([`crate::machine::Grant`]), single environment variables, the standard streams. Paths are resolved by `cap-std`, which
//! lets none lead out of the directory that it starts in.

mod access;
mod errno;
mod fd;
mod path;
mod poll;
mod process;
mod sock;
mod table;
#[cfg(test)]
mod tests;

use super::HostFn;
use crate::machine::Trap;
pub use errno::Errno;

/// Why a call did not succeed.
pub(crate) enum Fail {
    /// The program is told.
    Errno(Errno),
    /// The program ends.
    Trap(Trap),
}

/// What a WASI function does.
type Wasi<T = ()> = Result<T, Fail>;

impl From<Errno> for Fail {
    fn from(errno: Errno) -> Self {
        Fail::Errno(errno)
    }
}

impl From<Trap> for Fail {
    fn from(trap: Trap) -> Self {
        Fail::Trap(trap)
    }
}

impl From<std::io::Error> for Fail {
    fn from(error: std::io::Error) -> Self {
        Fail::Errno(Errno::from(error))
    }
}

impl From<rustix::io::Errno> for Fail {
    fn from(errno: rustix::io::Errno) -> Self {
        Fail::Errno(Errno::from(errno))
    }
}

/// What WASI knows of a process.
#[derive(Default)]
pub struct State {
    args: parking_lot::Mutex<Vec<Vec<u8>>>,
    table: table::Table,
}

impl State {
    /// The program's name and arguments.
    pub(crate) fn set_args(&self, args: &[Vec<u8>]) {
        *self.args.lock() = args.to_vec();
    }
}

/// Makes a static table of WASI functions: `name(type parameter, ...) [Cap] => function: arg, ...`, without result (an
/// errno) and without the leading memory.
macro_rules! wasi_table {
    ($(#[$meta:meta])* $vis:vis static $name:ident = [
        $($row:literal ($params:literal) $([$cap:ident])? => $f:path $(: $($arg:ident),+)? ),* $(,)?
    ];) => {
        $(#[$meta])*
        $vis static $name: &[$crate::host::HostFn] = &[$(
            $crate::host::HostFn::row(
                concat!("uint32_t wasm$wasi_snapshot_preview1$", $row, "(void *memory", $params, ")"),
                $crate::host::host_table!(@cap $($cap)?),
                |cx, args| {
                    let memory = $crate::host::wasi::access::Linear::of(cx, args.next()?);
                    $($(let $arg = args.next()?;)+)?
                    match $f(cx, memory $($(, $arg)+)?) {
                        Ok(()) => args.ret(0u32),
                        Err($crate::host::wasi::Fail::Errno(errno)) => args.ret(errno.code()),
                        Err($crate::host::wasi::Fail::Trap(trap)) => return Err(trap),
                    }
                    Ok(())
                },
            )
        ),*];
    };
}
use wasi_table;

/// The function tables of all topics.
pub fn tables() -> &'static [&'static [HostFn]] {
    static TABLES: &[&[HostFn]] =
        &[process::TABLE, process::EXIT, fd::TABLE, path::TABLE, poll::TABLE, sock::TABLE];
    TABLES
}
