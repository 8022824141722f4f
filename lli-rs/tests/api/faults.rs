//! Faults as values: their content, and what an instance can do after one.

use svm_engine::State;

use crate::tools::instance;

const SOURCE: &str = r#"
    #include <setjmp.h>
    #include <signal.h>
    #include <stdarg.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    static int done;
    static char *kept;
    __attribute__((noinline)) static void poke(volatile char *p, int at) { p[at] = 7; }
    void overflow(int n) {
        volatile char local[16];
        char *p = malloc(8);
        kept = (char *)local;
        done++;
        printf("before\n");
        poke(p, n);
        done++;
    }
    int get_done(void) { return done; }
    int stale(void) { return *(volatile char *)kept; }
    __attribute__((noinline)) int deep(int n) { volatile char pad[64]; pad[0] = n; return n ? deep(n - 1) + pad[0] : 0; }
    void quit(int status) { printf("bye\n"); exit(status); }
    void die(void) { raise(SIGABRT); }
    int compare(const void *a, const void *b) { if (*(int *)a == 13) poke(malloc(1), 1); return *(int *)a - *(int *)b; }
    void sort(int with) { int v[] = {5, 4, with, 1}; qsort(v, 4, sizeof *v, compare); }
    __attribute__((noinline)) static int add_all(int n, ...) {
        va_list list; int s = 0; va_start(list, n);
        for (int i = 0; i < n; i++) s += va_arg(list, int);
        va_end(list);
        return s;
    }
    int too_many(int n) { return add_all(n, 1, 2); }
    int divide(int a, int b) { return a / b; }
"#;

#[test]
fn a_fault_tells_everything() {
    let mut i = instance(SOURCE);
    let fault = i.call::<_, ()>("overflow", (8,)).unwrap_err();
    assert_eq!(fault.kind(), "heap-out-of-bounds");
    assert_eq!(fault.frames().iter().map(|f| &*f.function).collect::<Vec<_>>(), ["poke", "overflow"]);
    assert_eq!(fault.report().object.as_ref().unwrap().size, 8);
    assert!(fault.trap().is_some() && fault.exit_status().is_none());
    let text = fault.to_string();
    assert!(text.starts_with("test: heap-out-of-bounds: write of 1 byte right after the end"), "{text}");
    assert!(text.contains("call stack:") && text.contains("allocated at:"), "{text}");
    let json: serde_json::Value = serde_json::from_str(&fault.json()).unwrap();
    assert_eq!(json["kind"], "heap-out-of-bounds");
    assert_eq!(json["stack"][1]["function"], "overflow");
    let error: Box<dyn std::error::Error + Send + Sync> = Box::new(fault);
    assert!(!error.to_string().is_empty());
}

#[test]
fn the_instance_stays_usable() {
    let mut i = instance(SOURCE);
    for round in 1..50 {
        assert_eq!(i.call::<_, ()>("overflow", (8,)).unwrap_err().kind(), "heap-out-of-bounds");
        // What happened before the fault did happen, and nothing after it.
        assert_eq!(i.call::<_, i32>("get_done", ()).unwrap(), round);
        assert_eq!(i.take_stdout(), b"before\n");
        // The frames of the call are gone, with their objects.
        assert_eq!(i.call::<_, i32>("stale", ()).unwrap_err().kind(), "use-after-return");
        // Also those inside a callback of the C library's, and variadic arguments.
        assert_eq!(i.call::<_, ()>("sort", (13,)).unwrap_err().kind(), "heap-out-of-bounds");
        i.call::<_, ()>("sort", (3,)).unwrap();
        assert_eq!(i.call::<_, i32>("too_many", (3,)).unwrap_err().kind(), "varargs-out-of-bounds");
        assert_eq!(i.call::<_, i32>("too_many", (2,)).unwrap(), 3);
        assert_eq!(i.call::<_, i32>("divide", (1, 0)).unwrap_err().kind(), "division-by-zero");
        assert_eq!(i.call::<_, i32>("divide", (i32::MIN, -1)).unwrap_err().kind(), "division-overflow");
    }
    assert_eq!(i.call::<_, i32>("deep", (100_000_000,)).unwrap_err().kind(), "stack-exhausted");
    assert_eq!(i.call::<_, i32>("deep", (100,)).unwrap(), (1..=100).sum::<i32>());
    assert_eq!(i.state(), State::Ready);
}

#[test]
fn exit_and_signals_end_the_instance_not_the_host() {
    let mut i = instance(SOURCE);
    let fault = i.call::<_, ()>("quit", (3,)).unwrap_err();
    assert_eq!((fault.kind(), fault.exit_status()), ("exit", Some(3)));
    assert_eq!(i.take_stdout(), b"bye\n");
    assert_eq!(i.state(), State::Ended);
    assert_eq!(i.call::<_, i32>("get_done", ()).unwrap_err().kind(), "instance-ended");

    let mut i = instance(SOURCE);
    let fault = i.call::<_, ()>("die", ()).unwrap_err();
    assert_eq!((fault.kind(), fault.signal()), ("signal", Some(6)));
    assert_eq!(i.state(), State::Ended);
}
