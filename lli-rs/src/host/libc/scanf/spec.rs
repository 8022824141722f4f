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
    pub set: Box<[bool; 256]>,
}

fn number(text: &[u8], at: &mut usize) -> Option<u32> {
    let start = *at;
    let mut value = 0_u32;
    while let Some(digit) = text.get(*at).filter(|b| b.is_ascii_digit()) {
        value = value.saturating_mul(10).saturating_add(u32::from(digit - b'0'));
        *at += 1;
    }
    (*at > start).then_some(value.min(i32::MAX as u32))
}

/// Parses the directive behind the `%` before `at`; gives it and where it ends. None if the format ends in it.
pub fn parse(text: &[u8], mut at: usize) -> Option<(Directive, usize)> {
    let byte = |at: usize| text.get(at).copied().unwrap_or(0);
    let mut d = Directive {
        number: None,
        suppress: false,
        allocate: false,
        width: None,
        length: Length::None,
        conversion: 0,
        set: Box::new([false; 256]),
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
fn set(text: &[u8], mut at: usize, set: &mut [bool; 256]) -> Option<usize> {
    let inverted = text.get(at) == Some(&b'^');
    at += usize::from(inverted);
    let mut previous: Option<u8> = None;
    let first = at;
    loop {
        let byte = *text.get(at)?;
        at += 1;
        match byte {
            b']' if at - 1 > first => break,
            b'-' if previous.is_some_and(|p| text.get(at).is_some_and(|end| *end != b']' && p <= *end)) => {
                let (from, to) = (previous.unwrap_or(0), *text.get(at)?);
                at += 1;
                (from..=to).for_each(|b| set[usize::from(b)] = true);
                previous = Some(to);
            }
            _ => {
                set[usize::from(byte)] = true;
                previous = Some(byte);
            }
        }
    }
    if inverted {
        set.iter_mut().for_each(|member| *member = !*member);
    }
    Some(at)
}
