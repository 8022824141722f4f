//! What a directive of a scanf format says.

/// The width of a target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Length {
    /// `int`, `float`.
    #[default]
    None,
    /// `hh`
    Char,
    /// `h`
    Short,
    /// `l`, `j`, `z`, `t`: `long`, `double`, `wchar_t`.
    Long,
    /// `ll`, `L`, `q`: `long`, `long double`.
    LongDouble,
}

/// One directive.
#[derive(Clone, Debug)]
pub struct Directive {
    /// `n$`
    pub number: Option<u32>,
    /// `*`
    pub suppress: bool,
    /// `m`
    pub allocate: bool,
    /// Width, if one is given.
    pub width: Option<u32>,
    /// Length modifier.
    pub length: Length,
    /// The conversion's letter.
    pub conversion: u8,
    /// The characters of a `%[`.
    pub set: Set,
}

/// The characters of a `%[`.
#[derive(Clone, Debug, Default)]
pub struct Set {
    inverted: bool,
    /// First and last of each range.
    ranges: Vec<(u32, u32)>,
}

impl Set {
    /// Whether the set has the character.
    pub fn has(&self, c: u32) -> bool {
        self.ranges.iter().any(|(from, to)| (*from..=*to).contains(&c)) != self.inverted
    }
}

/// A format's character if it is ASCII, else 0xff, which means nothing in a directive.
fn ascii(text: &[impl Copy + Into<u32>], at: usize) -> u8 {
    match text.get(at).map(|c| (*c).into()) {
        None => 0,
        Some(c) if c < 0x80 => c as u8,
        Some(_) => 0xff,
    }
}

fn number(text: &[impl Copy + Into<u32>], at: &mut usize) -> Option<u32> {
    let start = *at;
    let mut value = 0_u32;
    while ascii(text, *at).is_ascii_digit() {
        value = value.saturating_mul(10).saturating_add(u32::from(ascii(text, *at) - b'0'));
        *at += 1;
    }
    (*at > start).then_some(value.min(i32::MAX as u32))
}

/// Parses the directive behind the `%` before `at`, of a format of bytes or of wide characters; gives it and where it
/// ends. None if the format ends in it.
pub fn parse(text: &[impl Copy + Into<u32>], mut at: usize) -> Option<(Directive, usize)> {
    let byte = |at: usize| ascii(text, at);
    let mut d = Directive {
        number: None,
        suppress: false,
        allocate: false,
        width: None,
        length: Length::None,
        conversion: 0,
        set: Set::default(),
    };
    let start = at;
    match number(text, &mut at) {
        Some(n) if byte(at) == b'$' && n > 0 && n <= 4096 => {
            d.number = Some(n);
            at += 1;
        }
        _ => at = start,
    }
    while matches!(byte(at), b'*' | b'\'' | b'I') {
        d.suppress |= byte(at) == b'*';
        at += 1;
    }
    // A width of 0 counts as none.
    d.width = number(text, &mut at).filter(|n| *n > 0);
    loop {
        match (byte(at), d.length) {
            (b'h', Length::Short) => d.length = Length::Char,
            (b'h', _) => d.length = Length::Short,
            (b'l', Length::Long) => d.length = Length::LongDouble,
            (b'l' | b'j' | b'z' | b't', _) => d.length = Length::Long,
            (b'L' | b'q', _) => d.length = Length::LongDouble,
            (b'm', _) => d.allocate = true,
            _ => break,
        }
        at += 1;
    }
    d.conversion = byte(at);
    at += 1;
    match d.conversion {
        0 => return None,
        b'[' => at = set(text, at, &mut d.set)?,
        _ => {}
    }
    Some((d, at))
}

/// Parses a set behind its `[`. A `]` that comes first stands for itself, and so does a `-` at either end.
fn set(text: &[impl Copy + Into<u32>], mut at: usize, set: &mut Set) -> Option<usize> {
    let char_at = |at: usize| text.get(at).map(|c| (*c).into());
    set.inverted = char_at(at) == Some(u32::from(b'^'));
    at += usize::from(set.inverted);
    let mut previous: Option<u32> = None;
    let first = at;
    loop {
        let c = char_at(at)?;
        at += 1;
        let range_end = char_at(at).filter(|end| *end != u32::from(b']'));
        match (previous, range_end) {
            _ if c == u32::from(b']') && at - 1 > first => return Some(at),
            (Some(from), Some(to)) if c == u32::from(b'-') && from <= to => {
                at += 1;
                set.ranges.push((from, to));
                previous = Some(to);
            }
            _ => {
                set.ranges.push((c, c));
                previous = Some(c);
            }
        }
    }
}
