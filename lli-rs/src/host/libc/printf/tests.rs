//! Against the host's `snprintf`.
#![allow(unsafe_code)]

use std::ffi::CString;

use svm_memory::GuestPtr;

use crate::host::X87;
use crate::host::libc::testing::{Arg, Guest};
use crate::machine::Trap;

/// What the host's `snprintf` makes of one value.
fn native(format: &str, arg: Arg) -> (i32, Vec<u8>) {
    let format = CString::new(format).expect("no NUL");
    let mut buf = vec![0_u8; 40_000];
    let at = buf.as_mut_ptr().cast();
    // SAFETY: the formats of these tests take one argument of the kind passed; the buffer has room.
    let len = unsafe {
        match arg {
            Arg::I(v) => libc::snprintf(at, buf.len(), format.as_ptr(), v),
            Arg::L(v) => libc::snprintf(at, buf.len(), format.as_ptr(), v),
            Arg::D(v) => libc::snprintf(at, buf.len(), format.as_ptr(), v),
            Arg::P(v) => libc::snprintf(at, buf.len(), format.as_ptr(), v.bits()),
            Arg::X(_) => unreachable!("no long double through Rust's varargs"),
        }
    };
    buf.truncate(usize::try_from(len).unwrap_or(0));
    (len, buf)
}

fn ours(guest: &mut Guest, format: &str, args: &[Arg]) -> (i32, Vec<u8>) {
    let (text, to) = (guest.string(format), guest.room(40_000));
    let len = guest.int("snprintf", &[Arg::P(to), Arg::L(40_000), Arg::P(text)], args);
    let mut bytes = vec![0; usize::try_from(len).unwrap_or(0)];
    guest.mem().read(to, &mut bytes).expect("in bounds");
    for p in [text, to] {
        guest.mem().free(p, svm_memory::SiteId::NONE).expect("heap");
    }
    (len, bytes)
}

fn same(guest: &mut Guest, format: &str, arg: Arg) {
    let (a, b) = (ours(guest, format, &[arg]), native(format, arg));
    assert_eq!(
        (a.0, String::from_utf8_lossy(&a.1)),
        (b.0, String::from_utf8_lossy(&b.1)),
        "{format} of {arg:?}"
    );
}

const FLAGS: [&str; 14] = ["", "-", "+", " ", "#", "0", "-0", "+0", " 0", "#0", "+-", "-#", "'", "+ #0"];
const SIZES: [&str; 12] = ["", "1", "5", "20", ".", ".0", ".1", ".5", "8.3", "3.8", "20.12", "40.25"];

#[test]
fn integers() {
    let mut guest = Guest::new(b"");
    for flags in FLAGS {
        for size in SIZES {
            for conversion in ["d", "i", "u", "o", "x", "X", "hd", "hhu", "hhd", "hx", "b", "c"] {
                for value in [0, 1, -1, 7, 255, -128, 65_535, 123_456, i32::MIN, i32::MAX] {
                    same(&mut guest, &format!("<%{flags}{size}{conversion}>"), Arg::I(value));
                }
            }
            for conversion in ["ld", "lld", "ju", "zx", "to", "lX", "qd", "Ld"] {
                for value in [0, -1, 1 << 40, i64::MIN, i64::MAX] {
                    same(&mut guest, &format!("<%{flags}{size}{conversion}>"), Arg::L(value));
                }
            }
        }
    }
}

#[test]
fn pointers() {
    let mut guest = Guest::new(b"");
    for flags in FLAGS {
        for size in SIZES {
            for value in [0, 1, 0xdead_beef_cafe] {
                same(&mut guest, &format!("<%{flags}{size}p>"), Arg::P(GuestPtr::new(value)));
            }
        }
    }
}

#[test]
fn doubles() {
    let mut guest = Guest::new(b"");
    let values = [
        0.0,
        -0.0,
        1.0,
        -1.5,
        0.1,
        1e10,
        123_456.789,
        9.995,
        0.5,
        2.5,
        1e-5,
        5e-324,
        1.797e308,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        1e15,
        1e17,
        4.35,
        0.000_123_45,
    ];
    for flags in FLAGS {
        for size in SIZES {
            for conversion in ["f", "F", "e", "E", "g", "G", "a", "A", "lf"] {
                for value in values {
                    same(&mut guest, &format!("<%{flags}{size}{conversion}>"), Arg::D(value));
                }
            }
        }
    }
    for format in
        ["%.1200f", "%.1500e", "%#.1300g", "%1400.1200f", "%-1400.1200fx", "%01400.1200f", "%.1200a"]
    {
        for value in [0.1, -5e-324, 1e300, 0.0] {
            same(&mut guest, format, Arg::D(value));
        }
    }
}

#[test]
fn what_is_no_conversion() {
    let mut guest = Guest::new(b"");
    for format in [
        "%y",
        "%-5y%d",
        "%+08.3y",
        "100%% of %d",
        "%",
        "%5",
        "%l",
        "abc%-",
        "%d%",
        "%#y",
        "%.y",
        "% y",
        "%'y",
    ] {
        same(&mut guest, format, Arg::I(5));
    }
}

#[test]
fn long_doubles() {
    let mut guest = Guest::new(b"");
    let one_and_a_half = Arg::X(X87([0, 0, 0, 0, 0, 0, 0, 0xc0, 0xff, 0x3f]));
    for (format, text) in [
        ("%Lf", "1.500000"),
        ("%.20Lg", "1.5"),
        ("%+12.3Le|", "  +1.500e+00|"),
        ("%La", "0xcp-3"),
        ("%012.2Lf", "000000001.50"),
    ] {
        assert_eq!(String::from_utf8_lossy(&ours(&mut guest, format, &[one_and_a_half]).1), text);
    }
}

#[test]
fn strings_and_stars() {
    let mut guest = Guest::new(b"");
    let text = Arg::P(guest.string("abcdef"));
    let null = Arg::P(GuestPtr::NULL);
    for (format, args, expected) in [
        ("%s|%10s|%-10s|%.2s|", vec![text; 4], "abcdef|    abcdef|abcdef    |ab|"),
        ("%*s|%-*s|", vec![Arg::I(8), text, Arg::I(-8), text], "  abcdef|abcdef  |"),
        ("%.*s|%.*s|", vec![Arg::I(3), text, Arg::I(-1), text], "abc|abcdef|"),
        ("%2$s %1$d %2$.*3$s", vec![Arg::I(7), text, Arg::I(1)], "abcdef 7 a"),
        ("%s|%.3s|%8s", vec![null; 3], "(null)||  (null)"),
        ("%c%c%%", vec![Arg::I(65), Arg::I(66)], "AB%"),
        ("%-5d|%05d|%lld", vec![Arg::I(1), Arg::I(-2), Arg::L(3)], "1    |-0002|3"),
    ] {
        let (len, bytes) = ours(&mut guest, format, &args);
        assert_eq!(String::from_utf8_lossy(&bytes), expected);
        assert_eq!(len as usize, expected.len());
    }
}

#[test]
fn wide_text() {
    let mut guest = Guest::new(b"");
    let wide: Vec<u8> = "wide\0".chars().flat_map(|c| (c as u32).to_le_bytes()).collect();
    let wide = Arg::P(guest.bytes(&wide));
    assert_eq!(ours(&mut guest, "%ls|%.2ls|%6lc|", &[wide, wide, Arg::I(0x41)]).1, b"wide|wi|     A|");
    assert_eq!(ours(&mut guest, "%lc", &[Arg::I(0x20ac)]).0, -1);
    assert_eq!(guest.errno(), libc::EILSEQ);
}

#[test]
fn counts() {
    let mut guest = Guest::new(b"");
    let to = guest.room(8);
    assert_eq!(ours(&mut guest, "abc%nde%hhn", &[Arg::P(to), Arg::P(to.offset(4))]).0, 5);
    assert_eq!(guest.mem().load::<[u8; 5]>(to).expect("room"), [3, 0, 0, 0, 5]);
}

#[test]
fn too_long() {
    let mut guest = Guest::new(b"");
    assert_eq!(ours(&mut guest, "%2147483647d", &[Arg::I(1)]).0, -1);
    assert_eq!(guest.errno(), libc::EOVERFLOW);
    assert_eq!(ours(&mut guest, "%99999999999d", &[Arg::I(1)]).0, -1);
    let (format, n) = (guest.string("%2000000000d"), 0);
    let len = guest.int("snprintf", &[Arg::P(GuestPtr::NULL), Arg::L(n), Arg::P(format)], &[Arg::I(1)]);
    assert_eq!(len, 2_000_000_000);
}

#[test]
fn faults() {
    let mut guest = Guest::new(b"");
    let (s, d) = (guest.string("%s"), guest.string("%d"));
    let to = guest.room(4);
    let args = |to, format| [Arg::P(to), Arg::P(format)];
    let bad = |trap: Trap| match trap {
        Trap::Memory(fault) => fault.bad,
        other => panic!("{other:?}"),
    };
    // Destination too small: the first byte past it. What fits is written.
    let text = guest.string("abcdef");
    let trap = guest.call("sprintf", &args(to, s), &[Arg::P(text)]).expect_err("overflow");
    assert_eq!(bad(trap), to.offset(4));
    // An unterminated source; a precision saves it.
    let open = guest.bytes(b"xyz");
    let trap = guest.call("sprintf", &args(to, s), &[Arg::P(open)]).expect_err("unterminated");
    assert_eq!(bad(trap), open.offset(3));
    let bounded = guest.string("%.3s");
    assert_eq!(guest.int("sprintf", &args(to, bounded), &[Arg::P(open)]), 3);
    // Too few arguments, and one of the wrong kind.
    assert!(matches!(guest.call("sprintf", &args(to, d), &[]), Err(Trap::Host(_))));
    assert!(matches!(guest.call("sprintf", &args(to, s), &[Arg::I(1)]), Err(Trap::Host(_))));
    assert!(matches!(guest.call("sprintf", &args(to, d), &[Arg::D(1.0)]), Err(Trap::Host(_))));
}

#[test]
fn asprintf_gives_an_exact_object() {
    let mut guest = Guest::new(b"");
    let (strp, format) = (guest.room(8), guest.string("%d-%s"));
    let text = guest.string("x");
    assert_eq!(guest.int("asprintf", &[Arg::P(strp), Arg::P(format)], &[Arg::I(12), Arg::P(text)]), 4);
    let made: GuestPtr = guest.mem().load(strp).expect("stored");
    assert_eq!(guest.mem().c_str(made).expect("text"), b"12-x");
    assert_eq!(guest.mem().size_of(made).expect("heap"), 5);
}
