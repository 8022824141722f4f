//! What a directive of a format says.

use rustix::io::Errno;

/// The most arguments that a format may number (glibc's NL_ARGMAX).
const MAX_NUMBER: u32 = 4096;

/// Flags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `-`
    pub left: bool,
    /// `+`
    pub plus: bool,
    /// space
    pub space: bool,
    /// `#`
    pub alternate: bool,
    /// `0`
    pub zero: bool,
    /// `'`
    pub group: bool,
    /// `I`
    pub digits: bool,
}

/// A width or precision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// In the format.
    Literal(u32),
    /// `*`, or `*n$`.
    Argument(Option<u32>),
}

/// The width of an argument.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Length {
    /// `int`, `double`.
    #[default]
    None,
    /// `hh`
    Char,
    /// `h`
    Short,
    /// `l`, `j`, `z`, `t`
    Long,
    /// `ll`, `L`, `q`: a `long` or a `long double`.
    LongDouble,
}

/// One directive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Directive {
    /// `n$`
    pub number: Option<u32>,
    /// Flags.
    pub flags: Flags,
    /// Width.
    pub width: Option<Count>,
    /// Precision.
    pub precision: Option<Count>,
    /// Length modifier.
    pub length: Length,
    /// The conversion's letter.
    pub conversion: u8,
}

impl Directive {
    /// The width once arguments are filled in.
    pub fn width(&self) -> u64 {
        match self.width {
            Some(Count::Literal(n)) => u64::from(n),
            _ => 0,
        }
    }

    /// The precision once arguments are filled in.
    pub fn precision(&self) -> Option<u64> {
        match self.precision {
            Some(Count::Literal(n)) => Some(u64::from(n)),
            _ => None,
        }
    }
}

struct Parser<'t> {
    text: &'t [u8],
    at: usize,
}

impl Parser<'_> {
    fn peek(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(0)
    }

    fn eat(&mut self, byte: u8) -> bool {
        let hit = self.peek() == byte;
        self.at += usize::from(hit);
        hit
    }

    /// Decimal digits; too large a number is EOVERFLOW.
    fn number(&mut self) -> Result<Option<u32>, Errno> {
        if !self.peek().is_ascii_digit() {
            return Ok(None);
        }
        let mut value = 0_u32;
        while self.peek().is_ascii_digit() {
            let digit = u32::from(self.peek() - b'0');
            value = value.checked_mul(10).and_then(|v| v.checked_add(digit)).ok_or(Errno::OVERFLOW)?;
            self.at += 1;
        }
        if value >= i32::MAX as u32 { Err(Errno::OVERFLOW) } else { Ok(Some(value)) }
    }

    /// `n$` if it stands here; nothing is consumed otherwise.
    fn argument_number(&mut self) -> Result<Option<u32>, Errno> {
        let start = self.at;
        match self.number() {
            Ok(Some(n)) if n > 0 && self.eat(b'$') => {
                if n > MAX_NUMBER {
                    Err(Errno::OVERFLOW)
                } else {
                    Ok(Some(n))
                }
            }
            _ => {
                self.at = start;
                Ok(None)
            }
        }
    }

    fn flags(&mut self) -> Flags {
        let mut flags = Flags::default();
        loop {
            match self.peek() {
                b'-' => flags.left = true,
                b'+' => flags.plus = true,
                b' ' => flags.space = true,
                b'#' => flags.alternate = true,
                b'0' => flags.zero = true,
                b'\'' => flags.group = true,
                b'I' => flags.digits = true,
                _ => return flags,
            }
            self.at += 1;
        }
    }

    fn count(&mut self) -> Result<Option<Count>, Errno> {
        if self.eat(b'*') {
            return Ok(Some(Count::Argument(self.argument_number()?)));
        }
        Ok(self.number()?.map(Count::Literal))
    }

    fn length(&mut self) -> Length {
        let mut length = Length::None;
        loop {
            length = match (self.peek(), length) {
                (b'h', Length::Short) => Length::Char,
                (b'h', _) => Length::Short,
                (b'l', Length::Long) => Length::LongDouble,
                (b'l' | b'j' | b'z' | b'Z' | b't', _) => Length::Long,
                (b'L' | b'q', _) => Length::LongDouble,
                _ => return length,
            };
            self.at += 1;
        }
    }
}

/// Parses the directive behind the `%` before `at`; gives it and where it ends. A format that ends inside a directive is
/// EINVAL, as in glibc.
pub fn parse(text: &[u8], at: usize) -> Result<(Directive, usize), Errno> {
    let mut p = Parser { text, at };
    let number = p.argument_number()?;
    let flags = p.flags();
    let width = p.count()?;
    let mut precision = None;
    if p.eat(b'.') {
        // `%.-5d`: a negative literal counts as none given.
        let negative = p.peek() == b'-';
        p.at += usize::from(negative);
        precision = p.count()?.or(Some(Count::Literal(0))).filter(|_| !negative);
    }
    let length = p.length();
    let conversion = p.peek();
    if conversion == 0 {
        return Err(Errno::INVAL);
    }
    Ok((Directive { number, flags, width, precision, length, conversion }, p.at + 1))
}
