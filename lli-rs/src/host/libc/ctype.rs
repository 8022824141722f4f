//! Character classes: glibc's tables, which programs index themselves, and the functions.
//!
//! The locales C and C.UTF-8 have the same tables: no byte from 128 on has a class.

use svm_memory::{GuestPtr, Memory};

use super::access::{Lazy, at};
use crate::host::host_table;
use crate::machine::{Cx, Result};

// Bits of `__ctype_b`, as <ctype.h> has them on little-endian machines.
const UPPER: u16 = 0x100;
const LOWER: u16 = 0x200;
const ALPHA: u16 = 0x400;
const DIGIT: u16 = 0x800;
const XDIGIT: u16 = 0x1000;
const SPACE: u16 = 0x2000;
const PRINT: u16 = 0x4000;
const GRAPH: u16 = 0x8000;
const BLANK: u16 = 0x1;
const CNTRL: u16 = 0x2;
const PUNCT: u16 = 0x4;
const ALNUM: u16 = 0x8;

/// Tables are indexed from here on.
const FIRST: i32 = -128;
const ENTRIES: u64 = 384;

host_table! {
    /// Character classes.
    pub static TABLE = [
        "const unsigned short **__ctype_b_loc(void)" => b_loc,
        "const int **__ctype_tolower_loc(void)" => tolower_loc,
        "const int **__ctype_toupper_loc(void)" => toupper_loc,
        "int isalnum(int c)" => isalnum: c,
        "int isalpha(int c)" => isalpha: c,
        "int isblank(int c)" => isblank: c,
        "int iscntrl(int c)" => iscntrl: c,
        "int isdigit(int c)" => isdigit: c,
        "int isgraph(int c)" => isgraph: c,
        "int islower(int c)" => islower: c,
        "int isprint(int c)" => isprint: c,
        "int ispunct(int c)" => ispunct: c,
        "int isspace(int c)" => isspace: c,
        "int isupper(int c)" => isupper: c,
        "int isxdigit(int c)" => isxdigit: c,
        "int isascii(int c)" => isascii: c,
        "int toascii(int c)" => toascii: c,
        "int tolower(int c)" => tolower: c,
        "int toupper(int c)" => toupper: c,
        "int _tolower(int c)" => tolower: c,
        "int _toupper(int c)" => toupper: c,
    ];
}

/// The tables and the pointers to them, as guest objects.
#[derive(Default)]
pub struct State {
    classes: Lazy,
    lower: Lazy,
    upper: Lazy,
}

/// The class bits of a byte in the C locale.
fn class(b: u8) -> u16 {
    let bit = |yes: bool, bit: u16| if yes { bit } else { 0 };
    bit(b.is_ascii_uppercase(), UPPER)
        | bit(b.is_ascii_lowercase(), LOWER)
        | bit(b.is_ascii_alphabetic(), ALPHA)
        | bit(b.is_ascii_digit(), DIGIT)
        | bit(b.is_ascii_hexdigit(), XDIGIT)
        | bit(super::access::is_space(b), SPACE)
        | bit(b == b' ' || b.is_ascii_graphic(), PRINT)
        | bit(b.is_ascii_graphic(), GRAPH)
        | bit(b == b' ' || b == b'\t', BLANK)
        | bit(b.is_ascii_control(), CNTRL)
        | bit(b.is_ascii_punctuation(), PUNCT)
        | bit(b.is_ascii_alphanumeric(), ALNUM)
}

/// The entry for index `c` of a case table: -128 to -2 stand for the bytes from 128 on, -1 for EOF.
fn cased(c: i32, change: fn(&u8) -> u8) -> i32 {
    match c {
        -1 => -1,
        c => i32::from(change(&(c as u8))),
    }
}

fn entry_class(c: i32) -> u16 {
    u8::try_from(c).map_or(0, class)
}

/// One object: the table, and after it the pointer to its entry 0, which is what the caller gets.
fn table<T: bytemuck::NoUninit>(
    cx: &mut Cx<'_>,
    lazy: impl Fn(&State) -> &Lazy,
    entry: fn(i32) -> T,
) -> Result<GuestPtr> {
    let process = cx.process;
    let fill = |mem: &Memory, pointer: GuestPtr| {
        let width = size_of::<T>() as u64;
        let table = mem
            .alloc(ENTRIES * width, 16, svm_memory::ObjectKind::Host, svm_memory::SiteId::NONE)
            .map_err(|_| mem.fault_for(pointer, pointer, u64::MAX, svm_memory::AccessKind::Write))?;
        for i in 0..ENTRIES {
            mem.store(at(table, i * width), entry(i as i32 + FIRST))?;
        }
        mem.set_read_only(table);
        mem.store(pointer, table.offset(i64::from(-FIRST) * width as i64))
    };
    lazy(&process.libc.ctype).get(cx, 8, fill)
}

fn b_loc(cx: &mut Cx<'_>) -> Result<GuestPtr> {
    table(cx, |s| &s.classes, entry_class)
}

fn tolower_loc(cx: &mut Cx<'_>) -> Result<GuestPtr> {
    table(cx, |s| &s.lower, |c| cased(c, u8::to_ascii_lowercase))
}

fn toupper_loc(cx: &mut Cx<'_>) -> Result<GuestPtr> {
    table(cx, |s| &s.upper, |c| cased(c, u8::to_ascii_uppercase))
}

/// The class bits of an `int` argument: a byte, a negative `char` or EOF. Natively others read past the
/// table.
fn class_of(cx: &Cx<'_>, c: i32) -> Result<u16> {
    if (FIRST..FIRST + ENTRIES as i32).contains(&c) {
        return Ok(entry_class(c));
    }
    Err(cx.misuse(format!("the character {c} is neither EOF nor an unsigned char")))
}

macro_rules! class_functions {
    ($($name:ident: $bit:ident),* $(,)?) => {$(
        fn $name(cx: &mut Cx<'_>, c: i32) -> Result<i32> {
            Ok(i32::from(class_of(cx, c)? & $bit))
        }
    )*};
}

class_functions! {
    isalnum: ALNUM, isalpha: ALPHA, isblank: BLANK, iscntrl: CNTRL, isdigit: DIGIT, isgraph: GRAPH,
    islower: LOWER, isprint: PRINT, ispunct: PUNCT, isspace: SPACE, isupper: UPPER, isxdigit: XDIGIT,
}

fn isascii(_: &mut Cx<'_>, c: i32) -> Result<i32> {
    Ok(i32::from(c & !0x7f == 0))
}

fn toascii(_: &mut Cx<'_>, c: i32) -> Result<i32> {
    Ok(c & 0x7f)
}

fn tolower(_: &mut Cx<'_>, c: i32) -> Result<i32> {
    Ok(if (FIRST..256).contains(&c) { cased(c, u8::to_ascii_lowercase) } else { c })
}

fn toupper(_: &mut Cx<'_>, c: i32) -> Result<i32> {
    Ok(if (FIRST..256).contains(&c) { cased(c, u8::to_ascii_uppercase) } else { c })
}

/// Entry 0 of the tables for classes, lower and upper case: what a locale object holds.
pub fn tables(cx: &mut Cx<'_>) -> Result<[GuestPtr; 3]> {
    let pointers = [b_loc(cx)?, tolower_loc(cx)?, toupper_loc(cx)?];
    let mut entries = [GuestPtr::NULL; 3];
    for (entry, pointer) in entries.iter_mut().zip(pointers) {
        *entry = cx.mem().load(pointer)?;
    }
    Ok(entries)
}
