//! Runs a C program from bitcode inside a Rust program: host closures, typed calls, guest memory, a fault that is
//! caught, an interrupt, and `main`. Usage: `embed guest.bc`.

use std::error::Error;
use std::time::Duration;

use svm_engine::{Engine, Instance};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: embed guest.bc")?;
    let module = Engine::new().load_file(path)?;

    // Host functions are closures with a C prototype; what stands in brackets tells how a pointer is used.
    let prices = [0.5, 12.25, 3.0];
    let mut guest = Instance::builder(&module)
        .host_fn("void log_line(const char *s[str])", |cx, args| {
            let line = cx.mem().c_str(args.next()?)?;
            println!("guest: {}", String::from_utf8_lossy(&line));
            Ok(())
        })
        .host_fn("double price_of(int item)", move |cx, args| {
            let item: i32 = args.next()?;
            let price = usize::try_from(item).ok().and_then(|i| prices.get(i));
            price.copied().ok_or_else(|| cx.misuse(format!("knows no item {item}")))
        })
        .capture_stdout()
        .sandbox()
        .build()?;

    // A call with types, and an array in guest memory.
    let items = guest.memory().alloc(3 * 4)?;
    for (at, item) in [2i32, 1, 0].into_iter().enumerate() {
        guest.memory().store(items.offset(4 * at as i64), item)?;
    }
    let total: f64 = guest.call("total", (items, 3))?;
    println!("total: {total}");

    // A memory error is a value; the guest lives on.
    match guest.call::<_, ()>("forget_to_count", (4,)) {
        Ok(()) => return Err("the overflow was not found".into()),
        Err(fault) => println!("{}: {} in {}", fault.kind(), fault.title(), fault.frames()[0].function),
    }
    guest.call::<_, ()>("forget_to_count", (3,))?;
    print!("printed: {}", String::from_utf8_lossy(&guest.take_stdout()));
    if let Err(fault) = guest.call::<_, f64>("total", (items, 4)) {
        println!("{}: {}", fault.kind(), fault.title());
    }

    // Another thread stops a call that does not end.
    let handle = guest.interrupt_handle();
    let timer = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        handle.interrupt();
    });
    if let Err(fault) = guest.call::<_, ()>("spin", ()) {
        println!("{}: {}", fault.kind(), fault.title());
    }
    timer.join().map_err(|_| "the timer panicked")?;

    // `main` ends the program.
    let status = guest.run_main(&["guest", "one"])?;
    print!("printed: {}", String::from_utf8_lossy(&guest.take_stdout()));
    println!("status: {status}");
    Ok(())
}
