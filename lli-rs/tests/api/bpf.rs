//! eBPF programs through the library: C modules that carry the tables of lifted bitcode, so that maps, helpers and
//! contexts are tested apart from the lifter.

use std::time::{Duration, Instant};

use svm_engine::machine::Tier;
use svm_engine::{Element, Fault, Instance};

use crate::tools::module;

/// The tables' types, and what programs of this file share.
const PRELUDE: &str = r#"
    typedef unsigned char u8; typedef unsigned short u16; typedef unsigned u32; typedef unsigned long u64;
    struct map { u32 type, key_size, value_size, max_entries, flags, index; u64 extra;
                 const char *name; const void *inner, *values; u64 n_values; };
    struct program { const char *name, *section; const void *function; };
    struct value { u64 slot; const void *target; };
    struct xdp_md { u32 data, data_end, data_meta, ingress, queue, egress; };
    #define MAPS(...) const struct map *const maps_table[] __asm__("svm.bpf.maps") = { __VA_ARGS__ }
    #define PROGRAMS(...) const struct program programs_table[] __asm__("svm.bpf.programs") = { __VA_ARGS__ }
    void *root(u64) __asm__("svm.root");
    void *tail_target(void *, const void *, u64) __asm__("svm.bpf.tail_target");
    long ld_abs(void *, u64, u32) __asm__("svm.bpf.ld_abs");
    u64 by_number(u64, u64, u64, u64, u64, u64) __asm__("svm.bpf.helper_by_number");
    void *bpf_map_lookup_elem(const void *, const void *);
    long bpf_map_update_elem(const void *, const void *, const void *, u64);
    long bpf_map_delete_elem(const void *, const void *);
    long bpf_xdp_adjust_head(void *, int); long bpf_xdp_adjust_tail(void *, int); long bpf_xdp_adjust_meta(void *, int);
    void *bpf_ringbuf_reserve(const void *, u64, u64); void bpf_ringbuf_submit(void *, u64);
    long bpf_loop(u32, void *, void *, u64);
    long bpf_for_each_map_elem(const void *, void *, void *, u64);
    long bpf_trace_printk(const char *, u32, u64, u64, u64);
    long bpf_fib_lookup(void *, void *, int, u32);
"#;

fn instance(source: &str) -> Instance {
    Instance::builder(&module(&format!("{PRELUDE}{source}"))).capture_stderr().fuel(1 << 40).build().unwrap()
}

fn fault(result: Result<u64, Fault>) -> String {
    result.expect_err("a fault").kind().to_string()
}

const COUNTER: &str = r#"
    static const struct map counts = { 1, 4, 8, 4, 0, 0, 0, "counts", 0, 0, 0 };
    MAPS(&counts);
    u64 count(u64 *mem, u64 len) {
        u32 key = *(u32 *)mem;
        u64 *n = bpf_map_lookup_elem(&counts, &key), one = 1;
        if (!n) return bpf_map_update_elem(&counts, &key, &one, 1);
        return ++*n;
    }
    static u64 *kept;
    u64 keep(u64 *mem, u64 len) { u32 key = *(u32 *)mem; kept = bpf_map_lookup_elem(&counts, &key); return *kept; }
    u64 drop(u64 *mem, u64 len) {
        u32 key = *(u32 *)mem; u64 *n = bpf_map_lookup_elem(&counts, &key);
        long gone = bpf_map_delete_elem(&counts, &key);
        return gone ? gone : *n;
    }
    u64 stale(u64 *mem, u64 len) { return *kept; }
    u64 beyond(u64 *mem, u64 len) { u32 key = *(u32 *)mem; return ((u64 *)bpf_map_lookup_elem(&counts, &key))[1]; }
    u64 absent(u64 *mem, u64 len) { u32 key = 77; return *(u64 *)bpf_map_lookup_elem(&counts, &key); }
    u64 no_map(u64 *mem, u64 len) { u32 key = 0; return (u64)bpf_map_lookup_elem(mem, &key); }
    static long add(const void *map, u32 *key, u64 *value, u64 *sum) { *sum += *value * *key; return 0; }
    u64 sum(u64 *mem, u64 len) { u64 s = 0; long n = bpf_for_each_map_elem(&counts, add, &s, 0); return s * 10 + n; }
    static long step(u64 i, u64 *sum) { *sum += i; return i == 6; }
    u64 loop(u64 *mem, u64 len) { u64 s = 0; long n = bpf_loop(100, step, &s, 0); return s * 100 + n; }
    u64 numbered(u64 *mem, u64 len) { u32 key = *(u32 *)mem; return by_number(3, (u64)&counts, (u64)&key, 0, 0, 0); }
    u64 unknown(u64 *mem, u64 len) { return bpf_fib_lookup(mem, mem, 1, 0); }
    u64 say(u64 *mem, u64 len) { static const char f[] = "got %d of %s\n"; return bpf_trace_printk(f, sizeof f, len, (u64)"it", 0); }
    u64 past(u8 *mem, u64 len) { return mem[len]; }
    u64 spin(volatile u8 *mem, u64 len) { for (;;) mem[0]++; }
    PROGRAMS({"count", "raw", count}, {"keep", "raw", keep}, {"drop", "raw", drop}, {"stale", "raw", stale},
             {"beyond", "raw", beyond}, {"absent", "raw", absent}, {"no_map", "raw", no_map}, {"sum", "raw", sum},
             {"loop", "raw", loop}, {"numbered", "raw", numbered}, {"unknown", "raw", unknown}, {"say", "raw", say},
             {"past", "raw", past}, {"spin", "raw", spin});
"#;

#[test]
fn maps_keep_their_values_from_run_to_run() {
    let mut i = instance(COUNTER);
    let mut run = |name: &str, key: u32| i.bpf_run_memory(Some(name), &mut key.to_le_bytes());
    assert_eq!([run("count", 5).unwrap(), run("count", 5).unwrap(), run("count", 5).unwrap()], [0, 2, 3]);
    assert_eq!(run("count", 9).unwrap(), 0);
    assert_eq!(run("sum", 0).unwrap(), (3 * 5 + 9) * 10 + 2);
    assert_eq!(run("loop", 0).unwrap(), 21 * 100 + 7);
    assert_eq!(run("numbered", 9).unwrap(), 0, "helper 3 deletes");
    assert_eq!(run("numbered", 9).unwrap() as i64, -2);
    let maps = i.bpf_maps().unwrap();
    let element = Element { key: vec![5, 0, 0, 0], values: vec![vec![3, 0, 0, 0, 0, 0, 0, 0]] };
    assert_eq!(maps[0].elements, [element]);
    assert_eq!(i.bpf_map_update("counts", &[1, 0, 0, 0], &[2; 8], 0).unwrap(), Ok(()));
    assert_eq!(i.bpf_map_update("counts", &[1], &[2; 8], 0).unwrap(), Err(22));
    assert_eq!(i.bpf_run_memory(None, &mut [1, 0, 0, 0]).unwrap(), 0x0202_0202_0202_0203);
}

#[test]
fn a_deleted_value_lives_as_long_as_the_program_runs() {
    let mut i = instance(COUNTER);
    let mut run = |name: &str| i.bpf_run_memory(Some(name), &mut [1, 0, 0, 0]);
    run("count").unwrap();
    assert_eq!(run("keep").unwrap(), 1);
    assert_eq!(run("drop").unwrap(), 1);
    assert_eq!(fault(run("stale")), "use-after-free");
}

#[test]
fn misuse_is_a_fault_with_its_kind() {
    let mut i = instance(COUNTER);
    let mut run = |name: &str| i.bpf_run_memory(Some(name), &mut [1, 0, 0, 0]);
    run("count").unwrap();
    assert_eq!(fault(run("beyond")), "map-value-out-of-bounds");
    assert_eq!(fault(run("absent")), "null-pointer");
    assert_eq!(fault(run("no_map")), "helper-misuse");
    assert_eq!(fault(run("past")), "context-out-of-bounds");
    assert_eq!(fault(run("nothing")), "missing-function");
    let unknown = run("unknown").unwrap_err();
    assert!(unknown.title().contains("bpf_fib_lookup") && unknown.title().contains("69"), "{unknown}");
    assert_eq!(run("count").unwrap(), 2, "the instance lives on");
    assert_eq!(run("say").unwrap(), 12);
    let packet = i.bpf_run_packet(Some("count"), &mut vec![0; 60]).unwrap_err();
    assert!(packet.title().contains("no kind of packet"), "{packet}");
    i.set_fuel(100_000);
    assert_eq!(fault(i.bpf_run_memory(Some("spin"), &mut [0])), "fuel-exhausted");
    assert_eq!(i.take_stderr(), b"got 4 of it\n");
}

const XDP: &str = r#"
    static const struct map ring = { 27, 0, 0, 4096, 0, 0, 0, "ring", 0, 0, 0 };
    u64 second(struct xdp_md *ctx, u64 zero);
    static const struct value targets[] = { { 1, second } };
    static const struct map jumps = { 3, 4, 4, 3, 0, 0, 0, "jumps", 0, targets, 1 };
    MAPS(&ring, &jumps);
    #define DATA(ctx) ((u8 *)root(ctx->data))
    u64 parse(struct xdp_md *ctx, u64 zero) {
        if (DATA(ctx) + 34 > (u8 *)root(ctx->data_end)) return 1;
        return DATA(ctx)[23] == 17 ? 2 : 1;
    }
    u64 careless(struct xdp_md *ctx, u64 zero) { return DATA(ctx)[34]; }
    u64 push(struct xdp_md *ctx, u64 zero) {
        if (bpf_xdp_adjust_head(ctx, -4)) return 0;
        DATA(ctx)[0] = 0xaa; DATA(ctx)[3] = 0xbb;
        return bpf_xdp_adjust_tail(ctx, -2) ? 0 : 3;
    }
    u64 pop(struct xdp_md *ctx, u64 zero) { return bpf_xdp_adjust_head(ctx, 4) ? 0 : 2; }
    u64 note(struct xdp_md *ctx, u64 zero) {
        if (bpf_xdp_adjust_meta(ctx, -8)) return 0;
        u8 *meta = root(ctx->data_meta);
        *(u64 *)meta = 42;
        return meta + 8 == DATA(ctx) ? 2 : 1;
    }
    u64 held(struct xdp_md *ctx, u64 zero) { u8 *d = DATA(ctx); bpf_xdp_adjust_head(ctx, 2); return d[0]; }
    u64 far(struct xdp_md *ctx, u64 zero) { return bpf_xdp_adjust_head(ctx, -217); }
    u64 record(struct xdp_md *ctx, u64 zero) {
        u32 *r = bpf_ringbuf_reserve(&ring, 8, 0);
        if (!r) return 0;
        r[0] = 7; r[1] = ctx->data_end - ctx->data;
        bpf_ringbuf_submit(r, 0);
        return 2;
    }
    u64 reuse(struct xdp_md *ctx, u64 zero) {
        u32 *r = bpf_ringbuf_reserve(&ring, 8, 0); bpf_ringbuf_submit(r, 0); return r[0];
    }
    u64 second(struct xdp_md *ctx, u64 zero) { return 3; }
    u64 first(struct xdp_md *ctx, u64 index) {
        u64 (*t)(struct xdp_md *, u64) = tail_target(ctx, &jumps, 1);
        return tail_target(ctx, &jumps, 0) || tail_target(ctx, &jumps, 9) ? 0 : t ? t(ctx, 0) : 1;
    }
    u64 load(struct xdp_md *ctx, u64 zero) { return ld_abs(ctx, 12, 2) + (ld_abs(ctx, 33, 2) == -1 ? 0x10000 : 0); }
    PROGRAMS({"parse", "xdp", parse}, {"careless", "xdp", careless}, {"push", "xdp.frags", push}, {"pop", "xdp", pop},
             {"note", "xdp/x", note}, {"held", "xdp", held}, {"far", "xdp", far}, {"record", "xdp", record},
             {"reuse", "xdp", reuse}, {"first", "xdp", first}, {"load", "xdp", load});
"#;

fn udp() -> Vec<u8> {
    let mut packet: Vec<u8> = (0..34).collect();
    packet[23] = 17;
    packet
}

#[test]
fn packets_are_seen_through_32_bits_and_exactly() {
    let mut i = instance(XDP);
    let mut run = |name: &str, packet: &mut Vec<u8>| i.bpf_run_packet(Some(name), packet);
    assert_eq!(run("parse", &mut udp()).unwrap(), 2);
    assert_eq!(run("parse", &mut vec![0; 33]).unwrap(), 1);
    assert_eq!(run("careless", &mut vec![9; 35]).unwrap(), 9);
    assert_eq!(fault(run("careless", &mut udp())), "packet-out-of-bounds");
    assert_eq!(run("load", &mut udp()).unwrap(), 0x1_0c0d);
    assert_eq!(run("first", &mut udp()).unwrap(), 3);
}

#[test]
fn the_packets_ends_move() {
    let mut i = instance(XDP);
    let mut run = |name: &str, packet: &mut Vec<u8>| i.bpf_run_packet(Some(name), packet);
    let mut packet = udp();
    assert_eq!(run("push", &mut packet).unwrap(), 3);
    assert_eq!(packet[..6], [0xaa, 0, 0, 0xbb, 0, 1]);
    assert_eq!((packet.len(), packet[35]), (36, 31));
    assert_eq!(run("pop", &mut packet).unwrap(), 2);
    assert_eq!(packet, udp()[..32]);
    assert_eq!(run("note", &mut packet).unwrap(), 2);
    assert_eq!(packet, udp()[..32], "metadata is not the packet's");
    assert_eq!(fault(run("held", &mut packet)), "use-after-free");
    assert_eq!(run("far", &mut packet).unwrap() as i64, -22);
}

#[test]
fn records_reach_user_space_once_submitted() {
    let mut i = instance(XDP);
    assert_eq!(i.bpf_run_packet(Some("record"), &mut udp()).unwrap(), 2);
    assert_eq!(i.bpf_records("ring").unwrap(), [[7, 0, 0, 0, 34, 0, 0, 0]]);
    assert_eq!(fault(i.bpf_run_packet(Some("reuse"), &mut udp())), "use-after-free");
    for _ in 0..256 {
        assert_eq!(i.bpf_run_packet(Some("record"), &mut udp()).unwrap(), 2);
        i.bpf_records("ring").unwrap();
    }
}

#[test]
fn a_program_without_loops_is_compiled_while_packets_run() {
    let mut i = instance(XDP);
    let start = Instant::now();
    while i.stats().compiled == 0 {
        let all = i.bpf_runs(Some("parse"), |runs| {
            (0..1000).try_fold(0, |sum, _| Ok(sum + runs.packet(&mut udp())?))
        });
        assert_eq!(all.unwrap(), 2000);
        assert!(start.elapsed() < Duration::from_secs(100), "nothing was compiled");
    }
    let all = i.bpf_runs(Some("parse"), |runs| {
        (0..1000).try_fold(0, |sum, n| Ok(sum + runs.packet(&mut vec![17; 33 + n % 2])?))
    });
    assert_eq!(all.unwrap(), 1500);
}

/// Runs that follow each other enter compiled code in a way of their own.
#[test]
fn a_fault_ends_the_runs_and_not_the_instance() {
    for tier in [Tier::Interp, Tier::Auto, Tier::Jit] {
        let module = module(&format!("{PRELUDE}{XDP}"));
        let mut i = Instance::builder(&module).configure(|c| c.tier = tier).build().unwrap();
        for len in [34, 34] {
            let mut done = 0;
            let result = i.bpf_runs(Some("careless"), |runs| {
                for n in 0..10 {
                    assert_eq!(runs.packet(&mut vec![9; if n < 7 { 60 } else { len }])?, 9);
                    done += 1;
                }
                Ok(0)
            });
            assert_eq!((fault(result).as_str(), done), ("packet-out-of-bounds", 7));
        }
        let ignored = i.bpf_runs(Some("careless"), |runs| {
            let runs: Vec<bool> = [60, 34, 60].map(|n| runs.packet(&mut vec![9; n]).is_ok()).into();
            assert_eq!(runs, [true, false, false]);
            Ok(0)
        });
        assert_eq!(fault(ignored), "packet-out-of-bounds");
        assert_eq!(i.bpf_run_packet(Some("careless"), &mut vec![9; 35]).unwrap(), 9);
        let counts = i.bpf_runs(Some("record"), |runs| {
            (0..4).map(|_| runs.packet(&mut udp())).collect::<Result<Vec<u64>, _>>()
        });
        assert_eq!(counts.unwrap(), [2; 4].to_vec());
    }
}
