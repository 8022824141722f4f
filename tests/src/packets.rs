//! Packets and captures for programs that process them: Ethernet frames with correct checksums, classic pcap files.

use crate::Check;

/// An IPv4 address.
pub type Ip = [u8; 4];

/// The receiver's and the sender's address of every frame.
pub const MACS: [u8; 12] = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];

const ICMP: u8 = 1;
const TCP: u8 = 6;
const UDP: u8 = 17;

/// A frame that carries `payload` as that type of protocol.
pub fn ethernet(kind: u16, payload: &[u8]) -> Vec<u8> {
    [&MACS[..], &kind.to_be_bytes(), payload].concat()
}

/// A UDP datagram.
pub fn udp(from: Ip, from_port: u16, to: Ip, to_port: u16, payload: &[u8]) -> Vec<u8> {
    let len = 8 + payload.len() as u16;
    let ports = [from_port.to_be_bytes(), to_port.to_be_bytes()].concat();
    ipv4(from, to, UDP, &[&ports, &len.to_be_bytes()[..], &[0, 0], payload].concat())
}

/// A TCP segment: no options, ACK set.
pub fn tcp(from: Ip, from_port: u16, to: Ip, to_port: u16, payload: &[u8]) -> Vec<u8> {
    let ports = [from_port.to_be_bytes(), to_port.to_be_bytes()].concat();
    let rest = [0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x10, 0x20, 0, 0, 0, 0, 0];
    ipv4(from, to, TCP, &[&ports, &rest[..], payload].concat())
}

/// An ICMP echo request.
pub fn icmp(from: Ip, to: Ip) -> Vec<u8> {
    ipv4(from, to, ICMP, &[8, 0, 0xf7, 0xff, 0, 0, 0, 0])
}

/// An IPv4 packet in a frame.
pub fn ipv4(from: Ip, to: Ip, protocol: u8, payload: &[u8]) -> Vec<u8> {
    let len = (20 + payload.len() as u16).to_be_bytes();
    let header = [0x45, 0, len[0], len[1], 0, 7, 0x40, 0, 64, protocol, 0, 0];
    let mut packet = ethernet(0x0800, &[&header[..], &from, &to, payload].concat());
    let sum = !sum(&packet[14..34]);
    packet[24..26].copy_from_slice(&sum.to_be_bytes());
    if let Some(at) = l4_checksum(&packet) {
        let sum = !l4_sum(&packet);
        packet[at..at + 2].copy_from_slice(&if sum == 0 { 0xffff } else { sum }.to_be_bytes());
    }
    packet
}

/// A UDP datagram over IPv6, without a checksum.
pub fn udp6(from: [u8; 16], to: [u8; 16], to_port: u16) -> Vec<u8> {
    let header = [0x60, 0, 0, 0, 0, 8, UDP, 64];
    let ports = [[0x30, 0x39], to_port.to_be_bytes(), [0, 8], [0, 0]].concat();
    ethernet(0x86dd, &[&header[..], &from, &to, &ports].concat())
}

/// The frame with a VLAN tag in it.
pub fn vlan(frame: &[u8], tag: u16) -> Vec<u8> {
    [&frame[..12], &[0x81, 0], &tag.to_be_bytes(), &frame[12..]].concat()
}

/// The ones' complement sum of RFC 1071.
fn sum(bytes: &[u8]) -> u16 {
    let word = |pair: &[u8]| u32::from(pair[0]) << 8 | pair.get(1).map_or(0, |b| u32::from(*b));
    let mut sum: u32 = bytes.chunks(2).map(word).sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    sum as u16
}

/// Where the transport's checksum is, of a frame without tags and options.
fn l4_checksum(frame: &[u8]) -> Option<usize> {
    match frame[23] {
        TCP => Some(34 + 16),
        UDP => Some(34 + 6),
        _ => None,
    }
}

/// The sum over pseudo header and transport, the checksum included.
fn l4_sum(frame: &[u8]) -> u16 {
    let len = (frame.len() - 34) as u16;
    let pseudo = [&frame[26..34], &[0, frame[23]], &len.to_be_bytes(), &frame[34..]];
    sum(&pseudo.concat())
}

/// Says which checksum of an IPv4 frame is wrong.
pub fn check_sums(frame: &[u8]) -> Check {
    if sum(&frame[14..34]) != 0xffff {
        return Err(format!("the checksum of the IPv4 header is wrong: {frame:02x?}"));
    }
    if l4_checksum(frame).is_some() && l4_sum(frame) != 0xffff {
        return Err(format!("the checksum of the transport is wrong: {frame:02x?}"));
    }
    Ok(())
}

/// A capture of these frames, a microsecond apart.
pub fn pcap(frames: &[Vec<u8>]) -> Vec<u8> {
    let word = |n: u32| n.to_le_bytes();
    let mut file = [word(0xa1b2_c3d4), [2, 0, 4, 0], word(0), word(0), word(65535), word(1)].concat();
    for (at, frame) in frames.iter().enumerate() {
        let len = word(frame.len() as u32);
        file.extend([&word(1)[..], &word(at as u32), &len, &len, frame].concat());
    }
    file
}

/// The frames of a capture that [`pcap`] or `svm-lli` wrote.
pub fn frames(pcap: &[u8]) -> Check<Vec<Vec<u8>>> {
    let mut rest = pcap.get(24..).ok_or("no pcap file")?;
    let mut frames = Vec::new();
    while let Some((header, after)) = rest.split_first_chunk::<16>() {
        let len = u32::from_le_bytes([header[8], header[9], header[10], header[11]]) as usize;
        let (frame, next) = after.split_at_checked(len).ok_or("the last frame is cut off")?;
        frames.push(frame.to_vec());
        rest = next;
    }
    if rest.is_empty() { Ok(frames) } else { Err("bytes behind the last frame".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_hold_until_a_byte_changes() {
        let (a, b) = ([10, 0, 0, 1], [10, 0, 0, 2]);
        for frame in [udp(a, 1, b, 2, b"odd"), tcp(a, 1, b, 2, b"even"), icmp(a, b)] {
            assert_eq!(check_sums(&frame), Ok(()));
        }
        let mut frame = tcp(a, 1, b, 2, b"text");
        *frame.last_mut().unwrap() ^= 1;
        assert!(check_sums(&frame).is_err());
        frame[30] ^= 1;
        assert!(check_sums(&frame).unwrap_err().contains("header"));
    }

    #[test]
    fn captures_come_back() {
        let all = vec![udp([1; 4], 5, [2; 4], 6, b""), ethernet(0x0806, &[0; 28])];
        assert_eq!(frames(&pcap(&all)), Ok(all));
    }
}
