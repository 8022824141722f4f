//! Time zones: TZif files (RFC 8536) and POSIX rules ("CET-1CEST,M3.5.0,M10.5.0/3"). Pure data: the
//! caller decides what may be read.

use super::calendar::{days_before, is_leap};

/// A stretch of local time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Local {
    /// Seconds east of UTC.
    pub offset: i32,
    /// Daylight saving time.
    pub dst: bool,
    /// Abbreviation.
    pub name: Vec<u8>,
}

/// A time zone.
#[derive(Clone, Debug)]
pub struct Zone {
    /// Moments from which on a type applies, ascending.
    transitions: Vec<(i64, usize)>,
    types: Vec<Local>,
    /// What holds after the last transition.
    rule: Option<Rule>,
}

/// The end of a POSIX zone: standard time, and when daylight saving time holds.
#[derive(Clone, Debug)]
struct Rule {
    standard: Local,
    daylight: Option<(Local, Change, Change)>,
}

/// A moment of a year.
#[derive(Clone, Copy, Debug)]
struct Change {
    day: Day,
    /// Seconds after local midnight; may be negative or beyond the day.
    time: i32,
}

#[derive(Clone, Copy, Debug)]
enum Day {
    /// 1 to 365; the leap day is never counted.
    Julian(i32),
    /// 0 to 365.
    Zero(i32),
    /// Month 1 to 12, week 1 to 5 (the last), day of the week.
    Week(i32, i32, i32),
}

impl Zone {
    /// Universal time.
    pub fn utc() -> Zone {
        Zone::fixed(b"UTC", 0)
    }

    fn fixed(name: &[u8], offset: i32) -> Zone {
        let standard = Local { offset, dst: false, name: name.to_vec() };
        Zone { transitions: Vec::new(), types: Vec::new(), rule: Some(Rule { standard, daylight: None }) }
    }

    /// From a POSIX string. What cannot be read at all is universal time under the name that it begins with.
    pub fn posix(text: &[u8]) -> Zone {
        let mut scan = Scan(text);
        match scan.rule() {
            Some(rule) => Zone { transitions: Vec::new(), types: Vec::new(), rule: Some(rule) },
            None => {
                let mut zone = Zone::fixed(&Scan(text).name().unwrap_or_else(|| b"UTC".to_vec()), 0);
                zone.types.push(Local { offset: 0, dst: false, name: Vec::new() });
                zone
            }
        }
    }

    /// From a TZif file.
    pub fn file(data: &[u8]) -> Option<Zone> {
        let header = Header::read(data)?;
        if header.version == 0 {
            return header.body(data.get(44..)?, 4, &[]);
        }
        let second = data.get(44 + header.length(4)..)?;
        let header = Header::read(second)?;
        let body = second.get(44..)?;
        let footer = body.get(header.length(8)..)?;
        header.body(body, 8, footer)
    }

    /// The local time that holds at `t`.
    pub fn at(&self, t: i64) -> &Local {
        let after = self.transitions.partition_point(|(from, _)| *from <= t);
        if after == self.transitions.len()
            && let Some(rule) = &self.rule
        {
            return rule.at(t);
        }
        let first = self.types.iter().position(|l| !l.dst).unwrap_or(0);
        &self.types[if after == 0 { first } else { self.transitions[after - 1].1 }]
    }

    /// Standard and daylight saving time as `tzname` has them; equal if there is none.
    pub fn names(&self) -> (&Local, &Local) {
        if let Some(rule) = &self.rule {
            let standard = &rule.standard;
            if let Some((daylight, ..)) = &rule.daylight {
                return (standard, daylight);
            }
            let past = self.transitions.iter().rev().map(|(_, i)| &self.types[*i]).find(|l| l.dst);
            // Without transitions, a type is the nameless one of a string that could not be read.
            let none = self.types.first().filter(|_| self.transitions.is_empty());
            return (standard, past.or(none).unwrap_or(standard));
        }
        let used = || self.transitions.iter().rev().map(|(_, i)| &self.types[*i]);
        let standard = used().find(|l| !l.dst).unwrap_or(&self.types[0]);
        (standard, used().find(|l| l.dst).unwrap_or(standard))
    }
}

impl Rule {
    fn at(&self, t: i64) -> &Local {
        let Some((daylight, start, end)) = &self.daylight else { return &self.standard };
        let year = super::calendar::Tm::from_time(t, self.standard.offset, false)
            .map_or(1970, |tm| i64::from(tm.year) + 1900);
        let begins = start.moment(year) - i64::from(self.standard.offset);
        let ends = end.moment(year) - i64::from(daylight.offset);
        let dst = if begins <= ends { (begins..ends).contains(&t) } else { !(ends..begins).contains(&t) };
        if dst { daylight } else { &self.standard }
    }
}

impl Change {
    /// Local seconds since 1970.
    fn moment(self, year: i64) -> i64 {
        let new_year = days_before(year, 0);
        let day = match self.day {
            Day::Julian(n) => new_year + i64::from(n) - i64::from(n < 60 || !is_leap(year)),
            Day::Zero(n) => new_year + i64::from(n),
            Day::Week(month, week, weekday) => {
                let first = days_before(year, month - 1);
                let length = if month == 12 { 31 } else { days_before(year, month) - first };
                let wanted = (i64::from(weekday) - (first + 4)).rem_euclid(7);
                let day = wanted + 7 * (i64::from(week) - 1);
                first + if day >= length { day - 7 } else { day }
            }
        };
        day * 86400 + i64::from(self.time)
    }
}

/// Counts in the header of a TZif block.
struct Header {
    version: u8,
    isut: usize,
    isstd: usize,
    leap: usize,
    times: usize,
    types: usize,
    chars: usize,
}

impl Header {
    fn read(data: &[u8]) -> Option<Header> {
        if data.get(..4)? != b"TZif" {
            return None;
        }
        let count = |i: usize| {
            let bytes = data.get(20 + i * 4..24 + i * 4)?;
            let n = u32::from_be_bytes(bytes.try_into().ok()?) as usize;
            (n <= 1 << 20).then_some(n)
        };
        Some(Header {
            version: data[4],
            isut: count(0)?,
            isstd: count(1)?,
            leap: count(2)?,
            times: count(3)?,
            types: count(4)?,
            chars: count(5)?,
        })
    }

    /// Bytes of the block after the header, with times of `width` bytes.
    fn length(&self, width: usize) -> usize {
        self.times * (width + 1)
            + self.types * 6
            + self.chars
            + self.leap * (width + 4)
            + self.isstd
            + self.isut
    }

    fn body(&self, data: &[u8], width: usize, footer: &[u8]) -> Option<Zone> {
        let (times, rest) = data.split_at_checked(self.times * width)?;
        let (indices, rest) = rest.split_at_checked(self.times)?;
        let (types, rest) = rest.split_at_checked(self.types * 6)?;
        let chars = rest.get(..self.chars)?;
        let time = |bytes: &[u8]| match width {
            4 => bytes.try_into().ok().map(|b| i64::from(i32::from_be_bytes(b))),
            _ => bytes.try_into().ok().map(i64::from_be_bytes),
        };
        let local = |bytes: &[u8]| {
            let name = chars.get(usize::from(bytes[5])..)?;
            Some(Local {
                offset: i32::from_be_bytes(bytes[..4].try_into().ok()?),
                dst: bytes[4] != 0,
                name: name.split(|b| *b == 0).next()?.to_vec(),
            })
        };
        let types = types.chunks_exact(6).map(local).collect::<Option<Vec<_>>>()?;
        let known = |i: &u8| (usize::from(*i) < types.len()).then_some(usize::from(*i));
        let transitions = times
            .chunks_exact(width)
            .zip(indices)
            .map(|(t, i)| Some((time(t)?, known(i)?)))
            .collect::<Option<Vec<_>>>()?;
        let sane = types.iter().all(|l| l.offset.abs() < 26 * 3600);
        if types.is_empty() || !sane || !transitions.is_sorted_by_key(|(t, _)| *t) {
            return None;
        }
        let line = footer.strip_prefix(b"\n").and_then(|f| f.split(|b| *b == b'\n').next());
        let rule = line.filter(|l| !l.is_empty()).and_then(|l| Scan(l).rule());
        Some(Zone { transitions, types, rule })
    }
}

/// The rest of a POSIX string.
struct Scan<'a>(&'a [u8]);

impl Scan<'_> {
    fn take(&mut self, byte: u8) -> bool {
        let hit = self.0.first() == Some(&byte);
        if hit {
            self.0 = &self.0[1..];
        }
        hit
    }

    fn name(&mut self) -> Option<Vec<u8>> {
        let (name, rest) = if self.take(b'<') {
            let end = self.0.iter().position(|b| *b == b'>')?;
            (&self.0[..end], &self.0[end + 1..])
        } else {
            let end = self.0.iter().position(|b| !b.is_ascii_alphabetic()).unwrap_or(self.0.len());
            self.0.split_at(end)
        };
        if name.len() < 3 {
            return None;
        }
        let name = name.to_vec();
        self.0 = rest;
        Some(name)
    }

    fn number(&mut self) -> Option<i32> {
        let end = self.0.iter().position(|b| !b.is_ascii_digit()).unwrap_or(self.0.len());
        let (digits, rest) = self.0.split_at(end);
        if digits.is_empty() || digits.len() > 4 {
            return None;
        }
        self.0 = rest;
        Some(digits.iter().fold(0, |n, d| n * 10 + i32::from(d - b'0')))
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    fn time(&mut self) -> Option<i32> {
        let sign = if self.take(b'-') {
            -1
        } else {
            self.take(b'+');
            1
        };
        let mut seconds = self.number()?.min(167) * 3600;
        for unit in [60, 1] {
            if !self.take(b':') {
                break;
            }
            seconds += self.number()?.min(59) * unit;
        }
        Some(sign * seconds)
    }

    fn change(&mut self) -> Option<Change> {
        let day = if self.take(b'J') {
            Day::Julian(self.number()?.clamp(1, 365))
        } else if self.take(b'M') {
            let month = self.number()?;
            let week = self.take(b'.').then(|| self.number())??;
            let weekday = self.take(b'.').then(|| self.number())??;
            if !(1..=12).contains(&month) || !(1..=5).contains(&week) || !(0..=6).contains(&weekday) {
                return None;
            }
            Day::Week(month, week, weekday)
        } else {
            Day::Zero(self.number()?.min(365))
        };
        let time = if self.take(b'/') { self.time()? } else { 2 * 3600 };
        Some(Change { day, time })
    }

    fn rule(&mut self) -> Option<Rule> {
        let name = self.name()?;
        let offset = -self.time()?;
        let standard = Local { offset, dst: false, name };
        if self.0.is_empty() {
            return Some(Rule { standard, daylight: None });
        }
        let name = self.name()?;
        let offset =
            if matches!(self.0.first(), None | Some(b',')) { offset + 3600 } else { -self.time()? };
        let daylight = Local { offset, dst: true, name };
        // Without dates, those of the United States, as glibc has it.
        let mut dates = Scan(b",M3.2.0,M11.1.0");
        let dates = if self.0.is_empty() { &mut dates } else { self };
        let mut date = || if dates.take(b',') { dates.change() } else { None };
        let (start, end) = (date()?, date()?);
        Some(Rule { standard, daylight: Some((daylight, start, end)) })
    }
}
