//! Table rows of host functions and the registry that binds names to them.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::{Args, Proto};
use crate::ir::Type;
use crate::machine::{Cx, Result};

/// What a host function needs beyond memory; a sandboxed guest has it only if granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cap {
    /// Nothing: memory and computation, and the standard streams.
    None,
    /// The file system and descriptors other than the standard ones.
    Files,
    /// The environment.
    Env,
    /// The clock.
    Clock,
    /// The network.
    Net,
    /// Processes, users, signals to others.
    Process,
    /// True random numbers.
    Random,
}

/// One host function.
pub struct HostFn {
    /// Annotated C prototype; the name in it is the linker name.
    pub proto: &'static str,
    /// What it needs.
    pub cap: Cap,
    /// The adapter around the Rust function.
    pub call: fn(&mut Cx<'_>, &mut Args<'_>) -> Result<()>,
    name: &'static str,
    fixed: u32,
}

impl HostFn {
    /// A row: the prototype is cut apart when the table is compiled.
    pub const fn row(
        proto: &'static str,
        cap: Cap,
        call: fn(&mut Cx<'_>, &mut Args<'_>) -> Result<()>,
    ) -> HostFn {
        HostFn { proto, cap, call, name: name_of(proto), fixed: fixed_params(proto) }
    }

    /// The linker name.
    #[inline(always)]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The number of parameters before `...`.
    pub const fn fixed_params(&self) -> u32 {
        self.fixed
    }

    /// The parsed prototype. A malformed row is a bug of ours that the table tests find.
    pub fn parse(&self) -> std::result::Result<Proto, super::ProtoError> {
        Proto::parse(self.proto)
    }
}

/// The last word before the parameter list.
const fn name_of(proto: &str) -> &str {
    let bytes = proto.as_bytes();
    let mut end = 0;
    while end < bytes.len() && bytes[end] != b'(' {
        end += 1;
    }
    let mut start = end;
    while start > 0
        && (bytes[start - 1].is_ascii_alphanumeric() || matches!(bytes[start - 1], b'_' | b'.' | b'$'))
    {
        start -= 1;
    }
    proto.split_at(end).0.split_at(start).1
}

/// How many parameters stand in the list, `void` and `...` left out.
const fn fixed_params(proto: &str) -> u32 {
    let bytes = proto.as_bytes();
    let mut at = proto.len() - name_tail(proto);
    let (mut count, mut word, mut first) = (0, 0, at);
    while at < bytes.len() {
        match bytes[at] {
            b',' | b')' => {
                let void = at - first == 4 && bytes[first] == b'v' && bytes[at - 1] == b'd';
                let dots = word > 0 && bytes[at - 1] == b'.';
                if word > 0 && !void && !dots {
                    count += 1;
                }
                word = 0;
                first = at + 1;
            }
            b' ' if word == 0 => first = at + 1,
            _ => word += 1,
        }
        at += 1;
    }
    count
}

/// Bytes from behind the opening parenthesis on.
const fn name_tail(proto: &str) -> usize {
    let bytes = proto.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        at += 1;
        if bytes[at - 1] == b'(' {
            break;
        }
    }
    bytes.len() - at
}

/// A variable of the C library that a program may name (`stdout`, `environ`, `optind`, ...).
pub struct HostGlobal {
    /// Linker name.
    pub name: &'static str,
    /// Size in bytes.
    pub size: u64,
    /// Alignment in bytes.
    pub align: u64,
    /// Fills the fresh, zeroed object when the process starts.
    pub init: fn(&mut Cx<'_>, svm_memory::GuestPtr) -> Result<()>,
}

/// The C type of a callback that the host calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackSig {
    /// Result type.
    pub ret: Type,
    /// Parameter types: integers and pointers.
    pub params: &'static [Type],
}

/// Name to host function and host variable.
pub struct Registry {
    functions: FxHashMap<&'static str, &'static HostFn>,
    globals: FxHashMap<&'static str, &'static HostGlobal>,
}

impl Registry {
    /// The C library and the helpers of eBPF.
    pub fn libc() -> &'static Registry {
        static REGISTRY: OnceLock<Registry> = OnceLock::new();
        REGISTRY.get_or_init(|| Registry {
            functions: (super::libc::tables()
                .iter()
                .chain(super::wasm::tables())
                .chain(super::wasi::tables())
                .chain(super::bpf::tables()))
            .flat_map(|t| t.iter())
            .map(|f| (f.name(), f))
            .collect(),
            globals: super::libc::globals().iter().flat_map(|t| t.iter()).map(|g| (g.name, g)).collect(),
        })
    }

    /// The host function of that name.
    pub fn function(&self, name: &str) -> Option<&'static HostFn> {
        self.functions.get(name).copied()
    }

    /// The host variable of that name.
    pub fn global(&self, name: &str) -> Option<&'static HostGlobal> {
        self.globals.get(name).copied()
    }

    /// All functions, in no order.
    pub fn functions(&self) -> impl Iterator<Item = &'static HostFn> {
        self.functions.values().copied()
    }
}

/// Makes a static table of [`HostFn`]s: `"prototype" [Cap] => function(arg, arg),` where the argument
/// names only tell how many there are; their types are the Rust function's (see [`super::FromArg`]).
macro_rules! host_table {
    (@cap) => { $crate::host::Cap::None };
    (@cap $cap:ident) => { $crate::host::Cap::$cap };
    ($(#[$meta:meta])* $vis:vis static $name:ident = [
        $($proto:literal $([$cap:ident])? => $f:path $(: $($arg:ident),+)? ),* $(,)?
    ];) => {
        $(#[$meta])*
        $vis static $name: &[$crate::host::HostFn] = &[$(
            $crate::host::HostFn::row(
                $proto,
                $crate::host::host_table!(@cap $($cap)?),
                |cx, args| {
                    $($(let $arg = args.next()?;)+)?
                    let result = $f(cx $($(, $arg)+)?)?;
                    args.ret(result);
                    Ok(())
                },
            )
        ),*];
    };
}
pub(crate) use host_table;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_agree_with_the_parser() {
        for f in Registry::libc().functions() {
            let proto = f.parse().unwrap();
            assert_eq!(
                (f.name(), f.fixed_params()),
                (&*proto.name, proto.params.len() as u32),
                "{}",
                f.proto
            );
        }
    }
}
