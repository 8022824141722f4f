//! Why an object or a piece of bytecode was not lifted, and where.

use std::fmt;

/// Whose fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The input breaks the rules of its format.
    Invalid,
    /// The input is well-formed but asks for something that is not supported.
    Unsupported,
    /// The lifter made bitcode that LLVM refuses: a bug of ours.
    Internal,
}

/// An error with its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// Whose fault it is.
    pub kind: ErrorKind,
    /// What is wrong.
    pub message: String,
    /// The section's name; empty for raw bytecode.
    pub section: String,
    /// The number of the instruction's first 8-byte unit in its section.
    pub instruction: Option<usize>,
}

impl Error {
    fn new(kind: ErrorKind, message: impl Into<String>) -> Error {
        Error { kind, message: message.into(), section: String::new(), instruction: None }
    }

    /// The input breaks a rule.
    pub fn invalid(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Invalid, message)
    }

    /// The input asks for something that is not supported.
    pub fn unsupported(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Unsupported, message)
    }

    /// A bug of the lifter.
    pub fn internal(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Internal, message)
    }

    /// The same error, in a section.
    #[must_use]
    pub fn in_section(mut self, section: &str) -> Error {
        section.clone_into(&mut self.section);
        self
    }

    /// The same error, at an instruction.
    #[must_use]
    pub fn at(mut self, instruction: usize) -> Error {
        self.instruction = Some(instruction);
        self
    }

    /// Whether the input is well-formed and merely not supported.
    pub fn is_unsupported(&self) -> bool {
        self.kind == ErrorKind::Unsupported
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.section.is_empty() {
            write!(f, "section {}: ", self.section)?;
        }
        if let Some(at) = self.instruction {
            write!(f, "instruction {at} (offset {:#x}): ", at * 8)?;
        }
        match self.kind {
            ErrorKind::Invalid => write!(f, "invalid: {}", self.message),
            ErrorKind::Unsupported => write!(f, "unsupported: {}", self.message),
            ErrorKind::Internal => write!(f, "bug in the lifter: {}", self.message),
        }
    }
}

impl std::error::Error for Error {}
