//! Programs that decide which packets pass: firewall, DNS filter, rate limiter, socket filter.

use svm_tests::Check;
use svm_tests::packets::{ethernet, icmp, ipv4, tcp, udp, udp6, vlan};

use super::{Case, Program, equal};

pub const CASES: &[Case] =
    &[("firewall", firewall), ("dns", dns), ("ratelimit", ratelimit), ("filter", socket_filter)];

fn firewall(program: &Program) -> Check {
    let (inside, web, other) = ([192, 168, 0, 9], 80, 81);
    let (v6, blocked6) = ([0x20; 16], [0xfd; 16]);
    let mut cut = tcp([11, 9, 0, 1], 1000, inside, web, b"");
    cut.truncate(36);
    let frames = [
        tcp([10, 1, 2, 3], 1000, inside, web, b"the whole network is denied"),
        tcp([10, 1, 0x15, 3], 1000, inside, web, b"but not this part"),
        udp([10, 1, 0x25, 3], 1000, inside, web, b"nor is that one"),
        tcp([11, 0, 0, 1], 1000, inside, web, b"open"),
        tcp([11, 0, 0, 1], 1000, inside, other, b"closed"),
        vlan(&vlan(&tcp([11, 0, 0, 1], 1, inside, other, b""), 7), 8),
        vlan(&tcp([11, 0, 0, 1], 1, inside, web, b""), 7),
        icmp([11, 0, 0, 1], inside),
        icmp([10, 1, 0, 1], inside),
        ethernet(0x0806, &[0; 28]),
        udp6(v6, v6, web),
        udp6(v6, v6, other),
        udp6(blocked6, v6, web),
        cut,
        vec![1; 13],
    ];
    let rules = [
        "sources:080000000a000000=01000000",
        "sources:140000000a011000=02000000",
        "sources:1b0000000a012520=01000000",
        "sources:1c0000000a012500=02000000",
        "sources6:08000000fd000000000000000000000000000000=01000000",
        "open_ports:0050=01",
        "open_ports:0051=00",
    ];
    let flags: Vec<&str> = rules.iter().flat_map(|rule| ["--map-set", rule]).collect();
    let ran = program.on_frames(&flags, &frames)?;
    ran.verdicts(&[("XDP_DROP", 8), ("XDP_PASS", 7)])?;
    equal("passed", &ran.passed, &[1, 2, 3, 6, 7, 9, 10].map(|n: usize| frames[n].clone()).to_vec())?;
    let bytes = |of: &[usize]| of.iter().map(|n| frames[*n].len() as u64).sum::<u64>();
    let reasons: [(&str, &[usize]); 5] = [
        ("00000000", &[13, 14]),
        ("01000000", &[9]),
        ("02000000", &[0, 8, 12]),
        ("03000000", &[4, 5, 11]),
        ("04000000", &[1, 2, 3, 6, 7, 10]),
    ];
    for (reason, of) in reasons {
        let expected = format!("{}{}", hex(of.len() as u64), hex(bytes(of)));
        equal(reason, ran.values("reasons", reason)?, vec![expected])?;
    }
    Ok(())
}

/// 64 bits, little-endian.
fn hex(n: u64) -> String {
    n.to_le_bytes().iter().map(|b| format!("{b:02x}")).collect()
}

/// A DNS query.
fn query(name: &str, kind: u16) -> Vec<u8> {
    let mut message = vec![0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.split('.') {
        message.push(label.len() as u8);
        message.extend(label.as_bytes());
    }
    message.push(0);
    message.extend(kind.to_be_bytes());
    message.extend([0, 1]);
    message
}

fn dns(program: &Program) -> Check {
    let (client, server) = ([10, 0, 0, 1], [10, 0, 0, 53]);
    let ask = |message: &[u8]| udp(client, 5353, server, 53, message);
    let mut answer = query("ads.example", 1);
    answer[2] |= 0x80;
    let mut endless = query("a.b", 1);
    endless[12] = 0x40;
    let frames = [
        ask(&query("www.example", 1)),
        ask(&query("ADS.Example", 1)),
        ask(&query("ads.example.org", 28)),
        ask(&query("x.ads.example", 28)),
        ask(&answer),
        udp(client, 1, server, 54, &query("ads.example", 1)),
        ask(&query("ads.example", 28)),
        ask(&query("ads.example", 1)[..20]),
        ask(&endless),
        ask(&[0x12, 0x34]),
        ask(&query(&["a"; 12].join("."), 1)),
        ask(&query(&["a".repeat(40), "b".repeat(40)].join("."), 1)),
    ];
    let mut name: String = b"ads.example".iter().map(|b| format!("{b:02x}")).collect();
    name.push_str(&"0".repeat(128 - name.len()));
    let set = format!("blocked:{name}={}", hex(0));
    let ran = program.on_frames(&["--map-set", &set], &frames)?;
    ran.verdicts(&[("XDP_DROP", 6), ("XDP_PASS", 6)])?;
    equal("passed", &ran.passed, &[0, 2, 3, 4, 5, 9].map(|n: usize| frames[n].clone()).to_vec())?;
    ran.holds("blocked", &[(&name, &hex(2))])?;
    ran.holds("by_type", &[("0100", &hex(2)), ("1c00", &hex(3))])?;
    Ok(())
}

fn ratelimit(program: &Program) -> Check {
    let from = |host: u8| udp([10, 0, 0, host], 1, [10, 0, 0, 99], 2, b"");
    let mut frames = Vec::new();
    for (host, n) in [(1, 5), (2, 2), (3, 4), (4, 1), (2, 2)] {
        frames.extend(std::iter::repeat_n(from(host), n));
    }
    // A fifth source takes the place of the one that was silent for the longest time: the first.
    frames.push(from(5));
    frames.push(from(3));
    frames.push(from(1));
    let ran = program.on_frames(&[], &frames)?;
    ran.verdicts(&[("XDP_DROP", 5), ("XDP_PASS", 12)])?;
    let queued: Vec<(&str, &str)> =
        ["0a000001", "0a000001", "0a000003", "0a000002", "0a000003"].map(|ip| ("", ip)).to_vec();
    ran.holds("offenders", &queued)?;
    let keys = ran.map("buckets")?.as_array().map(|all| all.iter().map(|e| e[0].clone()).collect::<Vec<_>>());
    equal("buckets", keys, Some(["0a000001", "0a000002", "0a000003", "0a000005"].map(Into::into).to_vec()))?;
    // With other settings, tokens come as fast as packets.
    let fast = ["--map-set", ".data:ns_per_token=0100000000000000", "--map-set", ".data:burst=01000000"];
    program.on_frames(&fast, &vec![from(1); 50])?.verdicts(&[("XDP_PASS", 50)])?;
    Ok(())
}

fn socket_filter(program: &Program) -> Check {
    let (a, b) = ([10, 0, 0, 1], [10, 0, 0, 2]);
    let mut fragment = udp(a, 53, b, 9, b"");
    fragment[21] = 1;
    let frames = [
        udp(a, 53, b, 9, b"12"),
        udp(a, 9, b, 53, b"1234"),
        udp(a, 9, b, 9, b""),
        tcp(a, 53, b, 53, b""),
        icmp(a, b),
        fragment,
        ethernet(0x0806, &[0; 28]),
        udp(a, 9, b, 53, b"")[..37].to_vec(),
        vec![0; 13],
    ];
    let ran = program.on_frames(&[], &frames)?;
    ran.verdicts(&[("0", 6), ("44", 1), ("46", 1), ("64", 1)])?;
    equal("passed", &ran.passed, &[0, 1, 4].map(|n: usize| frames[n].clone()).to_vec())?;
    // A socket gets no more of a packet than the filter says.
    let long = ipv4(a, b, 1, &[8; 100]);
    let ran = program.on_frames(&[], std::slice::from_ref(&long))?;
    equal("cut off", &ran.passed, &vec![long[..64].to_vec()])
}
