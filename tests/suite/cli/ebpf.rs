//! eBPF on the command line: every flag, on the programs of tests/ebpf/cli.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use svm_tests::process::TempDir;
use svm_tests::toolchain::{self, Opt, Unit};
use svm_tests::{Check, packets, paths};

use super::Case;
use super::lli::{Ran, lli, lli_in};
use crate::ebpf_programs::object;

pub const CASES: &[Case] = &[
    ("memory", memory),
    ("raw-bytecode", raw),
    ("repeat", repeat),
    ("capture", capture),
    ("capture-of-the-other-byte-order", big_endian),
    ("damaged-captures", damaged),
    ("stopped-in-a-capture", stopped),
    ("one-packet", one_packet),
    ("map-dump", map_dump),
    ("map-set", map_set),
    ("map-set-that-does-not-fit", bad_settings),
    ("json", json),
    ("programs-by-name", by_name),
    ("helpers", helpers),
    ("fuel", fuel),
    ("map-memory", map_memory),
    ("help", help),
];

fn tool(flags: &[&str]) -> Check<Ran> {
    let words = flags.iter().map(PathBuf::from).chain([object("cli", "tool", "v3")?]);
    lli_in(None, Stdio::null(), words)
}

fn tool_in(folder: &Path, flags: &[&str]) -> Check<Ran> {
    let words = flags.iter().map(PathBuf::from).chain([object("cli", "tool", "v3")?]);
    lli_in(Some(folder), Stdio::null(), words)
}

/// A folder with a file in it.
fn with_file(name: &str, bytes: &[u8]) -> Check<TempDir> {
    let dir = TempDir::new()?;
    fs::write(dir.path().join(name), bytes).map_err(|e| e.to_string())?;
    Ok(dir)
}

fn memory() -> Check {
    tool(&["--mem", "010203"])?.gives(0, "0x6a\n")?;
    tool(&["--mem", "01:02:03 ff"])?.gives(0, "0x169\n")?;
    tool(&[])?.gives(0, "0x64\n")?;
    let dir = with_file("memory", &[1, 200])?;
    tool_in(dir.path(), &["--mem", "memory"])?.gives(0, "0x12d\n")?;
    let unchanged = fs::read(dir.path().join("memory")).map_err(|e| e.to_string())?;
    if unchanged != [1, 200] {
        return Err("the file was changed".into());
    }
    tool(&["--mem", "0"])?.gives(98, "")?.says(98, &["--mem", "hexadecimal digits or a file"])?;
    Ok(())
}

fn raw() -> Check {
    // ldxb r0, [r1]; add64 r0, r2; exit
    let code = [0x71, 0x10, 0, 0, 0, 0, 0, 0, 0x0f, 0x20, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0];
    let dir = with_file("code", &code)?;
    let run = |flags: &[&str]| lli_in(Some(dir.path()), Stdio::null(), flags);
    run(&["--bpf-raw", "--mem", "2a00", "code"])?.gives(0, "0x2c\n")?;
    run(&["--bpf-raw", "code"])?.says(99, &["null-pointer", "instruction 0"])?;
    run(&["--mem", "2a00", "code"])?.says(98, &["svm-lli: "])?;
    Ok(())
}

fn repeat() -> Check {
    // Variables keep their values from run to run, the memory is what was given.
    tool(&["--mem", "01", "--repeat", "5"])?.gives(0, "0x69\n")?;
    tool(&["--mem", "01", "--repeat", "5", "--tier=jit"])?.gives(0, "0x69\n")?;
    Ok(())
}

/// Frames whose 15th byte is the verdict of program `first`, and one that is too short.
fn frames() -> Vec<Vec<u8>> {
    let mut frames: Vec<Vec<u8>> = [2, 2, 3, 1, 4, 9].map(|v| packets::ethernet(0x0800, &[v, 0, 0])).to_vec();
    frames.push(vec![0; 14]);
    frames
}

fn run_capture(flags: &[&str], frames: &[Vec<u8>]) -> Check<(Ran, Vec<Vec<u8>>)> {
    let dir = with_file("in.pcap", &packets::pcap(frames))?;
    let ran = tool_in(dir.path(), &[&["--pcap", "in.pcap", "--out", "out.pcap"], flags].concat())?;
    let out = fs::read(dir.path().join("out.pcap")).unwrap_or_default();
    Ok((ran, if out.is_empty() { Vec::new() } else { packets::frames(&out)? }))
}

fn capture() -> Check {
    let frames = frames();
    let (ran, passed) = run_capture(&["--prog", "first", "--repeat", "3"], &frames)?;
    ran.says(0, &[])?;
    let (counts, speed) = ran.stdout.split_once("21 packets, ").ok_or("no count of packets")?;
    if counts != "XDP_DROP 6\nXDP_PASS 6\nXDP_TX 3\nXDP_REDIRECT 3\n9 3\n" {
        return Err(format!("verdicts: {counts}"));
    }
    let number = |text: &str| text.trim().parse::<f64>().map_err(|e| format!("{text}: {e}"));
    let (rate, rest) = speed.split_once(" packets/s, ").ok_or("no packets per second")?;
    let each = number(rest.strip_suffix(" ns/packet\n").ok_or("no ns per packet")?)?;
    if !(0.8..1.25).contains(&(number(rate)? * each.max(1.0) / 1e9)) && each > 10.0 {
        return Err(format!("the rate is not the inverse of the time: {speed}"));
    }
    if passed == [0, 1, 2, 4].map(|n: usize| frames[n].clone()) { Ok(()) } else { Err(format!("{passed:?}")) }
}

/// A capture keeps its byte order and resolution.
fn big_endian() -> Check {
    let mut file = vec![0xa1, 0xb2, 0x3c, 0x4d, 0, 2, 0, 4];
    file.extend([0; 10]);
    file.extend([1, 0, 0, 0, 0, 1]);
    let frame = packets::ethernet(0x0800, &[2, 0, 0]);
    file.extend([&[0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0, 17, 0, 0, 0, 17][..], &frame].concat());
    let dir = with_file("in.pcap", &file)?;
    tool_in(dir.path(), &["--pcap", "in.pcap", "--out", "out.pcap", "--prog", "first"])?.says(0, &[])?;
    let out = fs::read(dir.path().join("out.pcap")).map_err(|e| e.to_string())?;
    if out == file { Ok(()) } else { Err(format!("{out:02x?}")) }
}

fn damaged() -> Check {
    let good = packets::pcap(&frames());
    for (file, words) in [
        (&good[..good.len() - 1], "packet 7 at byte 222 is cut off"),
        (&good[..20], "shorter than the header"),
        (&[0x0a, 0x0d, 0x0d, 0x0a].repeat(8)[..], "pcapng"),
        (&[0; 64][..], "magic number"),
    ] {
        let dir = with_file("in.pcap", file)?;
        tool_in(dir.path(), &["--pcap", "in.pcap", "--prog", "first"])?.says(98, &["in.pcap", words])?;
    }
    tool(&["--pcap", "/nonexistent/in.pcap"])?.says(98, &["/nonexistent/in.pcap"])?;
    tool(&["--out", "out.pcap"])?.says(2, &["--pcap"])?;
    Ok(())
}

fn stopped() -> Check {
    let frames = [packets::ethernet(0x0800, &[1; 10]), frames()[0].clone(), frames()[1].clone()];
    let (ran, passed) = run_capture(&["--prog", "careless"], &frames)?;
    ran.gives(99, "")?
        .says(99, &["stopped at packet 2", "packet-out-of-bounds", "section xdp", "tool.c:61"])?;
    if passed.is_empty() { Ok(()) } else { Err("a capture was written".into()) }
}

/// Without a capture, the memory is the packet.
fn one_packet() -> Check {
    let packet = format!("{}02", "00".repeat(14));
    tool(&["--prog", "first", "--mem", &packet])?.gives(0, "0x2\n")?;
    tool(&["--prog", "first", "--mem", "00"])?.gives(0, "0x1\n")?;
    Ok(())
}

fn map_dump() -> Check {
    let ran = tool(&["--map-dump", "--map-set", "table:01000000=0200000000000000"])?;
    let expected = "0x64\nmap table (1 elements)\n  01000000: 0200000000000000\nmap next (0 elements)\n\
                    map .rodata (1 elements)\n  fixed: 05000000\n\
                    map .data (1 elements)\n  runs: 6500000000000000\n";
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    if sorted(&ran.stdout) == sorted(expected) { Ok(()) } else { Err(ran.stdout) }
}

fn map_set() -> Check {
    let packet = format!("{}02", "00".repeat(14));
    tool(&["--map-set", ".data:runs=0100000000000000"])?.gives(0, "0x1\n")?;
    let tail = ["--prog", "first", "--mem", &packet, "--map-set", "next:01000000=@second"];
    tool(&tail)?.gives(0, "0x3\n")?;
    let ran = tool(&[&tail[..], &["--map-dump"]].concat())?;
    if ran.stdout.contains("  01000000: @second\n") { Ok(()) } else { Err(ran.stdout) }
}

fn bad_settings() -> Check {
    for (set, words) in [
        ("table:01=0200000000000000", "sizes"),
        ("table:01000000=02", "sizes"),
        ("nothing:01=02", "nothing"),
        ("next:01000000=@nobody", "nobody"),
        ("next:01000000=00000000", "next"),
        (".data:nobody=00", "nobody"),
        (".data:runs=00", "sizes"),
        (".rodata:fixed=00000000", "not permitted"),
    ] {
        let ran = tool(&["--map-set", set])?;
        if ran.status == 0 || !ran.stderr.contains(words) {
            return Err(format!("{set}: status {}\n{}", ran.status, ran.stderr));
        }
    }
    tool(&["--map-set", "table"])?.says(2, &["MAP:KEY=VALUE"])?;
    Ok(())
}

fn json() -> Check {
    tool(&["--json", "--mem", "01", "--repeat", "2"])?.gives(0, "{\"r0\":102,\"runs\":2}\n")?;
    let (ran, _) = run_capture(&["--prog", "first", "--json", "--map-dump", "--cpus", "2"], &frames())?;
    let json: serde_json::Value =
        serde_json::from_str(&ran.stdout).map_err(|e| format!("{e}: {}", ran.stdout))?;
    let verdicts = serde_json::json!({"9": 1, "XDP_DROP": 2, "XDP_PASS": 2, "XDP_REDIRECT": 1, "XDP_TX": 1});
    let positive = |name: &str| json[name].as_f64().is_some_and(|n| n > 0.0);
    let speed = ["nanoseconds", "packets_per_second", "ns_per_packet"].into_iter().all(positive);
    if json["verdicts"] != verdicts || json["runs"] != 7 || json["r0"] != 1 || !speed {
        return Err(ran.stdout);
    }
    let report = tool(&["--report=json", "--prog", "careless", "--mem", "00"])?;
    let json: serde_json::Value = serde_json::from_str(&report.stderr).map_err(|e| e.to_string())?;
    let frame = &json["stack"][0];
    if frame["line"] == 61 && frame["instruction"]["section"] == "xdp" { Ok(()) } else { Err(report.stderr) }
}

fn by_name() -> Check {
    tool(&["--prog", "second", "--mem", &"00".repeat(20)])?.gives(0, "0x3\n")?;
    tool(&["--prog", "nobody"])?.says(99, &["nobody"])?;
    Ok(())
}

fn helpers() -> Check {
    let source = paths::in_root("tests/ebpf/cli/helpers.c");
    let helpers = toolchain::bitcode(&Unit::single("bpf-helpers", &source, &[]), Opt::O2)?;
    for tier in ["--tier=interp", "--tier=jit"] {
        let flags = ["--prog", "mixed", "--mem", "0000", tier, "--helpers"];
        let words = flags.iter().map(PathBuf::from).chain([helpers.clone(), object("cli", "tool", "v3")?]);
        lli(words)?.gives(0, "0x18e7a\n".replace("0x18e7a", &format!("{:#x}", 2010 + 100_000)).as_str())?;
    }
    tool(&["--prog", "mixed"])?.says(99, &["bpf_helper_1000", "eBPF helper 1000", "--helpers FILE"])?;
    Ok(())
}

fn fuel() -> Check {
    tool(&["--prog", "fill", "--fuel", "1e4"])?.says(97, &["fuel-exhausted"])?.within(20.0)?;
    // The fuel is for all runs together.
    tool(&["--repeat", "1000000000", "--fuel", "1e5"])?.says(97, &["fuel-exhausted"])?.within(20.0)?;
    tool(&["--repeat", "1000000000000", "--timeout", "0.3"])?.says(97, &["timeout"])?.within(20.0)?;
    Ok(())
}

fn map_memory() -> Check {
    const ENOMEM: u64 = 12;
    let fitted = |limit: &str| -> Check<u64> {
        let ran = tool(&["--prog", "fill", "--max-memory", limit])?;
        let hex = ran.stdout.trim().trim_start_matches("0x");
        let r0 = u64::from_str_radix(hex, 16).map_err(|e| format!("{e}: {}{}", ran.stdout, ran.stderr))?;
        if r0 >> 32 == ENOMEM { Ok(r0 & 0xffff_ffff) } else { Err(format!("the reason is {}", r0 >> 32)) }
    };
    let (small, large) = (fitted("8M")?, fitted("32M")?);
    if !(10_000..300_000).contains(&small) || large < 3 * small {
        return Err(format!("{small} elements in 8 MiB, {large} in 32 MiB"));
    }
    lli([object("cli", "huge", "v3")?])?.says(97, &["out-of-memory", "--max-memory"])?;
    Ok(())
}

fn help() -> Check {
    let ran = lli(["--help"])?;
    let flags =
        ["--mem", "--pcap", "--out", "--map-dump", "--map-set", "--repeat", "--prog", "--helpers", "--json"];
    let examples =
        ["svm-lli --mem 00112233 prog.bpf.o", "svm-lli --pcap in.pcap --out out.pcap --map-dump xdp.bpf.o"];
    match flags.iter().chain(&["--cpus", "--bpf-raw"]).chain(&examples).find(|w| !ran.stdout.contains(**w)) {
        Some(word) => Err(format!("--help does not say {word:?}")),
        None => Ok(()),
    }
}
