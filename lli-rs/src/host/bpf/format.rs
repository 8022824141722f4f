//! The formats of `bpf_trace_printk` and `bpf_snprintf`: C's, as far as the kernel takes them. Arguments are 64-bit
//! registers.

use svm_memory::GuestPtr;

use super::maps::Errno;

/// Formats; `string` reads what `%s` points to.
///
/// # Errors
///
/// `EINVAL` for a directive that the kernel does not take, or more directives than arguments.
pub(super) fn format(
    text: &[u8],
    args: &[u64],
    string: &dyn Fn(GuestPtr) -> Option<Vec<u8>>,
) -> Result<Vec<u8>, Errno> {
    let (mut out, mut args) = (Vec::new(), args.iter());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        at += 1;
        if *byte != b'%' {
            out.push(*byte);
            continue;
        }
        if text.get(at) == Some(&b'%') {
            out.push(b'%');
            at += 1;
            continue;
        }
        let (spec, read) = Spec::parse(&text[at..]).ok_or(libc::EINVAL)?;
        at += read;
        let arg = *args.next().ok_or(libc::EINVAL)?;
        let body = spec.convert(arg, string).ok_or(libc::EINVAL)?;
        spec.pad(&mut out, &body);
    }
    Ok(out)
}

/// One directive.
struct Spec {
    left: bool,
    zeros: bool,
    alternate: bool,
    width: usize,
    bits: u32,
    conversion: u8,
}

impl Spec {
    /// Flags, width, length, conversion; and how many bytes they took.
    fn parse(text: &[u8]) -> Option<(Spec, usize)> {
        let mut spec =
            Spec { left: false, zeros: false, alternate: false, width: 0, bits: 32, conversion: 0 };
        let mut at = 0;
        while let Some(flag) = text.get(at).filter(|b| b"-0#+ ".contains(b)) {
            match flag {
                b'-' => spec.left = true,
                b'0' => spec.zeros = true,
                b'#' => spec.alternate = true,
                _ => {}
            }
            at += 1;
        }
        while let Some(digit) = text.get(at).filter(|b| b.is_ascii_digit()) {
            spec.width = spec.width * 10 + usize::from(digit - b'0');
            if spec.width > 512 {
                return None;
            }
            at += 1;
        }
        let mut longs = 0;
        while let Some(length) = text.get(at).filter(|b| b"hlz".contains(b)) {
            match length {
                b'h' => spec.bits /= 2,
                _ => (spec.bits, longs) = (64, longs + 1),
            }
            at += 1;
            if longs > 2 || spec.bits < 8 {
                return None;
            }
        }
        spec.conversion = *text.get(at)?;
        Some((spec, at + 1))
    }

    fn convert(&self, arg: u64, string: &dyn Fn(GuestPtr) -> Option<Vec<u8>>) -> Option<Vec<u8>> {
        let unused = 64 - self.bits;
        let unsigned = arg << unused >> unused;
        let signed = (arg << unused) as i64 >> unused;
        let hash = |prefix: &str, digits: String| {
            if self.alternate { format!("{prefix}{digits}").into_bytes() } else { digits.into_bytes() }
        };
        Some(match self.conversion {
            b'd' | b'i' => signed.to_string().into_bytes(),
            b'u' => unsigned.to_string().into_bytes(),
            b'x' => hash("0x", format!("{unsigned:x}")),
            b'X' => hash("0X", format!("{unsigned:X}")),
            b'o' => hash("0", format!("{unsigned:o}")),
            b'p' => format!("{arg:016x}").into_bytes(),
            b'c' => vec![arg as u8],
            b's' => string(GuestPtr::new(arg)).unwrap_or_else(|| b"(fault)".to_vec()),
            _ => return None,
        })
    }

    fn pad(&self, out: &mut Vec<u8>, body: &[u8]) {
        let missing = self.width.saturating_sub(body.len());
        let sign = usize::from(self.zeros && body.first() == Some(&b'-'));
        if self.left {
            out.extend_from_slice(body);
            out.extend(std::iter::repeat_n(b' ', missing));
        } else if self.zeros && self.conversion != b's' && self.conversion != b'c' {
            out.extend_from_slice(&body[..sign]);
            out.extend(std::iter::repeat_n(b'0', missing));
            out.extend_from_slice(&body[sign..]);
        } else {
            out.extend(std::iter::repeat_n(b' ', missing));
            out.extend_from_slice(body);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(text: &str, args: &[u64]) -> Result<String, Errno> {
        let string = |p: GuestPtr| (p.bits() == 1).then(|| b"name".to_vec());
        format(text.as_bytes(), args, &string).map(|out| String::from_utf8(out).unwrap())
    }

    #[test]
    fn directives_print_as_in_c() {
        let minus = -5i64 as u64;
        assert_eq!(
            print("%d %ld %u|%5d|%-5d|%05d", &[minus; 6]),
            Ok("-5 -5 4294967291|   -5|-5   |-0005".into())
        );
        assert_eq!(
            print("%x %#lx %hhu %s %6s %c%%", &[255, 255, 257, 1, 1, 65]),
            Ok("ff 0xff 1 name   name A%".into())
        );
        assert_eq!(print("%s", &[2]), Ok("(fault)".into()));
    }

    #[test]
    fn what_the_kernel_does_not_take_is_an_error() {
        for text in ["%f", "%", "%lll", "%d %d", "%99999d"] {
            assert_eq!(print(text, &[1]), Err(libc::EINVAL), "{text}");
        }
    }
}
