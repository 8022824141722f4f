//! eBPF maps, by the semantics of the kernel's documentation: what each kind stores and which error it gives.
//!
//! Every value that a program gets a pointer to is a managed object of its own, so that an index that runs out of one
//! value never reaches another. Keys, and values that are only copied in and out, are the host's, within a [`Room`] of their
//! own. A percpu map holds a value for each processor. Guest pointers to keys and values are read by the helpers.

mod array;
mod bloom;
mod hash;
mod lpm;
mod queue;
mod ring;
mod room;
#[cfg(test)]
mod tests;

pub use ring::Ring;
pub use room::Room;

use svm_memory::{GuestPtr, Memory, ObjectKind, SiteId, View};

use crate::machine::Thread;

/// An error number of Linux, positive; helpers return it negated.
pub type Errno = i32;

/// What an operation on a map gives.
pub type Result<T> = std::result::Result<T, Errno>;

/// Any element, new or not.
pub const BPF_ANY: u64 = 0;
/// Only a new element.
pub const BPF_NOEXIST: u64 = 1;
/// Only an element that is there (for `push`: replace the oldest when full).
pub const BPF_EXIST: u64 = 2;
/// The element holds a spin lock to be taken; there is nobody to take it from.
const BPF_F_LOCK: u64 = 4;

/// The kinds, by the numbers of `enum bpf_map_type`.
#[allow(missing_docs)]
pub mod kind {
    pub const HASH: u32 = 1;
    pub const ARRAY: u32 = 2;
    pub const PROG_ARRAY: u32 = 3;
    pub const PERF_EVENT_ARRAY: u32 = 4;
    pub const PERCPU_HASH: u32 = 5;
    pub const PERCPU_ARRAY: u32 = 6;
    pub const LRU_HASH: u32 = 9;
    pub const LRU_PERCPU_HASH: u32 = 10;
    pub const LPM_TRIE: u32 = 11;
    pub const ARRAY_OF_MAPS: u32 = 12;
    pub const HASH_OF_MAPS: u32 = 13;
    pub const DEVMAP: u32 = 14;
    pub const CPUMAP: u32 = 16;
    pub const XSKMAP: u32 = 17;
    pub const QUEUE: u32 = 22;
    pub const STACK: u32 = 23;
    pub const DEVMAP_HASH: u32 = 25;
    pub const RINGBUF: u32 = 27;
    pub const BLOOM_FILTER: u32 = 30;

    /// Whether every processor has a value of its own.
    pub fn is_per_cpu(kind: u32) -> bool {
        matches!(kind, PERCPU_HASH | PERCPU_ARRAY | LRU_PERCPU_HASH)
    }

    /// Whether elements are programs or maps, which only user space can put there.
    pub fn holds_pointers(kind: u32) -> bool {
        matches!(kind, PROG_ARRAY | ARRAY_OF_MAPS | HASH_OF_MAPS)
    }
}

/// What a map is made from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Def {
    /// One of [`kind`].
    pub kind: u32,
    /// Bytes of a key.
    pub key_size: u32,
    /// Bytes of a value.
    pub value_size: u32,
    /// The most elements (of a ring buffer: bytes).
    pub max_entries: u32,
    /// `BPF_F_*` at creation.
    pub flags: u32,
    /// A bloom filter's number of hashes.
    pub extra: u64,
    /// Name in the object file.
    pub name: String,
}

/// Makes and ends the objects that hold values.
pub struct Values<'a> {
    /// Guest memory.
    pub mem: &'a Memory,
    /// The thread that runs the program: where it is goes into reports. None where user space makes a change.
    pub thread: Option<&'a Thread>,
    /// Objects that end when the program returns: until then a deleted element can still be read, as in the kernel.
    pub ended: &'a mut Vec<(GuestPtr, SiteId)>,
    /// The processor that the program runs on.
    pub cpu: u32,
    /// What keys and copied values may still take of the host's memory.
    pub room: &'a mut Room,
}

impl Values<'_> {
    /// Where the program is. Only for what begins or ends an object: it costs more than a look-up.
    pub fn site(&self) -> SiteId {
        self.thread.map_or(SiteId::NONE, Thread::site_seen)
    }

    /// A new value.
    fn make(&self, value: &[u8]) -> Result<GuestPtr> {
        let p = self.mem.alloc(value.len() as u64, 8, ObjectKind::MapValue, self.site());
        let p = p.map_err(|_| libc::ENOMEM)?;
        self.set(p, value)?;
        Ok(p)
    }

    /// A new value of zeros.
    fn zeroed(&self, size: usize) -> Result<GuestPtr> {
        let p = self.mem.alloc(size as u64, 8, ObjectKind::MapValue, self.site());
        let p = p.map_err(|_| libc::ENOMEM)?;
        self.mem.fill(p, 0, size as u64).map_err(|_| libc::EFAULT)?;
        Ok(p)
    }

    /// Overwrites a value.
    fn set(&self, p: GuestPtr, value: &[u8]) -> Result<()> {
        self.mem.write(p, value).map_err(|_| libc::EFAULT)
    }

    /// Ends a value when the program returns.
    fn end(&mut self, p: GuestPtr) {
        let site = self.site();
        self.ended.push((p, site));
    }
}

/// One element as a dump shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key; empty where the kind has none.
    pub key: Vec<u8>,
    /// The value's object.
    pub value: EntryValue,
}

/// Where an element's bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryValue {
    /// In guest memory.
    Object(GuestPtr),
    /// In guest memory, one for each processor; null where it was never used.
    PerCpu(Vec<GuestPtr>),
    /// A program or a map.
    Pointer(GuestPtr),
    /// With the host.
    Bytes(Vec<u8>),
}

impl EntryValue {
    /// Whether that object is the element's value.
    pub fn is(&self, object: GuestPtr) -> bool {
        match self {
            EntryValue::Object(p) => *p == object,
            EntryValue::PerCpu(all) => all.contains(&object),
            EntryValue::Pointer(_) | EntryValue::Bytes(_) => false,
        }
    }
}

/// A kind of map. Operations that a kind does not have give the error that the kernel's verifier or syscall would.
#[allow(missing_docs)] // named after the helpers
pub trait Map: Send {
    /// What a look-up of the key at that place gives (null: no such element), where it changes nothing and the key can be
    /// read; else `None`: `lookup` is to be asked.
    fn find(&self, _: &View, _cpu: u32, _key: GuestPtr) -> Option<GuestPtr> {
        None
    }
    fn lookup(&mut self, _: &mut Values<'_>, _key: &[u8]) -> Result<Option<GuestPtr>> {
        Err(libc::EOPNOTSUPP)
    }
    fn update(&mut self, _: &mut Values<'_>, _key: &[u8], _value: &[u8], _flags: u64) -> Result<()> {
        Err(libc::EINVAL)
    }
    fn delete(&mut self, _: &mut Values<'_>, _key: &[u8]) -> Result<()> {
        Err(libc::EINVAL)
    }
    fn push(&mut self, _: &mut Values<'_>, _value: &[u8], _flags: u64) -> Result<()> {
        Err(libc::EINVAL)
    }
    /// The next element of a queue or stack, taken out if `take`.
    fn pop(&mut self, _: &mut Values<'_>, _take: bool) -> Result<Vec<u8>> {
        Err(libc::EINVAL)
    }
    /// Whether a bloom filter may hold the value.
    fn contains(&self, _value: &[u8]) -> Result<bool> {
        Err(libc::EINVAL)
    }
    /// All elements, in a fixed order.
    fn entries(&self) -> Vec<Entry>;
    /// Ring buffers and perf event arrays.
    fn ring(&mut self) -> Option<&mut Ring> {
        None
    }
}

/// Makes an empty map, for so many processors.
///
/// # Errors
///
/// What the kernel's `BPF_MAP_CREATE` refuses, in words.
pub fn make(def: &Def, cpus: u32) -> std::result::Result<Box<dyn Map>, String> {
    let refuse = |what: &str| Err(format!("map `{}` (type {}): {what}", def.name, def.kind));
    let keyed = def.key_size > 0;
    if def.max_entries == 0 && def.kind != kind::PERF_EVENT_ARRAY {
        return refuse("max_entries is 0");
    }
    Ok(match def.kind {
        kind::ARRAY
        | kind::PERCPU_ARRAY
        | kind::PROG_ARRAY
        | kind::ARRAY_OF_MAPS
        | kind::DEVMAP
        | kind::CPUMAP
        | kind::XSKMAP => {
            if def.key_size != 4 {
                return refuse("the key of an array has 4 bytes");
            }
            if def.value_size == 0 {
                return refuse("value_size is 0");
            }
            Box::new(array::Array::new(def, cpus))
        }
        kind::HASH | kind::PERCPU_HASH | kind::HASH_OF_MAPS | kind::DEVMAP_HASH if keyed => {
            Box::new(hash::Hash::new(def, false, cpus))
        }
        kind::LRU_HASH | kind::LRU_PERCPU_HASH if keyed => Box::new(hash::Hash::new(def, true, cpus)),
        kind::LPM_TRIE => {
            if !(5..=260).contains(&def.key_size) {
                return refuse("a key is a 32-bit prefix length and 1 to 256 bytes");
            }
            Box::new(lpm::Trie::new(def))
        }
        kind::QUEUE | kind::STACK if !keyed => Box::new(queue::Queue::new(def)),
        kind::BLOOM_FILTER if !keyed => Box::new(bloom::Bloom::new(def)),
        kind::RINGBUF => {
            if !def.max_entries.is_power_of_two() || !def.max_entries.is_multiple_of(4096) {
                return refuse("the size of a ring buffer is a power of two and a multiple of 4096");
            }
            Box::new(Ring::new(u64::from(def.max_entries), false))
        }
        kind::PERF_EVENT_ARRAY => Box::new(Ring::new(PERF_BYTES, true)),
        1..=30 => return refuse("this kind of map is not supported, or not with such a key"),
        _ => return refuse("no such kind of map"),
    })
}

/// Bytes that a perf event array's records may take: the pages that `perf` maps by default, several times.
const PERF_BYTES: u64 = 1 << 20;

/// Whether an update may go on, by its flags and whether the element is there.
fn permit(flags: u64, exists: bool) -> Result<()> {
    match flags & !BPF_F_LOCK {
        BPF_ANY => Ok(()),
        BPF_NOEXIST if exists => Err(libc::EEXIST),
        BPF_EXIST if !exists => Err(libc::ENOENT),
        BPF_NOEXIST | BPF_EXIST => Ok(()),
        _ => Err(libc::EINVAL),
    }
}
