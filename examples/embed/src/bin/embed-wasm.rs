//! Runs a WebAssembly module inside a Rust program: host functions that it imports, calls with values, its memory, a trap
//! that is caught. Usage: `embed-wasm shop.wat`.

use std::error::Error;

use svm_engine::wasm::{Linker, Value};
use svm_engine::{Engine, Instance};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: embed-wasm shop.wat")?;
    let mut linker = Linker::new();
    linker.module("shop", &std::fs::read(path)?)?;
    let module = linker.load(&Engine::new())?;

    // What the module imports: plain closures. Their Rust types are the import's types.
    let prices = [0.5, 12.25, 3.0];
    let mut shop = Instance::builder(&module)
        .import("host", "price", move |cx, (item,): (u32,)| {
            let price = prices.get(item as usize);
            price.copied().ok_or_else(|| cx.misuse(format!("knows no item {item}")))
        })
        .import("host", "log", |cx, (at, length): (u32, u32)| {
            let text = cx.linear_memory("shop", "memory")?.read(at.into(), length.into())?;
            println!("guest: {}", String::from_utf8_lossy(&text));
            Ok(())
        })
        .build()?;
    shop.instantiate("shop")?;

    // An array in the module's memory, and a call.
    shop.wasm_memory("shop", "memory", |memory| {
        [2u32, 1, 0].into_iter().zip(0..).try_for_each(|(item, at)| memory.store(4 * at, item))
    })?;
    let total = shop.invoke("shop", "total", &[Value::I32(0), Value::I32(3)])?;
    println!("total: {}", total[0]);

    // A trap is a value; the instance lives on.
    if let Err(fault) = shop.invoke("shop", "total", &[Value::I32(65_528), Value::I32(3)]) {
        println!("{}: {}", fault.kind(), fault.title());
    }
    let total = shop.invoke("shop", "total", &[Value::I32(0), Value::I32(1)])?;
    println!("total: {}", total[0]);
    Ok(())
}
