//! How much of the host's memory maps take: what guest memory's own limit does not see.

use super::{Def, Errno, kind};

/// What an element costs beside its key and copied value: the entry in its table.
const ELEMENT: u64 = 64;

/// Bytes that are left for keys, tables and copied values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room(u64);

impl Room {
    /// So many bytes.
    pub fn new(bytes: u64) -> Room {
        Room(bytes)
    }

    /// Takes an element with so many bytes of its own.
    ///
    /// # Errors
    ///
    /// `ENOMEM` if they are not left.
    pub fn take(&mut self, bytes: usize) -> Result<(), Errno> {
        self.0 = self.0.checked_sub(bytes as u64 + ELEMENT).ok_or(libc::ENOMEM)?;
        Ok(())
    }

    /// Gives an element's bytes back.
    pub fn give(&mut self, bytes: usize) {
        self.0 += bytes as u64 + ELEMENT;
    }

    /// Takes what a map of that kind has from the beginning.
    ///
    /// # Errors
    ///
    /// `ENOMEM` if they are not left.
    pub fn take_map(&mut self, def: &Def, cpus: u32) -> Result<(), Errno> {
        let entries = u64::from(def.max_entries);
        let bytes = match def.kind {
            kind::PERCPU_ARRAY => entries * 8 * u64::from(cpus),
            kind::ARRAY
            | kind::PROG_ARRAY
            | kind::ARRAY_OF_MAPS
            | kind::DEVMAP
            | kind::CPUMAP
            | kind::XSKMAP => entries * 8,
            kind::RINGBUF => entries,
            kind::PERF_EVENT_ARRAY => super::PERF_BYTES,
            kind::BLOOM_FILTER => super::bloom::Bloom::bits(def) / 8,
            _ => 0,
        };
        self.0 = self.0.checked_sub(bytes).ok_or(libc::ENOMEM)?;
        Ok(())
    }
}
