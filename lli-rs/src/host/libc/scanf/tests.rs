//! Against the host's `sscanf`.
#![allow(unsafe_code)]

use std::ffi::CString;

use svm_memory::GuestPtr;

use crate::host::libc::testing::{Arg, Guest};
use crate::machine::Trap;

/// Room for each target.
const ROOM: usize = 64;

/// What the host's `sscanf` stores to up to four targets.
fn native(text: &str, format: &str) -> (i32, Vec<Vec<u8>>) {
    let (text, format) = (CString::new(text).expect("no NUL"), CString::new(format).expect("no NUL"));
    let mut to = [[0x55_u8; ROOM]; 4];
    let [a, b, c, d] = to.each_mut().map(|t| t.as_mut_ptr());
    // SAFETY: the formats of these tests store to at most four targets, less than 64 bytes to each.
    let count = unsafe { libc::sscanf(text.as_ptr(), format.as_ptr(), a, b, c, d) };
    (count, to.iter().map(|t| t.to_vec()).collect())
}

fn ours(guest: &mut Guest, function: &str, source: Arg, format: &str) -> (i32, Vec<Vec<u8>>) {
    let format = guest.string(format);
    let to: Vec<GuestPtr> = (0..4).map(|_| guest.bytes(&[0x55; ROOM])).collect();
    let targets: Vec<Arg> = to.iter().map(|p| Arg::P(*p)).collect();
    let count = guest.int(function, &[source, Arg::P(format)], &targets);
    let bytes = to.iter().map(|p| guest.mem().load::<[u8; ROOM]>(*p).expect("room").to_vec()).collect();
    (count, bytes)
}

fn same(guest: &mut Guest, text: &str, format: &str) {
    let source = guest.string(text);
    let got = ours(guest, "sscanf", Arg::P(source), format);
    assert_eq!(got, native(text, format), "sscanf({text:?}, {format:?})");
}

#[test]
fn integers() {
    let mut guest = Guest::new(b"");
    let texts = [
        "",
        " ",
        "0",
        "12",
        "-12",
        "+7",
        "  42 43",
        "0x1f",
        "0X1F 2",
        "0x",
        "0xg",
        "077",
        "089",
        "-",
        "- 5",
        "+-5",
        "12abc",
        "99999999999",
        "-99999999999999999999",
        "18446744073709551616",
        "abc",
        "1,2,3",
        "-0x10",
        "00012",
        "(nil)",
        "0b101",
    ];
    let formats = [
        "%d",
        "%i",
        "%u",
        "%x",
        "%o",
        "%X",
        "%ld",
        "%li",
        "%lu",
        "%hd",
        "%hhd",
        "%hhx",
        "%2d%d",
        "%1d%1d%1d",
        "%*d%d",
        "%d%n",
        "%d,%d,%d",
        "%p",
        "%3i%s",
        "%jd",
        "%zu",
        "%lld",
        "%1x%s",
        "%2x%s",
        "%2i%s",
        "%*i%n",
        "%d %c",
        "%d%%",
        "%0d",
        "%y",
    ];
    for text in texts {
        for format in formats {
            same(&mut guest, text, format);
        }
    }
}

#[test]
fn floats() {
    let mut guest = Guest::new(b"");
    let texts = [
        "",
        "1",
        "-1.5",
        "+.5",
        ".",
        "1.",
        "1e5",
        "1e",
        "1e+",
        "1e+5x",
        "e5",
        "0x1.8p3",
        "0x",
        "0x.8",
        "0x1p",
        "nan",
        "NaN!",
        "na",
        "inf",
        "infinity",
        "INFIN",
        "infx",
        "-inf",
        "1.5.6",
        "1e400",
        "1e-400",
        "0.1",
        "3.4028236e38",
        "  2.5 7",
        "1e5e5",
        "-",
        "0",
        "00.5",
        "0e1",
        "1_0",
        "0.1000000000000000055511151231257827021181583404541015625",
    ];
    let formats = [
        "%lf", "%f", "%Lf", "%le%n", "%3lf%s", "%1lf%lf", "%g %g", "%*f%s", "%a", "%4f%s", "%5lf%n", "%2lf%s",
    ];
    for text in texts {
        for format in formats {
            same(&mut guest, text, format);
        }
    }
}

#[test]
fn text() {
    let mut guest = Guest::new(b"");
    let texts = [
        "",
        " ",
        "abc",
        " abc def ",
        "abc123;xyz",
        "]x-y]",
        "a-b",
        "^x",
        "50%",
        "key = 8",
        "kex = 8",
        "x\ty\nz",
        "-9",
        "zzz",
        "\x7fa",
    ];
    let formats = [
        "%s",
        "%3s%s",
        "%c",
        "%2c%c",
        " %c%n",
        "%[a-c]%[^;]",
        "%[]x-]",
        "%[^]]",
        "%[^^]",
        "%[a-]%s",
        "%[-a]%s",
        "%*s%s",
        "%*c%c",
        "%s %s",
        "%d%%",
        "key = %d",
        "%[^\n]%c",
        "%1[a-z]%[a-z]%n",
        "%[z-a]%s",
        "%*[a-z]%n",
        "abc%n",
        " abc %n%s",
        "%%%d",
        "%5c",
        "%",
    ];
    for text in texts {
        for format in formats {
            same(&mut guest, text, format);
        }
    }
}

#[test]
fn streams_go_on_where_matching_ended() {
    let mut guest = Guest::new(b"12 abc 3.5\n-7x rest of it\n0xg");
    let word = |guest: &mut Guest, format: &str| {
        let text = guest.string(format);
        let to = guest.bytes(&[0; 64]);
        let count = guest.int("scanf", &[Arg::P(text)], &[Arg::P(to)]);
        (count, guest.mem().load::<[u8; 8]>(to).expect("room"))
    };
    assert_eq!(word(&mut guest, "%d"), (1, [12, 0, 0, 0, 0, 0, 0, 0]));
    assert_eq!(word(&mut guest, "%d"), (0, [0; 8]));
    assert_eq!(word(&mut guest, "%s"), (1, *b"abc\0\0\0\0\0"));
    assert_eq!(word(&mut guest, "%lf"), (1, 3.5_f64.to_le_bytes()));
    assert_eq!(word(&mut guest, "%hd").1[..2], (-7_i16).to_le_bytes());
    assert_eq!(guest.int("getchar", &[], &[]), i32::from(b'x'));
    assert_eq!(word(&mut guest, " %5[^\n]"), (1, *b"rest \0\0\0"));
    assert_eq!(word(&mut guest, "of it%n").0, 0);
    assert_eq!(word(&mut guest, "%x"), (1, [0; 8]));
    assert_eq!(guest.int("getchar", &[], &[]), i32::from(b'g'));
    assert_eq!(word(&mut guest, "%d").0, -1);
}

#[test]
fn allocation_and_numbered_targets() {
    let mut guest = Guest::new(b"");
    let (source, to) = (guest.string("made here"), guest.room(8));
    assert_eq!(ours(&mut guest, "sscanf", Arg::P(source), "%2$s %1$s").1[1][..5], *b"made\0");
    let format = guest.string("%ms");
    assert_eq!(guest.int("sscanf", &[Arg::P(source), Arg::P(format)], &[Arg::P(to)]), 1);
    let made: GuestPtr = guest.mem().load(to).expect("stored");
    assert_eq!(guest.mem().c_str(made).expect("text"), b"made");
    assert_eq!(guest.mem().size_of(made).expect("heap"), 5);
}

#[test]
fn faults() {
    let mut guest = Guest::new(b"");
    let (source, format, to) = (guest.string("overflow"), guest.string("%s"), guest.room(4));
    let trap = guest.call("sscanf", &[Arg::P(source), Arg::P(format)], &[Arg::P(to)]).expect_err("too long");
    let Trap::Memory(fault) = trap else { panic!("{trap:?}") };
    assert_eq!(fault.bad, to.offset(4));
    let open = guest.bytes(b"123");
    let number = guest.string("%d");
    let trap =
        guest.call("sscanf", &[Arg::P(open), Arg::P(number)], &[Arg::P(to)]).expect_err("unterminated");
    let Trap::Memory(fault) = trap else { panic!("{trap:?}") };
    assert_eq!(fault.bad, open.offset(3));
    assert!(matches!(guest.call("sscanf", &[Arg::P(source), Arg::P(format)], &[]), Err(Trap::Host(_))));
}
