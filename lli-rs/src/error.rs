//! What can go wrong before a program runs. Guest faults are [`crate::machine::Trap`]s, never errors of
//! this kind.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a file could not be loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LoadError {
    /// The file could not be read.
    Io {
        /// Which.
        file: String,
        /// What the system said.
        cause: String,
    },
    /// The file is none of the formats that can be run, or damaged.
    Invalid {
        /// Which.
        file: String,
        /// What is wrong, and what to do about it.
        cause: String,
    },
    /// The file is well-formed but asks for something that this engine does not do.
    Unsupported {
        /// The construct, by its LLVM name.
        what: String,
        /// `file:line`, where known.
        place: Option<String>,
        /// The function it stands in, where it stands in one.
        function: Option<String>,
    },
    /// A host function of the embedder's is not declared well.
    HostFunction {
        /// What is wrong with it.
        cause: String,
    },
    /// Two modules cannot be linked.
    Link {
        /// What the linker said.
        cause: String,
    },
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::Io { file, cause } => write!(f, "cannot read {file}: {cause}"),
            LoadError::Invalid { file, cause } => write!(f, "cannot load {file}: {cause}"),
            LoadError::Unsupported { what, place, function } => {
                if let Some(place) = place {
                    write!(f, "{place}: ")?;
                }
                write!(f, "unsupported: {what}")?;
                function.iter().try_for_each(|name| write!(f, " (in function {name})"))
            }
            LoadError::HostFunction { cause } => write!(f, "host function: {cause}"),
            LoadError::Link { cause } => write!(f, "cannot link: {cause}"),
        }
    }
}

impl std::error::Error for LoadError {}
