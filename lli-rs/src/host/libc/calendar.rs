//! Broken-down time: the proleptic Gregorian calendar, and `struct tm` as glibc lays it out.

use svm_memory::{GuestPtr, Memory};

use super::access::at;
use crate::machine::Result;

/// Size of `struct tm`.
pub const TM_SIZE: u64 = 56;
const GMTOFF: u64 = 40;
const ZONE: u64 = 48;

/// `struct tm` without its zone's name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tm {
    /// Seconds to years since 1900, week day, day of the year, daylight saving: in the order of C.
    pub sec: i32,
    pub min: i32,
    pub hour: i32,
    pub mday: i32,
    pub mon: i32,
    pub year: i32,
    pub wday: i32,
    pub yday: i32,
    pub isdst: i32,
    /// Seconds east of UTC.
    pub gmtoff: i64,
}

impl Tm {
    /// Reads the nine plain fields and the offset.
    pub fn load(mem: &Memory, p: GuestPtr) -> Result<Tm> {
        let [sec, min, hour, mday, mon, year, wday, yday, isdst]: [i32; 9] = mem.load(p)?;
        let gmtoff = mem.load(at(p, GMTOFF))?;
        Ok(Tm { sec, min, hour, mday, mon, year, wday, yday, isdst, gmtoff })
    }

    /// Writes everything; `zone` is the name's string.
    pub fn store(&self, mem: &Memory, p: GuestPtr, zone: GuestPtr) -> Result<()> {
        mem.slice_mut(p, TM_SIZE)?;
        let Tm { sec, min, hour, mday, mon, year, wday, yday, isdst, gmtoff } = *self;
        mem.store(p, [sec, min, hour, mday, mon, year, wday, yday, isdst])?;
        mem.store(at(p, GMTOFF), gmtoff)?;
        Ok(mem.store(at(p, ZONE), zone)?)
    }

    /// Time `t`, `offset` seconds east of UTC; `None` if the year does not fit.
    pub fn from_time(t: i64, offset: i32, dst: bool) -> Option<Tm> {
        let local = i128::from(t) + i128::from(offset);
        let (days, rest) = (local.div_euclid(86400) as i64, local.rem_euclid(86400) as i32);
        let (year, mon, mday) = civil(days);
        let yday = (days - days_before(year, 0)) as i32;
        Some(Tm {
            sec: rest % 60,
            min: rest / 60 % 60,
            hour: rest / 3600,
            mday,
            mon,
            year: i32::try_from(year - 1900).ok()?,
            wday: (days + 4).rem_euclid(7) as i32,
            yday,
            isdst: i32::from(dst),
            gmtoff: i64::from(offset),
        })
    }

    /// Seconds since 1970 as if the fields were UTC; fields may be out of their ranges.
    pub fn seconds(&self) -> i64 {
        let months = i64::from(self.year) * 12 + i64::from(self.mon);
        let days = days_before(months.div_euclid(12) + 1900, months.rem_euclid(12) as i32)
            + i64::from(self.mday)
            - 1;
        days * 86400 + i64::from(self.hour) * 3600 + i64::from(self.min) * 60 + i64::from(self.sec)
    }
}

/// The place of the pointer to the zone's name in a `struct tm`.
pub fn zone_field(p: GuestPtr) -> GuestPtr {
    at(p, ZONE)
}

/// Days from 1970-01-01 to the first of a month (0 to 11).
pub fn days_before(year: i64, month: i32) -> i64 {
    // Years begin in March, so that the leap day is the last one.
    let (y, m) = if month < 2 { (year - 1, month + 10) } else { (year, month - 2) };
    let (era, of_era) = (y.div_euclid(400), y.rem_euclid(400));
    let of_year = i64::from((153 * m + 2) / 5);
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month (0 to 11) and day (from 1) of a day since 1970-01-01.
fn civil(days: i64) -> (i64, i32, i32) {
    let z = days + 719_468;
    let (era, day) = (z.div_euclid(146_097), z.rem_euclid(146_097));
    let of_era = (day - day / 1460 + day / 36524 - day / 146_096) / 365;
    let of_year = day - (365 * of_era + of_era / 4 - of_era / 100);
    let m = (5 * of_year + 2) / 153;
    let mday = (of_year - (153 * m + 2) / 5 + 1) as i32;
    let month = if m < 10 { m + 2 } else { m - 10 } as i32;
    (era * 400 + of_era + i64::from(month < 2), month, mday)
}

/// Whether a year has a leap day.
pub fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}
