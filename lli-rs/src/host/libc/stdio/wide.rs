//! Wide characters of streams, in the encoding of the locale. The buffers hold bytes, as a narrow stream's do.

use svm_memory::GuestPtr;

use super::{EOF, File, buffer, file, flag, standard};
use crate::host::host_table;
use crate::host::libc::access::{at, wide_str};
use crate::host::libc::fd::Source;
use crate::host::libc::multibyte::{Reader, encode};
use crate::host::libc::wide_is_utf8;
use crate::machine::{Cx, Result};

host_table! {
    /// Wide characters of streams.
    pub static TABLE = [
        "wint_t fgetwc(FILE *stream[file])" => fgetwc: stream,
        "wint_t fgetwc_unlocked(FILE *stream[file])" => fgetwc: stream,
        "wchar_t *fgetws(wchar_t *s[w n*4], int n, FILE *stream[file])" => fgetws: s, n, stream,
        "wchar_t *fgetws_unlocked(wchar_t *s[w n*4], int n, FILE *stream[file])" => fgetws: s, n, stream,
        "wint_t fputwc(wchar_t c, FILE *stream[file])" => fputwc: c, stream,
        "wint_t fputwc_unlocked(wchar_t c, FILE *stream[file])" => fputwc: c, stream,
        "int fputws(const wchar_t *s[r], FILE *stream[file])" => fputws: s, stream,
        "int fputws_unlocked(const wchar_t *s[r], FILE *stream[file])" => fputws: s, stream,
        "wint_t getwc(FILE *stream[file])" => fgetwc: stream,
        "wint_t getwc_unlocked(FILE *stream[file])" => fgetwc: stream,
        "wint_t getwchar(void)" => getwchar,
        "wint_t getwchar_unlocked(void)" => getwchar,
        "wint_t putwc(wchar_t c, FILE *stream[file])" => fputwc: c, stream,
        "wint_t putwc_unlocked(wchar_t c, FILE *stream[file])" => fputwc: c, stream,
        "wint_t putwchar(wchar_t c)" => putwchar: c,
        "wint_t putwchar_unlocked(wchar_t c)" => putwchar: c,
        "wint_t ungetwc(wint_t c, FILE *stream[file])" => ungetwc: c, stream,
    ];
}

/// `WEOF`.
pub const WEOF: u32 = u32::MAX;

/// What a stream writes for a character: glibc puts a question mark in the place of one that the C locale's
/// encoding lacks.
fn bytes_of(cx: &Cx<'_>, c: u32) -> Option<Vec<u8>> {
    let utf8 = wide_is_utf8(cx);
    encode(utf8, c).or_else(|| (!utf8 && encode(true, c).is_some()).then(|| b"?".to_vec()))
}

fn illegal<T>(cx: &mut Cx<'_>, file: &File, value: T) -> Result<T> {
    file.raise(cx, flag::ERR_SEEN)?;
    cx.fail(libc::EILSEQ, value)
}

/// The next character, or `WEOF`: at the end, or, with the stream's error flag, for bytes that are none.
pub fn get(cx: &mut Cx<'_>, file: &File) -> Result<u32> {
    if !file.is_wide(cx)? {
        return Ok(WEOF);
    }
    let mut reader = Reader::new(wide_is_utf8(cx));
    loop {
        match buffer::get(cx, file)? {
            EOF if reader.is_fresh() => return Ok(WEOF),
            EOF => return illegal(cx, file, WEOF),
            byte => match reader.take(byte as u8) {
                Ok(Some(c)) => return Ok(c),
                Ok(None) => {}
                Err(()) => return illegal(cx, file, WEOF),
            },
        }
    }
}

pub(super) fn put(cx: &mut Cx<'_>, file: &File, c: u32) -> Result<u32> {
    if !file.is_wide(cx)? {
        return Ok(WEOF);
    }
    let Some(bytes) = bytes_of(cx, c) else { return illegal(cx, file, WEOF) };
    let done = buffer::write(cx, file, Source::Host(&bytes))?;
    Ok(if done == bytes.len() as u64 { c } else { WEOF })
}

fn fgetwc(cx: &mut Cx<'_>, stream: GuestPtr) -> Result<u32> {
    let file = file(cx, stream)?;
    get(cx, &file)
}

fn getwchar(cx: &mut Cx<'_>) -> Result<u32> {
    let file = standard(cx, 0)?;
    get(cx, &file)
}

fn fputwc(cx: &mut Cx<'_>, c: i32, stream: GuestPtr) -> Result<u32> {
    let file = file(cx, stream)?;
    put(cx, &file, c as u32)
}

fn putwchar(cx: &mut Cx<'_>, c: i32) -> Result<u32> {
    let file = standard(cx, 1)?;
    put(cx, &file, c as u32)
}

fn fgetws(cx: &mut Cx<'_>, s: GuestPtr, n: i32, stream: GuestPtr) -> Result<GuestPtr> {
    let file = file(cx, stream)?;
    if n <= 0 {
        return Ok(GuestPtr::NULL);
    }
    cx.mem().slice_mut(s, n as u64 * 4)?;
    let mut done = 0;
    while done + 1 < n as u64 {
        match get(cx, &file)? {
            WEOF => break,
            c => {
                cx.mem().store(at(s, done * 4), c)?;
                done += 1;
                if c == u32::from(b'\n') {
                    break;
                }
            }
        }
    }
    if done == 0 && n > 1 {
        return Ok(GuestPtr::NULL);
    }
    cx.mem().store(at(s, done * 4), 0u32)?;
    Ok(s)
}

fn fputws(cx: &mut Cx<'_>, s: GuestPtr, stream: GuestPtr) -> Result<i32> {
    let file = file(cx, stream)?;
    for c in wide_str(cx.mem(), s)? {
        if put(cx, &file, c as u32)? == WEOF {
            return Ok(EOF);
        }
    }
    Ok(1)
}

fn ungetwc(cx: &mut Cx<'_>, c: u32, stream: GuestPtr) -> Result<u32> {
    let file = file(cx, stream)?;
    unget(cx, &file, c)
}

/// Puts a character back; `WEOF` if it cannot be.
pub fn unget(cx: &mut Cx<'_>, file: &File, c: u32) -> Result<u32> {
    let Some(bytes) = encode(wide_is_utf8(cx), c).filter(|_| c != WEOF) else { return Ok(WEOF) };
    if !file.is_wide(cx)? {
        return Ok(WEOF);
    }
    for byte in bytes.iter().rev() {
        if !buffer::unget(cx, file, *byte)? {
            return Ok(WEOF);
        }
    }
    Ok(c)
}
