//! Where formatted output goes, apart from streams.

use svm_memory::GuestPtr;

use super::Sink;
use crate::host::libc::fd::{self, Source};
use crate::host::libc::stdio::Growing;
use crate::machine::{Cx, Result};

/// Guest memory, at most `room` bytes of it; what is beyond is dropped.
pub struct MemorySink {
    /// Where the next byte goes.
    pub at: GuestPtr,
    /// How many may still be written.
    pub room: u64,
}

impl Sink for MemorySink {
    fn put(&mut self, cx: &mut Cx<'_>, bytes: &[u8]) -> Result<()> {
        let taken = (bytes.len() as u64).min(self.room);
        cx.mem().write(self.at, &bytes[..taken as usize])?;
        self.at = self.at.offset(taken as i64);
        self.room -= taken;
        Ok(())
    }
}

/// Guest memory for wide characters, at most `room` of them.
pub struct WideMemorySink {
    /// Where the next one goes.
    pub at: GuestPtr,
    /// How many may still be written.
    pub room: u64,
    /// There were more than that.
    pub full: bool,
}

impl Sink for WideMemorySink {
    fn put(&mut self, cx: &mut Cx<'_>, bytes: &[u8]) -> Result<()> {
        for c in String::from_utf8_lossy(bytes).chars() {
            if self.room == 0 {
                self.full = true;
                break;
            }
            cx.mem().store(self.at, u32::from(c))?;
            self.at = self.at.offset(4);
            self.room -= 1;
        }
        Ok(())
    }
}

/// A heap object of the guest that grows.
#[derive(Default)]
pub struct HeapSink {
    /// The object so far.
    pub data: Growing,
    /// Memory was out.
    pub failed: bool,
}

impl Sink for HeapSink {
    fn put(&mut self, cx: &mut Cx<'_>, bytes: &[u8]) -> Result<()> {
        self.failed = self.failed || !self.data.write(cx, bytes)?;
        Ok(())
    }
}

/// A guest descriptor.
pub struct DescriptorSink {
    /// Which.
    pub fd: i32,
    /// A write failed; errno is set.
    pub failed: bool,
}

impl Sink for DescriptorSink {
    fn put(&mut self, cx: &mut Cx<'_>, bytes: &[u8]) -> Result<()> {
        let mut done = 0;
        while !self.failed && done < bytes.len() as u64 {
            let result = match fd::get(cx, self.fd) {
                Ok(file) => fd::write(cx, &file, Source::Host(bytes), done, bytes.len() as u64 - done)?,
                Err(errno) => Err(errno),
            };
            match result {
                Ok(n) => done += n,
                Err(errno) => {
                    self.failed = true;
                    cx.set_errno(errno.raw_os_error())?;
                }
            }
        }
        Ok(())
    }
}
