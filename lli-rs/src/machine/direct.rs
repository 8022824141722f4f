//! Host functions that compiled code calls with their arguments in registers: what a program calls so often that the
//! general way (arguments in slots, an adapter, a result in a slot) is most of the cost.
//!
//! Each has a quick form, which does the usual case and gives `None` for all others, and the function itself, which then
//! does the whole call and makes the reports. A row must not raise what the guest may catch (a jump, an exception): compiled
//! code leaves all its frames at a trap.
#![allow(unsafe_code)]

use svm_memory::GuestPtr;

use super::native::{Two, stand, status};
use super::{Cx, Process, Result, Thread, direct_libc, native};
use crate::host::bpf;

/// A host function and the helper that compiled code calls in its place.
pub(crate) struct Direct {
    /// Its linker name.
    pub(crate) host: &'static str,
    /// The helper's symbol.
    pub(crate) helper: &'static str,
}

/// The helper in the place of a host function, if there is one.
pub(crate) fn helper_for(host: &str) -> Option<&'static str> {
    DIRECT.iter().chain(direct_libc::DIRECT).find(|d| d.host == host).map(|d| d.helper)
}

/// Whether a host function ends no object: what was checked before a call of it holds afterwards.
pub(crate) fn is_harmless(host: &str) -> bool {
    let libc = direct_libc::DIRECT.iter().any(|d| d.host == host);
    libc && !direct_libc::ENDS_OBJECTS.contains(&host) || host == "bpf_map_lookup_elem"
}

/// The function itself, where its quick form has declined.
#[cold]
#[inline(never)]
pub(super) fn whole(
    thread: &mut Thread,
    host: &'static str,
    call: impl FnOnce(&mut Cx<'_>) -> Result<u64>,
) -> Two {
    let process = native::process(thread);
    let outer = std::mem::replace(&mut thread.host_function, host);
    match call(&mut Cx { process, thread }) {
        Ok(value) => {
            thread.host_function = outer;
            Two { value, status: 0 }
        }
        Err(trap) => Two { value: 0, status: status(thread, Err(trap)) },
    }
}

macro_rules! direct {
    ($($host:literal $helper:literal => $name:ident($($arg:ident),*): $quick:path, $whole:expr;)*) => {
        /// All of them.
        static DIRECT: &[Direct] = &[$(Direct { host: $host, helper: $helper }),*];

        $(
            #[doc = concat!("`", $host, "`.")]
            pub(super) unsafe extern "C" fn $name(
                thread: *mut Thread,
                fp: *mut u64,
                pc: *const u64,
                $($arg: u64),*
            ) -> Two {
                // SAFETY: compiled code hands on what it was given; nothing else uses the thread meanwhile.
                let quick = $quick(unsafe { native::process(&*thread) }, $($arg),*);
                match quick {
                    Some(value) => Two { value, status: 0 },
                    // SAFETY: as above.
                    None => whole(unsafe { stand(thread, fp, pc) }, $host, |cx| $whole(cx, $($arg),*)),
                }
            }
        )*
    };
}

direct! {
    "bpf_map_lookup_elem" "svm.bpf.lookup" => bpf_lookup(map, key): quick_lookup, lookup;
}

#[inline(always)]
fn quick_lookup(process: &Process, map: u64, key: u64) -> Option<u64> {
    process.bpf.find(&process.mem, GuestPtr::new(map), GuestPtr::new(key)).map(GuestPtr::bits)
}

fn lookup(cx: &mut Cx<'_>, map: u64, key: u64) -> Result<u64> {
    bpf::lookup(cx, GuestPtr::new(map), GuestPtr::new(key)).map(GuestPtr::bits)
}
