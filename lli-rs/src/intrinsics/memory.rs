//! Loads and stores of any type; blocks of bytes.

use smallvec::SmallVec;
use svm_memory::{AccessKind, GuestPtr, Memory};

use crate::ir::Type;
use crate::machine::Result;
use crate::semantics;

/// Bytes of a value on its way to or from memory.
type Bytes = SmallVec<[u8; 64]>;

/// Loads a value of any type; `out` has its slots. The access is judged against `root`.
pub(crate) fn load(mem: &Memory, ty: &Type, ptr: GuestPtr, root: GuestPtr, out: &mut [u64]) -> Result<()> {
    let mut bytes: Bytes = SmallVec::from_elem(0, ty.store_size() as usize);
    mem.read_rooted(ptr, root, &mut bytes)?;
    semantics::from_memory(ty, &bytes, out);
    Ok(())
}

/// Stores a value of any type.
pub(crate) fn store(mem: &Memory, ty: &Type, ptr: GuestPtr, root: GuestPtr, slots: &[u64]) -> Result<()> {
    let mut bytes: Bytes = SmallVec::from_elem(0, ty.store_size() as usize);
    semantics::to_memory(ty, slots, &mut bytes);
    mem.write_rooted(ptr, root, &bytes)
}

/// Checked bytes by root: what the generic forms use.
trait Rooted {
    fn read_rooted(&self, ptr: GuestPtr, root: GuestPtr, bytes: &mut [u8]) -> Result<()>;
    fn write_rooted(&self, ptr: GuestPtr, root: GuestPtr, bytes: &[u8]) -> Result<()>;
}

impl Rooted for Memory {
    fn read_rooted(&self, ptr: GuestPtr, root: GuestPtr, bytes: &mut [u8]) -> Result<()> {
        let len = bytes.len() as u64;
        if self.view().readable(ptr.bits(), root.bits(), len).is_none() {
            self.check_slow(ptr, root, len, AccessKind::Read)?;
        }
        Ok(self.read(ptr, bytes)?)
    }

    fn write_rooted(&self, ptr: GuestPtr, root: GuestPtr, bytes: &[u8]) -> Result<()> {
        let len = bytes.len() as u64;
        if self.view().writable(ptr.bits(), root.bits(), len).is_none() {
            self.check_slow(ptr, root, len, AccessKind::Write)?;
        }
        Ok(self.write(ptr, bytes)?)
    }
}

/// `memcpy` and `memmove`: (dst, src, len).
pub(super) fn copy(mem: &Memory, args: &[&[u64]]) -> Result<()> {
    Ok(mem.copy(GuestPtr::new(args[0][0]), GuestPtr::new(args[1][0]), args[2][0])?)
}

/// `memset`: (dst, byte, len).
pub(super) fn fill(mem: &Memory, args: &[&[u64]]) -> Result<()> {
    Ok(mem.fill(GuestPtr::new(args[0][0]), args[1][0] as u8, args[2][0])?)
}

/// `va_copy`: (dst, src); a `__va_list_tag` has 24 bytes.
pub(super) fn va_copy(mem: &Memory, args: &[&[u64]]) -> Result<()> {
    Ok(mem.copy(GuestPtr::new(args[0][0]), GuestPtr::new(args[1][0]), 24)?)
}

/// `llvm.load.relative` (table, offset) on a table that the loader did not recognise: the sum, as natively.
pub(super) fn load_relative(mem: &Memory, args: &[&[u64]], out: &mut [u64]) -> Result<()> {
    let table = GuestPtr::new(args[0][0]);
    let relative: i32 = mem.load(table.offset(args[1][0] as i64))?;
    out[0] = table.offset(i64::from(relative)).bits();
    Ok(())
}
