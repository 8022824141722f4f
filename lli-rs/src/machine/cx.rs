//! What a host function sees of the engine.

use svm_memory::{GuestPtr, Memory, ObjectInfo, SiteId};

use super::{HostMisuse, Process, Result, Thread, Trap};

/// The calling thread and its process, lent to a host function for one call.
pub struct Cx<'a> {
    /// The process.
    pub process: &'a Process,
    /// The calling thread.
    pub thread: &'a mut Thread,
}

impl<'a> Cx<'a> {
    /// Guest memory. The borrow is the process's, so it can be kept while `cx` is used.
    #[inline]
    pub fn mem(&self) -> &'a Memory {
        &self.process.mem
    }

    /// The site to record for an allocation or free.
    pub fn site(&mut self) -> SiteId {
        self.thread.site()
    }

    /// Sets the guest's `errno`.
    pub fn set_errno(&mut self, errno: i32) -> Result<()> {
        Ok(self.mem().store(self.thread.errno, errno)?)
    }

    /// The guest's `errno`.
    pub fn errno(&self) -> Result<i32> {
        Ok(self.mem().load(self.thread.errno)?)
    }

    /// Sets `errno` and gives `value`: the usual way for a libc function to fail.
    pub fn fail<T>(&mut self, errno: i32, value: T) -> Result<T> {
        self.set_errno(errno)?;
        Ok(value)
    }

    /// A misuse of the running host function: `what` is a sentence without the function's name.
    #[cold]
    pub fn misuse(&self, what: impl Into<String>) -> Trap {
        let function = self.thread.host_function;
        Trap::Host(Box::new(HostMisuse { function, what: what.into(), object: None }))
    }

    /// The same about an object of the library, live or ended: the report tells where it comes from.
    #[cold]
    pub fn misuse_of(&self, object: Option<ObjectInfo>, what: impl Into<String>) -> Trap {
        let function = self.thread.host_function;
        Trap::Host(Box::new(HostMisuse { function, what: what.into(), object }))
    }

    /// Calls a guest function through a pointer: integer and pointer arguments, one register slot
    /// each (zero-extended); the result's first slot, 0 for void. May trap, also with a `LongJump`
    /// that the host function must hand on after putting its own state in order.
    ///
    /// A stop (timeout, interrupt) is seen here too: a callback without a loop never polls, and a sort may
    /// call it for seconds.
    pub fn call(&mut self, target: GuestPtr, sig: &CallbackSig, args: &[u64]) -> Result<u64> {
        if self.process.interrupt.is_set() {
            return Err(self.process.stop_reason());
        }
        crate::interp::call_back(self.process, self.thread, target, sig, args)
    }
}

pub use crate::host::CallbackSig;
