//! WebAssembly modules in an instance: linking, calls, imports, memories, traps.

use std::sync::{Arc, Mutex};

use svm_engine::wasm::{Linker, Value, WasmTrap};
use svm_engine::{Engine, Instance, LoadError, Module};

/// A program of modules, by name.
fn linked(modules: &[(&str, &str)]) -> Module {
    let mut linker = Linker::new();
    for (name, text) in modules {
        linker.module(name, text.as_bytes()).unwrap();
    }
    linker.load(&Engine::new()).unwrap()
}

/// An instance of it, instantiated in that order.
fn started(modules: &[(&str, &str)]) -> Instance {
    let mut instance = Instance::builder(&linked(modules)).build().unwrap();
    modules.iter().for_each(|(name, _)| instance.instantiate(name).unwrap());
    instance
}

const COUNTER: &str = r#"(module
    (memory (export "memory") 1 2)
    (global $n (export "n") (mut i64) (i64.const 40))
    (func (export "count") (result i64)
        (global.set $n (i64.add (global.get $n) (i64.const 1)))
        (global.get $n))
    (func (export "swap") (param i32 f64 v128) (result v128 f64 i32)
        (local.get 2) (local.get 1) (local.get 0))
    (func (export "peek") (param i32) (result i32) (i32.load (local.get 0)))
    (func (export "grow") (result i32) (memory.grow (i32.const 1))))"#;

#[test]
fn calls_take_and_give_several_values() {
    let mut i = started(&[("m", COUNTER)]);
    let v = Value::V128(0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10);
    let swapped = i.invoke("m", "swap", &[Value::I32(-7), Value::F64(0.5), v]).unwrap();
    assert_eq!(swapped, [v, Value::F64(0.5), Value::I32(-7)]);
    assert_eq!(i.invoke("m", "count", &[]).unwrap(), [Value::I64(41)]);
    assert_eq!(i.wasm_global("m", "n").unwrap(), Value::I64(41));
    // The same by its symbol, typed.
    assert_eq!(i.call::<_, i64>("wasm$m$count", ()).unwrap(), 42);
    for (field, args) in [("none", &[][..]), ("peek", &[]), ("peek", &[Value::I64(0)])] {
        assert!(i.invoke("m", field, args).is_err(), "{field} {args:?}");
    }
}

#[test]
fn memories_are_checked_and_grow() {
    let mut i = started(&[("m", COUNTER)]);
    i.wasm_memory("m", "memory", |m| m.store(65532, 7u32)).unwrap();
    assert_eq!(i.invoke("m", "peek", &[Value::I32(65532)]).unwrap(), [Value::I32(7)]);
    let outside = i.wasm_memory("m", "memory", |m| m.store(65533, 7u32)).unwrap_err();
    assert_eq!(outside.wasm_trap(), Some(WasmTrap::MemoryBounds));
    let trap = i.invoke("m", "peek", &[Value::I32(65533)]).unwrap_err();
    assert_eq!(trap.wasm_trap(), Some(WasmTrap::MemoryBounds));
    assert_eq!(i.invoke("m", "grow", &[]).unwrap(), [Value::I32(1)]);
    assert_eq!(i.invoke("m", "grow", &[]).unwrap(), [Value::I32(-1)]);
    i.wasm_memory("m", "memory", |m| {
        assert_eq!(m.size()?, 2 << 16);
        m.write((2 << 16) - 3, b"end")?;
        assert_eq!(m.read((2 << 16) - 3, 3)?, b"end");
        assert!(m.read(u64::MAX, 2).is_err());
        Ok(())
    })
    .unwrap();
}

#[test]
fn instances_of_a_module_have_their_own_state() {
    let module = linked(&[("m", COUNTER)]);
    let mut both = [(); 2].map(|()| Instance::builder(&module).build().unwrap());
    both.iter_mut().for_each(|i| i.instantiate("m").unwrap());
    both[0].invoke("m", "count", &[]).unwrap();
    let values = both.each_ref().map(|i| i.wasm_global("m", "n").unwrap());
    assert_eq!(values, [Value::I64(41), Value::I64(40)]);
}

#[test]
fn imports_are_closures_with_rust_types() {
    let text = r#"(module
        (import "env" "log" (func $log (param i32 i32)))
        (import "env" "mix" (func $mix (param i32 i64 f32 f64) (result f64)))
        (import "env" "seen" (func $seen (param externref) (result externref)))
        (memory (export "memory") 1)
        (data (i32.const 8) "from the guest")
        (func (export "run") (result f64)
            (call $log (i32.const 8) (i32.const 14))
            (call $mix (i32.const -1) (i64.const 2) (f32.const 0.5) (f64.const 0.25)))
        (func (export "far") (call $log (i32.const 65530) (i32.const 14)))
        (func (export "same") (param externref) (result externref) (call $seen (local.get 0))))"#;
    let lines = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&lines);
    let module = linked(&[("m", text)]);
    let mut i = Instance::builder(&module)
        .import("env", "log", move |cx, (at, len): (u32, u32)| {
            let bytes = cx.linear_memory("m", "memory")?.read(at.into(), len.into())?;
            log.lock().unwrap().push(String::from_utf8(bytes).unwrap());
            Ok(())
        })
        .import("env", "mix", |_, (a, b, c, d): (i32, i64, f32, f64)| {
            Ok(f64::from(a) + b as f64 + f64::from(c) + d)
        })
        .import("env", "seen", |_, (p,): (svm_engine::GuestPtr,)| Ok(p))
        .build()
        .unwrap();
    i.instantiate("m").unwrap();
    assert_eq!(i.invoke("m", "run", &[]).unwrap(), [Value::F64(1.75)]);
    assert_eq!(*lines.lock().unwrap(), ["from the guest"]);
    assert_eq!(i.invoke("m", "far", &[]).unwrap_err().wasm_trap(), Some(WasmTrap::MemoryBounds));
    let number = Value::Ref(svm_engine::GuestPtr::new(77));
    assert_eq!(i.invoke("m", "same", &[number]).unwrap(), [number]);
}

#[test]
fn a_closure_of_another_type_is_a_fault() {
    let text =
        r#"(module (import "env" "f" (func $f (param i64))) (func (export "run") (call $f (i64.const 1))))"#;
    let module = linked(&[("m", text)]);
    let mut i = Instance::builder(&module).import("env", "f", |_, _: (i32,)| Ok(())).build().unwrap();
    i.instantiate("m").unwrap();
    assert!(i.invoke("m", "run", &[]).is_err());
}

#[test]
fn modules_share_memories_tables_and_exceptions() {
    let library = r#"(module
        (memory (export "memory") 1)
        (table (export "table") 2 funcref)
        (tag (export "error") (param i32))
        (func (export "store") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
        (func (export "fail") (param i32) (throw 0 (local.get 0))))"#;
    let user = r#"(module
        (import "library" "memory" (memory 1))
        (import "library" "table" (table 2 funcref))
        (import "library" "error" (tag $error (param i32)))
        (import "library" "store" (func $store (param i32 i32)))
        (import "library" "fail" (func $fail (param i32)))
        (elem (i32.const 1) $fail)
        (type $t (func (param i32)))
        (func (export "through") (result i32)
            (call $store (i32.const 4) (i32.const 99)) (i32.load (i32.const 4)))
        (func (export "caught") (param i32) (result i32)
            (block $h (result i32)
                (try_table (catch $error $h) (call_indirect (type $t) (local.get 0) (i32.const 1)))
                (i32.const -1)))
        (func (export "lost") (call $fail (i32.const 5))))"#;
    let mut i = started(&[("library", library), ("user", user)]);
    assert_eq!(i.invoke("user", "through", &[]).unwrap(), [Value::I32(99)]);
    assert_eq!(i.invoke("user", "caught", &[Value::I32(12)]).unwrap(), [Value::I32(12)]);
    let lost = i.invoke("user", "lost", &[]).unwrap_err();
    assert_eq!(lost.wasm_trap(), Some(WasmTrap::UncaughtException));
    // The instance lives on.
    assert_eq!(i.invoke("user", "caught", &[Value::I32(3)]).unwrap(), [Value::I32(3)]);
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let mut linker = Linker::new();
    linker.module("a", br#"(module (func (export "f")) (memory (export "m") 1))"#).unwrap();
    for (text, part) in [
        (r#"(module (import "a" "f" (func (param i32))))"#, "incompatible import type: function a.f"),
        (r#"(module (import "a" "g" (func)))"#, "unknown import: function a.g"),
        (r#"(module (import "a" "f" (memory 1)))"#, "incompatible import type: memory a.f"),
    ] {
        let error = linker.module("b", text.as_bytes()).unwrap_err();
        assert!(matches!(error, LoadError::Link { .. }) && error.to_string().contains(part), "{error}");
    }
    assert!(matches!(linker.module("c", b"(module (func (result i32)))"), Err(LoadError::Invalid { .. })));
    let gc = linker.module("d", b"(module (type (struct)))").unwrap_err();
    assert!(matches!(gc, LoadError::Unsupported { what, .. } if what == "garbage collection"));
    // A memory that is too small is found when the module is instantiated.
    linker.module("e", br#"(module (import "a" "m" (memory 2)))"#).unwrap();
    let mut i = Instance::builder(&linker.load(&Engine::new()).unwrap()).build().unwrap();
    i.instantiate("a").unwrap();
    assert_eq!(i.instantiate("e").unwrap_err().wasm_trap(), Some(WasmTrap::IncompatibleImport));
}
