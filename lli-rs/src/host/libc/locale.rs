//! Locales: C (also called POSIX) and C.UTF-8. Others are as if they were not installed.

use parking_lot::Mutex;
use svm_memory::{GuestPtr, ObjectKind};

use super::access::{Lazy, at, put_str};
use super::errno::constant;
use super::{ctype, program};
use crate::host::host_table;
use crate::machine::{Cx, Result};

host_table! {
    /// Locales.
    pub static TABLE = [
        "char *setlocale(int category, const char *name[? str])" => setlocale: category, name,
        "struct lconv *localeconv(void)" => localeconv,
        "char *nl_langinfo(int item)" => nl_langinfo: item,
        "char *nl_langinfo_l(int item, void *l[opaque])" => nl_langinfo_l: item, l,
        "size_t __ctype_get_mb_cur_max(void)" => mb_cur_max,
        "void *newlocale(int mask, const char *name[str], void *base[? opaque])" => newlocale: mask, name, base,
        "void *__newlocale(int mask, const char *name[str], void *base[? opaque])" => newlocale: mask, name, base,
        "void *duplocale(void *l[opaque])" => duplocale: l,
        "void *__duplocale(void *l[opaque])" => duplocale: l,
        "void freelocale(void *l[opaque])" => freelocale: l,
        "void __freelocale(void *l[opaque])" => freelocale: l,
        "void *uselocale(void *l[? opaque])" => uselocale: l,
        "void *__uselocale(void *l[? opaque])" => uselocale: l,
    ];
}

/// Categories in the order of their numbers; number 6 is all of them.
const CATEGORIES: [&str; 13] = [
    "LC_CTYPE",
    "LC_NUMERIC",
    "LC_TIME",
    "LC_COLLATE",
    "LC_MONETARY",
    "LC_MESSAGES",
    "LC_ALL",
    "LC_PAPER",
    "LC_NAME",
    "LC_ADDRESS",
    "LC_TELEPHONE",
    "LC_MEASUREMENT",
    "LC_IDENTIFICATION",
];
const CTYPE: usize = 0;
const ALL: usize = 6;
const GLOBAL_LOCALE: GuestPtr = GuestPtr::new(u64::MAX);

/// A locale as it is named; the names differ, the C.UTF-8 ones mean the same.
type Name = &'static str;
const NAMES: [Name; 4] = ["C", "C.UTF-8", "C.utf8", "C.utf-8"];

/// The locale of each category, and that of the calling thread.
pub struct State {
    inner: Mutex<Inner>,
    lconv: Lazy,
    result: Lazy,
}

struct Inner {
    names: [Name; 13],
    /// What `uselocale` set; null: the global one.
    thread: GuestPtr,
    thread_utf8: bool,
}

impl Default for State {
    fn default() -> Self {
        let inner = Inner { names: ["C"; 13], thread: GuestPtr::NULL, thread_utf8: false };
        Self { inner: Mutex::new(inner), lconv: Lazy::default(), result: Lazy::default() }
    }
}

/// Whether characters are UTF-8 in the locale in use.
pub fn is_utf8(cx: &Cx<'_>) -> bool {
    let inner = cx.process.libc.locale.inner.lock();
    if inner.thread.is_null() { inner.names[CTYPE] != "C" } else { inner.thread_utf8 }
}

/// The known locale of that name.
fn known(name: &[u8]) -> Option<Name> {
    if name == b"POSIX" {
        return Some("C");
    }
    NAMES.into_iter().find(|n| n.as_bytes() == name)
}

/// The locale that the environment asks for in a category; `None` if there is none such.
fn from_environment(cx: &Cx<'_>, category: usize) -> Result<Option<Name>> {
    for variable in ["LC_ALL", CATEGORIES[category], "LANG"] {
        if let Some(value) = program::variable(cx, variable.as_bytes())?.filter(|v| !v.is_empty()) {
            return Ok(known(&value));
        }
    }
    Ok(Some("C"))
}

/// The locale of each category that a name for all of them means.
fn for_all(cx: &Cx<'_>, name: &[u8]) -> Result<Option<[Name; 13]>> {
    let mut names = ["C"; 13];
    if name.contains(&b';') {
        for part in name.split(|b| *b == b';') {
            let mut halves = part.splitn(2, |b| *b == b'=');
            let category = halves.next().and_then(|c| CATEGORIES.iter().position(|n| n.as_bytes() == c));
            let (Some(category), Some(name)) = (category, halves.next().and_then(known)) else {
                return Ok(None);
            };
            names[category] = name;
        }
        return Ok(Some(names));
    }
    for (category, slot) in names.iter_mut().enumerate().filter(|(c, _)| *c != ALL) {
        let found = if name.is_empty() { from_environment(cx, category)? } else { known(name) };
        match found {
            Some(found) => *slot = found,
            None => return Ok(None),
        }
    }
    Ok(Some(names))
}

/// The name of all categories together: one name, or each with its own.
fn joined(names: &[Name; 13]) -> String {
    let own = || (0..13).filter(|c| *c != ALL);
    if own().all(|c| names[c] == names[0]) {
        return names[0].into();
    }
    let parts: Vec<String> = own().map(|c| format!("{}={}", CATEGORIES[c], names[c])).collect();
    parts.join(";")
}

fn setlocale(cx: &mut Cx<'_>, category: i32, name: GuestPtr) -> Result<GuestPtr> {
    let Some(category) = usize::try_from(category).ok().filter(|c| *c < CATEGORIES.len()) else {
        return cx.fail(libc::EINVAL, GuestPtr::NULL);
    };
    let process = cx.process;
    let mut names = process.libc.locale.inner.lock().names;
    if !name.is_null() {
        let name = cx.mem().c_str(name)?;
        let set = if category == ALL {
            for_all(cx, &name)?
        } else {
            let found = if name.is_empty() { from_environment(cx, category)? } else { known(&name) };
            found.map(|found| {
                let mut names = names;
                names[category] = found;
                names
            })
        };
        // Natively ENOENT: no such locale is installed.
        let Some(set) = set else { return cx.fail(libc::ENOENT, GuestPtr::NULL) };
        names = set;
        process.libc.locale.inner.lock().names = names;
    }
    if category != ALL {
        return constant(cx, names[category].as_bytes());
    }
    let text = joined(&names);
    match NAMES.into_iter().find(|n| **n == text) {
        Some(name) => constant(cx, name.as_bytes()),
        None => {
            let out = process.libc.locale.result.buffer(cx, 512)?;
            put_str(cx.mem(), out, text.as_bytes())?;
            Ok(out)
        }
    }
}

/// `struct lconv`: ten strings, then fourteen characters.
fn localeconv(cx: &mut Cx<'_>) -> Result<GuestPtr> {
    const STRINGS: u64 = 10;
    const CHARS: u64 = 14;
    let (point, empty) = (constant(cx, b".")?, constant(cx, b"")?);
    let process = cx.process;
    process.libc.locale.lconv.get(cx, 96, |mem, p| {
        for i in 0..STRINGS {
            mem.store(at(p, i * 8), if i == 0 { point } else { empty })?;
        }
        mem.fill(at(p, STRINGS * 8), libc::c_char::MAX as u8, CHARS)
    })
}

fn mb_cur_max(cx: &mut Cx<'_>) -> Result<u64> {
    Ok(if is_utf8(cx) { 6 } else { 1 })
}

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The text of an item of `<langinfo.h>`, empty if it has none.
fn item_text(item: i32, utf8: bool) -> &'static str {
    const CODESET: i32 = 14;
    let nth = |list: &[&'static str], first: i32| list[(item - first) as usize];
    match item {
        CODESET if utf8 => "UTF-8",
        CODESET => "ANSI_X3.4-1968",
        0x10000 => ".",
        0x20000..=0x20006 => &nth(&DAYS, 0x20000)[..3],
        0x20007..=0x2000d => nth(&DAYS, 0x20007),
        0x2000e..=0x20019 => &nth(&MONTHS, 0x2000e)[..3],
        0x2001a..=0x20025 => nth(&MONTHS, 0x2001a),
        0x20026 => "AM",
        0x20027 => "PM",
        0x20028 => "%a %b %e %H:%M:%S %Y",
        0x20029 => "%m/%d/%y",
        0x2002a => "%H:%M:%S",
        0x2002b => "%I:%M:%S %p",
        0x4000f => "-",
        0x50000 => "^[yY]",
        0x50001 => "^[nN]",
        _ => "",
    }
}

fn nl_langinfo(cx: &mut Cx<'_>, item: i32) -> Result<GuestPtr> {
    let utf8 = is_utf8(cx);
    constant(cx, item_text(item, utf8).as_bytes())
}

fn nl_langinfo_l(cx: &mut Cx<'_>, item: i32, locale: GuestPtr) -> Result<GuestPtr> {
    let utf8 = utf8_of(cx, locale)?;
    constant(cx, item_text(item, utf8).as_bytes())
}

// `struct __locale_struct`, whose tables the macros of <ctype.h> read. The first word is ours.
const LOCALE_SIZE: u64 = 232;
const TABLES: u64 = 104;
const LOCALE_NAMES: u64 = 128;

/// Whether a locale object is a UTF-8 one.
pub fn utf8_of(cx: &Cx<'_>, locale: GuestPtr) -> Result<bool> {
    if locale == GLOBAL_LOCALE {
        return Ok(cx.process.libc.locale.inner.lock().names[CTYPE] != "C");
    }
    Ok(cx.mem().load::<u64>(locale)? != 0)
}

/// A locale object: on the heap, so that one freed twice or used afterwards is found as any other.
fn make_locale(cx: &mut Cx<'_>, utf8: bool) -> Result<GuestPtr> {
    let tables = ctype::tables(cx)?;
    let name = constant(cx, if utf8 { b"C.UTF-8" } else { b"C" })?;
    let site = cx.site();
    let mem = cx.mem();
    let p = match mem.alloc(LOCALE_SIZE, 16, ObjectKind::Heap, site) {
        Ok(p) => p,
        Err(_) => return cx.fail(libc::ENOMEM, GuestPtr::NULL),
    };
    mem.store(p, u64::from(utf8))?;
    for (i, table) in tables.into_iter().enumerate() {
        mem.store(at(p, TABLES + i as u64 * 8), table)?;
    }
    for i in 0..13 {
        mem.store(at(p, LOCALE_NAMES + i * 8), name)?;
    }
    Ok(p)
}

fn newlocale(cx: &mut Cx<'_>, mask: i32, name: GuestPtr, base: GuestPtr) -> Result<GuestPtr> {
    let name = cx.mem().c_str(name)?;
    let Some(names) = for_all(cx, &name)? else { return cx.fail(libc::ENOENT, GuestPtr::NULL) };
    let inherited = if base.is_null() { false } else { utf8_of(cx, base)? };
    let utf8 = if mask & 1 << CTYPE != 0 { names[CTYPE] != "C" } else { inherited };
    if base.is_null() || base == GLOBAL_LOCALE {
        return make_locale(cx, utf8);
    }
    cx.mem().store(base, u64::from(utf8))?;
    Ok(base)
}

fn duplocale(cx: &mut Cx<'_>, locale: GuestPtr) -> Result<GuestPtr> {
    let utf8 = utf8_of(cx, locale)?;
    make_locale(cx, utf8)
}

fn freelocale(cx: &mut Cx<'_>, locale: GuestPtr) -> Result<()> {
    if locale == GLOBAL_LOCALE {
        return Ok(());
    }
    let site = cx.site();
    Ok(cx.mem().free(locale, site)?)
}

fn uselocale(cx: &mut Cx<'_>, locale: GuestPtr) -> Result<GuestPtr> {
    let utf8 = if locale.is_null() { false } else { utf8_of(cx, locale)? };
    let mut inner = cx.process.libc.locale.inner.lock();
    let old = if inner.thread.is_null() { GLOBAL_LOCALE } else { inner.thread };
    if !locale.is_null() {
        inner.thread = if locale == GLOBAL_LOCALE { GuestPtr::NULL } else { locale };
        inner.thread_utf8 = utf8;
    }
    Ok(old)
}
