//! Formatted input: one engine for all of the scanf family. Where characters come from is an [`Input`]; numbers are
//! `number`'s. What is consumed and what is pushed back is glibc's, so that a stream goes on at the same place.

mod functions;
mod input;
mod number;
mod spec;
#[cfg(test)]
mod tests;

use svm_memory::GuestPtr;

pub use functions::TABLE;
use input::Input;
use spec::{Directive, Length, parse};

use super::stdio::{EOF, Growing};
use crate::host::VarArgs;
use crate::machine::{Cx, Result};

/// Why matching ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    /// No more input: EOF if nothing was converted.
    Input,
    /// The input does not match.
    Match,
}

type Matched = std::result::Result<(), Stop>;

/// As `isspace` in the C locale.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// The pointers that follow the format, in order or by number.
struct Targets<'v, 'a> {
    args: &'v mut VarArgs<'a>,
    numbered: Vec<GuestPtr>,
}

impl Targets<'_, '_> {
    fn take(&mut self, cx: &Cx<'_>, number: Option<u32>) -> Result<GuestPtr> {
        let Some(number) = number else { return self.args.next_ptr(cx) };
        let at = number as usize - 1;
        while self.numbered.len() <= at {
            self.numbered.push(self.args.next_ptr(cx)?);
        }
        Ok(self.numbered[at])
    }
}

/// Reads by `format`: the number of conversions stored, or EOF.
fn scan(
    cx: &mut Cx<'_>,
    input: &mut Input,
    format: GuestPtr,
    args: &mut VarArgs<'_>,
    binary: bool,
) -> Result<i32> {
    let text = cx.mem().c_str(format)?;
    let targets = Targets { args, numbered: Vec::new() };
    let mut run = Run { input, targets, done: 0, binary };
    Ok(match run.all(cx, &text)? {
        Err(Stop::Input) if run.done == 0 => EOF,
        _ => run.done,
    })
}

struct Run<'i, 'v, 'a> {
    input: &'i mut Input,
    targets: Targets<'v, 'a>,
    done: i32,
    /// C23: `%i` knows `0b`.
    binary: bool,
}

impl Run<'_, '_, '_> {
    fn all(&mut self, cx: &mut Cx<'_>, text: &[u8]) -> Result<Matched> {
        let mut at = 0;
        while let Some(byte) = text.get(at).copied() {
            at += 1;
            let matched = if is_space(byte) {
                self.input.skip_space(cx)?;
                Ok(())
            } else if byte != b'%' {
                self.literal(cx, byte)?
            } else {
                let Some((directive, end)) = parse(text, at) else { return Ok(Err(Stop::Match)) };
                at = end;
                self.one(cx, &directive)?
            };
            if matched.is_err() {
                return Ok(matched);
            }
        }
        Ok(Ok(()))
    }

    fn literal(&mut self, cx: &mut Cx<'_>, wanted: u8) -> Result<Matched> {
        Ok(match self.input.next(cx)? {
            None => Err(Stop::Input),
            Some(byte) if byte == wanted => Ok(()),
            Some(_) => {
                self.input.back(cx)?;
                Err(Stop::Match)
            }
        })
    }

    fn one(&mut self, cx: &mut Cx<'_>, d: &Directive) -> Result<Matched> {
        if !matches!(d.conversion, b'[' | b'c' | b'C' | b'n') {
            self.input.skip_space(cx)?;
        }
        match d.conversion {
            b'%' => self.literal(cx, b'%'),
            b'n' => self.count(cx, d).map(Ok),
            b'c' | b'C' | b's' | b'S' | b'[' => self.text(cx, d),
            b'd' | b'i' | b'o' | b'u' | b'x' | b'X' | b'p' | b'b' => self.integer(cx, d),
            b'a' | b'A' | b'e' | b'E' | b'f' | b'F' | b'g' | b'G' => self.float(cx, d),
            _ => Ok(Err(Stop::Match)),
        }
    }

    fn count(&mut self, cx: &mut Cx<'_>, d: &Directive) -> Result<()> {
        if d.suppress {
            return Ok(());
        }
        let to = self.targets.take(cx, d.number)?;
        store_int(cx, d.length, to, self.input.taken())
    }

    fn integer(&mut self, cx: &mut Cx<'_>, d: &Directive) -> Result<Matched> {
        let number = match number::integer(cx, self.input, d, self.binary)? {
            Ok(number) => number,
            Err(stop) => return Ok(Err(stop)),
        };
        if number.out_of_range {
            cx.set_errno(libc::ERANGE)?;
        }
        if d.suppress {
            return Ok(Ok(()));
        }
        let to = self.targets.take(cx, d.number)?;
        let length = if d.conversion == b'p' { Length::Long } else { d.length };
        store_int(cx, length, to, number.bits)?;
        self.done += 1;
        Ok(Ok(()))
    }

    fn float(&mut self, cx: &mut Cx<'_>, d: &Directive) -> Result<Matched> {
        let text = match number::float_text(cx, self.input, d.width)? {
            Ok(text) => text,
            Err(stop) => return Ok(Err(stop)),
        };
        let Some(value) = number::parse_float(d.length, text) else { return Ok(Err(Stop::Match)) };
        if d.suppress {
            return Ok(Ok(()));
        }
        let to = self.targets.take(cx, d.number)?;
        cx.mem().write(to, &value)?;
        self.done += 1;
        Ok(Ok(()))
    }

    /// `%c %s %[`, narrow or wide, into the guest's memory or a new object (`m`).
    fn text(&mut self, cx: &mut Cx<'_>, d: &Directive) -> Result<Matched> {
        let Some(first) = self.input.next(cx)? else { return Ok(Err(Stop::Input)) };
        let chars = matches!(d.conversion, b'c' | b'C');
        let wide = d.length == Length::Long || matches!(d.conversion, b'C' | b'S');
        let mut target = if d.suppress {
            Target::Nothing
        } else {
            let to = self.targets.take(cx, d.number)?;
            if d.allocate { Target::Heap(to, Growing::default()) } else { Target::Memory(to) }
        };
        let mut left = if chars { d.width.unwrap_or(1) } else { d.width.unwrap_or(u32::MAX) };
        let (mut next, mut any) = (Some(first), false);
        while let Some(byte) = next {
            let accepted = match d.conversion {
                b'c' | b'C' => true,
                b'[' => d.set[usize::from(byte)],
                _ => !is_space(byte),
            };
            if !accepted {
                self.input.back(cx)?;
                break;
            }
            any = true;
            if wide && byte >= 0x80 {
                // The C locale has no such character.
                cx.set_errno(libc::EILSEQ)?;
                return Ok(Err(Stop::Input));
            }
            if !target.put(cx, byte, wide)? {
                return cx.fail(libc::ENOMEM, Err(Stop::Input));
            }
            left -= 1;
            if left == 0 {
                break;
            }
            next = self.input.next(cx)?;
        }
        if !any {
            return Ok(Err(Stop::Match));
        }
        if d.suppress {
            return Ok(Ok(()));
        }
        if !chars && !target.put(cx, 0, wide)? {
            return cx.fail(libc::ENOMEM, Err(Stop::Input));
        }
        target.finish(cx)?;
        self.done += 1;
        Ok(Ok(()))
    }
}

/// Where text goes.
enum Target {
    Nothing,
    Memory(GuestPtr),
    /// A new heap object, whose address goes to the guest's variable.
    Heap(GuestPtr, Growing),
}

impl Target {
    fn put(&mut self, cx: &mut Cx<'_>, byte: u8, wide: bool) -> Result<bool> {
        let bytes = [byte, 0, 0, 0];
        let unit = &bytes[..if wide { 4 } else { 1 }];
        match self {
            Target::Nothing => Ok(true),
            Target::Memory(to) => {
                cx.mem().write(*to, unit)?;
                *to = to.offset(unit.len() as i64);
                Ok(true)
            }
            Target::Heap(_, data) => data.write(cx, unit),
        }
    }

    /// Gives a new object its exact size and its address to the guest.
    fn finish(self, cx: &mut Cx<'_>) -> Result<()> {
        let Target::Heap(to, data) = self else { return Ok(()) };
        let site = cx.site();
        let ptr = cx.mem().realloc(data.ptr, data.len, site)?.unwrap_or(data.ptr);
        Ok(cx.mem().store(to, ptr)?)
    }
}

fn store_int(cx: &Cx<'_>, length: Length, to: GuestPtr, bits: u64) -> Result<()> {
    let mem = cx.mem();
    match length {
        Length::Char => mem.store(to, bits as u8)?,
        Length::Short => mem.store(to, bits as u16)?,
        Length::None => mem.store(to, bits as u32)?,
        Length::Long | Length::LongDouble => mem.store(to, bits)?,
    }
    Ok(())
}
