//! Streams over files and pipes.

use svm_memory::GuestPtr;

use crate::host::libc::testing::{Arg, Guest};
use crate::machine::{Config, Grant, Trap};

fn path(name: &str) -> std::path::PathBuf {
    let dir = std::env::temp_dir().join(format!("svm-stdio-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("temporary directory");
    dir
}

fn open(guest: &mut Guest, file: &std::path::Path, mode: &str) -> GuestPtr {
    let name = guest.string(file.to_str().expect("UTF-8"));
    let mode = guest.string(mode);
    GuestPtr::new(guest.call("fopen", &[Arg::P(name), Arg::P(mode)], &[]).expect("no fault"))
}

fn text(guest: &mut Guest, function: &str, text: &str, stream: GuestPtr) -> i32 {
    let text = guest.string(text);
    guest.int(function, &[Arg::P(text), Arg::P(stream)], &[])
}

#[test]
fn standard_output_is_buffered_until_flushed() {
    let mut guest = Guest::new(b"");
    let hello = guest.string("hello");
    assert_eq!(guest.int("puts", &[Arg::P(hello)], &[]), 6);
    assert_eq!(guest.int("putchar", &[Arg::I(65)], &[]), 65);
    let format = guest.string("%d\n");
    assert_eq!(guest.int("printf", &[Arg::P(format)], &[Arg::I(42)]), 3);
    assert_eq!(guest.output(), b"");
    guest.run(super::flush_all);
    assert_eq!(guest.output(), b"hello\nA42\n");
}

#[test]
fn write_read_seek() {
    let dir = path("seek");
    let file = dir.join("f");
    let mut guest = Guest::new(b"");
    let stream = open(&mut guest, &file, "w+");
    assert_eq!(text(&mut guest, "fputs", "line one\nline two\nlast", stream), 1);
    assert_eq!(guest.int("ftell", &[Arg::P(stream)], &[]), 22);
    assert_eq!(guest.int("fseek", &[Arg::P(stream), Arg::L(5), Arg::I(0)], &[]), 0);
    let line = guest.room(64);
    let fgets = [Arg::P(line), Arg::I(64), Arg::P(stream)];
    assert_eq!(guest.call("fgets", &fgets, &[]).expect("ok"), line.bits());
    assert_eq!(guest.mem().c_str(line).expect("text"), b"one\n");
    assert_eq!(guest.int("ungetc", &[Arg::I(i32::from(b'!')), Arg::P(stream)], &[]), 33);
    assert_eq!(guest.int("ftell", &[Arg::P(stream)], &[]), 8);
    guest.call("fgets", &fgets, &[]).expect("ok");
    assert_eq!(guest.mem().c_str(line).expect("text"), b"!line two\n");
    // From reading to writing and back: the descriptor's position follows what the guest has read.
    assert_eq!(guest.int("fputc", &[Arg::I(i32::from(b'L')), Arg::P(stream)], &[]), 76);
    assert_eq!(guest.int("fflush", &[Arg::P(stream)], &[]), 0);
    assert_eq!(std::fs::read(&file).expect("file"), b"line one\nline two\nLast");
    guest.call("rewind", &[Arg::P(stream)], &[]).expect("ok");
    let all = guest.room(100);
    assert_eq!(guest.int("fread", &[Arg::P(all), Arg::L(1), Arg::L(100), Arg::P(stream)], &[]), 22);
    assert_eq!(guest.int("feof", &[Arg::P(stream)], &[]), 1);
    assert_eq!(guest.int("fgetc", &[Arg::P(stream)], &[]), -1);
    assert_eq!(guest.int("fclose", &[Arg::P(stream)], &[]), 0);
    std::fs::remove_dir_all(dir).expect("removed");
}

#[test]
fn large_transfers_and_lines_over_buffer_ends() {
    let dir = path("large");
    let file = dir.join("f");
    let bytes: Vec<u8> =
        (0..30_000_u32).map(|i| if i % 997 == 0 { b'\n' } else { (i % 251) as u8 | 1 }).collect();
    std::fs::write(&file, &bytes).expect("file");
    let mut guest = Guest::new(b"");
    let stream = open(&mut guest, &file, "r");
    let (lineptr, n) = (guest.bytes(&[0; 8]), guest.bytes(&[0; 8]));
    let mut seen = Vec::new();
    loop {
        let len =
            guest.call("getline", &[Arg::P(lineptr), Arg::P(n), Arg::P(stream)], &[]).expect("ok") as i64;
        if len < 0 {
            break;
        }
        let line: GuestPtr = guest.mem().load(lineptr).expect("line");
        seen.extend(guest.mem().slice(line, len as u64).expect("line").to_vec());
    }
    assert_eq!(seen, bytes);
    guest.call("rewind", &[Arg::P(stream)], &[]).expect("ok");
    assert_eq!(guest.int("fgetc", &[Arg::P(stream)], &[]), i32::from(bytes[0]));
    let to = guest.room(30_000);
    assert_eq!(guest.int("fread", &[Arg::P(to), Arg::L(7), Arg::L(4000), Arg::P(stream)], &[]), 4000);
    assert_eq!(guest.mem().slice(to, 28_000).expect("read").to_vec(), bytes[1..28_001]);
    let copy = open(&mut guest, &dir.join("copy"), "w");
    for part in [1_u64, 4095, 5000, 1, 18_903] {
        assert_eq!(
            guest.int("fwrite", &[Arg::P(to), Arg::L(1), Arg::L(part as i64), Arg::P(copy)], &[]) as u64,
            part
        );
    }
    assert_eq!(guest.int("fclose", &[Arg::P(copy)], &[]), 0);
    assert_eq!(std::fs::metadata(dir.join("copy")).expect("copy").len(), 28_000);
    std::fs::remove_dir_all(dir).expect("removed");
}

#[test]
fn pushing_back_more_than_one() {
    let mut guest = Guest::new(b"abc");
    let stdin = guest.run(|cx| super::standard(cx, 0)).expect("stdin").ptr;
    for c in 0..100 {
        assert_eq!(guest.int("ungetc", &[Arg::I(c), Arg::P(stdin)], &[]), c);
    }
    for c in (0..100).rev() {
        assert_eq!(guest.int("getchar", &[], &[]), c);
    }
    assert_eq!(guest.int("getchar", &[], &[]), i32::from(b'a'));
}

#[test]
fn the_programs_own_buffer_is_used_and_checked() {
    let dir = path("setvbuf");
    let mut guest = Guest::new(b"");
    let stream = open(&mut guest, &dir.join("f"), "w");
    let buffer = guest.room(64);
    assert_eq!(guest.int("setvbuf", &[Arg::P(stream), Arg::P(buffer), Arg::I(0), Arg::L(64)], &[]), 0);
    assert_eq!(text(&mut guest, "fputs", "abc", stream), 1);
    assert_eq!(guest.mem().load::<[u8; 3]>(buffer).expect("buffer"), *b"abc");
    guest.mem().free(buffer, svm_memory::SiteId::NONE).expect("heap");
    // glibc would write freed memory now.
    assert!(matches!(guest.call("fputc", &[Arg::I(1), Arg::P(stream)], &[]), Err(Trap::Memory(_))));
    let stream = open(&mut guest, &dir.join("g"), "w");
    let small = guest.room(8);
    let lie = [Arg::P(stream), Arg::P(small), Arg::I(0), Arg::L(9)];
    assert!(matches!(guest.call("setvbuf", &lie, &[]), Err(Trap::Memory(_))));
    std::fs::remove_dir_all(dir).expect("removed");
}

#[test]
fn misuse_of_streams() {
    let dir = path("misuse");
    let mut guest = Guest::new(b"");
    let stream = open(&mut guest, &dir.join("f"), "w");
    assert_eq!(guest.int("fgetc", &[Arg::P(stream)], &[]), -1);
    assert_eq!(guest.errno(), libc::EBADF);
    assert_eq!(guest.int("ferror", &[Arg::P(stream)], &[]), 1);
    guest.int("fclose", &[Arg::P(stream)], &[]);
    for function in ["fclose", "fgetc", "fflush", "feof"] {
        let trap = guest.call(function, &[Arg::P(stream)], &[]).expect_err("closed");
        let Trap::Host(misuse) = trap else { panic!("{trap:?}") };
        assert!(misuse.what.contains("closed"), "{}", misuse.what);
    }
    let other = guest.room(300);
    assert!(matches!(guest.call("fgetc", &[Arg::P(other)], &[]), Err(Trap::Host(_))));
    assert!(matches!(guest.call("fgetc", &[Arg::P(GuestPtr::NULL)], &[]), Err(Trap::Memory(_))));
    assert_eq!(open(&mut guest, &dir.join("none/f"), "r"), GuestPtr::NULL);
    assert_eq!(guest.errno(), libc::ENOENT);
    std::fs::remove_dir_all(dir).expect("removed");
}

#[test]
fn memory_streams() {
    let mut guest = Guest::new(b"");
    let (address, size) = (guest.room(8), guest.room(8));
    let stream =
        GuestPtr::new(guest.call("open_memstream", &[Arg::P(address), Arg::P(size)], &[]).expect("ok"));
    for _ in 0..1000 {
        text(&mut guest, "fputs", "0123456789", stream);
    }
    assert_eq!(guest.int("fclose", &[Arg::P(stream)], &[]), 0);
    let made: GuestPtr = guest.mem().load(address).expect("address");
    assert_eq!(guest.mem().load::<u64>(size).expect("size"), 10_000);
    assert_eq!(guest.mem().str_len(made).expect("text"), 10_000);
    let (piece, mode) = (guest.bytes(b"12 34"), guest.string("r"));
    let args = [Arg::P(piece), Arg::L(5), Arg::P(mode)];
    let stream = GuestPtr::new(guest.call("fmemopen", &args, &[]).expect("ok"));
    let (format, to) = (guest.string("%d%d"), guest.room(8));
    let targets = [Arg::P(to), Arg::P(to.offset(4))];
    assert_eq!(guest.int("fscanf", &[Arg::P(stream), Arg::P(format)], &targets), 2);
    assert_eq!(guest.mem().load::<[i32; 2]>(to).expect("numbers"), [12, 34]);
}

#[test]
fn inlined_getc_and_putc_see_real_buffers() {
    let mut guest = Guest::new(b"xyz");
    let stdin = guest.run(|cx| super::standard(cx, 0)).expect("stdin").ptr;
    assert_eq!(guest.int("__uflow", &[Arg::P(stdin)], &[]), i32::from(b'x'));
    // What glibc's inline getc_unlocked does.
    let read_ptr: GuestPtr = guest.mem().load(stdin.offset(8)).expect("field");
    assert!(read_ptr < guest.mem().load(stdin.offset(16)).expect("field"));
    assert_eq!(guest.mem().load::<u8>(read_ptr).expect("byte"), b'y');
    guest.mem().store(stdin.offset(8), read_ptr.offset(1)).expect("field");
    assert_eq!(guest.int("getchar", &[], &[]), i32::from(b'z'));
    assert_eq!(guest.int("getchar", &[], &[]), -1);
    assert_eq!(guest.mem().load::<u32>(stdin).expect("flags") & 0x10, 0x10);
}

#[test]
fn a_sandbox_reaches_granted_directories_only() {
    let dir = path("sandbox");
    let inside = dir.join("inside");
    std::fs::create_dir_all(inside.join("sub")).expect("made");
    std::fs::write(dir.join("secret"), b"secret").expect("made");
    std::fs::write(inside.join("sub/open"), b"open").expect("made");
    std::os::unix::fs::symlink("../../secret", inside.join("sub/leak")).expect("made");
    std::os::unix::fs::symlink(dir.join("secret"), inside.join("absolute")).expect("made");
    std::os::unix::fs::symlink("sub/open", inside.join("good")).expect("made");
    let grant = Grant { host: inside.clone(), guest: "/data".into(), writable: false };
    let mut guest = Guest::with(Config { sandbox: true, dirs: vec![grant], ..Config::default() });
    let mut try_open = |name: &str, mode: &str| {
        let stream = open(&mut guest, std::path::Path::new(name), mode);
        if stream.is_null() { guest.errno() } else { 0 }
    };
    for good in
        ["/data/sub/open", "/data/good", "/data/sub/../sub/./open", "/data/../data/good", "//data//good"]
    {
        assert_eq!(try_open(good, "r"), 0, "{good}");
    }
    for bad in [
        "/data/../secret",
        "/data/sub/leak",
        "/data/absolute",
        "/data/sub/../../secret",
        "/etc/passwd",
        "/",
        "secret",
        inside.join("good").to_str().expect("UTF-8"),
        "/proc/self/mem",
    ] {
        assert!([libc::EACCES, libc::ENOENT].contains(&try_open(bad, "r")), "{bad}");
    }
    assert_eq!(try_open("/data/new", "w"), libc::EACCES);
    assert_eq!(try_open("/data/none", "r"), libc::ENOENT);
    std::fs::remove_dir_all(dir).expect("removed");
}
