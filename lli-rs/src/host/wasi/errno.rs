//! WASI's error numbers, and what the host's errors are among them.

use rustix::io::Errno as Host;

macro_rules! errnos {
    ($($name:ident = $code:literal $(: $($host:ident)|+)?),* $(,)?) => {
        /// An error number of WASI preview 1.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u16)]
        #[allow(missing_docs, clippy::upper_case_acronyms)] // POSIX's names
        pub enum Errno { $($name = $code),* }

        impl From<Host> for Errno {
            fn from(host: Host) -> Errno {
                match host {
                    $($($(Host::$host)|+ => Errno::$name,)?)*
                    _ => Errno::Io,
                }
            }
        }
    };
}

errnos! {
    TooBig = 1: TOOBIG, Acces = 2: ACCESS, Again = 6: AGAIN, Badf = 8: BADF, Busy = 10: BUSY, Dquot = 19: DQUOT,
    ConnReset = 15: CONNRESET, Exist = 20: EXIST, Fault = 21: FAULT, Fbig = 22: FBIG, Ilseq = 25: ILSEQ,
    Intr = 27: INTR, Inval = 28: INVAL, Io = 29: IO, IsDir = 31: ISDIR, Loop = 32: LOOP, Mfile = 33: MFILE,
    Mlink = 34: MLINK, NameTooLong = 37: NAMETOOLONG, Nfile = 41: NFILE, Nodev = 43: NODEV, Noent = 44: NOENT,
    Nolck = 46: NOLCK, Nomem = 48: NOMEM, Nospc = 51: NOSPC, Nosys = 52: NOSYS, NotConn = 53: NOTCONN,
    NotDir = 54: NOTDIR, NotEmpty = 55: NOTEMPTY, NotSock = 57: NOTSOCK, NotSup = 58: NOTSUP, NotTty = 59: NOTTY,
    Nxio = 60: NXIO, Overflow = 61: OVERFLOW, Perm = 63: PERM, Pipe = 64: PIPE, Range = 68: RANGE,
    Rofs = 69: ROFS, Spipe = 70: SPIPE, TimedOut = 73: TIMEDOUT, TxtBsy = 74: TXTBSY, Xdev = 75: XDEV,
    NotCapable = 76,
}

impl Errno {
    /// The number that the program gets.
    pub fn code(self) -> u32 {
        u32::from(self as u16)
    }
}

impl From<std::io::Error> for Errno {
    fn from(error: std::io::Error) -> Errno {
        use std::io::ErrorKind;
        if let Some(host) = Host::from_io_error(&error) {
            return host.into();
        }
        match error.kind() {
            // Without a number of the system's it is cap-std's: the path would have led out.
            ErrorKind::PermissionDenied => Errno::NotCapable,
            ErrorKind::NotFound => Errno::Noent,
            ErrorKind::InvalidInput => Errno::Inval,
            ErrorKind::AlreadyExists => Errno::Exist,
            _ => Errno::Io,
        }
    }
}
