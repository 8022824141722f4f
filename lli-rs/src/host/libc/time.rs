//! Calendar time: between seconds, `struct tm` and text, in the time zone that the guest's own `TZ` names.
//! Clocks are in `clock`, zones in `tz`.

use std::sync::Arc;

use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use svm_memory::{AccessKind, GuestPtr};

use super::access::{Lazy, at, host_object, put_str};
use super::calendar::{TM_SIZE, Tm, zone_field};
use super::tz::{Local, Zone};
use super::{ffi, program};
use crate::host::{HostGlobal, host_table};
use crate::machine::{Cx, Result};

host_table! {
    /// Calendar time.
    pub static TABLE = [
        "struct tm *gmtime(const time_t *t[r 8])" => gmtime: t,
        "struct tm *gmtime_r(const time_t *t[r 8], struct tm *out[w 56])" => gmtime_r: t, out,
        "struct tm *localtime(const time_t *t[r 8])" => localtime: t,
        "struct tm *localtime_r(const time_t *t[r 8], struct tm *out[w 56])" => localtime_r: t, out,
        "time_t mktime(struct tm *tm[rw 56])" => mktime: tm,
        "time_t timelocal(struct tm *tm[rw 56])" => mktime: tm,
        "time_t timegm(struct tm *tm[rw 56])" => timegm: tm,
        "char *asctime(const struct tm *tm[r 56])" => asctime: tm,
        "char *asctime_r(const struct tm *tm[r 56], char *out[w 26])" => asctime_r: tm, out,
        "char *ctime(const time_t *t[r 8])" => ctime: t,
        "char *ctime_r(const time_t *t[r 8], char *out[w 26])" => ctime_r: t, out,
        "size_t strftime(char *out[w n], size_t n, const char *format[str], const struct tm *tm[r 56])" => strftime: out, n, format, tm,
        "size_t strftime_l(char *out[w n], size_t n, const char *format[str], const struct tm *tm[r 56], void *l[opaque])" => strftime_l: out, n, format, tm, l,
        "char *strptime(const char *s[str], const char *format[str], struct tm *tm[rw 56])" => strptime: s, format, tm,
        "void tzset(void)" => tzset,
    ];
}

/// What `tzset` sets.
pub static GLOBALS: &[HostGlobal] = &[
    HostGlobal { name: "tzname", size: 16, align: 8, init: |cx, p| variable(cx, p, Variable::Names) },
    HostGlobal { name: "__tzname", size: 16, align: 8, init: |cx, p| variable(cx, p, Variable::Names) },
    HostGlobal { name: "timezone", size: 8, align: 8, init: |cx, p| variable(cx, p, Variable::Offset) },
    HostGlobal { name: "__timezone", size: 8, align: 8, init: |cx, p| variable(cx, p, Variable::Offset) },
    HostGlobal { name: "daylight", size: 4, align: 4, init: |cx, p| variable(cx, p, Variable::Daylight) },
    HostGlobal { name: "__daylight", size: 4, align: 4, init: |cx, p| variable(cx, p, Variable::Daylight) },
];

#[derive(Clone, Copy)]
enum Variable {
    Names,
    Offset,
    Daylight,
}

/// What `TZ` was, and the zone that it named.
type InUse = (Option<Vec<u8>>, Arc<Zone>);

/// The zone in use and result buffers.
#[derive(Default)]
pub struct State {
    zone: Mutex<Option<InUse>>,
    variables: Mutex<Vec<(Variable, GuestPtr)>>,
    names: Mutex<FxHashMap<Vec<u8>, GuestPtr>>,
    tm: Lazy,
    text: Lazy,
}

fn variable(cx: &mut Cx<'_>, p: GuestPtr, which: Variable) -> Result<()> {
    cx.process.libc.time.variables.lock().push((which, p));
    if let Variable::Names = which {
        let name = zone_name(cx, b"GMT")?;
        cx.mem().store(p, [name.bits(), name.bits()])?;
    }
    Ok(())
}

/// A zone's name as a constant guest string.
fn zone_name(cx: &mut Cx<'_>, name: &[u8]) -> Result<GuestPtr> {
    let process = cx.process;
    if let Some(p) = process.libc.time.names.lock().get(name) {
        return Ok(*p);
    }
    let p = host_object(cx, name.len() as u64 + 1)?;
    cx.mem().write(p, name)?;
    cx.mem().set_read_only(p);
    process.libc.time.names.lock().insert(name.to_vec(), p);
    Ok(p)
}

/// Reads the zone that `TZ` names. A sandboxed program without files has only what the string says.
fn read_zone(cx: &Cx<'_>, tz: Option<&[u8]>) -> Zone {
    const MAX_FILE: usize = 1 << 20;
    let file = |path: &str| {
        if cx.process.config.sandbox {
            return None;
        }
        let data = std::fs::read(path).ok().filter(|d| d.len() <= MAX_FILE)?;
        Zone::file(&data)
    };
    let Some(tz) = tz else { return file("/etc/localtime").unwrap_or_else(Zone::utc) };
    let tz = tz.strip_prefix(b":").unwrap_or(tz);
    if tz.is_empty() {
        return Zone::utc();
    }
    let text = String::from_utf8_lossy(tz);
    let path = if tz[0] == b'/' { text.into_owned() } else { format!("/usr/share/zoneinfo/{text}") };
    let regular = std::fs::metadata(&path).is_ok_and(|m| m.is_file());
    regular.then(|| file(&path)).flatten().unwrap_or_else(|| Zone::posix(tz))
}

/// The zone in use; `again` looks whether `TZ` has changed.
fn zone(cx: &mut Cx<'_>, again: bool) -> Result<Arc<Zone>> {
    let process = cx.process;
    let known = process.libc.time.zone.lock().clone();
    if let Some((_, zone)) = known.as_ref().filter(|_| !again) {
        return Ok(Arc::clone(zone));
    }
    let tz = program::variable(cx, b"TZ")?;
    if let Some((_, zone)) = known.filter(|(old, _)| *old == tz) {
        return Ok(zone);
    }
    let zone = Arc::new(read_zone(cx, tz.as_deref()));
    *process.libc.time.zone.lock() = Some((tz, Arc::clone(&zone)));
    let (standard, daylight) = zone.names();
    let names = [zone_name(cx, &standard.name)?.bits(), zone_name(cx, &daylight.name)?.bits()];
    for (which, p) in process.libc.time.variables.lock().iter() {
        match which {
            Variable::Names => cx.mem().store(*p, names)?,
            Variable::Offset => cx.mem().store(*p, -i64::from(standard.offset))?,
            Variable::Daylight => cx.mem().store(*p, i32::from(daylight.dst))?,
        }
    }
    Ok(zone)
}

fn tzset(cx: &mut Cx<'_>) -> Result<()> {
    zone(cx, true).map(drop)
}

/// Stores broken-down time; null and EOVERFLOW if the year does not fit.
fn break_down(cx: &mut Cx<'_>, t: i64, local: &Local, out: GuestPtr) -> Result<GuestPtr> {
    cx.mem().slice_mut(out, TM_SIZE)?;
    let Some(tm) = Tm::from_time(t, local.offset, local.dst) else {
        return cx.fail(libc::EOVERFLOW, GuestPtr::NULL);
    };
    let name = zone_name(cx, &local.name)?;
    tm.store(cx.mem(), out, name)?;
    Ok(out)
}

fn universal() -> Local {
    Local { offset: 0, dst: false, name: b"GMT".to_vec() }
}

fn own_tm(cx: &mut Cx<'_>) -> Result<GuestPtr> {
    let process = cx.process;
    process.libc.time.tm.buffer(cx, TM_SIZE)
}

fn gmtime(cx: &mut Cx<'_>, t: GuestPtr) -> Result<GuestPtr> {
    let out = own_tm(cx)?;
    gmtime_r(cx, t, out)
}

fn gmtime_r(cx: &mut Cx<'_>, t: GuestPtr, out: GuestPtr) -> Result<GuestPtr> {
    let t = cx.mem().load(t)?;
    break_down(cx, t, &universal(), out)
}

fn localtime(cx: &mut Cx<'_>, t: GuestPtr) -> Result<GuestPtr> {
    let t = cx.mem().load(t)?;
    let (out, zone) = (own_tm(cx)?, zone(cx, true)?);
    break_down(cx, t, zone.at(t), out)
}

fn localtime_r(cx: &mut Cx<'_>, t: GuestPtr, out: GuestPtr) -> Result<GuestPtr> {
    let t = cx.mem().load(t)?;
    let zone = zone(cx, false)?;
    break_down(cx, t, zone.at(t), out)
}

/// The moment whose local time the fields name. Where there are two, or `tm_isdst` names one that does not
/// hold then, as glibc: the field decides, by the offset of the nearest time at which it does hold.
fn from_local(zone: &Zone, tm: &Tm) -> i64 {
    const STRIDE: i64 = 601_200;
    const FAR: i64 = 536_454_000 / 2 + STRIDE;
    let local = tm.seconds();
    let moment = |offset: i32| local.saturating_sub(i64::from(offset));
    let before = zone.at(local.saturating_sub(86400)).offset;
    let after = zone.at(local.saturating_add(86400)).offset;
    let holds = |offset: i32| zone.at(moment(offset)).offset == offset;
    let wanted = |t: i64| tm.isdst < 0 || zone.at(t).dst == (tm.isdst > 0);
    let fitting: Vec<i64> = [before, after].into_iter().filter(|o| holds(*o)).map(moment).collect();
    if let Some(t) = fitting.iter().copied().find(|t| wanted(*t)) {
        return t;
    }
    let t = fitting.first().copied().unwrap_or_else(|| moment(before));
    if wanted(t) {
        return t;
    }
    let near = (1..FAR / STRIDE)
        .flat_map(|i| [t.saturating_sub(i * STRIDE), t.saturating_add(i * STRIDE)])
        .find(|other| zone.at(*other).dst == (tm.isdst > 0));
    // Where no such time is near, an hour's difference is assumed.
    let hour = if tm.isdst > 0 { -3600 } else { 3600 };
    near.map_or(t.saturating_add(hour), |other| moment(zone.at(other).offset))
}

fn mktime(cx: &mut Cx<'_>, p: GuestPtr) -> Result<i64> {
    cx.mem().slice_mut(p, TM_SIZE)?;
    let tm = Tm::load(cx.mem(), p)?;
    let zone = zone(cx, true)?;
    let t = from_local(&zone, &tm);
    let done = break_down(cx, t, zone.at(t), p)?;
    Ok(if done.is_null() { -1 } else { t })
}

fn timegm(cx: &mut Cx<'_>, p: GuestPtr) -> Result<i64> {
    cx.mem().slice_mut(p, TM_SIZE)?;
    let t = Tm::load(cx.mem(), p)?.seconds();
    let done = break_down(cx, t, &universal(), p)?;
    Ok(if done.is_null() { -1 } else { t })
}

const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `Sun Sep 16 01:03:52 1973` and a newline; `None` if the year does not fit an `int`.
fn text_of(tm: &Tm) -> Option<String> {
    let name = |names: &[&'static str], i: i32| usize::try_from(i).ok().and_then(|i| names.get(i).copied());
    let (day, month) = (name(&DAYS, tm.wday).unwrap_or("???"), name(&MONTHS, tm.mon).unwrap_or("???"));
    let year = tm.year.checked_add(1900)?;
    Some(format!(
        "{day} {month}{:3} {} {year}\n",
        tm.mday,
        [two(tm.hour), two(tm.min), two(tm.sec)].join(":")
    ))
}

/// `%.2d`: at least two digits beside the sign.
fn two(n: i32) -> String {
    let sign = if n < 0 { "-" } else { "" };
    format!("{sign}{:02}", n.unsigned_abs())
}

fn put_text(cx: &mut Cx<'_>, tm: &Tm, out: GuestPtr, room: usize) -> Result<GuestPtr> {
    match text_of(tm).filter(|t| t.len() < room) {
        Some(text) => {
            put_str(cx.mem(), out, text.as_bytes())?;
            Ok(out)
        }
        None => cx.fail(libc::EOVERFLOW, GuestPtr::NULL),
    }
}

/// Size of the result buffer of `asctime` and `ctime`.
const TEXT: usize = 114;

fn own_text(cx: &mut Cx<'_>) -> Result<GuestPtr> {
    let process = cx.process;
    process.libc.time.text.buffer(cx, TEXT as u64)
}

fn asctime(cx: &mut Cx<'_>, tm: GuestPtr) -> Result<GuestPtr> {
    cx.mem().slice(tm, TM_SIZE)?;
    let tm = Tm::load(cx.mem(), tm)?;
    let out = own_text(cx)?;
    put_text(cx, &tm, out, TEXT)
}

fn asctime_r(cx: &mut Cx<'_>, tm: GuestPtr, out: GuestPtr) -> Result<GuestPtr> {
    cx.mem().slice(tm, TM_SIZE)?;
    let tm = Tm::load(cx.mem(), tm)?;
    put_text(cx, &tm, out, 26)
}

fn ctime(cx: &mut Cx<'_>, t: GuestPtr) -> Result<GuestPtr> {
    let tm = localtime(cx, t)?;
    if tm.is_null() { Ok(tm) } else { asctime(cx, tm) }
}

fn ctime_r(cx: &mut Cx<'_>, t: GuestPtr, out: GuestPtr) -> Result<GuestPtr> {
    let t: i64 = cx.mem().load(t)?;
    let zone = zone(cx, false)?;
    let local = zone.at(t);
    match Tm::from_time(t, local.offset, local.dst) {
        Some(tm) => put_text(cx, &tm, out, 26),
        None => cx.fail(libc::EOVERFLOW, GuestPtr::NULL),
    }
}

/// Whether a format has a conversion by this letter, and the format with each of them (flags and width
/// included) replaced, if there is something to replace it by.
fn conversions(format: &[u8], letter: u8, by: Option<&[u8]>) -> (bool, Vec<u8>) {
    let (mut found, mut out, mut rest) = (false, Vec::new(), format);
    while let Some(percent) = rest.iter().position(|b| *b == b'%') {
        out.extend_from_slice(&rest[..percent]);
        let part = &rest[percent..];
        let flags = part[1..]
            .iter()
            .take_while(|b| matches!(b, b'_' | b'-' | b'^' | b'#' | b'+' | b'0'..=b'9' | b'E' | b'O' | b':'));
        let end = (1 + flags.count() + 1).min(part.len());
        let hit = part[end - 1] == letter && end > 1;
        found |= hit;
        out.extend_from_slice(if hit { by.unwrap_or(&part[..end]) } else { &part[..end] });
        rest = &part[end..];
    }
    out.extend_from_slice(rest);
    (found, out)
}

/// The host formats a copy; what depends on the zone (`%Z`, `%s`) is the guest's.
fn strftime(cx: &mut Cx<'_>, out: GuestPtr, n: u64, format: GuestPtr, tm: GuestPtr) -> Result<u64> {
    let mem = cx.mem();
    let format = mem.c_str(format)?;
    mem.slice(tm, TM_SIZE)?;
    let fields = Tm::load(mem, tm)?;
    let zone = zone(cx, true)?;
    let (has_name, _) = conversions(&format, b'Z', None);
    let name = if has_name {
        match mem.load::<GuestPtr>(zone_field(tm))? {
            p if !p.is_null() => mem.c_str(p)?,
            _ if fields.isdst < 0 => Vec::new(),
            _ => {
                let (standard, daylight) = zone.names();
                if fields.isdst > 0 { daylight.name.clone() } else { standard.name.clone() }
            }
        }
    } else {
        Vec::new()
    };
    let seconds = from_local(&zone, &fields).to_string();
    let (_, format) = conversions(&format, b's', Some(seconds.as_bytes()));
    // No more than what the buffer can take, and the first byte past it.
    let limit = n.min(mem.available(out, AccessKind::Write).saturating_add(1));
    match ffi::time::format(&format, &fields, &name, limit as usize) {
        Some(text) => {
            put_str(mem, out, &text)?;
            Ok(text.len() as u64)
        }
        None if limit < n => Err(mem.fault_for(out, out, limit.max(1), AccessKind::Write).into()),
        None => Ok(0),
    }
}

fn strftime_l(
    cx: &mut Cx<'_>,
    out: GuestPtr,
    n: u64,
    format: GuestPtr,
    tm: GuestPtr,
    _locale: GuestPtr,
) -> Result<u64> {
    strftime(cx, out, n, format, tm)
}

fn strptime(cx: &mut Cx<'_>, s: GuestPtr, format: GuestPtr, tm: GuestPtr) -> Result<GuestPtr> {
    let mem = cx.mem();
    let (text, format) = (mem.c_str(s)?, mem.c_str(format)?);
    mem.slice_mut(tm, TM_SIZE)?;
    let mut fields = Tm::load(mem, tm)?;
    let used = ffi::time::parse(&text, &format, &mut fields);
    fields.store(mem, tm, mem.load(zone_field(tm))?)?;
    Ok(used.map_or(GuestPtr::NULL, |n| at(s, n as u64)))
}
