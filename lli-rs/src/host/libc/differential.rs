//! Host functions of the topics beside the streams against the host's own libc, on generated inputs.

use std::ffi::{CString, c_char, c_int, c_long, c_uint, c_ulong};

use svm_memory::GuestPtr;

use super::testing::{Arg, Guest};

unsafe extern "C" {
    fn strtol(s: *const c_char, end: *mut *mut c_char, base: c_int) -> c_long;
    fn strtoul(s: *const c_char, end: *mut *mut c_char, base: c_int) -> c_ulong;
    fn strtod(s: *const c_char, end: *mut *mut c_char) -> f64;
    fn strtof(s: *const c_char, end: *mut *mut c_char) -> f32;
    fn strverscmp(a: *const c_char, b: *const c_char) -> c_int;
    fn strcasestr(a: *const c_char, b: *const c_char) -> *const c_char;
    fn strcmp(a: *const c_char, b: *const c_char) -> c_int;
    fn strcasecmp(a: *const c_char, b: *const c_char) -> c_int;
    fn strncmp(a: *const c_char, b: *const c_char, n: usize) -> c_int;
    fn strspn(a: *const c_char, b: *const c_char) -> usize;
    fn strcspn(a: *const c_char, b: *const c_char) -> usize;
    fn strstr(a: *const c_char, b: *const c_char) -> *const c_char;
    fn strrchr(a: *const c_char, c: c_int) -> *const c_char;
    fn dirname(a: *mut c_char) -> *const c_char;
    fn __xpg_basename(a: *mut c_char) -> *const c_char;
    safe fn srandom(seed: c_uint);
    safe fn random() -> c_long;
    fn rand_r(seed: *mut c_uint) -> c_int;
    safe fn srand48(seed: c_long);
    safe fn drand48() -> f64;
    safe fn lrand48() -> c_long;
    safe fn mrand48() -> c_long;
    fn __ctype_b_loc() -> *const *const u16;
    fn __ctype_tolower_loc() -> *const *const i32;
    fn __ctype_toupper_loc() -> *const *const i32;
    fn mbrtowc(out: *mut u32, s: *const c_char, n: usize, state: *mut [u32; 2]) -> usize;
    fn localtime_r(t: *const i64, out: *mut libc::tm) -> *mut libc::tm;
    fn mktime(tm: *mut libc::tm) -> i64;
}

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn text(&mut self, alphabet: &[u8], longest: u64) -> Vec<u8> {
        (0..self.roll(longest + 1)).map(|_| alphabet[self.roll(alphabet.len() as u64) as usize]).collect()
    }
}

/// One guest string that is written anew for each input.
struct Slot {
    guest: Guest,
    a: GuestPtr,
    b: GuestPtr,
    end: GuestPtr,
}

impl Slot {
    fn new() -> Slot {
        let guest = Guest::new(b"");
        let (a, b, end) = (guest.room(256), guest.room(256), guest.room(8));
        Slot { guest, a, b, end }
    }

    fn set(&self, p: GuestPtr, text: &CString) {
        self.guest.mem().write(p, text.as_bytes_with_nul()).unwrap();
    }

    /// A call with no error number before; result, end as an offset, error number after.
    fn number(&mut self, name: &str, base: Option<i32>) -> (u64, u64, i32) {
        self.guest.run(|cx| cx.set_errno(0)).unwrap();
        self.guest.mem().store(self.end, self.a).unwrap();
        let mut args = vec![Arg::P(self.a), Arg::P(self.end)];
        args.extend(base.map(Arg::I));
        let value = self.guest.call(name, &args, &[]).unwrap();
        let end: u64 = self.guest.mem().load(self.end).unwrap();
        (value, end - self.a.bits(), self.guest.errno())
    }
}

/// The host's function on the same text, in the same terms.
fn host_number(text: &CString, f: impl FnOnce(*const c_char, *mut *mut c_char) -> u64) -> (u64, u64, i32) {
    let mut end = text.as_ptr().cast_mut();
    let (value, errno) = super::ffi::with_errno(|| f(text.as_ptr(), &mut end));
    (value, (end.addr() - text.as_ptr().addr()) as u64, errno)
}

#[test]
fn integers_in_text() {
    let (mut dice, mut slot) = (Dice(1), Slot::new());
    for round in 0..20_000 {
        let alphabet: &[u8] = if round % 2 == 0 { b" \t+-00xX19afzZ8" } else { b"0123456789-" };
        let text = CString::new(dice.text(alphabet, 24)).unwrap();
        slot.set(slot.a, &text);
        for base in [0, 1, 2, 8, 10, 16, 36, 37] {
            // SAFETY: a C string, and a place for the end.
            let host = host_number(&text, |s, end| unsafe { strtol(s, end, base) } as u64);
            assert_eq!(slot.number("strtol", Some(base)), host, "strtol {text:?} {base}");
            // SAFETY: as above.
            let host = host_number(&text, |s, end| unsafe { strtoul(s, end, base) });
            assert_eq!(slot.number("strtoul", Some(base)), host, "strtoul {text:?} {base}");
        }
    }
}

#[test]
fn floating_point_in_text() {
    let (mut dice, mut slot) = (Dice(2), Slot::new());
    let alphabets: [&[u8]; 5] =
        [b" +-.0123456789eE", b"0x19afpP.+-", b"infINFtyTY nan()a1_", b"0123456789.", b"1e+-0379"];
    for round in 0..30_000 {
        let text = CString::new(dice.text(alphabets[round % 5], 40)).unwrap();
        slot.set(slot.a, &text);
        // SAFETY: a C string, and a place for the end.
        let host = host_number(&text, |s, end| unsafe { strtod(s, end) }.to_bits());
        assert_eq!(slot.number("strtod", None), host, "strtod {text:?}");
        // SAFETY: as above.
        let host = host_number(&text, |s, end| u64::from(unsafe { strtof(s, end) }.to_bits()));
        assert_eq!(slot.number("strtof", None), host, "strtof {text:?}");
    }
}

#[test]
fn strings() {
    let (mut dice, mut slot) = (Dice(3), Slot::new());
    for _ in 0..20_000 {
        let a = CString::new(dice.text(b"aAbB01/\xe4", 40)).unwrap();
        let b = CString::new(dice.text(b"aAbB01/\xe4", 4)).unwrap();
        slot.set(slot.a, &a);
        slot.set(slot.b, &b);
        let (p, q) = (Arg::P(slot.a), Arg::P(slot.b));
        let base = slot.a.bits();
        let place = |host: *const c_char| match host.is_null() {
            true => 0,
            false => base + (host.addr() - a.as_ptr().addr()) as u64,
        };
        let n = dice.roll(6);
        // SAFETY: C strings, only read.
        let host = unsafe {
            [
                ("strcmp", strcmp(a.as_ptr(), b.as_ptr()) as u32 as u64),
                ("strcasecmp", strcasecmp(a.as_ptr(), b.as_ptr()) as u32 as u64),
                ("strverscmp", strverscmp(a.as_ptr(), b.as_ptr()).signum() as u32 as u64),
                ("strspn", strspn(a.as_ptr(), b.as_ptr()) as u64),
                ("strcspn", strcspn(a.as_ptr(), b.as_ptr()) as u64),
                ("strstr", place(strstr(a.as_ptr(), b.as_ptr()))),
                ("strcasestr", place(strcasestr(a.as_ptr(), b.as_ptr()))),
            ]
        };
        for (name, host) in host {
            let mut mine = slot.guest.call(name, &[p, q], &[]).unwrap();
            if name == "strverscmp" {
                mine = u64::from((mine as i32).signum() as u32);
            }
            assert_eq!(mine, host, "{name} {a:?} {b:?}");
        }
        // SAFETY: as above.
        let host = unsafe { strncmp(a.as_ptr(), b.as_ptr(), n as usize) };
        assert_eq!(
            slot.guest.int("strncmp", &[p, q, Arg::L(n as i64)], &[]),
            host,
            "strncmp {a:?} {b:?} {n}"
        );
        // SAFETY: as above.
        let host = place(unsafe { strrchr(a.as_ptr(), i32::from(b'b')) });
        assert_eq!(slot.guest.call("strrchr", &[p, Arg::I(i32::from(b'b'))], &[]).unwrap(), host);
    }
}

#[test]
fn parts_of_paths() {
    let (mut dice, mut slot) = (Dice(4), Slot::new());
    for _ in 0..5_000 {
        let path = CString::new(dice.text(b"//a.b", 10)).unwrap();
        for name in ["dirname", "__xpg_basename"] {
            slot.set(slot.a, &path);
            let mut copy = path.clone().into_bytes_with_nul();
            let p = copy.as_mut_ptr().cast();
            // SAFETY: a C string that may be changed in place.
            let host = unsafe {
                std::ffi::CStr::from_ptr(if name == "dirname" { dirname(p) } else { __xpg_basename(p) })
            };
            let mine = slot.guest.call(name, &[Arg::P(slot.a)], &[]).unwrap();
            let mine = slot.guest.mem().c_str(GuestPtr::new(mine)).unwrap();
            assert_eq!(mine, host.to_bytes(), "{name} {path:?}");
        }
    }
}

#[test]
fn random_numbers() {
    let mut slot = Slot::new();
    for seed in [1u32, 0, 42, 0x8000_0000, u32::MAX] {
        slot.guest.call("srand", &[Arg::I(seed as i32)], &[]).unwrap();
        srandom(seed);
        for _ in 0..500 {
            assert_eq!(slot.guest.call("rand", &[], &[]).unwrap(), random() as u64, "seed {seed}");
        }
        slot.guest.mem().store(slot.a, seed).unwrap();
        let mut state = seed;
        for _ in 0..100 {
            // SAFETY: the seed is a variable of ours.
            let host = unsafe { rand_r(&mut state) };
            assert_eq!(slot.guest.int("rand_r", &[Arg::P(slot.a)], &[]), host);
        }
        slot.guest.call("srand48", &[Arg::L(i64::from(seed))], &[]).unwrap();
        srand48(i64::from(seed));
        for _ in 0..100 {
            assert_eq!(slot.guest.call("drand48", &[], &[]).unwrap(), drand48().to_bits());
            assert_eq!(slot.guest.call("lrand48", &[], &[]).unwrap(), lrand48() as u64);
            assert_eq!(slot.guest.call("mrand48", &[], &[]).unwrap(), mrand48() as u64);
        }
    }
}

#[test]
fn a_fresh_program_has_the_default_sequence() {
    let mut slot = Slot::new();
    let first: Vec<i32> = (0..4).map(|_| slot.guest.int("rand", &[], &[])).collect();
    assert_eq!(first, [1_804_289_383, 846_930_886, 1_681_692_777, 1_714_636_915]);
}

#[test]
fn states_of_random_can_be_switched() {
    let mut slot = Slot::new();
    let array = slot.guest.room(128);
    let seeded = |slot: &mut Slot| {
        slot.guest.call("initstate", &[Arg::I(7), Arg::P(array), Arg::L(128)], &[]).unwrap()
    };
    let old = GuestPtr::new(seeded(&mut slot));
    let of_seven: Vec<i32> = (0..5).map(|_| slot.guest.int("random", &[], &[])).collect();
    slot.guest.call("setstate", &[Arg::P(old)], &[]).unwrap();
    assert_eq!(slot.guest.int("random", &[], &[]), 1_804_289_383);
    seeded(&mut slot);
    assert_eq!(slot.guest.int("random", &[], &[]), of_seven[0]);
}

#[test]
fn class_tables() {
    let mut slot = Slot::new();
    // SAFETY: glibc's tables have entries from -128 to 255.
    let (classes, lower, upper) =
        unsafe { (*__ctype_b_loc(), *__ctype_tolower_loc(), *__ctype_toupper_loc()) };
    let mut table = |name: &str| -> GuestPtr {
        let p = GuestPtr::new(slot.guest.call(name, &[], &[]).unwrap());
        slot.guest.mem().load(p).unwrap()
    };
    let mine = (table("__ctype_b_loc"), table("__ctype_tolower_loc"), table("__ctype_toupper_loc"));
    let mem = slot.guest.mem();
    for c in -128..256isize {
        // SAFETY: as above.
        let host = unsafe { (*classes.offset(c), *lower.offset(c), *upper.offset(c)) };
        let here = |p: GuestPtr, width: i64| p.offset(c as i64 * width);
        assert_eq!(mem.load::<u16>(here(mine.0, 2)).unwrap(), host.0, "class of {c}");
        assert_eq!(mem.load::<i32>(here(mine.1, 4)).unwrap(), host.1, "lower case of {c}");
        assert_eq!(mem.load::<i32>(here(mine.2, 4)).unwrap(), host.2, "upper case of {c}");
    }
    assert!(mem.load::<u16>(mine.0.offset(512)).is_err());
    assert!(mem.store(mine.0, 0u16).is_err());
}

#[test]
fn multibyte_characters() {
    let (mut dice, mut slot) = (Dice(5), Slot::new());
    let alphabet = b"\0a\x80\xbf\xc1\xc3\xa9\xe0\xed\xa0\xe2\x82\xac\xf0\x9f\x98\xf4\x90\xf8\x88\xfd\xff";
    for utf8 in [false, true] {
        let name = slot.guest.string(if utf8 { "C.UTF-8" } else { "C" });
        assert_ne!(slot.guest.call("setlocale", &[Arg::I(6), Arg::P(name)], &[]).unwrap(), 0);
        for _ in 0..20_000 {
            let text = dice.text(alphabet, 7);
            slot.guest.mem().write(slot.a, &text).unwrap();
            slot.guest.mem().store(slot.b, [0u32; 4]).unwrap();
            let (state, out) = (slot.b, slot.b.offset(8));
            let (mut host_state, mut host_out) = ([0u32; 2], 0u32);
            let args = [Arg::P(out), Arg::P(slot.a), Arg::L(text.len() as i64), Arg::P(state)];
            let mine = slot.guest.call("mbrtowc", &args, &[]).unwrap();
            // SAFETY: the text has the length told; the others are variables of ours.
            let host = super::ffi::wide::in_locale(utf8, || unsafe {
                mbrtowc(&mut host_out, text.as_ptr().cast(), text.len(), &mut host_state)
            });
            assert_eq!(mine, host as u64, "{text:x?} {utf8}");
            assert_eq!(slot.guest.mem().load::<u32>(out).unwrap(), host_out, "{text:x?} {utf8}");
            if mine as i64 != -1 {
                assert_eq!(slot.guest.mem().load::<[u32; 2]>(state).unwrap(), host_state, "{text:x?}");
            }
        }
    }
}

#[test]
fn local_time() {
    let (mut dice, mut slot) = (Dice(6), Slot::new());
    for _ in 0..5_000 {
        let t = (dice.roll(1 << 30) * 8) as i64 - (1 << 31);
        slot.guest.mem().store(slot.b, t).unwrap();
        slot.guest.call("localtime_r", &[Arg::P(slot.b), Arg::P(slot.a)], &[]).unwrap();
        // SAFETY: a plain structure.
        let mut host: libc::tm = unsafe { std::mem::zeroed() };
        // SAFETY: variables of ours.
        unsafe { localtime_r(&t, &mut host) };
        let fields = [
            host.tm_sec,
            host.tm_min,
            host.tm_hour,
            host.tm_mday,
            host.tm_mon,
            host.tm_year,
            host.tm_wday,
            host.tm_yday,
            host.tm_isdst,
        ];
        assert_eq!(slot.guest.mem().load::<[i32; 9]>(slot.a).unwrap(), fields, "{t}");
        // Fields out of their ranges, and back.
        let shift = dice.roll(2000) as i32 - 1000;
        host.tm_mday += shift;
        host.tm_hour -= shift;
        let moved = [
            host.tm_sec,
            host.tm_min,
            host.tm_hour,
            host.tm_mday,
            host.tm_mon,
            host.tm_year,
            host.tm_wday,
            host.tm_yday,
            -1,
        ];
        slot.guest.mem().store(slot.a, moved).unwrap();
        host.tm_isdst = -1;
        // SAFETY: as above.
        let expected = unsafe { mktime(&mut host) };
        assert_eq!(slot.guest.call("mktime", &[Arg::P(slot.a)], &[]).unwrap() as i64, expected);
        assert_eq!(slot.guest.mem().load::<i32>(slot.a.offset(12)).unwrap(), host.tm_mday);
    }
}

#[test]
fn zones_by_rule() {
    use super::tz::Zone;
    let zone = Zone::posix(b"CET-1CEST,M3.5.0,M10.5.0/3");
    // The changes of 2024: 31 March and 27 October, at 01:00 UTC.
    for (t, offset, name) in [
        (1_711_846_799, 3600, "CET"),
        (1_711_846_800, 7200, "CEST"),
        (1_729_990_799, 7200, "CEST"),
        (1_729_990_800, 3600, "CET"),
    ] {
        let local = zone.at(t);
        assert_eq!((local.offset, local.name.as_slice()), (offset, name.as_bytes()), "{t}");
    }
    let south = Zone::posix(b"AEST-10AEDT,M10.1.0,M4.1.0/3");
    assert!(south.at(1_704_067_200).dst, "January is summer");
    assert!(!south.at(1_719_792_000).dst, "July is winter");
    assert_eq!(Zone::posix(b"<-03>3").at(0).offset, -10_800);
    assert_eq!(Zone::posix(b"nonsense").at(0).name, b"nonsense");
}

#[test]
fn expressions() {
    let mut slot = Slot::new();
    let (regex, matches) = (slot.guest.room(64), slot.guest.room(24));
    let pattern = slot.guest.string("(b+)(c?)");
    let compile = [Arg::P(regex), Arg::P(pattern), Arg::I(libc::REG_EXTENDED)];
    assert_eq!(slot.guest.int("regcomp", &compile, &[]), 0);
    assert_eq!(slot.guest.mem().load::<u64>(regex.offset(48)).unwrap(), 2);
    let text = slot.guest.string("aabbd");
    let run = [Arg::P(regex), Arg::P(text), Arg::L(3), Arg::P(matches), Arg::I(0)];
    assert_eq!(slot.guest.int("regexec", &run, &[]), 0);
    assert_eq!(slot.guest.mem().load::<[i32; 6]>(matches).unwrap(), [2, 4, 2, 4, 4, 4]);
    slot.guest.call("regfree", &[Arg::P(regex)], &[]).unwrap();
    assert!(slot.guest.call("regexec", &run, &[]).is_err(), "freed");
}

#[test]
fn environment() {
    let mut slot = Slot::new();
    slot.guest.run(|cx| super::start(cx, &[b"/bin/prog".to_vec()])).unwrap();
    let (name, first, second) = (slot.guest.string("SVM_X"), slot.guest.string("1"), slot.guest.string("2"));
    let get = |slot: &mut Slot| -> Option<Vec<u8>> {
        let p = GuestPtr::new(slot.guest.call("getenv", &[Arg::P(name)], &[]).unwrap());
        (!p.is_null()).then(|| slot.guest.mem().c_str(p).unwrap())
    };
    assert_eq!(get(&mut slot), None);
    for (value, replace, now) in [(first, 0, b"1"), (second, 0, b"1"), (second, 1, b"2")] {
        assert_eq!(slot.guest.int("setenv", &[Arg::P(name), Arg::P(value), Arg::I(replace)], &[]), 0);
        assert_eq!(get(&mut slot).as_deref(), Some(&now[..]));
    }
    let text = slot.guest.string("SVM_X=3");
    assert_eq!(slot.guest.int("putenv", &[Arg::P(text)], &[]), 0);
    // The string itself is part of the environment.
    slot.guest.mem().store(text.offset(6), b'4').unwrap();
    assert_eq!(get(&mut slot).as_deref(), Some(&b"4"[..]));
    assert_eq!(slot.guest.int("unsetenv", &[Arg::P(name)], &[]), 0);
    assert_eq!(get(&mut slot), None);
    assert_eq!(slot.guest.int("setenv", &[Arg::P(text), Arg::P(first), Arg::I(1)], &[]), -1);
}
