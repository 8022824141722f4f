//! Where scanf reads from.

use svm_memory::GuestPtr;

use super::is_space;
use crate::host::libc::stdio::{EOF, File, next_byte, push_back};
use crate::machine::{Cx, Result};

enum Source {
    /// A string.
    Text(GuestPtr),
    /// A stream.
    Stream(File),
}

/// Characters, counted; the last one can be put back.
pub struct Input {
    source: Source,
    taken: u64,
    last: Option<u8>,
}

impl Input {
    /// The string at `text`.
    pub fn text(text: GuestPtr) -> Input {
        Input { source: Source::Text(text), taken: 0, last: None }
    }

    /// A stream.
    pub fn stream(file: File) -> Input {
        Input { source: Source::Stream(file), taken: 0, last: None }
    }

    /// How many characters were taken.
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// The next character; none at the end.
    pub fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<u8>> {
        self.last = match &mut self.source {
            Source::Text(at) => match cx.mem().load::<u8>(*at)? {
                0 => None,
                byte => {
                    *at = at.offset(1);
                    Some(byte)
                }
            },
            Source::Stream(file) => match next_byte(cx, file)? {
                EOF => None,
                byte => Some(byte as u8),
            },
        };
        self.taken += u64::from(self.last.is_some());
        Ok(self.last)
    }

    /// Puts back what `next` gave; nothing after the end.
    pub fn back(&mut self, cx: &mut Cx<'_>) -> Result<()> {
        if let Some(byte) = self.last.take() {
            self.taken -= 1;
            match &mut self.source {
                Source::Text(at) => *at = at.offset(-1),
                Source::Stream(file) => push_back(cx, file, byte)?,
            }
        }
        Ok(())
    }

    /// Skips white space.
    pub fn skip_space(&mut self, cx: &mut Cx<'_>) -> Result<()> {
        while self.next(cx)?.is_some_and(is_space) {}
        self.back(cx)
    }
}
