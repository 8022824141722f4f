//! For every pointer parameter of every host function, calls with a bad pointer, made from the table's
//! prototypes: each must fault, and at the exact byte.

use std::path::PathBuf;
use std::sync::Arc;

use svm_memory::{FaultKind, GuestPtr};

use super::testing::{Arg, Guest};
use crate::host::{Args, CType, HostFn, Param, Proto, PtrUse};
use crate::machine::{Config, Grant, Input, Output, Trap};

/// Parameters that these calls do not come to use, and why.
const LEFT_OUT: &[(&str, &str, &str)] = &[
    ("strcspn", "s", "stops at the first byte of the set"),
    ("strpbrk", "s", "stops at the first byte of the set"),
    ("strtok", "s", "stops at the first byte that is not of the set"),
    ("fmemopen", "buffer", "is used by later calls"),
    ("strcasestr", "h", "stops at the first match"),
    ("a64l", "s", "reads six digits"),
    ("rawmemchr", "s", "is promised to hold the byte"),
    ("__rawmemchr", "s", "is promised to hold the byte"),
    ("sscanf", "s", "is read as far as the format goes"),
    ("__isoc99_sscanf", "s", "is read as far as the format goes"),
    ("__isoc23_sscanf", "s", "is read as far as the format goes"),
    ("vsscanf", "s", "is read as far as the format goes"),
    ("__isoc99_vsscanf", "s", "is read as far as the format goes"),
    ("__isoc23_vsscanf", "s", "is read as far as the format goes"),
    ("swscanf", "s", "is read as far as the format goes"),
    ("__isoc99_swscanf", "s", "is read as far as the format goes"),
    ("__isoc23_swscanf", "s", "is read as far as the format goes"),
    ("vswscanf", "s", "is read as far as the format goes"),
    ("__isoc99_vswscanf", "s", "is read as far as the format goes"),
    ("__isoc23_vswscanf", "s", "is read as far as the format goes"),
    ("pthread_create", "*", "is refused as a whole while there are no threads"),
    ("gets", "s", "gets nothing, for there is no input"),
    ("inet_pton", "out", "gets nothing, for the text is no address"),
    ("ctime_r", "out", "gets nothing, for the time is out of range"),
    ("wcstok", "s", "is empty"),
    ("wcsrtombs", "out", "gets nothing, for the characters have no encoding"),
    ("wcsnrtombs", "out", "gets nothing, for the characters have no encoding"),
    ("getopt_long", "index", "is used when a long option is met"),
    ("getopt_long_only", "index", "is used when a long option is met"),
    ("lsearch", "*", "calls the comparison, of which the tests have none, before it uses them all"),
    ("nanosleep", "rest", "is used when a signal comes"),
    ("clock_nanosleep", "rest", "is used when a signal comes"),
    ("__realpath_chk", "*", "refuses the size, which is too small"),
    ("realpath", "resolved", "gets nothing, for there is no such file"),
    ("setvbuf", "buffer", "is not used by an unbuffered stream"),
];

/// A directory for the calls that make or remove files.
fn scratch() -> PathBuf {
    let dir = std::env::temp_dir().join(format!("svm-faulty-calls-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

/// What is wrong with the pointer under test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrong {
    Nothing,
    Null,
    Freed,
    TooShort,
    ReadOnly,
    Unterminated,
}

/// The values that integer parameters get, by name.
fn integer(name: &str) -> u64 {
    match name {
        "n" | "size" | "len" | "count" => 8,
        "m" => 4,
        "align" => 16,
        "base" => 10,
        // Standard input, which is empty.
        "category" | "fd" | "state" => 0,
        "kind" | "timebase" => 1,
        // A `FILE` level buffer mode, a clock, a signal, an address family: 2 is a good one of each.
        _ => 2,
    }
}

fn size_of(expression: &str) -> Option<u64> {
    let factors = expression.split('*').map(str::trim).filter(|f| !f.is_empty());
    let mut factors = factors.map(|f| f.parse().unwrap_or_else(|_| integer(f))).peekable();
    factors.peek()?;
    Some(factors.product())
}

const ROOM: u64 = 512;
/// Text that is a number, a name and its own prefix.
const TEXT: &str = "1111111";

/// The bytes of a size expression that names a parameter are text; a structure of fixed size is zeroed.
fn fill(guest: &Guest, p: GuestPtr, param: &Param, size: u64) {
    let target = || {
        let target = guest.room(ROOM);
        guest.mem().write(target, TEXT.as_bytes()).unwrap();
        target
    };
    if param.name == "argv" || param.name == "vector" {
        // Pointers to texts; in a vector each with its length.
        for i in 0..size / 8 {
            let word = if param.name == "vector" && i % 2 == 1 { 4 } else { target().bits() };
            guest.mem().store(p.offset(i as i64 * 8), word).unwrap();
        }
    } else if let PtrUse::Read(expression) = &param.use_
        && expression.contains(|c: char| c.is_ascii_alphabetic())
    {
        guest.mem().fill(p, b'1', size).unwrap();
    } else if param.name == "n" && size == 8 {
        // A count by pointer.
        guest.mem().store(p, integer("n")).unwrap();
    } else if size == 8 {
        // Perhaps a pointer to a pointer.
        guest.mem().store(p, target()).unwrap();
    }
}

/// A pointer argument: where the first bad byte is, if there is one.
fn pointer(guest: &Guest, param: &Param, wrong: Wrong) -> (GuestPtr, Option<GuestPtr>) {
    let mem = guest.mem();
    let object = match (&param.use_, wrong) {
        (_, Wrong::Null) => return (GuestPtr::NULL, Some(GuestPtr::NULL)),
        (PtrUse::Str, Wrong::Unterminated) => {
            let p = guest.bytes(TEXT.as_bytes());
            return (p, Some(p.offset(TEXT.len() as i64)));
        }
        (PtrUse::Str, _) => guest.string(TEXT),
        (PtrUse::Read(size) | PtrUse::Write(size) | PtrUse::ReadWrite(size), _) => match size_of(size) {
            Some(size) => {
                let size = size - u64::from(wrong == Wrong::TooShort);
                let p = guest.room(size);
                fill(guest, p, param, size);
                if wrong == Wrong::TooShort {
                    return (p, Some(p.offset(size as i64)));
                }
                p
            }
            None => guest.room(ROOM),
        },
        _ => guest.room(ROOM),
    };
    match wrong {
        Wrong::Freed => mem.free(object, svm_memory::SiteId::NONE).unwrap(),
        Wrong::ReadOnly => mem.set_read_only(object),
        _ => return (object, None),
    }
    (object, Some(object))
}

/// A stream that holds text and can be read and written; or a closed one, null, or what is none.
fn stream(guest: &mut Guest, wrong: Wrong) -> GuestPtr {
    if wrong == Wrong::Null {
        return GuestPtr::NULL;
    }
    let text = guest.bytes(&[TEXT.as_bytes(), b"\n", &[b'1'; ROOM as usize]].concat());
    if wrong == Wrong::TooShort {
        return text;
    }
    let mode = guest.string("r+");
    let file = guest.call("fmemopen", &[Arg::P(text), Arg::L(ROOM as i64), Arg::P(mode)], &[]).unwrap();
    if wrong == Wrong::Freed {
        guest.call("fclose", &[Arg::L(file as i64)], &[]).unwrap();
    }
    GuestPtr::new(file)
}

/// Calls `f` with the parameter `bad` wrong, all others right; the trap, and the byte that should be bad.
fn call(f: &HostFn, proto: &Proto, bad: usize, wrong: Wrong) -> (Result<(), Trap>, Option<GuestPtr>) {
    let input = Input::Bytes((*b"").into());
    let stderr = Output::Capture(Arc::default());
    // Whatever is made or removed is so in a directory that goes with the test.
    let dirs = vec![Grant { host: scratch(), guest: "/".into(), writable: true }];
    let mut guest = Guest::with(Config { sandbox: true, stdin: input, stderr, dirs, ..Config::default() });
    let (mut slots, mut expected) = (Vec::new(), None);
    for (i, param) in proto.params.iter().enumerate() {
        match param.ty {
            CType::Ptr if param.use_ == PtrUse::File => {
                let p = stream(&mut guest, if i == bad { wrong } else { Wrong::Nothing });
                if i == bad {
                    expected = Some(p);
                }
                slots.push(p.bits());
            }
            CType::Ptr => {
                let (p, at) = pointer(&guest, param, if i == bad { wrong } else { Wrong::Nothing });
                if i == bad {
                    expected = at;
                }
                slots.push(p.bits());
            }
            CType::Int { .. } => slots.push(integer(&param.name)),
            CType::Double => slots.push(1.5f64.to_bits()),
            CType::Float => slots.push(u64::from(1.5f32.to_bits())),
            CType::LongDouble => slots.extend([1 << 63, 0x3fff]),
            _ => slots.push(0),
        }
    }
    let mut ret = crate::host::Ret::default();
    let result = guest.run(|cx| (f.call)(cx, &mut Args::new(&slots, &[], &mut ret)));
    (result, expected)
}

/// The ways in which a parameter can be wrong.
fn ways(function: &str, param: &Param) -> Vec<Wrong> {
    let left_out = |(f, p, _): &(&str, &str, &str)| *f == function && (*p == "*" || *p == param.name);
    let mut ways = match &param.use_ {
        _ if LEFT_OUT.iter().any(left_out) => return Vec::new(),
        PtrUse::Str => vec![Wrong::Freed, Wrong::Unterminated],
        PtrUse::Read(_) => vec![Wrong::Freed],
        PtrUse::Write(_) | PtrUse::ReadWrite(_) => vec![Wrong::Freed, Wrong::ReadOnly],
        PtrUse::Free => return vec![Wrong::Freed],
        PtrUse::File => vec![Wrong::Freed, Wrong::TooShort],
        _ => return Vec::new(),
    };
    if let PtrUse::Read(size) | PtrUse::Write(size) | PtrUse::ReadWrite(size) = &param.use_
        && size_of(size).is_some()
    {
        ways.push(Wrong::TooShort);
    }
    if !param.nullable {
        ways.push(Wrong::Null);
    }
    ways
}

/// Whether a trap is the one that `wrong` asks for, at the byte `at`.
fn is_right(trap: &Trap, use_: &PtrUse, wrong: Wrong, at: GuestPtr) -> bool {
    if let (PtrUse::File, Trap::Host(misuse)) = (use_, trap) {
        return match wrong {
            Wrong::Freed => misuse.what.contains("closed"),
            _ => wrong == Wrong::TooShort && misuse.what.contains("no FILE"),
        };
    }
    let Trap::Memory(fault) = trap else { return false };
    let kind = match wrong {
        Wrong::Nothing => return false,
        Wrong::Null => fault.kind == FaultKind::Null,
        Wrong::Freed => matches!(fault.kind, FaultKind::UseAfterFree | FaultKind::DoubleFree),
        Wrong::TooShort => matches!(fault.kind, FaultKind::OutOfBounds | FaultKind::Unterminated),
        Wrong::ReadOnly => fault.kind == FaultKind::ReadOnly,
        Wrong::Unterminated => matches!(fault.kind, FaultKind::Unterminated | FaultKind::OutOfBounds),
    };
    kind && fault.bad == at
}

#[test]
fn every_bad_pointer_faults_at_its_byte() {
    let (mut failures, mut calls) = (Vec::new(), 0);
    for f in super::tables().into_iter().flatten() {
        let proto = f.parse().unwrap();
        for (i, param) in proto.params.iter().enumerate().filter(|(_, p)| p.ty == CType::Ptr) {
            let ways = ways(&proto.name, param);
            if ways.is_empty() {
                continue;
            }
            let (right, _) = call(f, &proto, i, Wrong::Nothing);
            if matches!(right, Err(Trap::Memory(_))) {
                failures.push(format!("{}: a right call faults: {right:?}", proto.name));
                break;
            }
            for wrong in ways {
                calls += 1;
                let (result, at) = call(f, &proto, i, wrong);
                let ok = match (&result, &right) {
                    (Err(trap), _) if is_right(trap, &param.use_, wrong, at.expect("a bad byte")) => true,
                    // Refused before the pointer matters.
                    (Err(Trap::Host(_)), Err(Trap::Host(_))) => true,
                    // Told that there is room for so much, a function may need less.
                    (Ok(()), _) => matches!((wrong, &param.use_), (Wrong::TooShort, PtrUse::Write(_))),
                    _ => false,
                };
                if !ok {
                    failures.push(format!("{} `{}` {wrong:?} at {at:?}: {result:?}", proto.name, param.name));
                }
            }
        }
    }
    std::fs::remove_dir_all(scratch()).unwrap();
    assert!(calls > 500, "only {calls} calls were made");
    assert!(failures.is_empty(), "{} of {calls} calls:\n{}", failures.len(), failures.join("\n"));
}
