//! Internet addresses as numbers and text. No network: that is another topic.

use std::net::{Ipv4Addr, Ipv6Addr};

use svm_memory::GuestPtr;

use super::access::{Lazy, put_str};
use crate::host::host_table;
use crate::machine::{Cx, Result};

host_table! {
    /// Addresses; and character set conversion, of which there is none.
    pub static TABLE = [
        "uint16_t htons(uint16_t n)" => swap16: n,
        "uint16_t ntohs(uint16_t n)" => swap16: n,
        "uint32_t htonl(uint32_t n)" => swap32: n,
        "uint32_t ntohl(uint32_t n)" => swap32: n,
        "in_addr_t inet_addr(const char *s[str])" => inet_addr: s,
        "int inet_aton(const char *s[str], void *out[w 4])" => inet_aton: s, out,
        "in_addr_t inet_network(const char *s[str])" => inet_network: s,
        "char *inet_ntoa(uint32_t address)" => inet_ntoa: address,
        "const char *inet_ntop(int family, const void *address[r], char *out[w], socklen_t n)" => inet_ntop: family, address, out, n,
        "int inet_pton(int family, const char *s[str], void *out[w])" => inet_pton: family, s, out,
        "void *iconv_open(const char *to[str], const char *from[str])" => iconv_open: to, from,
        "size_t iconv(void *cd[opaque], char **in[opaque], size_t *inleft[opaque], char **out[opaque], size_t *outleft[opaque])" => iconv: cd, a, b, c, d,
        "int iconv_close(void *cd[opaque])" => iconv_close: cd,
    ];
}

/// The buffer of `inet_ntoa`.
#[derive(Default)]
pub struct State {
    text: Lazy,
}

fn swap16(_: &mut Cx<'_>, n: u16) -> Result<u16> {
    Ok(n.swap_bytes())
}

fn swap32(_: &mut Cx<'_>, n: u32) -> Result<u32> {
    Ok(n.swap_bytes())
}

/// An address of one to four parts, each decimal, octal or hexadecimal, the last one filling the rest;
/// white space may follow.
fn parse_v4(text: &[u8]) -> Option<u32> {
    let end = text.iter().position(|b| super::access::is_space(*b)).unwrap_or(text.len());
    let text = std::str::from_utf8(&text[..end]).ok()?;
    let parts = text.split('.').map(parse_part).collect::<Option<Vec<u32>>>()?;
    let (last, first) = parts.split_last()?;
    let room = 32 - 8 * first.len() as u32;
    if first.len() > 3 || first.iter().any(|p| *p > 255) || u64::from(*last) >= 1 << room {
        return None;
    }
    Some(first.iter().enumerate().fold(*last, |sum, (i, part)| sum | part << (24 - 8 * i)))
}

fn parse_part(text: &str) -> Option<u32> {
    let (digits, radix) = match text.strip_prefix("0x").or(text.strip_prefix("0X")) {
        Some(hex) => (hex, 16),
        None if text.len() > 1 && text.starts_with('0') => (text, 8),
        None => (text, 10),
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    u32::from_str_radix(digits, radix).ok()
}

fn inet_addr(cx: &mut Cx<'_>, s: GuestPtr) -> Result<u32> {
    Ok(parse_v4(&cx.mem().c_str(s)?).map_or(u32::MAX, u32::to_be))
}

fn inet_network(cx: &mut Cx<'_>, s: GuestPtr) -> Result<u32> {
    Ok(parse_v4(&cx.mem().c_str(s)?).unwrap_or(u32::MAX))
}

fn inet_aton(cx: &mut Cx<'_>, s: GuestPtr, out: GuestPtr) -> Result<i32> {
    cx.mem().slice_mut(out, 4)?;
    match parse_v4(&cx.mem().c_str(s)?) {
        Some(address) => {
            cx.mem().store(out, address.to_be())?;
            Ok(1)
        }
        None => Ok(0),
    }
}

fn inet_ntoa(cx: &mut Cx<'_>, address: u32) -> Result<GuestPtr> {
    let process = cx.process;
    let out = process.libc.inet.text.buffer(cx, 18)?;
    put_str(cx.mem(), out, Ipv4Addr::from(address.swap_bytes()).to_string().as_bytes())?;
    Ok(out)
}

fn inet_ntop(cx: &mut Cx<'_>, family: i32, address: GuestPtr, out: GuestPtr, n: u32) -> Result<GuestPtr> {
    let mem = cx.mem();
    let text = match family {
        libc::AF_INET => Ipv4Addr::from(mem.load::<[u8; 4]>(address)?).to_string(),
        libc::AF_INET6 => Ipv6Addr::from(mem.load::<[u8; 16]>(address)?).to_string(),
        _ => return cx.fail(libc::EAFNOSUPPORT, GuestPtr::NULL),
    };
    if text.len() as u32 >= n {
        return cx.fail(libc::ENOSPC, GuestPtr::NULL);
    }
    put_str(mem, out, text.as_bytes())?;
    Ok(out)
}

fn inet_pton(cx: &mut Cx<'_>, family: i32, s: GuestPtr, out: GuestPtr) -> Result<i32> {
    let mem = cx.mem();
    let text = mem.c_str(s)?;
    let text = String::from_utf8_lossy(&text);
    match family {
        libc::AF_INET => match text.parse::<Ipv4Addr>() {
            Ok(address) => mem.store(out, address.octets())?,
            Err(_) => return Ok(0),
        },
        libc::AF_INET6 => match text.parse::<Ipv6Addr>() {
            Ok(address) => mem.store(out, address.octets())?,
            Err(_) => return Ok(0),
        },
        _ => return cx.fail(libc::EAFNOSUPPORT, -1),
    }
    Ok(1)
}

/// No conversion is known.
fn iconv_open(cx: &mut Cx<'_>, to: GuestPtr, from: GuestPtr) -> Result<GuestPtr> {
    cx.mem().str_len(to)?;
    cx.mem().str_len(from)?;
    cx.fail(libc::EINVAL, GuestPtr::new(u64::MAX))
}

fn iconv(cx: &mut Cx<'_>, _: GuestPtr, _: GuestPtr, _: GuestPtr, _: GuestPtr, _: GuestPtr) -> Result<u64> {
    cx.fail(libc::EBADF, u64::MAX)
}

fn iconv_close(cx: &mut Cx<'_>, _: GuestPtr) -> Result<i32> {
    cx.fail(libc::EBADF, -1)
}
