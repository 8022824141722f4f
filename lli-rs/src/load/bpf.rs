//! eBPF objects and bytecode: lifted to bitcode in memory, then loaded like any other.

use std::sync::Arc;

use svm_lifters::ebpf::{self, ErrorKind, Format, Options};

use crate::error::LoadError;

/// Lifts an eBPF object, or raw bytecode.
///
/// # Errors
///
/// What the lifter refuses, with its position.
pub fn lift_bpf(name: &str, data: &[u8], raw: bool) -> Result<Arc<[u8]>, LoadError> {
    let format = if raw { Format::Raw } else { Format::Auto };
    let lifted = ebpf::lift(name, data, &Options { format, ..Options::default() });
    lifted.map(|lifted| lifted.bitcode.into()).map_err(|error| match error.kind {
        ErrorKind::Unsupported => {
            LoadError::Unsupported { what: error.to_string(), place: Some(name.into()), function: None }
        }
        _ => LoadError::Invalid { file: name.into(), cause: error.to_string() },
    })
}
