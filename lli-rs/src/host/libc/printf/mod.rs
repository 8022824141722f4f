//! Formatted output: one engine for all of the printf family, with glibc's output byte for byte. Where it goes is a
//! [`Sink`]; what a directive says is `spec`'s, how a value looks is `convert`'s.

mod convert;
mod sinks;
mod spec;
#[cfg(test)]
mod tests;

use rustix::io::Errno;
use svm_memory::GuestPtr;

pub use sinks::{DescriptorSink, HeapSink, MemorySink, WideMemorySink};
use spec::{Count, Directive, Length, parse};

use crate::host::{VarArgs, X87};
use crate::machine::{Cx, Result};

/// Bytes collected before they are handed on.
const CHUNK: usize = 8192;

/// Where formatted bytes go.
pub trait Sink {
    /// Takes bytes. Failures that are no faults are the sink's to remember.
    fn put(&mut self, cx: &mut Cx<'_>, bytes: &[u8]) -> Result<()>;
}

/// Collects output into portions and counts it.
pub struct Out<'s> {
    buffer: Vec<u8>,
    total: u64,
    sink: &'s mut dyn Sink,
    /// The wide family: text is UTF-8 here, whatever the locale, and counted by characters.
    wide: bool,
}

impl Out<'_> {
    /// How many characters some text is to this family.
    fn width_of(&self, text: &[u8]) -> u64 {
        if self.wide { text.iter().filter(|b| **b & 0xc0 != 0x80).count() as u64 } else { text.len() as u64 }
    }

    fn put(&mut self, cx: &mut Cx<'_>, bytes: &[u8]) -> Result<()> {
        self.total += self.width_of(bytes);
        if self.buffer.len() + bytes.len() > CHUNK {
            self.drain(cx)?;
            if bytes.len() >= CHUNK {
                return self.sink.put(cx, bytes);
            }
        }
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }

    fn pad(&mut self, cx: &mut Cx<'_>, byte: u8, mut count: u64) -> Result<()> {
        let block = [byte; 256];
        while count > 0 && !self.too_long() {
            let n = count.min(block.len() as u64);
            self.put(cx, &block[..n as usize])?;
            count -= n;
        }
        self.total += count;
        Ok(())
    }

    fn drain(&mut self, cx: &mut Cx<'_>) -> Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let result = self.sink.put(cx, &self.buffer);
        self.buffer.clear();
        result
    }

    fn too_long(&self) -> bool {
        self.total > i32::MAX as u64
    }
}

/// An argument, fetched.
#[derive(Clone, Copy, Debug)]
enum Value {
    Int(i64),
    Ptr(GuestPtr),
    Double(f64),
    Long(X87),
}

/// What a directive takes from the arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Int,
    Long,
    Ptr,
    Double,
    LongDouble,
}

fn fetch(cx: &Cx<'_>, args: &mut VarArgs<'_>, kind: Kind) -> Result<Value> {
    Ok(match kind {
        Kind::Int => Value::Int(i64::from(args.next_i32(cx)?)),
        Kind::Long => Value::Int(args.next_i64(cx)?),
        Kind::Ptr => Value::Ptr(args.next_ptr(cx)?),
        Kind::Double => Value::Double(args.next_f64(cx)?),
        Kind::LongDouble => Value::Long(args.next_x87(cx)?),
    })
}

/// What the value of a directive is; `None` for those that take none.
fn kind_of(directive: &Directive) -> Option<Kind> {
    Some(match directive.conversion {
        b'd' | b'i' | b'o' | b'u' | b'x' | b'X' | b'b' | b'B' => match directive.length {
            Length::Long | Length::LongDouble => Kind::Long,
            _ => Kind::Int,
        },
        b'c' | b'C' => Kind::Int,
        b's' | b'S' | b'p' | b'n' => Kind::Ptr,
        b'a' | b'A' | b'e' | b'E' | b'f' | b'F' | b'g' | b'G' => match directive.length {
            Length::LongDouble => Kind::LongDouble,
            _ => Kind::Double,
        },
        _ => return None,
    })
}

/// The arguments, taken in order or by number.
enum Arguments<'v, 'a> {
    InOrder(&'v mut VarArgs<'a>),
    Numbered(Vec<Value>),
}

impl Arguments<'_, '_> {
    fn take(&mut self, cx: &Cx<'_>, number: Option<u32>, kind: Kind) -> Result<Value> {
        match self {
            Arguments::InOrder(args) => fetch(cx, args, kind),
            Arguments::Numbered(values) => {
                let at = (number.unwrap_or(1) as usize).wrapping_sub(1);
                Ok(values.get(at).copied().unwrap_or(Value::Int(0)))
            }
        }
    }
}

/// Reads all arguments of a format that numbers them (`%2$d`). As in glibc, one that no directive names is an int.
fn fetch_numbered(cx: &Cx<'_>, directives: &[Directive], args: &mut VarArgs<'_>) -> Result<Vec<Value>> {
    let mut kinds: Vec<Kind> = Vec::new();
    let mut note = |number: Option<u32>, kind: Option<Kind>| {
        if let (Some(number), Some(kind)) = (number, kind) {
            let at = number.saturating_sub(1) as usize;
            if kinds.len() <= at {
                kinds.resize(at + 1, Kind::Int);
            }
            kinds[at] = kind;
        }
    };
    for directive in directives {
        for count in [directive.width, directive.precision].into_iter().flatten() {
            if let Count::Argument(number) = count {
                note(number, Some(Kind::Int));
            }
        }
        note(directive.number, kind_of(directive));
    }
    kinds.into_iter().map(|kind| fetch(cx, args, kind)).collect()
}

/// How `__*_chk` functions differ: `%n` only from a constant format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checking {
    /// As C says.
    Plain,
    /// `_FORTIFY_SOURCE=2`.
    Fortified,
}

/// Formats to `sink`: the number of bytes, or -1 with errno set. What was formatted before a fault still goes to the sink.
pub fn format(
    cx: &mut Cx<'_>,
    format: GuestPtr,
    args: &mut VarArgs<'_>,
    sink: &mut dyn Sink,
    checking: Checking,
) -> Result<i32> {
    let text = cx.mem().c_str(format)?;
    let mut out = Out { buffer: Vec::with_capacity(256), total: 0, sink, wide: false };
    finish(cx, Run { text: &text, at: format, checking }, args, &mut out)
}

/// The same for the wide family: the format is wide, and so is what comes out; the sink gets it as UTF-8.
pub fn format_wide(
    cx: &mut Cx<'_>,
    format: GuestPtr,
    args: &mut VarArgs<'_>,
    sink: &mut dyn Sink,
    checking: Checking,
) -> Result<i32> {
    let mut text = Vec::new();
    for c in super::access::wide_str(cx.mem(), format)? {
        convert::push(&mut text, c as u32);
    }
    let mut out = Out { buffer: Vec::with_capacity(256), total: 0, sink, wide: true };
    finish(cx, Run { text: &text, at: format, checking }, args, &mut out)
}

fn finish(cx: &mut Cx<'_>, mut run: Run<'_>, args: &mut VarArgs<'_>, out: &mut Out<'_>) -> Result<i32> {
    let result = run.all(cx, args, out);
    let drained = out.drain(cx);
    let outcome = result?;
    drained?;
    match outcome {
        Err(errno) => cx.fail(errno.raw_os_error(), -1),
        Ok(()) if out.too_long() => cx.fail(libc::EOVERFLOW, -1),
        Ok(()) => Ok(out.total as i32),
    }
}

struct Run<'t> {
    text: &'t [u8],
    at: GuestPtr,
    checking: Checking,
}

type Outcome = std::result::Result<(), Errno>;

impl Run<'_> {
    fn all(&mut self, cx: &mut Cx<'_>, args: &mut VarArgs<'_>, out: &mut Out<'_>) -> Result<Outcome> {
        if self.text.windows(2).any(|w| w[0].is_ascii_digit() && w[1] == b'$') {
            let directives = match self.directives() {
                Ok(directives) => directives,
                Err(errno) => return Ok(Err(errno)),
            };
            if directives.iter().any(|d| d.number.is_some()) {
                let values = fetch_numbered(cx, &directives, args)?;
                return self.each(cx, &mut Arguments::Numbered(values), out);
            }
        }
        self.each(cx, &mut Arguments::InOrder(args), out)
    }

    /// All directives, ahead.
    fn directives(&self) -> std::result::Result<Vec<Directive>, Errno> {
        let mut list = Vec::new();
        let mut at = 0;
        while let Some(next) = memchr(b'%', &self.text[at..]) {
            let (directive, end) = parse(self.text, at + next + 1)?;
            list.push(directive);
            at = end;
        }
        Ok(list)
    }

    fn each(&mut self, cx: &mut Cx<'_>, args: &mut Arguments<'_, '_>, out: &mut Out<'_>) -> Result<Outcome> {
        let mut at = 0;
        while at < self.text.len() {
            let literal = memchr(b'%', &self.text[at..]).unwrap_or(self.text.len() - at);
            out.put(cx, &self.text[at..at + literal])?;
            at += literal;
            if at == self.text.len() {
                break;
            }
            let (directive, end) = match parse(self.text, at + 1) {
                Ok(parsed) => parsed,
                Err(errno) => return Ok(Err(errno)),
            };
            at = end;
            if let Err(errno) = self.one(cx, directive, args, out)? {
                return Ok(Err(errno));
            }
            if out.too_long() {
                return Ok(Err(Errno::OVERFLOW));
            }
        }
        Ok(Ok(()))
    }

    fn one(
        &mut self,
        cx: &mut Cx<'_>,
        mut directive: Directive,
        args: &mut Arguments<'_, '_>,
        out: &mut Out<'_>,
    ) -> Result<Outcome> {
        if let Some(Count::Argument(number)) = directive.width {
            let Value::Int(width) = args.take(cx, number, Kind::Int)? else { return Ok(Ok(())) };
            directive.flags.left |= width < 0;
            directive.width = Some(Count::Literal(width.unsigned_abs() as u32));
        }
        if let Some(Count::Argument(number)) = directive.precision {
            let Value::Int(precision) = args.take(cx, number, Kind::Int)? else { return Ok(Ok(())) };
            directive.precision = u32::try_from(precision).ok().map(Count::Literal);
        }
        if directive.width() >= i32::MAX as u64 {
            return Ok(Err(Errno::OVERFLOW));
        }
        let Some(kind) = kind_of(&directive) else {
            convert::without_value(cx, &directive, out)?;
            return Ok(Ok(()));
        };
        let value = args.take(cx, directive.number, kind)?;
        match (directive.conversion, value) {
            (b'n', Value::Ptr(to)) => self.store_count(cx, &directive, to, out.total)?,
            (b's' | b'S', Value::Ptr(p)) if out.wide && !p.is_null() => {
                let wide = directive.conversion == b'S' || directive.length == Length::Long;
                return convert::string_to_wide(cx, &directive, p, wide, out);
            }
            (b'c' | b'C', Value::Int(c)) if out.wide => {
                let wide = directive.conversion == b'C' || directive.length == Length::Long;
                return convert::char_to_wide(cx, &directive, c as u32, wide, out);
            }
            (b's', Value::Ptr(p)) if directive.length != Length::Long => {
                convert::string(cx, &directive, p, out)?;
            }
            (b's' | b'S', Value::Ptr(p)) => return convert::wide_string(cx, &directive, p, out),
            (b'c', Value::Int(c)) if directive.length != Length::Long => {
                convert::padded(cx, &directive, &[c as u8], out)?;
            }
            (b'c' | b'C', Value::Int(c)) => return convert::wide_char(cx, &directive, c as u32, out),
            (b'p', Value::Ptr(p)) => convert::pointer(cx, &directive, p, out)?,
            (_, Value::Int(v)) => convert::integer(cx, &directive, v, out)?,
            (_, Value::Double(v)) => {
                convert::float(cx, &directive, super::sys::Float::Double(v), out)?;
            }
            (_, Value::Long(v)) => convert::float(cx, &directive, super::sys::Float::Long(v), out)?,
            (_, Value::Ptr(_)) => {}
        }
        Ok(Ok(()))
    }

    /// `%n`.
    fn store_count(&self, cx: &mut Cx<'_>, directive: &Directive, to: GuestPtr, count: u64) -> Result<()> {
        let mem = cx.mem();
        if self.checking == Checking::Fortified
            && mem.object(self.at).is_some_and(|o| o.kind != svm_memory::ObjectKind::Constant)
        {
            return Err(cx.misuse("was given %n in a format that the program can write to"));
        }
        match directive.length {
            Length::Char => mem.store(to, count as i8)?,
            Length::Short => mem.store(to, count as i16)?,
            Length::None => mem.store(to, count as i32)?,
            Length::Long | Length::LongDouble => mem.store(to, count as i64)?,
        }
        Ok(())
    }
}

fn memchr(byte: u8, text: &[u8]) -> Option<usize> {
    text.iter().position(|b| *b == byte)
}
