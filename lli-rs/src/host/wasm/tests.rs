//! The runtime functions, called as lifted code calls them.

use svm_memory::GuestPtr;

use crate::host::libc::testing::{Arg, Guest};
use crate::machine::{Config, Limit, Result, Trap, WasmTrap};
use Arg::{I, L, P};

const PAGE: u64 = 64 << 10;
/// No maximum in the type.
const NO_MAX: i64 = -1;

fn guest() -> Guest {
    Guest::with(Config::default())
}

fn call(g: &mut Guest, name: &str, args: &[Arg]) -> Result<u64> {
    g.call(&format!("svm.wasm.{name}"), args, &[])
}

fn memory(g: &mut Guest, min: i64, max: i64, flags: i32) -> GuestPtr {
    let name = g.string("wasm$m$memory");
    GuestPtr::new(call(g, "memory_new", &[L(min), L(max), I(flags), P(name)]).unwrap())
}

fn table(g: &mut Guest, min: i64, max: i64, init: GuestPtr) -> GuestPtr {
    let args = [L(min), L(max), I(0), P(init), P(GuestPtr::NULL)];
    GuestPtr::new(call(g, "table_new", &args).unwrap())
}

fn trap(result: Result<u64>) -> WasmTrap {
    match result {
        Err(Trap::Wasm(trap)) => trap,
        other => panic!("{other:?}"),
    }
}

#[test]
fn memories_grow_to_their_maximum_and_keep_their_pointer() {
    let mut g = guest();
    let m = memory(&mut g, 1, 3, 0);
    g.mem().store(m.offset(PAGE as i64 - 4), 7u32).unwrap();
    assert_eq!(call(&mut g, "memory_size", &[P(m)]).unwrap(), 1);
    assert_eq!(call(&mut g, "memory_grow", &[P(m), L(2)]).unwrap(), 1);
    assert_eq!(call(&mut g, "memory_size", &[P(m)]).unwrap(), 3);
    assert_eq!(call(&mut g, "memory_grow", &[P(m), L(1)]).unwrap(), u64::MAX);
    assert_eq!(call(&mut g, "memory_grow", &[P(m), L(-1)]).unwrap(), u64::MAX);
    assert_eq!(call(&mut g, "memory_grow", &[P(m), L(0)]).unwrap(), 3);
    assert_eq!(g.mem().load::<u32>(m.offset(PAGE as i64 - 4)).unwrap(), 7);
    assert_eq!(g.mem().load::<u32>(m.offset(3 * PAGE as i64 - 4)).unwrap(), 0);
}

#[test]
fn pages_may_have_another_size() {
    let mut g = guest();
    let m = memory(&mut g, 5, NO_MAX, 12 << 8);
    assert_eq!(g.mem().size_of(m).unwrap(), 5 << 12);
    assert_eq!(call(&mut g, "memory_size", &[P(m)]).unwrap(), 5);
}

#[test]
fn a_memory_that_cannot_be_is_a_limit() {
    let mut g = guest();
    let args = [L(1 << 40), L(NO_MAX), I(1), P(GuestPtr::NULL)];
    assert!(matches!(call(&mut g, "memory_new", &args), Err(Trap::Limit(Limit::Memory))));
    let args = [L(-1), L(NO_MAX), I(1), P(GuestPtr::NULL)];
    assert!(matches!(call(&mut g, "memory_new", &args), Err(Trap::Limit(Limit::Memory))));
}

#[test]
fn bulk_operations_check_both_ranges_first() {
    let mut g = guest();
    let (m, other) = (memory(&mut g, 1, NO_MAX, 0), memory(&mut g, 1, NO_MAX, 0));
    let end = PAGE as i64;
    let data = g.bytes(b"segment");
    call(&mut g, "memory_init", &[P(m), L(2), P(data), L(7), L(3), L(4)]).unwrap();
    assert_eq!(g.mem().slice(m, 8).unwrap().to_vec(), b"\0\0ment\0\0");
    call(&mut g, "memory_copy", &[P(m), L(3), P(m), L(2), L(4)]).unwrap();
    assert_eq!(g.mem().slice(m, 8).unwrap().to_vec(), b"\0\0mment\0");
    call(&mut g, "memory_copy", &[P(other), L(end - 4), P(m), L(2), L(4)]).unwrap();
    call(&mut g, "memory_fill", &[P(m), L(end), I(1), L(0)]).unwrap();
    let bad: [(&str, &[Arg]); 7] = [
        ("memory_fill", &[P(m), L(end + 1), I(1), L(0)]),
        ("memory_fill", &[P(m), L(end - 3), I(9), L(4)]),
        ("memory_fill", &[P(m), L(-1), I(9), L(2)]),
        ("memory_copy", &[P(m), L(end - 3), P(other), L(0), L(4)]),
        ("memory_copy", &[P(m), L(0), P(other), L(end - 3), L(4)]),
        ("memory_init", &[P(m), L(0), P(data), L(7), L(4), L(4)]),
        ("memory_init", &[P(m), L(end - 1), P(data), L(7), L(0), L(2)]),
    ];
    for (name, args) in bad {
        assert_eq!(trap(call(&mut g, name, args)), WasmTrap::MemoryBounds, "{name} {args:?}");
    }
    assert_eq!(g.mem().slice(m.offset(end - 4), 4).unwrap().to_vec(), [0; 4], "nothing was written");
    let dropped = [P(m), L(0), P(data), L(0), L(0), L(1)];
    assert_eq!(trap(call(&mut g, "memory_init", &dropped)), WasmTrap::MemoryBounds);
}

#[test]
fn tables_hold_references() {
    let mut g = guest();
    let (a, b) = (g.string("a"), g.string("b"));
    let t = table(&mut g, 4, 6, a);
    let get = |g: &mut Guest, i| call(g, "table_get", &[P(t), L(i)]);
    assert_eq!(get(&mut g, 3).unwrap(), a.bits());
    call(&mut g, "table_set", &[P(t), L(1), P(b)]).unwrap();
    assert_eq!(call(&mut g, "table_grow", &[P(t), L(3), P(b)]).unwrap(), u64::MAX);
    assert_eq!(call(&mut g, "table_grow", &[P(t), L(2), P(b)]).unwrap(), 4);
    assert_eq!(call(&mut g, "table_size", &[P(t)]).unwrap(), 6);
    assert_eq!(get(&mut g, 5).unwrap(), b.bits());
    call(&mut g, "table_copy", &[P(t), L(2), P(t), L(0), L(3)]).unwrap();
    assert_eq!((get(&mut g, 3).unwrap(), get(&mut g, 4).unwrap()), (b.bits(), a.bits()));
    call(&mut g, "table_fill", &[P(t), L(0), P(GuestPtr::NULL), L(2)]).unwrap();
    assert_eq!(get(&mut g, 1).unwrap(), 0);
    let elements = g.bytes(&[a.bits().to_le_bytes(), b.bits().to_le_bytes()].concat());
    call(&mut g, "table_init", &[P(t), L(0), P(elements), L(2), L(1), L(1)]).unwrap();
    assert_eq!(get(&mut g, 0).unwrap(), b.bits());
    let bad: [(&str, &[Arg]); 6] = [
        ("table_get", &[P(t), L(6)]),
        ("table_set", &[P(t), L(-1), P(a)]),
        ("table_copy", &[P(t), L(4), P(t), L(0), L(3)]),
        ("table_fill", &[P(t), L(7), P(a), L(0)]),
        ("table_init", &[P(t), L(0), P(elements), L(2), L(1), L(2)]),
        ("table_init", &[P(t), L(6), P(elements), L(2), L(0), L(1)]),
    ];
    for (name, args) in bad {
        assert_eq!(trap(call(&mut g, name, args)), WasmTrap::TableBounds, "{name} {args:?}");
    }
}

#[test]
fn waits_end() {
    let mut g = guest();
    let (own, shared) = (memory(&mut g, 1, 1, 0), memory(&mut g, 1, 1, 2));
    assert_eq!(trap(call(&mut g, "atomic_wait32", &[P(own), L(0), I(0), L(0)])), WasmTrap::ExpectedShared);
    assert_eq!(call(&mut g, "atomic_wait32", &[P(shared), L(0), I(1), L(-1)]).unwrap(), 1);
    assert_eq!(call(&mut g, "atomic_wait64", &[P(shared), L(8), L(0), L(1000)]).unwrap(), 2);
    assert_eq!(
        trap(call(&mut g, "atomic_wait64", &[P(shared), L(4), L(0), L(0)])),
        WasmTrap::UnalignedAtomic
    );
    assert_eq!(call(&mut g, "atomic_notify", &[P(own), L(4), I(9)]).unwrap(), 0);
    let outside = [P(own), L(PAGE as i64), I(9)];
    assert_eq!(trap(call(&mut g, "atomic_notify", &outside)), WasmTrap::MemoryBounds);
}

#[test]
fn an_endless_wait_can_be_interrupted() {
    let mut g = guest();
    let shared = memory(&mut g, 1, 1, 2);
    g.run(|cx| cx.process.interrupt.interrupt());
    let waited = call(&mut g, "atomic_wait32", &[P(shared), L(0), I(0), L(-1)]);
    assert!(matches!(waited, Err(Trap::Limit(Limit::Interrupted))));
}

#[test]
fn traps_have_numbers_and_the_rest_is_misuse() {
    let mut g = guest();
    for (code, expected) in svm_memory::abi::wasm::TRAPS.iter().map(|(trap, _)| *trap).enumerate() {
        assert_eq!((expected as usize, trap(call(&mut g, "trap", &[I(code as i32)]))), (code, expected));
    }
    assert!(matches!(call(&mut g, "trap", &[I(99)]), Err(Trap::Host(_))));
    let no_memory = g.string("x");
    assert!(matches!(call(&mut g, "memory_size", &[P(no_memory)]), Err(Trap::Host(_))));
    assert!(matches!(
        call(&mut g, "memory_fill", &[P(GuestPtr::NULL), L(0), I(0), L(0)]),
        Err(Trap::Memory(_))
    ));
}
