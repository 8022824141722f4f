//! The fault value: what a failed check says. Owns no text beyond a one-line summary; reports are made elsewhere.

use crate::GuestPtr;
use std::fmt;

/// The result of a checked operation.
pub type Result<T> = std::result::Result<T, Box<Fault>>;

/// What was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccessKind {
    /// Bytes were to be read.
    Read,
    /// Bytes were to be written.
    Write,
    /// An object was to be freed or resized.
    Free,
    /// A function was to be called through the pointer.
    Call,
}

/// What an object is for; decides how it may end and what a report calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ObjectKind {
    /// From malloc and its family; the only kind that the guest may free.
    Heap = 1,
    /// A stack object whose address escapes.
    Stack = 2,
    /// A global variable.
    Global = 3,
    /// A global constant.
    Constant = 4,
    /// A function: a slot that holds no data.
    Function = 5,
    /// The variadic arguments of one call.
    VarArgs = 6,
    /// `argv`, `envp` and the strings they point to.
    Arguments = 7,
    /// Owned by the host's libc: `FILE`, ctype tables and the like.
    Host = 8,
    /// Memory from mmap.
    Mapping = 9,
    /// The linear memory of a WebAssembly module.
    LinearMemory = 10,
    /// A table of a WebAssembly module.
    Table = 11,
    /// A value of an eBPF map.
    MapValue = 12,
    /// The packet that an eBPF program is run on.
    Packet = 13,
    /// The context or memory that an eBPF program is run on.
    Context = 14,
    /// A record that a program has reserved in a ring buffer.
    Record = 15,
}

impl ObjectKind {
    pub(crate) const fn from_bits(bits: u8) -> Option<ObjectKind> {
        Some(match bits {
            1 => ObjectKind::Heap,
            2 => ObjectKind::Stack,
            3 => ObjectKind::Global,
            4 => ObjectKind::Constant,
            5 => ObjectKind::Function,
            6 => ObjectKind::VarArgs,
            7 => ObjectKind::Arguments,
            8 => ObjectKind::Host,
            9 => ObjectKind::Mapping,
            10 => ObjectKind::LinearMemory,
            11 => ObjectKind::Table,
            12 => ObjectKind::MapValue,
            13 => ObjectKind::Packet,
            14 => ObjectKind::Context,
            15 => ObjectKind::Record,
            _ => return None,
        })
    }
}

/// Where something was allocated or freed; opaque to this crate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SiteId(pub u32);

impl SiteId {
    /// No site is known.
    pub const NONE: SiteId = SiteId(0);
}

/// An object as far as it is known: live, or an earlier incarnation of its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObjectInfo {
    /// The pointer to the object's first byte.
    pub base: GuestPtr,
    /// Size in bytes, as asked for when it was allocated.
    pub size: u64,
    /// What the object is (or was) for.
    pub kind: ObjectKind,
    /// Whether it is live now.
    pub live: bool,
    /// Where it was allocated.
    pub alloc_site: SiteId,
    /// Where it ended; `NONE` while it is live.
    pub free_site: SiteId,
    /// Whether this is surely the pointer's own object (same slot and key). Otherwise it is the most likely one.
    pub exact: bool,
}

/// Why a pointer cannot be freed (or given to realloc).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InvalidFree {
    /// Points into a heap object, not to its first byte.
    Interior,
    /// A stack object.
    Stack,
    /// A global variable.
    Global,
    /// A global constant.
    Constant,
    /// A function.
    Function,
    /// Memory that belongs to the host's libc or to the call machinery (`argv`, variadic arguments, `FILE`).
    Engine,
    /// Null plus a small number.
    NearNull,
    /// No object that was ever allocated.
    Wild,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// Outside of the object that the pointer's root belongs to.
    OutOfBounds,
    /// The object was freed before.
    UseAfterFree,
    /// The stack object's function has returned (or its scope was left).
    UseAfterReturn,
    /// The null pointer, or null plus a small number.
    Null,
    /// No object that was ever allocated.
    Wild,
    /// A write to constant data.
    ReadOnly,
    /// The object was freed before, and is freed again.
    DoubleFree,
    /// The pointer is not one that can be freed.
    InvalidFree(InvalidFree),
    /// A read or write of a function's bytes.
    FunctionData,
    /// An atomic access whose address is not a multiple of its size.
    Misaligned,
    /// A string ran off its object without a terminating NUL.
    Unterminated,
    /// A call through a pointer that is no function.
    NotAFunction,
}

/// A memory fault: everything that a report needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// What was tried.
    pub access: AccessKind,
    /// The first byte of the access, as asked for.
    pub ptr: GuestPtr,
    /// The pointer that the access was checked against.
    pub root: GuestPtr,
    /// The number of bytes asked for.
    pub len: u64,
    /// The exact first byte that is not allowed.
    pub bad: GuestPtr,
    /// The root's own object, live or dead.
    pub object: Option<ObjectInfo>,
    /// Another object: what the pointer numerically falls in, or what now occupies the slot.
    pub other: Option<ObjectInfo>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {:?} of {} byte(s) at {}", self.kind, self.access, self.len, self.ptr)?;
        if let Some(object) = &self.object {
            write!(f, ", object of {} byte(s) at {}", object.size, object.base)?;
        }
        Ok(())
    }
}

impl std::error::Error for Fault {}

/// The request cannot be met: above 1 GiB, above the configured maximum, or the window is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfMemory {
    /// The number of bytes asked for.
    pub requested: u64,
}

impl fmt::Display for OutOfMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "out of guest memory: {} bytes asked for", self.requested)
    }
}

impl std::error::Error for OutOfMemory {}
