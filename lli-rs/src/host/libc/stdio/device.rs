//! What a stream reads from and writes to: a descriptor, a growing heap buffer (`open_memstream`), or a fixed piece of
//! guest memory (`fmemopen`). Buffers are not here.

use parking_lot::Mutex;
use rustix::io::Errno;
use svm_memory::{GuestPtr, ObjectKind};

use crate::host::libc::fd::{self, Source};
use crate::host::libc::sys::Sys;
use crate::machine::{Cx, Result};

/// The far end of a stream.
#[derive(Debug)]
pub enum Device {
    /// A guest descriptor.
    Descriptor(i32),
    /// Heap memory of the guest that grows; its address and size go to the guest's variables when flushed.
    Growing {
        /// Where the address goes.
        address: GuestPtr,
        /// Where the size goes.
        size: GuestPtr,
        /// The memory.
        data: Mutex<Growing>,
    },
    /// A piece of guest memory.
    Fixed(Mutex<Fixed>),
}

/// Heap memory of the guest that grows at its end.
#[derive(Debug, Default)]
pub struct Growing {
    /// The object; null at first.
    pub ptr: GuestPtr,
    /// Bytes in use.
    pub len: u64,
    /// Bytes there are.
    pub capacity: u64,
    /// Where the next write goes.
    pub position: u64,
}

/// A piece of guest memory with an end of data in it.
#[derive(Debug)]
pub struct Fixed {
    /// Its first byte.
    pub ptr: GuestPtr,
    /// Its size.
    pub size: u64,
    /// End of the data.
    pub len: u64,
    /// Where the next transfer starts.
    pub position: u64,
    /// Writes go to the end of the data.
    pub append: bool,
    /// The memory is the library's own, released with the stream.
    pub own: bool,
}

impl Growing {
    /// Makes room for `capacity` bytes; false if memory is out.
    pub fn reserve(&mut self, cx: &mut Cx<'_>, capacity: u64) -> Result<bool> {
        if capacity <= self.capacity {
            return Ok(true);
        }
        let capacity = capacity.max(self.capacity.saturating_mul(2)).max(128);
        let site = cx.site();
        let ptr = if self.ptr.is_null() {
            cx.mem().alloc(capacity, 16, ObjectKind::Heap, site)
        } else {
            cx.mem().realloc(self.ptr, capacity, site)?
        };
        let Ok(ptr) = ptr else { return Ok(false) };
        (self.ptr, self.capacity) = (ptr, capacity);
        Ok(true)
    }

    /// Writes at the position and moves it; false if memory is out.
    pub fn write(&mut self, cx: &mut Cx<'_>, bytes: &[u8]) -> Result<bool> {
        let end = self.position.saturating_add(bytes.len() as u64);
        if !self.reserve(cx, end.saturating_add(1))? {
            return Ok(false);
        }
        let at = self.ptr.offset(self.position as i64);
        cx.mem().write(at, bytes)?;
        self.position = end;
        self.len = self.len.max(end);
        Ok(true)
    }
}

impl Device {
    /// The guest descriptor, if it is one.
    pub fn descriptor(&self) -> Option<i32> {
        match self {
            Device::Descriptor(fd) => Some(*fd),
            _ => None,
        }
    }

    /// Reads up to `len` bytes to guest memory; 0 at the end.
    pub fn read(&self, cx: &mut Cx<'_>, to: GuestPtr, len: u64) -> Result<Sys<u64>> {
        match self {
            Device::Descriptor(fd) => match fd::get(cx, *fd) {
                Ok(file) => fd::read(cx, &file, to, len, None),
                Err(errno) => Ok(Err(errno)),
            },
            Device::Growing { .. } => Ok(Err(Errno::BADF)),
            Device::Fixed(fixed) => {
                let mut fixed = fixed.lock();
                let taken = len.min(fixed.len.saturating_sub(fixed.position));
                cx.mem().copy(to, fixed.ptr.offset(fixed.position as i64), taken)?;
                fixed.position += taken;
                Ok(Ok(taken))
            }
        }
    }

    /// Writes `from[start..start + len]`, maybe less.
    pub fn write(&self, cx: &mut Cx<'_>, from: Source<'_>, start: u64, len: u64) -> Result<Sys<u64>> {
        match self {
            Device::Descriptor(fd) => match fd::get(cx, *fd) {
                Ok(file) => fd::write(cx, &file, from, start, len),
                Err(errno) => Ok(Err(errno)),
            },
            Device::Growing { data, .. } => {
                let chunk = from.chunk(start, len);
                let fits = data.lock().write(cx, &chunk)?;
                Ok(if fits { Ok(chunk.len() as u64) } else { Err(Errno::NOMEM) })
            }
            Device::Fixed(fixed) => {
                let mut fixed = fixed.lock();
                if fixed.append {
                    fixed.position = fixed.len;
                }
                let chunk = from.chunk(start, len.min(fixed.size.saturating_sub(fixed.position)));
                if chunk.is_empty() && len > 0 {
                    return Ok(Err(Errno::NOSPC));
                }
                cx.mem().write(fixed.ptr.offset(fixed.position as i64), &chunk)?;
                fixed.position += chunk.len() as u64;
                if fixed.position > fixed.len {
                    fixed.len = fixed.position;
                    if fixed.len < fixed.size {
                        cx.mem().store(fixed.ptr.offset(fixed.len as i64), 0_u8)?;
                    }
                }
                Ok(Ok(chunk.len() as u64))
            }
        }
    }

    /// Moves the position.
    pub fn seek(&self, cx: &mut Cx<'_>, offset: i64, whence: i32) -> Result<Sys<i64>> {
        let moved = |base: u64, limit: u64| {
            let to = base.checked_add_signed(offset).filter(|to| *to <= limit);
            to.ok_or(Errno::INVAL)
        };
        let base = |position: u64, len: u64| match whence {
            libc::SEEK_SET => Ok(0),
            libc::SEEK_CUR => Ok(position),
            libc::SEEK_END => Ok(len),
            _ => Err(Errno::INVAL),
        };
        Ok(match self {
            Device::Descriptor(fd) => fd::get(cx, *fd).and_then(|file| file.seek(offset, whence)),
            Device::Growing { data, .. } => {
                let mut data = data.lock();
                let to = base(data.position, data.len).and_then(|b| moved(b, i64::MAX as u64));
                to.map(|to| {
                    data.position = to;
                    to as i64
                })
            }
            Device::Fixed(fixed) => {
                let mut fixed = fixed.lock();
                let to = base(fixed.position, fixed.len).and_then(|b| moved(b, fixed.size));
                to.map(|to| {
                    fixed.position = to;
                    to as i64
                })
            }
        })
    }

    /// After a flush: tells the guest's variables of a growing buffer where it is.
    pub fn publish(&self, cx: &mut Cx<'_>) -> Result<bool> {
        let Device::Growing { address, size, data } = self else { return Ok(true) };
        let mut data = data.lock();
        let end = data.len.max(data.position);
        if !data.reserve(cx, end + 1)? {
            return Ok(false);
        }
        let mem = cx.mem();
        mem.store(data.ptr.offset(data.position.min(data.len) as i64), 0_u8)?;
        mem.store(*address, data.ptr)?;
        mem.store(*size, data.position.min(data.len))?;
        Ok(true)
    }
}
