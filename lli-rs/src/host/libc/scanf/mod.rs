//! Formatted input: one engine for all of the scanf family. Where characters come from is an [`Input`]; numbers are
//! `number`'s. What is consumed and what is pushed back is glibc's, so that a stream goes on at the same place.

mod functions;
mod input;
mod number;
mod spec;
#[cfg(test)]
mod tests;

use smallvec::SmallVec;
use svm_memory::GuestPtr;

pub use functions::TABLE;
use input::Input;
use spec::{Directive, Length, parse};

use super::access::wide_str;
use super::multibyte::{Reader, encode};
use super::stdio::{EOF, Growing};
use super::wide_is_utf8;
use crate::host::VarArgs;
use crate::machine::{Cx, Result};

/// The bytes of one character.
type Unit = SmallVec<[u8; 8]>;

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
fn is_space(c: u32) -> bool {
    c == u32::from(b' ') || (u32::from(b'\t')..=u32::from(b'\r')).contains(&c)
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

/// Reads by `format`, which is a wide one if the input is: the number of conversions stored, or EOF.
fn scan(
    cx: &mut Cx<'_>,
    input: &mut Input,
    format: GuestPtr,
    args: &mut VarArgs<'_>,
    binary: bool,
) -> Result<i32> {
    let wide = input.is_wide();
    let targets = Targets { args, numbered: Vec::new() };
    let mut run = Run { input, targets, done: 0, binary };
    let matched = if wide {
        let text: Vec<u32> = wide_str(cx.mem(), format)?.into_iter().map(|c| c as u32).collect();
        run.all(cx, &text)?
    } else {
        let text = cx.mem().c_str(format)?;
        run.all(cx, &text)?
    };
    Ok(match matched {
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
    fn all(&mut self, cx: &mut Cx<'_>, text: &[impl Copy + Into<u32>]) -> Result<Matched> {
        let mut at = 0;
        while let Some(c) = text.get(at).map(|c| (*c).into()) {
            at += 1;
            let matched = if is_space(c) {
                self.input.skip_space(cx)?;
                Ok(())
            } else if c != u32::from(b'%') {
                self.literal(cx, c)?
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

    fn literal(&mut self, cx: &mut Cx<'_>, wanted: u32) -> Result<Matched> {
        Ok(match self.input.next(cx)? {
            None => Err(Stop::Input),
            Some(c) if c == wanted => Ok(()),
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
            b'%' => self.literal(cx, b'%'.into()),
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
        let mut recoding = Recoding::new(self.input.is_wide(), wide, wide_is_utf8(cx));
        let mut left = if chars { d.width.unwrap_or(1) } else { d.width.unwrap_or(u32::MAX) };
        let (mut next, mut any) = (Some(first), false);
        while let Some(c) = next {
            let accepted = match d.conversion {
                b'c' | b'C' => true,
                b'[' => d.set.has(c),
                _ => !is_space(c),
            };
            if !accepted {
                self.input.back(cx)?;
                break;
            }
            any = true;
            match recoding.take(c) {
                Err(()) => return cx.fail(libc::EILSEQ, Err(Stop::Match)),
                Ok(None) => {}
                Ok(Some(unit)) => {
                    if !target.put(cx, &unit)? {
                        return cx.fail(libc::ENOMEM, Err(Stop::Input));
                    }
                    left -= 1;
                }
            }
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
        if !chars && !target.put(cx, if wide { &[0; 4] } else { &[0] })? {
            return cx.fail(libc::ENOMEM, Err(Stop::Input));
        }
        target.finish(cx)?;
        self.done += 1;
        Ok(Ok(()))
    }
}

/// From the input's characters to the target's.
enum Recoding {
    /// Bytes as they are.
    Bytes,
    /// Wide characters as they are.
    Wide,
    /// Bytes of the locale's encoding to wide characters.
    Decode(Reader),
    /// Wide characters to the locale's encoding.
    Encode { utf8: bool },
}

impl Recoding {
    fn new(from_wide: bool, to_wide: bool, utf8: bool) -> Recoding {
        match (from_wide, to_wide) {
            (false, false) => Recoding::Bytes,
            (true, true) => Recoding::Wide,
            (false, true) => Recoding::Decode(Reader::new(utf8)),
            (true, false) => Recoding::Encode { utf8 },
        }
    }

    /// The bytes to store for `c`; none yet in the middle of a character, an error if the encoding has no such one.
    fn take(&mut self, c: u32) -> std::result::Result<Option<Unit>, ()> {
        let unit = |c: u32| Some(Unit::from_slice(&c.to_le_bytes()));
        match self {
            Recoding::Bytes => Ok(Some(Unit::from_slice(&[c as u8]))),
            Recoding::Wide => Ok(unit(c)),
            Recoding::Decode(reader) => Ok(reader.take(c as u8)?.and_then(unit)),
            Recoding::Encode { utf8 } => {
                encode(*utf8, c).map(|bytes| Some(Unit::from_slice(&bytes))).ok_or(())
            }
        }
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
    /// Appends a character's bytes; false if there is no memory for them.
    fn put(&mut self, cx: &mut Cx<'_>, unit: &[u8]) -> Result<bool> {
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
