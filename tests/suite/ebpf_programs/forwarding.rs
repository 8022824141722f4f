//! Programs that change packets: load balancer, NAT, match-action pipeline.

use svm_tests::Check;
use svm_tests::packets::{MACS, check_sums, ethernet, icmp, tcp, udp, vlan};

use super::{Case, Program, equal};

pub const CASES: &[Case] =
    &[("balancer", balancer), ("nat", nat), ("match_action", match_action), ("vlan", gateway)];

fn balancer(program: &Program) -> Check {
    let service = [10, 0, 0, 100];
    let mut frames: Vec<Vec<u8>> = (0..40).map(|n| tcp([1, 2, 3, n], 5000, service, 80, b"hello")).collect();
    frames.extend(frames.clone());
    frames.push(udp([1, 2, 3, 4], 5000, service, 80, b"no such service"));
    frames.push(udp([1, 2, 3, 4], 5000, service, 53, b"odd"));
    frames.push(icmp([1, 2, 3, 4], service));
    frames.push(ethernet(0x0806, &[0; 28]));
    frames.push(tcp([1, 2, 3, 4], 5000, service, 80, b"")[..40].to_vec());
    let mut flags = vec![
        "--map-set".to_owned(),
        "services:0a000064005006 00=03000000".into(),
        "--map-set".into(),
        "services:0a000064003511 00=01000000".into(),
    ];
    for n in 0..3 {
        flags.extend(["--map-set".into(), format!("backends:0{n}000000=0a0001 0{n} aabbcc00000{n} 0000")]);
    }
    flags.extend(["--prog".into(), "balancer".into()]);
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let ran = program.on_frames(&flags, &frames)?;
    ran.verdicts(&[("XDP_DROP", 1), ("XDP_PASS", 3), ("XDP_TX", 81)])?;
    equal("known and new TCP flows", ran.values("by_protocol", "06000000")?, vec![hex(&[40, 40])])?;
    equal("new UDP flows", ran.values("by_protocol", "11000000")?, vec![hex(&[1, 0])])?;
    let mut used = [0; 3];
    for (at, frame) in ran.passed.iter().enumerate().filter(|(_, f)| f[..6] != MACS[..6]) {
        check_sums(frame)?;
        let backend = usize::from(frame[33]);
        equal("backend", &frame[..12], &[&[0xaa, 0xbb, 0xcc, 0, 0, backend as u8], &MACS[..6]].concat())?;
        equal("address", &frame[30..33], &[10, 0, 1][..])?;
        if at < 40 {
            used[backend] += 1;
            equal("the flow's second packet", frame, &ran.passed[at + 40])?;
        }
    }
    equal("backends in use", used.iter().all(|n| *n > 3), true)
}

/// 64-bit words, little-endian.
fn hex(words: &[u64]) -> String {
    words.iter().flat_map(|w| w.to_le_bytes()).map(|b| format!("{b:02x}")).collect()
}

fn nat(program: &Program) -> Check {
    let (server, inside) = ([8, 8, 8, 8], [10, 0, 0, 7]);
    let mut unsummed = udp(inside, 1003, server, 53, b"no checksum");
    unsummed[40..42].fill(0);
    let frames = [
        tcp(inside, 1001, server, 443, b"hello"),
        udp(inside, 1002, server, 53, b"odd"),
        unsummed,
        udp([11, 0, 0, 7], 1004, server, 53, b"not ours"),
        icmp(inside, server),
        udp(inside, 1005, server, 53, b"")[..35].to_vec(),
        ethernet(0x0806, &[0; 28]),
    ];
    let ran = program.on_frames(&[], &frames)?;
    ran.verdicts(&[("0", 5), ("2", 2)])?;
    let passed = &ran.passed;
    equal("frames out", passed.len(), 5)?;
    for (at, frame) in passed[..3].iter().enumerate() {
        equal("source", &frame[26..30], &[192, 0, 2, 1][..])?;
        equal("port", &frame[34..36], &(40000 + at as u16).to_be_bytes()[..])?;
        let checksum = if frame[23] == 6 { 50..52 } else { 40..42 };
        let rest = |f: &[u8]| [&f[36..checksum.start], &f[checksum.end..]].concat();
        equal("the rest", rest(frame), rest(&frames[at]))?;
    }
    check_sums(&passed[0])?;
    check_sums(&passed[1])?;
    equal("no checksum", &passed[2][40..42], &[0, 0][..])?;
    equal("others", passed[3..].to_vec(), vec![frames[3].clone(), frames[6].clone()])?;
    ran.holds(
        "translated",
        &[("9c40", "0a00000703e90600"), ("9c41", "0a00000703ea1100"), ("9c42", "0a00000703eb1100")],
    )?;
    equal("next_port", ran.number(".data", "next_port")?, 40003)
}

/// An IPv4 packet behind an MPLS label.
fn mpls(label: u32, bottom: bool) -> Vec<u8> {
    let word = label << 12 | 5 << 9 | u32::from(bottom) << 8 | 63;
    let ip = &tcp([1, 1, 1, 1], 1, [10, 1, 2, 3], 2, b"")[14..];
    ethernet(0x8847, &[&word.to_be_bytes(), ip].concat())
}

fn match_action(program: &Program) -> Check {
    let to = |ip: [u8; 4]| tcp([1, 1, 1, 1], 1, ip, 2, b"data");
    let mut dying = to([10, 1, 2, 3]);
    dying[22] = 1;
    let frames = [
        to([10, 1, 2, 3]),
        to([10, 1, 9, 3]),
        to([11, 1, 2, 3]),
        dying,
        mpls(77, true),
        mpls(78, true),
        mpls(77, false),
        ethernet(0x0806, &[0; 28]),
        to([10, 1, 2, 3])[..30].to_vec(),
        vec![0; 5],
    ];
    let flags = [
        "--map-set",
        "route:100000000a010000=01000000 0201020304ff 0700",
        "--map-set",
        "route:180000000a010900=03000000 000000000000 0000",
        "--map-set",
        "labels:4d000000=02000000 cdab0000",
    ];
    let ran = program.on_frames(&flags, &frames)?;
    ran.verdicts(&[("0", 8), ("1", 1), ("7", 1)])?;
    ran.holds("errors", &[("00000000", &hex(&[6])), ("01000000", &hex(&[2])), ("02000000", &hex(&[2]))])?;
    let mut routed = frames[0].clone();
    routed[..6].copy_from_slice(&[2, 1, 2, 3, 4, 0xff]);
    routed[6..12].copy_from_slice(&MACS[..6]);
    routed[22] -= 1;
    routed[24..26].copy_from_slice(&ran.passed[0][24..26]);
    check_sums(&ran.passed[0])?;
    equal("routed", &ran.passed[0], &routed)?;
    equal("label", &ran.passed[1][14..18], &(0xabcd << 12 | 5 << 9 | 1 << 8 | 62u32).to_be_bytes()[..])
}

/// A frame with a provider's tag.
fn service_tag(frame: &[u8], tag: u16) -> Vec<u8> {
    let mut tagged = vlan(frame, tag);
    tagged[12..14].copy_from_slice(&[0x88, 0xa8]);
    tagged
}

fn gateway(program: &Program) -> Check {
    let (a, b) = ([10, 0, 0, 1], [10, 0, 0, 2]);
    let plain = udp(a, 1, b, 2, b"data");
    let frames = [plain.clone(), vlan(&plain, 5), vlan(&plain, 99), vlan(&vlan(&plain, 5), 6)];
    let ran = program.on_frames(&["--prog", "from_customer"], &frames)?;
    ran.verdicts(&[("0", 3), ("2", 1)])?;
    let tagged = [0, 1, 3].map(|n: usize| service_tag(&frames[n], 100)).to_vec();
    equal("from customers", &ran.passed, &tagged)?;
    let flows = ran.map("by_hash")?.as_array().map(Vec::len);
    equal("flows, tags apart", flows, Some(2))?;

    let mut capable = plain.clone();
    capable[15] = 1;
    capable[24..26].copy_from_slice(&(u16::from_be_bytes([plain[24], plain[25]]) - 1).to_be_bytes());
    check_sums(&capable)?;
    let frames = [
        service_tag(&plain, 100),
        service_tag(&vlan(&plain, 2), 100),
        service_tag(&plain, 101),
        plain.clone(),
        vlan(&plain, 100),
        service_tag(&capable, 100),
    ];
    let ran = program.on_frames(&["--prog", "from_provider"], &frames)?;
    ran.verdicts(&[("0", 2), ("2", 3), ("7", 1)])?;
    equal("from the provider", ran.passed[..2].to_vec(), vec![plain.clone(), vlan(&plain, 2)])?;
    check_sums(&ran.passed[2])?;
    equal("congestion", ran.passed[2][15], 3)?;

    let ran = program.on_frames(&["--prog", "into_tunnel"], &[plain.clone(), ethernet(0x0806, &[0; 28])])?;
    ran.verdicts(&[("0", 1), ("2", 1)])?;
    let outer = [&[0; 12][..], &[0x65, 0x58]].concat();
    let inner = [&plain[..34], &[0, 0, 0xab, 0xcd], &plain[34..]].concat();
    equal("in the tunnel", &ran.passed[0], &[outer, inner].concat())
}
