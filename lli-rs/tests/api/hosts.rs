//! Host functions as closures.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use svm_engine::host::VarArgs;
use svm_engine::{GuestPtr, Instance, State};

use crate::tools::module;

const SOURCE: &str = r#"
    #include <stdio.h>
    #include <string.h>
    void log_line(const char *s);
    double mix(int a, long b, double c, float d);
    unsigned short wrap(unsigned short x);
    int total(int n, ...);
    void each(const int *v, int n, int (*f)(int));
    void fill(char *buf, unsigned long n);
    void boom(void);
    int (*volatile through)(int, ...) = total;
    static int seen;
    static int see(int x) { seen += x; return x; }
    void hello(void) { log_line("from the guest"); }
    double mixed(void) { return mix(-3, 1L << 40, 0.5, 0.25f); }
    int wrapped(int x) { return wrap(x); }
    int totals(void) { return total(3, 1, 20, 300) + through(2, 4, 5); }
    int all(void) { int v[] = {1, 2, 3}; each(v, 3, see); return seen; }
    int filled(unsigned long n) { char b[8]; fill(b, n); return b[7]; }
    void explode(void) { boom(); }
    unsigned long length(const char *s) { return strlen(s); }
    unsigned long length_of_twelve(void) { char b[16]; strcpy(b, "twelve bytes"); return (length)(b); }
    int lost(void) { void unknown(void); unknown(); return 1; }
"#;

#[test]
fn closures_take_and_give_every_type() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&lines);
    let m = module(SOURCE);
    let mut i = Instance::builder(&m)
        .host_fn("void log_line(const char *s[str])", move |cx, args| {
            log.lock().unwrap().push(cx.mem().c_str(args.next()?)?);
            Ok(())
        })
        .host_fn("double mix(int a, long b, double c, float d)", |_, args| {
            let (a, b): (i32, i64) = (args.next()?, args.next()?);
            let (c, d): (f64, f32) = (args.next()?, args.next()?);
            Ok(f64::from(a) + b as f64 + c + f64::from(d))
        })
        .host_fn("unsigned short wrap(unsigned short x)", |_, args| Ok(args.next::<u16>()?.wrapping_add(10)))
        .host_fn("int total(int n, ...)", |cx, args| {
            let (n, mut rest): (i32, VarArgs<'_>) = (args.next()?, args.next()?);
            (0..n).try_fold(0, |sum, _| Ok(sum + rest.next_i32(cx)?))
        })
        .build()
        .unwrap();
    i.call::<_, ()>("hello", ()).unwrap();
    i.call::<_, ()>("hello", ()).unwrap();
    assert_eq!(*lines.lock().unwrap(), [b"from the guest", b"from the guest"]);
    assert_eq!(i.call::<_, f64>("mixed", ()).unwrap(), (1u64 << 40) as f64 - 3.0 + 0.75);
    assert_eq!(i.call::<_, i32>("wrapped", (65530,)).unwrap(), 4);
    assert_eq!(i.call::<_, i32>("totals", ()).unwrap(), 330);
    // What is not given is a fault when it is called, not before.
    let fault = i.call::<_, i32>("lost", ()).unwrap_err();
    assert_eq!(fault.kind(), "missing-function");
    assert!(fault.title().contains("unknown"));
}

#[test]
fn closures_call_back_and_their_accesses_are_checked() {
    use svm_engine::host::CallbackSig;
    use svm_engine::ir::Type;
    static SEE: CallbackSig = CallbackSig { ret: Type::I32, params: &[Type::I32] };
    let m = module(SOURCE);
    let mut i = Instance::builder(&m)
        .host_fn("void each(const int *v[r 4*n], int n, void *f[fn])", |cx, args| {
            let (v, n, f): (GuestPtr, i32, GuestPtr) = (args.next()?, args.next()?, args.next()?);
            for at in 0..n {
                let value: i32 = cx.mem().load(v.offset(i64::from(at) * 4))?;
                assert_eq!(cx.call(f, &SEE, &[value as u64])? as i32, value);
            }
            Ok(())
        })
        .host_fn("void fill(char *buf[w n], size_t n)", |cx, args| {
            let (p, n): (GuestPtr, u64) = (args.next()?, args.next()?);
            if n > 1000 {
                return Err(cx.misuse("does not fill so much"));
            }
            Ok(cx.mem().fill(p, 9, n)?)
        })
        .build()
        .unwrap();
    assert_eq!(i.call::<_, i32>("all", ()).unwrap(), 6);
    assert_eq!(i.call::<_, i32>("filled", (8u64,)).unwrap(), 9);
    let fault = i.call::<_, i32>("filled", (9u64,)).unwrap_err();
    assert_eq!(fault.kind(), "stack-out-of-bounds");
    assert_eq!(fault.report().host_function.as_deref(), Some("fill"));
    let fault = i.call::<_, i32>("filled", (1001u64,)).unwrap_err();
    assert!(fault.title().contains("fill does not fill so much"), "{fault}");
}

#[test]
fn a_closure_comes_before_the_c_library_in_its_instance_only() {
    let m = module(SOURCE);
    let calls = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&calls);
    let mut other = Instance::builder(&m).build().unwrap();
    let mut i = Instance::builder(&m)
        .host_fn("size_t strlen(const char *s[str])", move |cx, args| {
            counted.fetch_add(1, Ordering::Relaxed);
            Ok(cx.mem().str_len(args.next()?)? + 1000)
        })
        .build()
        .unwrap();
    let text = i.memory().alloc_str("four").unwrap();
    assert_eq!(i.call::<_, u64>("length", (text,)).unwrap(), 1004);
    assert_eq!(calls.load(Ordering::Relaxed), 1);
    assert_eq!(other.call::<_, u64>("length_of_twelve", ()).unwrap(), 12);
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}

#[test]
fn prototypes_are_checked() {
    let m = module(SOURCE);
    let bad = Instance::builder(&m).host_fn("gibberish", |_, _| Ok(())).build().unwrap_err();
    assert!(bad.to_string().contains("gibberish"), "{bad}");
    let bad = Instance::builder(&m).host_fn("int total(int n, ...)", |_, _| Ok(1.5f64)).build().unwrap_err();
    assert!(bad.to_string().contains("f64"), "{bad}");
    // The module calls it with another type than it was declared with.
    let mut i = Instance::builder(&m).host_fn("void log_line(int x)", |_, _| Ok(())).build().unwrap();
    assert_eq!(i.call::<_, ()>("hello", ()).unwrap_err().kind(), "call-type-mismatch");
}

#[test]
fn a_panic_ends_the_instance_and_nothing_else() {
    let m = module(SOURCE);
    let mut i = Instance::builder(&m)
        .host_fn("void boom(void)", |_, _| -> svm_engine::machine::Result<()> { panic!("on purpose") })
        .build();
    let i = i.as_mut().unwrap();
    let call = std::panic::AssertUnwindSafe(|| i.call::<_, ()>("explode", ()));
    assert!(std::panic::catch_unwind(call).is_err());
    assert_eq!(i.state(), State::Ended);
    assert_eq!(i.call::<_, f64>("mixed", ()).unwrap_err().kind(), "instance-ended");
    let p = i.memory().alloc(4).unwrap();
    i.memory().free(p).unwrap();
}
