//! Fuel, time, memory, stack: each stops the program where it must, and `svm-lli` lives to tell.

use svm_tests::Check;

use super::Case;
use super::lli::{Ran, bitcode, lli, lli_in, tool};

pub const CASES: &[Case] = &[
    ("fuel", fuel),
    ("fuel-is-exact", fuel_is_exact),
    ("timeout", timeout),
    ("timeout-in-a-blocking-read", timeout_in_read),
    ("timeout-in-host-functions", timeout_in_host),
    ("max-memory", max_memory),
    ("max-memory-and-globals", globals),
    ("max-stack", max_stack),
];

fn fuel() -> Check {
    tool(&["--fuel=1e6"], &["spin"])?.says(97, &["svm-lli: fuel-exhausted", "spin"])?.within(30.0)?;
    tool(&["--fuel=1e6"], &["args", "x"])?.gives(0, "args\nx\n")?;
    Ok(())
}

/// The least fuel that a run needs is the same every time.
fn fuel_is_exact() -> Check {
    let enough = |n: u64| Ok::<_, String>(tool(&[&format!("--fuel={n}")], &["args", "x"])?.status == 0);
    let (mut low, mut high) = (0, 100_000);
    while high - low > 1 {
        let middle = (low + high) / 2;
        if enough(middle)? { high = middle } else { low = middle }
    }
    for _ in 0..3 {
        if !enough(high)? || enough(high - 1)? {
            return Err(format!("{high} instructions were needed once, and now another number"));
        }
    }
    Ok(())
}

fn stopped(ran: &Ran) -> Check {
    ran.says(97, &["svm-lli: timeout"])?.within(10.0).map(drop)
}

fn timeout() -> Check {
    stopped(&tool(&["--timeout=0.2"], &["spin"])?)?;
    tool(&["--timeout=30"], &["args"])?.gives(0, "args\n")?.within(20.0)?;
    Ok(())
}

/// The pipe is open and never delivers.
fn timeout_in_read() -> Check {
    let (reader, writer) = std::io::pipe().map_err(|e| e.to_string())?;
    let module = bitcode("tool")?;
    let ran =
        lli_in(None, reader.into(), ["--timeout=0.2".into(), module.into_os_string(), "blocked".into()])?;
    drop(writer);
    stopped(&ran)?;
    ran.gives(97, "waiting\n")?;
    Ok(())
}

fn timeout_in_host() -> Check {
    for what in ["sleep", "sort", "scan"] {
        stopped(&tool(&["--timeout=0.5"], &[what])?).map_err(|e| format!("{what}: {e}"))?;
    }
    Ok(())
}

fn max_memory() -> Check {
    let count = |limit: &str| {
        let ran = tool(&[limit], &["fill", "100000"])?;
        ran.says(0, &[])?;
        let (n, errno) = ran.stdout.trim().split_once(' ').ok_or("no count")?;
        if errno != "ENOMEM" {
            return Err(format!("errno is {errno}"));
        }
        n.parse::<u64>().map_err(|e| e.to_string())
    };
    let (small, large) = (count("--max-memory=8M")?, count("--max-memory=16M")?);
    if (40..84).contains(&small) && (120..168).contains(&large) {
        return Ok(());
    }
    Err(format!("{small} objects of 100,000 bytes in 8 MiB, {large} in 16 MiB"))
}

fn globals() -> Check {
    let module = bitcode("large_global")?;
    lli(["--max-memory=16M".into(), module.clone()])?.says(98, &["global variables", "memory"])?;
    lli(["--max-memory=128M".into(), module])?.gives(0, "")?;
    Ok(())
}

fn max_stack() -> Check {
    let exhausted = |ran: Ran| ran.says(99, &["stack-exhausted", "--max-stack"]).map(drop);
    exhausted(tool(&[], &["recurse"])?)?;
    exhausted(tool(&["--max-stack=256K"], &["recurse"])?)?;
    exhausted(tool(&["--max-stack=1M"], &["take", "2000000"])?)?;
    exhausted(tool(&[], &["take", "0x1000000000000000"])?)?;
    exhausted(tool(&["--max-stack=0"], &["recurse"])?)?;
    tool(&["--max-stack=4M"], &["take", "2000000"])?.gives(1, "")?;
    Ok(())
}
