//! Table rows of host functions and the registry that binds names to them.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::{Args, CType, Proto};
use crate::ir::Type;
use crate::machine::{Config, Cx, Result};

/// What a host function needs beyond memory. The frame decides when a program is bound to its functions: what a
/// sandbox does not grant at all is bound to a refusal, so that the function itself never runs. Where a grant
/// is finer (which directories, how), the function looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cap {
    /// Nothing: memory and computation, open descriptors and the standard streams.
    None,
    /// The file system. Granted by a directory.
    Files,
    /// The environment, in which a sandboxed guest finds what was granted, by name.
    Env,
    /// The clock, which stands still in a sandbox unless it was granted.
    Clock,
    /// The network: never in a sandbox.
    Net,
    /// Processes, users, limits of the host process: never in a sandbox.
    Process,
    /// True random numbers, which tell nothing of the host.
    Random,
}

impl Cap {
    /// Whether a guest with these settings has any of it.
    pub fn granted(self, config: &Config) -> bool {
        !config.sandbox
            || match self {
                Cap::None | Cap::Env | Cap::Clock | Cap::Random => true,
                Cap::Files => !config.dirs.is_empty(),
                Cap::Net | Cap::Process => false,
            }
    }

    /// The error of a call that is refused.
    fn errno(self) -> i32 {
        if self == Cap::Files { libc::EACCES } else { libc::EPERM }
    }
}

/// A function of a table, as the frame calls it.
type Adapter = fn(&mut Cx<'_>, &mut Args<'_>) -> Result<()>;

/// What takes the place of a function whose capability is not granted: -1 or null, and `errno`.
fn refusal(cap: Cap, ret: CType) -> Adapter {
    fn refuse(cx: &mut Cx<'_>, cap: Cap) -> Result<()> {
        cx.set_errno(cap.errno())
    }
    macro_rules! adapters {
        ($($cap:ident)|+) => {
            match (cap, ret) {
                $(
                    (Cap::$cap, CType::Ptr) => |cx, args| {
                        refuse(cx, Cap::$cap)?;
                        args.ret(svm_memory::GuestPtr::NULL);
                        Ok(())
                    },
                    (Cap::$cap, CType::Int { bits: 64, .. }) => |cx, args| {
                        refuse(cx, Cap::$cap)?;
                        args.ret(-1i64);
                        Ok(())
                    },
                    (Cap::$cap, CType::Int { .. }) => |cx, args| {
                        refuse(cx, Cap::$cap)?;
                        args.ret(-1i32);
                        Ok(())
                    },
                    (Cap::$cap, _) => |cx, args| {
                        refuse(cx, Cap::$cap)?;
                        args.ret(());
                        Ok(())
                    },
                )+
            }
        };
    }
    adapters!(None | Files | Env | Clock | Net | Process | Random)
}

/// One host function.
pub struct HostFn {
    /// Annotated C prototype; the name in it is the linker name.
    pub proto: &'static str,
    /// What it needs.
    pub cap: Cap,
    /// The adapter around the Rust function.
    pub call: Adapter,
    name: &'static str,
    fixed: u32,
}

impl HostFn {
    /// A row: the prototype is cut apart when the table is compiled.
    pub const fn row(proto: &'static str, cap: Cap, call: Adapter) -> HostFn {
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

    /// The row with a refusal in the place of its function. (A result type that cannot be read is found by the
    /// tests of the tables.)
    fn refused(&self) -> HostFn {
        let ret = self.parse().map_or(CType::Void, |proto| proto.ret);
        HostFn { call: refusal(self.cap, ret), ..*self }
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
    /// The C library's rows with a capability, with the refusal in the place of the function. (WASI's functions
    /// start from what was granted and tell it in WASI's own errors.)
    refused: FxHashMap<&'static str, HostFn>,
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
            refused: (super::libc::tables().into_iter().flatten())
                .filter(|f| f.cap != Cap::None)
                .map(|f| (f.name(), f.refused()))
                .collect(),
            globals: super::libc::globals().iter().flat_map(|t| t.iter()).map(|g| (g.name, g)).collect(),
        })
    }

    /// The host function of that name.
    pub fn function(&self, name: &str) -> Option<&'static HostFn> {
        self.functions.get(name).copied()
    }

    /// What a program with these settings is bound to by that name: the function, or its refusal.
    pub fn bind(&'static self, name: &str, config: &Config) -> Option<&'static HostFn> {
        let f = self.function(name)?;
        if f.cap.granted(config) { Some(f) } else { Some(self.refused.get(name).unwrap_or(f)) }
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
    use crate::host::libc::testing::Guest;
    use crate::machine::Grant;

    /// Arguments that every function would fault on: a refused one does not look at them.
    #[test]
    fn what_a_sandbox_does_not_grant_never_runs() {
        let mut guest = Guest::with(Config { sandbox: true, ..Config::default() });
        let mut refused = 0;
        for f in super::super::libc::tables()
            .into_iter()
            .flatten()
            .filter(|f| !f.cap.granted(&Config { sandbox: true, ..Config::default() }))
        {
            let ret = f.parse().unwrap().ret;
            guest.run(|cx| cx.set_errno(0)).unwrap();
            let bound = guest.run(|cx| Registry::libc().bind(f.name(), &cx.process.config));
            let (call, mut out) = (bound.unwrap().call, crate::host::Ret::default());
            guest.run(|cx| call(cx, &mut Args::new(&[], &[], &mut out))).unwrap();
            let failed = match ret {
                CType::Ptr => 0,
                CType::Int { bits: 64, .. } => u64::MAX,
                CType::Int { .. } => u64::from(u32::MAX),
                other => panic!("{}: a refusal cannot be told by {other:?}", f.proto),
            };
            assert_eq!((out[0], guest.errno()), (failed, f.cap.errno()), "{}", f.proto);
            refused += 1;
        }
        assert!(refused > 90, "{refused}");
    }

    #[test]
    fn grants_bind_the_functions() {
        let call = |name: &str, config: &Config| Registry::libc().bind(name, config).unwrap().call as usize;
        let open = Config::default();
        let closed = Config { sandbox: true, ..Config::default() };
        let dir = Config {
            dirs: vec![Grant { host: "/".into(), guest: "/".into(), writable: false }],
            ..closed.clone()
        };
        assert_ne!(call("open", &closed), call("open", &open));
        assert_eq!(call("open", &dir), call("open", &open));
        assert_ne!(call("setuid", &dir), call("setuid", &open));
        assert_eq!(call("read", &closed), call("read", &open));
        assert_eq!(call("getenv", &closed), call("getenv", &open));
    }

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
