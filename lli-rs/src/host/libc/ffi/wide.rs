//! Classes and widths of wide characters, by the host's functions in the locale C or C.UTF-8.

use std::ffi::{CStr, c_int, c_ulong};
use std::sync::OnceLock;

/// A locale of the host's: made once, never freed or changed, so every thread may use it.
#[derive(Clone, Copy)]
struct Locale(libc::locale_t);

// SAFETY: the object behind the handle is only read once it is made.
unsafe impl Send for Locale {}
// SAFETY: as above.
unsafe impl Sync for Locale {}

unsafe extern "C" {
    fn wctype_l(name: *const std::ffi::c_char, locale: libc::locale_t) -> c_ulong;
    fn iswctype_l(c: u32, class: c_ulong, locale: libc::locale_t) -> c_int;
    fn towlower_l(c: u32, locale: libc::locale_t) -> u32;
    fn towupper_l(c: u32, locale: libc::locale_t) -> u32;
    fn wcwidth(c: i32) -> c_int;
}

fn make(name: &CStr) -> libc::locale_t {
    // SAFETY: the name is a C string; null is given for a locale that is not installed.
    unsafe { libc::newlocale(libc::LC_ALL_MASK, name.as_ptr(), std::ptr::null_mut()) }
}

/// The host's C.UTF-8, or C where it has none, or C.
fn locale(utf8: bool) -> libc::locale_t {
    static PLAIN: OnceLock<Locale> = OnceLock::new();
    static UTF8: OnceLock<Locale> = OnceLock::new();
    let plain = || PLAIN.get_or_init(|| Locale(make(c"C"))).0;
    if !utf8 {
        return plain();
    }
    let made = || Locale(Some(make(c"C.UTF-8")).filter(|l| !l.is_null()).unwrap_or_else(plain));
    UTF8.get_or_init(made).0
}

/// Class names in the order of their numbers.
pub const CLASSES: [&CStr; 12] = [
    c"alnum", c"alpha", c"blank", c"cntrl", c"digit", c"graph", c"lower", c"print", c"punct", c"space",
    c"upper", c"xdigit",
];

/// Whether `c` is of a class.
pub fn is_class(utf8: bool, class: usize, c: u32) -> bool {
    static HANDLES: [OnceLock<[c_ulong; CLASSES.len()]>; 2] = [OnceLock::new(), OnceLock::new()];
    let locale = locale(utf8);
    // SAFETY: the names are C strings and the locale is valid for ever.
    let handles = HANDLES[usize::from(utf8)]
        .get_or_init(|| CLASSES.map(|name| unsafe { wctype_l(name.as_ptr(), locale) }));
    // SAFETY: any character may be asked for; the handle is of this locale.
    unsafe { iswctype_l(c, handles[class], locale) != 0 }
}

/// `c` in upper or lower case.
pub fn to_case(utf8: bool, upper: bool, c: u32) -> u32 {
    if c < 0x80 {
        let letter = c as u8;
        return u32::from(if upper { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() });
    }
    let locale = locale(utf8);
    // SAFETY: any character may be asked for; the locale is valid for ever.
    unsafe { if upper { towupper_l(c, locale) } else { towlower_l(c, locale) } }
}

/// Runs `f`, which is host code that looks at the thread's locale, in C or C.UTF-8.
pub fn in_locale<T>(utf8: bool, f: impl FnOnce() -> T) -> T {
    // SAFETY: the locale is valid for ever.
    let old = unsafe { libc::uselocale(locale(utf8)) };
    let value = f();
    // SAFETY: what was in use before is valid still.
    unsafe { libc::uselocale(old) };
    value
}

/// Columns that `c` takes, -1 if it cannot be printed.
pub fn width(utf8: bool, c: u32) -> i32 {
    // SAFETY: any character may be asked for.
    in_locale(utf8, || unsafe { wcwidth(c as i32) })
}
