//! Sockets as preview 1 has them: it makes none, so that these work on descriptors that the program was started with
//! (a listening socket as standard input, as inetd does it).

use rustix::net::{self, RecvFlags, Shutdown, SocketFlags};

use super::access::Linear;
use super::fd::{fdflags, transfer_out};
use super::table::{self, Entry, Object, rights};
use super::{Errno, Wasi, wasi_table};
use crate::host::libc::fd::OpenFile;
use crate::machine::Cx;

wasi_table! {
    /// Sockets.
    pub(super) static TABLE = [
        "sock_accept"(", uint32_t fd, uint32_t flags, uint32_t out") [Net] => accept: fd, flags, out,
        "sock_recv"(", uint32_t fd, uint32_t iovs, uint32_t n, uint32_t flags, uint32_t size, uint32_t out") [Net]
            => recv: fd, iovs, n, flags, size, out,
        "sock_send"(", uint32_t fd, uint32_t iovs, uint32_t n, uint32_t flags, uint32_t size") [Net]
            => send: fd, iovs, n, flags, size,
        "sock_shutdown"(", uint32_t fd, uint32_t how") [Net] => shutdown: fd, how,
    ];
}

/// `riflags`.
const PEEK: u32 = 1;
const WAITALL: u32 = 2;
/// `roflags`: more was sent than there was room for.
const TRUNCATED: u16 = 1;

fn accept(cx: &mut Cx<'_>, m: Linear<'_>, fd: u32, flags: u32, out: u32) -> Wasi {
    let file = table::file(cx, fd, rights::SOCK_ACCEPT)?;
    if flags & !u32::from(fdflags::NONBLOCK) != 0 {
        return Err(Errno::Inval.into());
    }
    m.range(out, 4)?;
    let mut with = SocketFlags::CLOEXEC;
    with.set(SocketFlags::NONBLOCK, flags != 0);
    let accepted = net::accept_with(file.host_or(rustix::io::Errno::NOTSOCK)?, with)?;
    let object = Object::File(OpenFile::owned(accepted, None));
    let entry = Entry { object, rights: rights::STREAM, inheriting: 0, flags: flags as u16 };
    m.store(out, table::install(cx, entry)?)
}

#[allow(clippy::too_many_arguments)] // the interface's
fn recv(cx: &mut Cx<'_>, m: Linear<'_>, fd: u32, iovs: u32, n: u32, flags: u32, size: u32, out: u32) -> Wasi {
    let file = table::file(cx, fd, rights::FD_READ)?;
    if flags & !(PEEK | WAITALL) != 0 {
        return Err(Errno::Inval.into());
    }
    let buffers = m.buffers(iovs, n)?;
    let room: u64 = buffers.iter().map(|b| b.1).sum();
    let mut bytes = vec![0; room.min(1 << 20) as usize];
    let mut how = RecvFlags::TRUNC;
    how.set(RecvFlags::PEEK, flags & PEEK != 0);
    how.set(RecvFlags::WAITALL, flags & WAITALL != 0);
    let socket = file.host_or(rustix::io::Errno::NOTSOCK)?;
    // TRUNC gives a datagram's real length; a stream would throw the bytes away.
    if net::sockopt::socket_type(socket)? == net::SocketType::STREAM {
        how.remove(RecvFlags::TRUNC);
    }
    let (got, whole) = net::recv(socket, &mut bytes[..], how)?;
    let mut rest = &bytes[..got];
    for (to, len) in buffers {
        let (now, later) = rest.split_at(rest.len().min(len as usize));
        cx.mem().write(to, now).map_err(crate::machine::Trap::from)?;
        rest = later;
    }
    m.store(size, got as u32)?;
    m.store(out, if whole > got { TRUNCATED } else { 0 })
}

fn send(cx: &mut Cx<'_>, m: Linear<'_>, fd: u32, iovs: u32, n: u32, flags: u32, size: u32) -> Wasi {
    let file = table::file(cx, fd, rights::FD_WRITE)?;
    if flags != 0 {
        return Err(Errno::Inval.into());
    }
    net::sockopt::socket_type(file.host_or(rustix::io::Errno::NOTSOCK)?)?;
    let put = transfer_out(cx, &file, m, (iovs, n))?;
    m.store(size, put)
}

fn shutdown(cx: &mut Cx<'_>, _: Linear<'_>, fd: u32, how: u32) -> Wasi {
    let file = table::file(cx, fd, rights::SOCK_SHUTDOWN)?;
    let how = match how {
        1 => Shutdown::Read,
        2 => Shutdown::Write,
        3 => Shutdown::Both,
        _ => return Err(Errno::Inval.into()),
    };
    Ok(net::shutdown(file.host_or(rustix::io::Errno::NOTSOCK)?, how)?)
}
