//! What lifted bitcode says to its host: names of the runtime functions, descriptors and their versions, in one table.
//!
//! Lifters emit these names, the engine and `lifters/runtime` implement them; docs/BITCODE_ABI.md tells what each
//! means. Prototypes are strings: the result, then the parameters; `p` is a pointer, `q` an i64, `i` an i32, `v` void.

pub mod helpers;
pub mod wasm;

/// A runtime function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Runtime {
    /// The symbol.
    pub name: &'static str,
    /// Result and parameters.
    pub proto: &'static str,
}

/// The functions common to all lifters, and those of eBPF.
pub const BPF_RUNTIME: &[Runtime] = &[
    Runtime { name: ROOT, proto: "pq" },
    Runtime { name: TAIL_TARGET, proto: "pppq" },
    Runtime { name: LOAD_PACKET, proto: "qpqi" },
    Runtime { name: HELPER_BY_NUMBER, proto: "qqqqqqq" },
    Runtime { name: MAP_BY_FD, proto: "pi" },
    Runtime { name: MAP_BY_INDEX, proto: "pi" },
    Runtime { name: MAP_VALUE, proto: "ppi" },
    Runtime { name: VARIABLE, proto: "pi" },
];

/// Identity: an integer that is a pointer; accesses derived from it are judged by the object that it names.
pub const ROOT: &str = "svm.root";
/// `(context, map, index)`: the program to continue with, or null.
pub const TAIL_TARGET: &str = "svm.bpf.tail_target";
/// `(context, offset, size)`: bytes of the packet in host order, or -1 to end the program with 0.
pub const LOAD_PACKET: &str = "svm.bpf.ld_abs";
/// `(number, r1 to r5)`: a helper whose number was in a register.
pub const HELPER_BY_NUMBER: &str = "svm.bpf.helper_by_number";
/// `(fd)`: a map of raw bytecode.
pub const MAP_BY_FD: &str = "svm.bpf.map_by_fd";
/// `(index)`: a map of raw bytecode.
pub const MAP_BY_INDEX: &str = "svm.bpf.map_by_index";
/// `(map, offset)`: the address of a byte in a map's only value.
pub const MAP_VALUE: &str = "svm.bpf.map_value";
/// `(id)`: the address of a variable of the host's.
pub const VARIABLE: &str = "svm.bpf.variable";
/// Prefix of helpers known by number only.
pub const HELPER_PREFIX: &str = "bpf_helper_";

/// `i32`, the version of this table: a module that has it comes from the eBPF lifter.
pub const BPF_ABI: &str = "svm.bpf.abi";
/// `[n x { ptr name, ptr section, ptr function }]`.
pub const BPF_PROGRAMS: &str = "svm.bpf.programs";
/// `[n x ptr]` to map descriptors.
pub const BPF_MAPS: &str = "svm.bpf.maps";
/// `[n x { ptr name, ptr section, ptr object, i64 offset, i64 size }]`.
pub const BPF_VARIABLES: &str = "svm.bpf.variables";
/// The license, a C string.
pub const BPF_LICENSE: &str = "svm.bpf.license";
/// `i32`: the kernel version that the object asks for; 0 for none.
pub const BPF_VERSION: &str = "svm.bpf.version";
/// What [`BPF_ABI`] holds.
pub const BPF_ABI_VERSION: u32 = 1;
/// Bytes of an eBPF stack frame.
pub const BPF_STACK: u32 = 512;
/// Numbers in a register below this call a helper, others a function.
pub const CALLX_HELPERS: u64 = 1 << 16;
