#![no_main]

#[allow(dead_code, reason = "each target takes one of its functions")]
#[path = "../../src/bin/fuzz-ebpf/targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::differential(bytes));
