//! Capture files in the classic pcap format: read whole, written in the same byte order and resolution.

/// Bytes of the file's header.
const HEADER: usize = 24;
/// Bytes before each packet.
const RECORD: usize = 16;

/// A capture: its file header and its packets.
pub(super) struct Capture {
    header: [u8; HEADER],
    big_endian: bool,
    /// Time stamp (8 bytes as in the file) and bytes of each packet.
    pub packets: Vec<([u8; 8], Vec<u8>)>,
}

impl Capture {
    /// Reads a file's bytes; says what is wrong with them, and where.
    pub fn parse(data: &[u8]) -> Result<Capture, String> {
        let header: [u8; HEADER] =
            data.first_chunk().copied().ok_or("shorter than the header of a pcap file (24 bytes)")?;
        // Microseconds or nanoseconds, in either byte order.
        let big_endian = match header[..4] {
            [0xd4, 0xc3, 0xb2, 0xa1] | [0x4d, 0x3c, 0xb2, 0xa1] => false,
            [0xa1, 0xb2, 0xc3, 0xd4] | [0xa1, 0xb2, 0x3c, 0x4d] => true,
            [0x0a, 0x0d, 0x0d, 0x0a] => {
                return Err("this is a pcapng file: convert it first (editcap -F pcap)".into());
            }
            _ => return Err("no pcap file: its magic number is missing".into()),
        };
        let mut capture = Capture { header, big_endian, packets: Vec::new() };
        let mut at = HEADER;
        while at < data.len() {
            let number = capture.packets.len() + 1;
            let cut = || format!("packet {number} at byte {at} is cut off");
            let record: &[u8; RECORD] = data[at..].first_chunk().ok_or_else(cut)?;
            let len = capture.int([record[8], record[9], record[10], record[11]]) as usize;
            let from = at + RECORD;
            let bytes = from.checked_add(len).and_then(|to| data.get(from..to)).ok_or_else(cut)?;
            let mut time = [0; 8];
            time.copy_from_slice(&record[..8]);
            capture.packets.push((time, bytes.to_vec()));
            at = from + len;
        }
        Ok(capture)
    }

    /// A file with other packets of the same capture.
    pub fn file_of(&self, packets: &[([u8; 8], Vec<u8>)]) -> Vec<u8> {
        let mut out = self.header.to_vec();
        for (time, bytes) in packets {
            let len = self.bytes(bytes.len() as u32);
            out.extend([&time[..], &len, &len, bytes].concat());
        }
        out
    }

    fn int(&self, bytes: [u8; 4]) -> u32 {
        if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    }

    fn bytes(&self, n: u32) -> [u8; 4] {
        if self.big_endian { n.to_be_bytes() } else { n.to_le_bytes() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_byte_orders_come_back_as_they_were() {
        for big in [false, true] {
            let mut header = [0; HEADER];
            header[..4].copy_from_slice(&if big {
                [0xa1, 0xb2, 0xc3, 0xd4]
            } else {
                [0xd4, 0xc3, 0xb2, 0xa1]
            });
            let capture = Capture { header, big_endian: big, packets: Vec::new() };
            let file = capture.file_of(&[([1; 8], vec![7; 60]), ([2; 8], vec![])]);
            let read = Capture::parse(&file).unwrap();
            assert_eq!(read.packets, [([1; 8], vec![7; 60]), ([2; 8], vec![])]);
            assert_eq!(read.file_of(&read.packets), file);
        }
    }

    #[test]
    fn damage_is_told_with_its_place() {
        let mut file = vec![0xd4, 0xc3, 0xb2, 0xa1];
        assert!(Capture::parse(&file).is_err());
        file.resize(HEADER, 0);
        assert_eq!(Capture::parse(&file).unwrap().packets.len(), 0);
        file.extend([0xff; RECORD]);
        assert_eq!(Capture::parse(&file).err(), Some("packet 1 at byte 24 is cut off".into()));
        assert!(Capture::parse(&[0; 30]).is_err());
    }
}
