//! Functions that the host provides to guests, each declared once with its C prototype.
//!
//! A table row is the annotated prototype, the capability it needs and the Rust function:
//!
//! ```text
//! "size_t strlen(const char *s[str])" => strlen(s),
//! "ssize_t read(int fd, void *buf[w n], size_t n)" [Files] => read(fd, buf, n),
//! "int printf(const char *format[str], ...)" => printf(format, args),
//! ```
//!
//! The annotation after a pointer parameter's name tells how the function uses it, see [`PtrUse`]. From it
//! the frame checks calls and the tests generate a faulty call for every pointer parameter.
//! `host/` alone calls the real libc for the guest; guest bytes are reached through `svm_memory` only.

mod args;
pub mod bpf;
mod closure;
mod frame;
pub mod libc;
mod proto;
mod varargs;
pub mod wasi;
pub mod wasm;

pub use args::{Args, FromArg, IntoRet, Ret, X87};
pub use closure::{Closures, HostClosure};
pub(crate) use frame::host_table;
pub use frame::{CallbackSig, Cap, HostFn, HostGlobal, Registry};
pub use proto::{CType, Param, Proto, ProtoError, PtrUse};
pub use varargs::{ArgClass, VarArgs};
