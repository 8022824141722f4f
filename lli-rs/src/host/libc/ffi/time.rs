//! Time to text and back by the host's functions, in the C locale. Nothing here depends on the host's zone.

use std::ffi::{CString, c_char};

use super::c_string;
use crate::host::libc::calendar::Tm;

unsafe extern "C" {
    fn strptime(s: *const c_char, format: *const c_char, tm: *mut libc::tm) -> *mut c_char;
}

fn host_tm(tm: &Tm, zone: &CString) -> libc::tm {
    let Tm { sec, min, hour, mday, mon, year, wday, yday, isdst, gmtoff } = *tm;
    libc::tm {
        tm_sec: sec,
        tm_min: min,
        tm_hour: hour,
        tm_mday: mday,
        tm_mon: mon,
        tm_year: year,
        tm_wday: wday,
        tm_yday: yday,
        tm_isdst: isdst,
        tm_gmtoff: gmtoff,
        tm_zone: zone.as_ptr(),
    }
}

/// The text of `tm`, if it and a NUL fit `room` bytes.
pub fn format(format: &[u8], tm: &Tm, zone: &[u8], room: usize) -> Option<Vec<u8>> {
    let zone = c_string(zone);
    let tm = host_tm(tm, &zone);
    // One byte more in front tells an empty text from one that does not fit.
    let format = c_string(&[b"x", format].concat());
    let mut size = (format.as_bytes().len() * 4 + 64).min(room.saturating_add(1));
    loop {
        let mut buf = vec![0u8; size];
        // SAFETY: the buffer has `size` bytes; format, time and zone name are valid for the call. Fields
        // out of their ranges are allowed: glibc prints "?" for names that there are not.
        let n = unsafe { libc::strftime(buf.as_mut_ptr().cast(), size, format.as_ptr(), &tm) };
        if n > 0 {
            buf.truncate(n);
            buf.remove(0);
            return Some(buf);
        }
        if size > room {
            return None;
        }
        size = size.saturating_mul(4).min(room.saturating_add(1));
    }
}

/// Reads `text` by `format` into `tm`; how many bytes were used if all of the format was.
pub fn parse(text: &[u8], format: &[u8], tm: &mut Tm) -> Option<usize> {
    let (text, format, zone) = (c_string(text), c_string(format), CString::default());
    let mut host = host_tm(tm, &zone);
    // SAFETY: both strings and the structure are valid for the call.
    let end = unsafe { strptime(text.as_ptr(), format.as_ptr(), &mut host) };
    *tm = Tm {
        sec: host.tm_sec,
        min: host.tm_min,
        hour: host.tm_hour,
        mday: host.tm_mday,
        mon: host.tm_mon,
        year: host.tm_year,
        wday: host.tm_wday,
        yday: host.tm_yday,
        isdst: host.tm_isdst,
        gmtoff: host.tm_gmtoff,
    };
    (!end.is_null()).then(|| end.addr() - text.as_ptr().addr())
}
