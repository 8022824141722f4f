//! Why a module cannot be lifted.

use std::fmt;

/// An error of the lifter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiftError {
    /// The text form does not parse.
    Text(String),
    /// The module is malformed or does not validate.
    Invalid {
        /// What is wrong.
        message: String,
        /// The byte of the module where it was found.
        offset: usize,
    },
    /// The module is valid but needs something that is not supported, by name.
    Unsupported(String),
    /// A failure of the lifter's own.
    Internal(String),
}

impl fmt::Display for LiftError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LiftError::Text(message) => write!(f, "not WebAssembly text: {message}"),
            LiftError::Invalid { message, offset } => {
                write!(f, "not a valid WebAssembly module: {message} (at byte {offset:#x})")
            }
            LiftError::Unsupported(what) => write!(f, "not supported: {what}"),
            LiftError::Internal(what) => write!(f, "the lifter failed: {what}"),
        }
    }
}

impl std::error::Error for LiftError {}

impl From<wasmparser::BinaryReaderError> for LiftError {
    fn from(e: wasmparser::BinaryReaderError) -> LiftError {
        LiftError::Invalid { message: e.message().into(), offset: e.offset() as usize }
    }
}

impl From<inkwell::builder::BuilderError> for LiftError {
    fn from(e: inkwell::builder::BuilderError) -> LiftError {
        LiftError::Internal(format!("LLVM's builder: {e}"))
    }
}

/// What the lifter's functions return.
pub type Result<T> = std::result::Result<T, LiftError>;
