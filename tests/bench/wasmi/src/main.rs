//! Runs a WASI program in wasmi, with the few calls that the benchmarks make: arguments, standard output, exit.
//!
//! usage: run-in-wasmi FILE.wasm [ARGS...]

use std::io::Write;

use wasmi::{Caller, Config, Engine, Extern, Linker, Memory, Module, Store};

type Arguments = Vec<Vec<u8>>;

fn memory(caller: &Caller<'_, Arguments>) -> Memory {
    caller.get_export("memory").and_then(Extern::into_memory).expect("a WASI program exports its memory")
}

fn word(caller: &Caller<'_, Arguments>, at: i32) -> u32 {
    let mut bytes = [0; 4];
    memory(caller).read(caller, at as u32 as usize, &mut bytes).expect("in bounds");
    u32::from_le_bytes(bytes)
}

fn set(caller: &mut Caller<'_, Arguments>, at: i32, value: usize) {
    let bytes = (value as u32).to_le_bytes();
    memory(caller).write(caller, at as u32 as usize, &bytes).expect("in bounds");
}

fn args_sizes_get(mut caller: Caller<'_, Arguments>, count: i32, size: i32) -> i32 {
    let (n, bytes) = (caller.data().len(), caller.data().iter().map(|a| a.len() + 1).sum());
    set(&mut caller, count, n);
    set(&mut caller, size, bytes);
    0
}

fn args_get(mut caller: Caller<'_, Arguments>, list: i32, text: i32) -> i32 {
    let mut at = text;
    for (i, mut argument) in caller.data().clone().into_iter().enumerate() {
        argument.push(0);
        set(&mut caller, list + 4 * i as i32, at as usize);
        memory(&caller).write(&mut caller, at as u32 as usize, &argument).expect("in bounds");
        at += argument.len() as i32;
    }
    0
}

fn fd_write(mut caller: Caller<'_, Arguments>, fd: i32, list: i32, n: i32, written: i32) -> i32 {
    let mut total = 0;
    for i in 0..n {
        let (at, size) = (word(&caller, list + 8 * i), word(&caller, list + 8 * i + 4) as usize);
        let mut bytes = vec![0; size];
        memory(&caller).read(&caller, at as usize, &mut bytes).expect("in bounds");
        let result = if fd == 2 { std::io::stderr().write_all(&bytes) } else { std::io::stdout().write_all(&bytes) };
        result.expect("output");
        total += size;
    }
    set(&mut caller, written, total);
    0
}

fn exit(_: Caller<'_, Arguments>, status: i32) {
    std::process::exit(status);
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let bytes = std::fs::read(&arguments[0]).expect("the module");
    let engine = Engine::new(&Config::default());
    let module = Module::new(&engine, &bytes).expect("a valid module");
    let mut store = Store::new(&engine, arguments.into_iter().map(String::into_bytes).collect());
    let mut linker = Linker::new(&engine);
    let wasi = "wasi_snapshot_preview1";
    linker.func_wrap(wasi, "args_sizes_get", args_sizes_get).expect("new");
    linker.func_wrap(wasi, "args_get", args_get).expect("new");
    linker.func_wrap(wasi, "fd_write", fd_write).expect("new");
    linker.func_wrap(wasi, "proc_exit", exit).expect("new");
    linker.func_wrap(wasi, "fd_close", |_: i32| 0_i32).expect("new");
    linker.func_wrap(wasi, "fd_seek", |_: i32, _: i64, _: i32, _: i32| 70_i32).expect("new");
    linker.func_wrap(wasi, "fd_fdstat_get", |_: i32, _: i32| 0_i32).expect("new");
    let instance = linker.instantiate_and_start(&mut store, &module).expect("its imports are there");
    let start = instance.get_typed_func::<(), ()>(&store, "_start").expect("_start");
    if let Err(error) = start.call(&mut store, ()) {
        eprintln!("{error}");
        std::process::exit(1);
    }
}
