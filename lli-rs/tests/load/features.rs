//! What clang emits from C at -O0 to -O3 is read whole: nothing refused, nothing translated wrongly.

use super::tools::{clang, open, run};

/// Name, further flags, source.
const PROGRAMS: &[(&str, &[&str], &str)] = &[
    (
        "structs by value, varargs, computed goto",
        &[],
        r#"
#include <stdarg.h>
struct big { long a[5]; }; struct small { int a; float b; }; struct mixed { double d; long l; };
struct big make(struct big b, struct small s, struct mixed m) { b.a[1] += s.a + (long)m.d + m.l; return b; }
long sum(int n, ...) { va_list ap; va_start(ap, n); long s = 0; double d = 0;
  for (int i = 0; i < n; i++) { s += va_arg(ap, long); d += va_arg(ap, double); s += va_arg(ap, struct big).a[0]; }
  va_end(ap); return s + (long)d; }
int run(const unsigned char *p) { static void *const ops[] = {&&add, &&sub, &&stop}; int a = 0;
  goto *ops[*p]; add: a++; goto *ops[*++p]; sub: a--; goto *ops[*++p]; stop: return a; }
int caller(void) { struct big b = {{1,2,3}}; struct small s = {1, 2}; struct mixed m = {1.5, 2};
  b = make(b, s, m); return sum(2, 1L, 2.0, b, 3L, 4.0, b); }
"#,
    ),
    (
        "wide and odd integers, x87, bit fields, overflow",
        &[],
        r#"
typedef __int128 i128; typedef unsigned _BitInt(65) u65; typedef _BitInt(24) i24;
i128 mul(long a, long b) { return (i128)a * b; } u65 add(u65 a, u65 b) { return a + b; } i24 neg(i24 a) { return -a; }
long double x87(long double a, int b) { return a * b + 0.1L; } int lt(long double a, double b) { return a < b; }
struct bits { unsigned a : 3, b : 17; long c : 40; }; void set(struct bits *b, int v) { b->a = v; b->b += v; b->c ^= v; }
int over(int a, int b, long *out) { int r; long s; return __builtin_add_overflow(a, b, &r) + __builtin_mul_overflow((long)a, (long)b, out); }
unsigned rot(unsigned a, int n) { return a << (n & 31) | a >> (-n & 31); }
int pop(unsigned long x) { return __builtin_popcountl(x) + __builtin_clzl(x) + __builtin_ctzl(x) + (int)__builtin_bswap64(x); }
"#,
    ),
    (
        "atomics, thread-locals, weak symbols, constructors",
        &[],
        r#"
#include <stdatomic.h>
_Thread_local int tls; extern _Thread_local int other; _Atomic int n; atomic_flag f; _Atomic(long double) *none;
extern int maybe(void) __attribute__((weak)); int common; __attribute__((constructor)) void up(void) { tls = 1; }
__attribute__((destructor(200))) void down(void) { n--; } int also(void) __attribute__((alias("bump")));
int bump(void) { int e = 3; atomic_compare_exchange_strong(&n, &e, 4); atomic_fetch_or(&n, 1); atomic_thread_fence(memory_order_seq_cst);
  return atomic_exchange(&n, 2) + tls + other + (maybe ? maybe() : 0) + atomic_flag_test_and_set(&f) + common; }
"#,
    ),
    (
        "vectors",
        &[],
        r#"
typedef int v4 __attribute__((vector_size(16))); typedef float f8 __attribute__((vector_size(32)));
v4 mix(v4 a, v4 b) { return __builtin_shufflevector(a, b, 0, 5, -1, 3) + (a > b); } f8 scale(f8 a, float s) { return a * s; }
void triad(float *restrict c, const float *a, const float *b, int n) { for (int i = 0; i < n; i++) c[i] = a[i] + b[i] * 3; }
long dot(const short *a, const short *b, int n) { long s = 0; for (int i = 0; i < n; i++) s += a[i] * b[i]; return s; }
int find(const unsigned char *p, int n) { for (int i = 0; i < n; i++) if (p[i] == 9) return i; return -1; }
void bytes(unsigned char *p, int n) { for (int i = 0; i < n; i++) p[i] = p[i] > 100 ? p[i] - 3 : p[i] * 7; }
unsigned max(const unsigned *p, int n) { unsigned m = 0; for (int i = 0; i < n; i++) m = p[i] > m ? p[i] : m; return m; }
"#,
    ),
    (
        "wide vectors with masks",
        &["-mavx2", "-mfma"],
        r#"
void masked(int *restrict a, const int *b, const int *c, int n) { for (int i = 0; i < n; i++) if (c[i] > 3) a[i] = b[i] / 2; }
double fma1(double a, double b, double c) { return __builtin_fma(a, b, c); }
void gather(float *restrict a, const float *b, const int *i, int n) { for (int k = 0; k < n; k++) a[k] = b[i[k]]; }
"#,
    ),
    (
        "memory, tables of strings, inline assembly, setjmp",
        &[],
        r#"
#include <string.h>
#include <setjmp.h>
jmp_buf env; extern int out(const char *);
const char *name(int k) { switch (k) { case 0: return "zero"; case 1: return "one"; case 2: return "two"; case 3: return "three"; case 4: return "four"; } return 0; }
const char *pick(int c, int k) { const char *r; if (c) switch (k) { case 0: r = "a0"; break; case 1: r = "a1"; break; case 2: r = "a2"; break; case 3: r = "a3"; break; default: r = "am"; }
  else switch (k) { case 0: r = "b0"; break; case 1: r = "b1"; break; case 2: r = "b2"; break; case 3: r = "b3"; break; default: r = "bm"; } return r; }
int vla(int n) { char b[n]; memset(b, 0, n); { int c[n]; c[0] = out(b); return c[0] + b[n - 1]; } }
unsigned long clock1(void) { unsigned lo; __asm__ volatile("nop" ::: "memory"); __asm__("bsf %1, %0" : "=r"(lo) : "r"(8u)); return lo; }
int jump(int n) { if (setjmp(env)) return 1; if (n) longjmp(env, n); return __builtin_object_size(env, 0) + __builtin_constant_p(n); }
__attribute__((noinline)) static int odd(int n); static int even(int n) { if (!n) return 1; __attribute__((musttail)) return odd(n - 1); }
static int odd(int n) { if (!n) return 0; __attribute__((musttail)) return even(n - 1); } int parity(int n) { return even(n); }
"#,
    ),
    (
        "floating point with strict semantics",
        &["-ffp-model=strict"],
        r#"
#include <math.h>
double all(double a, float b, int i) { if (a < b) return sqrt(a) + floor(b) + (int)a + i; return fma(a, b, i) + rint(a) + (float)a; }
int cmp(double a, double b) { return (a == b) + (a >= b) + isnan(a) + __builtin_isinf(b); }
"#,
    ),
];

#[test]
fn every_level_is_read_whole() {
    for (name, flags, source) in PROGRAMS {
        for level in ["-O0", "-O1", "-O2", "-O3"] {
            let mut all = vec![level, "-g"];
            all.extend(*flags);
            let mut loader = open(clang(source, &all)).unwrap_or_else(|e| panic!("{name} {level}: {e}"));
            let errors: Vec<_> = loader.check_all().iter().map(ToString::to_string).collect();
            assert!(errors.is_empty(), "{name} {level}: {errors:#?}");
        }
    }
}

#[test]
fn exceptions_are_read_whole() {
    const SOURCE: &str = r#"
struct e { virtual ~e() {} int v; }; void risky(int); struct guard { ~guard(); };
int attempt(int n) { guard g; try { risky(n); } catch (const e &x) { return x.v; } catch (int i) { return i; } catch (...) { risky(0); throw; } return 0; }
thread_local guard per_thread; guard global; guard *touch() { return &per_thread; }
"#;
    for level in ["-O0", "-O2"] {
        let args = ["-x", "c++", "-", "-c", "-emit-llvm", "-o", "-", level, "-g"];
        let mut loader = open(run("clang++-22", &args, SOURCE.as_bytes())).unwrap();
        let errors: Vec<_> = loader.check_all().iter().map(ToString::to_string).collect();
        assert!(errors.is_empty(), "{level}: {errors:#?}");
    }
}
