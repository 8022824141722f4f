//! Faults to text and JSON: what happened, on which bytes of which object, where, and how the program
//! got there.
//!
//! [`Report`] is the language-neutral content, built from a trap by [`Report::new`]; [`render_text`]
//! and `serde` turn it into what a person or a program reads. This module never touches guest
//! memory: all that it says was recorded in the trap.

mod build;
mod leaks;
mod source;
mod text;

use std::sync::Arc;

use serde::Serialize;
use svm_memory::{ObjectInfo, SiteId};

pub use leaks::{Leak, render_leaks};
pub use source::Sources;
pub use text::render_text;

/// One frame of a call stack, innermost first in every list. Frames that clang inlined are frames.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Frame {
    /// Source name of the function where known, else its linker name.
    pub function: Arc<str>,
    /// Source file.
    pub file: Option<Arc<str>>,
    /// 1-based line; 0 unknown.
    pub line: u32,
    /// 1-based column; 0 unknown.
    pub column: u32,
    /// Whether the compiler inlined this function into the next frame's.
    pub inlined: bool,
    /// In a program that was lifted from eBPF: the instruction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instruction: Option<Instruction>,
}

/// An instruction of an eBPF object.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Instruction {
    /// The object's name.
    pub object: Arc<str>,
    /// The section.
    pub section: Arc<str>,
    /// Its number in the section, from 0, as the disassembly has it.
    pub number: u32,
}

impl Instruction {
    /// Understands the pseudo file `OBJECT[SECTION]` whose lines are instructions (docs/BITCODE_ABI.md).
    pub fn parse(file: &str, line: u32) -> Option<Instruction> {
        let (object, section) = file.strip_suffix(']')?.rsplit_once('[')?;
        Some(Instruction { object: object.into(), section: section.into(), number: line.checked_sub(1)? })
    }

    /// A location in `OBJECT[SECTION]` is not where the function before it was inlined, but which instruction that is.
    pub(crate) fn fold(frames: &mut Vec<Frame>, from: usize) {
        for mut frame in frames.split_off(from) {
            match frame.file.as_ref().and_then(|file| Instruction::parse(file, frame.line)) {
                None => frames.push(frame),
                Some(instruction) => match frames.get_mut(from..).and_then(<[Frame]>::last_mut) {
                    Some(line) if line.instruction.is_none() => line.instruction = Some(instruction),
                    _ => {
                        (frame.file, frame.line, frame.instruction) = (None, 0, Some(instruction));
                        frames.push(frame);
                    }
                },
            }
        }
    }
}

impl Frame {
    /// A function of which no source is known.
    pub fn bare(function: Arc<str>) -> Frame {
        Frame { function, file: None, line: 0, column: 0, inlined: false, instruction: None }
    }

    /// `file:line:column`, as far as known; of an eBPF program without source lines the object.
    pub fn place(&self) -> Option<String> {
        let Some(file) = self.file.as_ref() else {
            return self.instruction.as_ref().map(|i| i.object.to_string());
        };
        Some(match (self.line, self.column) {
            (0, _) => file.to_string(),
            (line, 0) => format!("{file}:{line}"),
            (line, column) => format!("{file}:{line}:{column}"),
        })
    }
}

/// Answers what a trap only has ids for.
pub trait Resolver {
    /// The frames recorded for an allocation or free.
    fn site(&self, site: SiteId) -> Vec<Frame>;
    /// The source name of a global, constant, function or stack variable, and where it is declared.
    fn object_name(&self, object: &ObjectInfo) -> Option<(String, Option<Frame>)>;
}

/// The object that an access missed or may not have touched.
#[derive(Clone, Debug, Serialize)]
pub struct Object {
    /// `heap`, `stack`, `global`, `constant`, `function`, `varargs`, `arguments` or `host`.
    pub kind: &'static str,
    /// Source name, where it has one.
    pub name: Option<String>,
    /// Where a named object is declared.
    pub declared: Option<Frame>,
    /// Size in bytes.
    pub size: u64,
    /// Whether it still existed.
    pub live: bool,
    /// Offset in bytes of the first offending byte from the object's start, where that is meaningful.
    pub offset: Option<i64>,
    /// Call stack of the allocation.
    pub allocated: Vec<Frame>,
    /// Call stack of the free.
    pub freed: Vec<Frame>,
}

/// A fault, told completely.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Stable identifier, e.g. `heap-out-of-bounds`.
    pub kind: String,
    /// The headline: what went wrong, in one line.
    pub title: String,
    /// What exactly was asked and why it is wrong, one sentence.
    pub detail: Option<String>,
    /// The guest pointer of the access, as hexadecimal.
    pub pointer: Option<String>,
    /// Bytes accessed.
    pub size: Option<u64>,
    /// The libc function in which it happened.
    pub host_function: Option<String>,
    /// The object that the pointer belongs to.
    pub object: Option<Object>,
    /// Another object that the address fell into.
    pub other: Option<Object>,
    /// The guest's call stack.
    pub stack: Vec<Frame>,
    /// What to look at or to do.
    pub help: Vec<String>,
}
