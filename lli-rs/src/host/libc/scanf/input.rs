//! Where scanf reads from: bytes, or, for the wide family, wide characters. Both are characters here.

use svm_memory::GuestPtr;

use super::is_space;
use crate::host::libc::stdio::{EOF, File, WEOF, next_byte, next_wide, push_back, push_back_wide};
use crate::machine::{Cx, Result};

enum Source {
    /// A string.
    Text(GuestPtr),
    /// A stream.
    Stream(File),
    /// A wide string.
    WideText(GuestPtr),
    /// A stream of wide orientation.
    WideStream(File),
}

/// Characters, counted; the last one can be put back.
pub struct Input {
    source: Source,
    taken: u64,
    last: Option<u32>,
}

impl Input {
    fn new(source: Source) -> Input {
        Input { source, taken: 0, last: None }
    }

    /// The string at `text`.
    pub fn text(text: GuestPtr) -> Input {
        Input::new(Source::Text(text))
    }

    /// A stream.
    pub fn stream(file: File) -> Input {
        Input::new(Source::Stream(file))
    }

    /// The wide string at `text`.
    pub fn wide_text(text: GuestPtr) -> Input {
        Input::new(Source::WideText(text))
    }

    /// A stream's wide characters.
    pub fn wide_stream(file: File) -> Input {
        Input::new(Source::WideStream(file))
    }

    /// Whether the characters are wide ones; else they are bytes.
    pub fn is_wide(&self) -> bool {
        matches!(self.source, Source::WideText(_) | Source::WideStream(_))
    }

    /// How many characters were taken.
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// The next character; none at the end.
    pub fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<u32>> {
        self.last = match &mut self.source {
            Source::Text(at) => match cx.mem().load::<u8>(*at)? {
                0 => None,
                byte => {
                    *at = at.offset(1);
                    Some(byte.into())
                }
            },
            Source::Stream(file) => match next_byte(cx, file)? {
                EOF => None,
                byte => Some(u32::from(byte as u8)),
            },
            Source::WideText(at) => match cx.mem().load::<u32>(*at)? {
                0 => None,
                c => {
                    *at = at.offset(4);
                    Some(c)
                }
            },
            Source::WideStream(file) => match next_wide(cx, file)? {
                WEOF => None,
                c => Some(c),
            },
        };
        self.taken += u64::from(self.last.is_some());
        Ok(self.last)
    }

    /// As `next` where only ASCII counts: any other character is 0xff.
    pub fn next_ascii(&mut self, cx: &mut Cx<'_>) -> Result<Option<u8>> {
        Ok(self.next(cx)?.map(|c| if c < 0x80 { c as u8 } else { 0xff }))
    }

    /// Puts back what `next` gave; nothing after the end.
    pub fn back(&mut self, cx: &mut Cx<'_>) -> Result<()> {
        if let Some(c) = self.last.take() {
            self.taken -= 1;
            match &mut self.source {
                Source::Text(at) => *at = at.offset(-1),
                Source::Stream(file) => push_back(cx, file, c as u8)?,
                Source::WideText(at) => *at = at.offset(-4),
                Source::WideStream(file) => push_back_wide(cx, file, c)?,
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
