//! Typed calls, guest memory, `main`, captured streams.

use svm_engine::{Engine, GuestPtr, Instance, Module, Source, State};

use crate::tools::{instance, module};

const MATH: &str = r#"
    #include <stdbool.h>
    #include <stdint.h>
    #include <stdio.h>
    #include <stdlib.h>
    double scale(int a, int64_t b) { return a * 0.5 + (double)b; }
    float half(float x) { return x / 2; }
    int8_t narrow(int8_t a, uint8_t b) { return (int8_t)(a - b); }
    uint16_t sum16(uint16_t a, uint16_t b) { return a + b; }
    bool odd(unsigned n) { return n & 1; }
    int64_t eight(int a, int64_t b, int c, int d, int e, int f, int g, int h) { return a+b*2+c+d+e+f+g+h; }
    static int count;
    void bump(void) { count++; printf("bump %d\n", count); }
    int counted(void) { return count; }
    int sum(const int *values, int n) { int s = 0; for (int i = 0; i < n; i++) s += values[i]; return s; }
    char *greet(const char *name) { char *s = malloc(64); snprintf(s, 64, "hello, %s", name); return s; }
    struct big { long v[9]; };
    long first(struct big b) { return b.v[0]; }
    int variadic(int n, ...) { return n; }
    __attribute__((constructor)) static void begin(void) { count = 40; }
"#;

#[test]
fn calls_take_and_give_every_type() {
    let mut i = instance(MATH);
    assert_eq!(i.state(), State::New);
    assert_eq!(i.call::<(i32, i64), f64>("scale", (3, -10)).unwrap(), -8.5);
    assert_eq!(i.state(), State::Ready);
    assert_eq!(i.call::<_, f32>("half", (5.0f32,)).unwrap(), 2.5);
    assert_eq!(i.call::<_, i8>("narrow", (-100i8, 100u8)).unwrap(), 56);
    assert_eq!(i.call::<_, u16>("sum16", (65535u16, 3u16)).unwrap(), 2);
    assert!(i.call::<_, bool>("odd", (7u32,)).unwrap());
    assert!(!i.call::<_, bool>("odd", (8u32,)).unwrap());
    assert_eq!(i.call::<_, i64>("eight", (1, 2i64, 3, 4, 5, 6, 7, 8)).unwrap(), 38);
}

#[test]
fn state_and_output_stay_between_calls() {
    let mut i = instance(MATH);
    assert_eq!(i.call::<_, i32>("counted", ()).unwrap(), 40);
    i.call::<_, ()>("bump", ()).unwrap();
    i.call::<_, ()>("bump", ()).unwrap();
    assert_eq!(i.call::<_, i32>("counted", ()).unwrap(), 42);
    assert_eq!(i.take_stdout(), b"bump 41\nbump 42\n");
    assert_eq!(i.take_stdout(), b"");
}

#[test]
fn calls_are_checked_against_the_signature() {
    let mut i = instance(MATH);
    for refused in [
        i.call::<(i32, i32), f64>("scale", (1, 2)).unwrap_err(),
        i.call::<(i32,), f64>("scale", (1,)).unwrap_err(),
        i.call::<(i32, i64), f32>("scale", (1, 2)).unwrap_err(),
        i.call::<(i32, i64), ()>("scale", (1, 2)).unwrap_err(),
        i.call::<(i32,), i32>("variadic", (1,)).unwrap_err(),
        i.call::<(GuestPtr,), i64>("first", (GuestPtr::NULL,)).unwrap_err(),
    ] {
        assert_eq!(refused.kind(), "call-type-mismatch", "{refused}");
        assert!(refused.trap().is_none());
    }
    let text = i.call::<(i32, i32), f64>("scale", (1, 2)).unwrap_err().to_string();
    assert!(
        text.contains("`scale` is double (i32, i64)") && text.contains("double (int32_t, int32_t)"),
        "{text}"
    );
    assert_eq!(i.call::<_, ()>("nothing", ()).unwrap_err().kind(), "no-such-function");
    assert_eq!(i.call::<_, ()>("printf", ()).unwrap_err().kind(), "no-such-function");
    assert_eq!(i.state(), State::New, "nothing has run");
}

#[test]
fn guest_memory_is_checked() {
    let mut i = instance(MATH);
    let p = i.memory().alloc(12).unwrap();
    for (at, value) in [(0, 1i32), (4, 20), (8, 300)] {
        i.memory().store(p.offset(at), value).unwrap();
    }
    assert_eq!(i.call::<_, i32>("sum", (p, 3)).unwrap(), 321);
    assert_eq!(i.call::<_, i32>("sum", (p, 4)).unwrap_err().kind(), "heap-out-of-bounds");
    assert_eq!(i.memory().read(p.offset(8), 4).unwrap(), 300i32.to_le_bytes());
    assert_eq!(i.memory().read(p.offset(8), 5).unwrap_err().kind(), "heap-out-of-bounds");
    assert_eq!(i.memory().read(p, 1 << 40).unwrap_err().kind(), "heap-out-of-bounds");
    assert_eq!(i.memory().write(GuestPtr::NULL, b"x").unwrap_err().kind(), "null-pointer");
    i.memory().free(p).unwrap();
    assert_eq!(i.memory().load::<i32>(p).unwrap_err().kind(), "use-after-free");
    assert_eq!(i.memory().free(p).unwrap_err().kind(), "double-free");

    let name = i.memory().alloc_str("embedder").unwrap();
    let text: GuestPtr = i.call("greet", (name,)).unwrap();
    assert_eq!(i.memory().read_str(text).unwrap(), b"hello, embedder");
    i.memory().free(text).unwrap();
}

#[test]
fn main_runs_once_with_arguments_and_input() {
    let source = r#"
        #include <stdio.h>
        #include <stdlib.h>
        static void last(void) { printf("last\n"); }
        int main(int argc, char **argv) {
            char line[80];
            atexit(last);
            for (int i = 0; i < argc; i++) printf("%s\n", argv[i]);
            while (fgets(line, sizeof line, stdin)) printf("in: %s", line);
            fprintf(stderr, "done\n");
            return argc;
        }
    "#;
    let m = module(source);
    let mut i =
        Instance::builder(&m).stdin(*b"one\ntwo\n").capture_stdout().capture_stderr().build().unwrap();
    assert_eq!(i.run_main(&["prog", "a b"]).unwrap(), 2);
    assert_eq!(i.take_stdout(), b"prog\na b\nin: one\nin: two\nlast\n");
    assert_eq!(i.take_stderr(), b"done\n");
    assert_eq!(i.state(), State::Ended);
    assert_eq!(i.run_main(&["prog"]).unwrap_err().kind(), "instance-ended");
    let p = i.memory().alloc(4).expect("memory can still be looked at");
    i.memory().free(p).unwrap();
}

#[test]
fn modules_link_and_list_their_functions() {
    let source = |name: &str, text: &str| Source::Bytes { name: name.into(), data: text.as_bytes().into() };
    let layout = "target triple = \"x86_64-pc-linux-gnu\"\n\
                  target datalayout = \"e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128\"\n";
    let a = format!(
        "{layout}declare i32 @two()\ndefine i32 @four() {{\n %a = call i32 @two()\n %b = add i32 %a, 2\n ret i32 %b\n}}\n"
    );
    let b = format!("{layout}define i32 @two() {{\n ret i32 2\n}}\n");
    let m = Module::linked(&Engine::new(), &source("a.ll", &a), &[source("b.ll", &b)]).unwrap();
    let mut names: Vec<_> = m.functions().map(|(name, ty)| format!("{name}: {ty}")).collect();
    names.sort();
    assert_eq!(names, ["four: i32 ()", "two: i32 ()"]);
    assert_eq!(m.check(), []);
    let mut i = Instance::new(&m, Default::default()).unwrap();
    assert_eq!(i.call::<_, i32>("four", ()).unwrap(), 4);
    assert!(Engine::new().load_bytes("x", *b"not bitcode").is_err());
    assert!(Engine::new().load_file("/nonexistent.bc").unwrap_err().to_string().contains("/nonexistent.bc"));
}
