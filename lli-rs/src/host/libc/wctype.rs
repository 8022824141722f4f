//! Classes, cases and widths of wide characters.

use svm_memory::GuestPtr;

use super::ffi::wide;
use super::locale::{is_utf8, utf8_of};
use crate::host::host_table;
use crate::machine::{Cx, Result};

host_table! {
    /// Classes of wide characters.
    pub static TABLE = [
        "int iswalnum(wint_t c)" => iswalnum: c,
        "int iswalpha(wint_t c)" => iswalpha: c,
        "int iswblank(wint_t c)" => iswblank: c,
        "int iswcntrl(wint_t c)" => iswcntrl: c,
        "int iswdigit(wint_t c)" => iswdigit: c,
        "int iswgraph(wint_t c)" => iswgraph: c,
        "int iswlower(wint_t c)" => iswlower: c,
        "int iswprint(wint_t c)" => iswprint: c,
        "int iswpunct(wint_t c)" => iswpunct: c,
        "int iswspace(wint_t c)" => iswspace: c,
        "int iswupper(wint_t c)" => iswupper: c,
        "int iswxdigit(wint_t c)" => iswxdigit: c,
        "wctype_t wctype(const char *name[str])" => wctype: name,
        "int iswctype(wint_t c, wctype_t class)" => iswctype: c, class,
        "int iswctype_l(wint_t c, wctype_t class, void *l[opaque])" => iswctype_l: c, class, l,
        "wint_t towlower(wint_t c)" => towlower: c,
        "wint_t towupper(wint_t c)" => towupper: c,
        "wint_t towlower_l(wint_t c, void *l[opaque])" => towlower_l: c, l,
        "wint_t towupper_l(wint_t c, void *l[opaque])" => towupper_l: c, l,
        "wctype_t wctrans(const char *name[str])" => wctrans: name,
        "wint_t towctrans(wint_t c, wctype_t change)" => towctrans: c, change,
        "int wcwidth(wchar_t c)" => wcwidth: c,
        "int wcswidth(const wchar_t *s[r], size_t n)" => wcswidth: s, n,
    ];
}

/// End of file as a wide character: of no class, and its own other case.
const WEOF: u32 = u32::MAX;

fn class(cx: &Cx<'_>, index: usize, c: u32) -> Result<i32> {
    Ok(i32::from(c != WEOF && wide::is_class(is_utf8(cx), index, c)))
}

macro_rules! classes {
    ($($name:ident: $index:literal),* $(,)?) => {$(
        fn $name(cx: &mut Cx<'_>, c: u32) -> Result<i32> {
            class(cx, $index, c)
        }
    )*};
}

// The numbers are places in `wide::CLASSES`.
classes! {
    iswalnum: 0, iswalpha: 1, iswblank: 2, iswcntrl: 3, iswdigit: 4, iswgraph: 5, iswlower: 6, iswprint: 7,
    iswpunct: 8, iswspace: 9, iswupper: 10, iswxdigit: 11,
}

/// A class's number, from 1; 0 for one that there is not.
fn wctype(cx: &mut Cx<'_>, name: GuestPtr) -> Result<u64> {
    let name = cx.mem().c_str(name)?;
    Ok(wide::CLASSES.iter().position(|c| c.to_bytes() == name).map_or(0, |i| i as u64 + 1))
}

fn of_class(utf8: bool, c: u32, class: u64) -> i32 {
    let index = class.checked_sub(1).filter(|i| *i < wide::CLASSES.len() as u64);
    i32::from(c != WEOF && index.is_some_and(|i| wide::is_class(utf8, i as usize, c)))
}

fn iswctype(cx: &mut Cx<'_>, c: u32, class: u64) -> Result<i32> {
    Ok(of_class(is_utf8(cx), c, class))
}

fn iswctype_l(cx: &mut Cx<'_>, c: u32, class: u64, locale: GuestPtr) -> Result<i32> {
    Ok(of_class(utf8_of(cx, locale)?, c, class))
}

fn towlower(cx: &mut Cx<'_>, c: u32) -> Result<u32> {
    Ok(wide::to_case(is_utf8(cx), false, c))
}

fn towupper(cx: &mut Cx<'_>, c: u32) -> Result<u32> {
    Ok(wide::to_case(is_utf8(cx), true, c))
}

fn towlower_l(cx: &mut Cx<'_>, c: u32, locale: GuestPtr) -> Result<u32> {
    Ok(wide::to_case(utf8_of(cx, locale)?, false, c))
}

fn towupper_l(cx: &mut Cx<'_>, c: u32, locale: GuestPtr) -> Result<u32> {
    Ok(wide::to_case(utf8_of(cx, locale)?, true, c))
}

fn wctrans(cx: &mut Cx<'_>, name: GuestPtr) -> Result<u64> {
    Ok(match cx.mem().c_str(name)?.as_slice() {
        b"tolower" => 1,
        b"toupper" => 2,
        _ => 0,
    })
}

fn towctrans(cx: &mut Cx<'_>, c: u32, change: u64) -> Result<u32> {
    match change {
        1 => towlower(cx, c),
        2 => towupper(cx, c),
        _ => Ok(c),
    }
}

fn wcwidth(cx: &mut Cx<'_>, c: i32) -> Result<i32> {
    Ok(wide::width(is_utf8(cx), c as u32))
}

fn wcswidth(cx: &mut Cx<'_>, s: GuestPtr, n: u64) -> Result<i32> {
    let mut total = 0i32;
    for c in super::access::wide_str_max(cx.mem(), s, n)? {
        match wide::width(is_utf8(cx), c as u32) {
            -1 => return Ok(-1),
            columns => total = total.wrapping_add(columns),
        }
    }
    Ok(total)
}
