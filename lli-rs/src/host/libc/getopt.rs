//! getopt and getopt_long, with GNU's reordering of arguments and GNU's messages.

use parking_lot::Mutex;
use svm_memory::{AccessKind, GuestPtr};

use super::stdio::write_standard_error;
use crate::host::{HostGlobal, host_table};
use crate::machine::{Cx, Result};

host_table! {
    /// Option parsing.
    pub static TABLE = [
        "int __posix_getopt(int argc, char **argv[r argc*8], const char *options[str])" => posix_getopt: argc, argv, options,
        "int getopt(int argc, char **argv[r argc*8], const char *options[str])" => getopt: argc, argv, options,
        "int getopt_long(int argc, char **argv[r argc*8], const char *options[str], const struct option *longs, int *index[?w 4])" => getopt_long: argc, argv, options, longs, index,
        "int getopt_long_only(int argc, char **argv[r argc*8], const char *options[str], const struct option *longs, int *index[?w 4])" => getopt_long_only: argc, argv, options, longs, index,
    ];
}

/// The variables that a program shares with getopt.
pub static GLOBALS: &[HostGlobal] = &[
    HostGlobal { name: "optarg", size: 8, align: 8, init: |cx, at| bind(cx, OPTARG, at) },
    HostGlobal { name: "opterr", size: 4, align: 4, init: |cx, at| bind(cx, OPTERR, at) },
    HostGlobal { name: "optind", size: 4, align: 4, init: |cx, at| bind(cx, OPTIND, at) },
    HostGlobal { name: "optopt", size: 4, align: 4, init: |cx, at| bind(cx, OPTOPT, at) },
];

const OPTARG: usize = 0;
const OPTERR: usize = 1;
const OPTIND: usize = 2;
const OPTOPT: usize = 3;
/// What they hold at the start.
const INITIAL: [u64; 4] = [0, 1, 1, b'?' as u64];
/// `sizeof(struct option)`.
const OPTION_SIZE: i64 = 32;

/// Where parsing stands.
#[derive(Default)]
pub struct State {
    inner: Mutex<Inner>,
}

#[derive(Clone, Copy, Default)]
struct Inner {
    /// The guest's variables, as far as it names them or getopt needed them.
    variables: [Option<GuestPtr>; 4],
    initialized: bool,
    /// The rest of the argument that is being taken apart.
    next: GuestPtr,
    /// The non-options that were skipped: from `first` up to `last`.
    first: i32,
    last: i32,
    order: Order,
    /// The last option that was refused.
    optopt: i32,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Order {
    /// Stop at the first non-option.
    Require,
    /// Move non-options to the end.
    #[default]
    Permute,
    /// Give non-options as arguments of option 1.
    Return,
}

fn bind(cx: &mut Cx<'_>, which: usize, at: GuestPtr) -> Result<()> {
    cx.process.libc.getopt.inner.lock().variables[which] = Some(at);
    let bytes = INITIAL[which].to_le_bytes();
    Ok(cx.mem().write(at, &bytes[..if which == OPTARG { 8 } else { 4 }])?)
}

fn variable(cx: &mut Cx<'_>, which: usize) -> Result<GuestPtr> {
    if let Some(at) = cx.process.libc.getopt.inner.lock().variables[which] {
        return Ok(at);
    }
    let at = super::access::host_object(cx, 8)?;
    bind(cx, which, at)?;
    Ok(at)
}

fn int(cx: &mut Cx<'_>, which: usize) -> Result<i32> {
    let at = variable(cx, which)?;
    Ok(cx.mem().load(at)?)
}

fn set_int(cx: &mut Cx<'_>, which: usize, value: i32) -> Result<()> {
    let at = variable(cx, which)?;
    Ok(cx.mem().store(at, value)?)
}

fn set_optarg(cx: &mut Cx<'_>, value: GuestPtr) -> Result<()> {
    let at = variable(cx, OPTARG)?;
    Ok(cx.mem().store(at, value)?)
}

fn getopt(cx: &mut Cx<'_>, argc: i32, argv: GuestPtr, options: GuestPtr) -> Result<i32> {
    run(cx, argc, argv, options, GuestPtr::NULL, GuestPtr::NULL, Style::Gnu)
}

fn posix_getopt(cx: &mut Cx<'_>, argc: i32, argv: GuestPtr, options: GuestPtr) -> Result<i32> {
    run(cx, argc, argv, options, GuestPtr::NULL, GuestPtr::NULL, Style::Posix)
}

fn getopt_long(
    cx: &mut Cx<'_>,
    argc: i32,
    argv: GuestPtr,
    options: GuestPtr,
    longs: GuestPtr,
    index: GuestPtr,
) -> Result<i32> {
    run(cx, argc, argv, options, longs, index, Style::Gnu)
}

fn getopt_long_only(
    cx: &mut Cx<'_>,
    argc: i32,
    argv: GuestPtr,
    options: GuestPtr,
    longs: GuestPtr,
    index: GuestPtr,
) -> Result<i32> {
    run(cx, argc, argv, options, longs, index, Style::LongOnly)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Gnu,
    Posix,
    LongOnly,
}

fn run(
    cx: &mut Cx<'_>,
    argc: i32,
    argv: GuestPtr,
    options: GuestPtr,
    longs: GuestPtr,
    index: GuestPtr,
    style: Style,
) -> Result<i32> {
    if argc < 1 {
        return Ok(-1);
    }
    cx.mem().slice(argv, argc as u64 * 8)?;
    let mut letters = cx.mem().c_str(options)?;
    set_optarg(cx, GuestPtr::NULL)?;
    let mut inner = *cx.process.libc.getopt.inner.lock();
    let optind = int(cx, OPTIND)?;
    let mark = letters.first().copied().filter(|b| b"+-".contains(b));
    if optind == 0 || !inner.initialized {
        let start = optind.max(1);
        set_int(cx, OPTIND, start)?;
        let posix = style == Style::Posix || super::program::has_variable(cx, b"POSIXLY_CORRECT")?;
        inner.order = match mark {
            Some(b'-') => Order::Return,
            Some(_) => Order::Require,
            None if posix => Order::Require,
            None => Order::Permute,
        };
        (inner.first, inner.last, inner.next, inner.initialized) = (start, start, GuestPtr::NULL, true);
    }
    if mark.is_some() {
        letters.remove(0);
    }
    let quiet = letters.first() == Some(&b':');
    let print = !quiet && int(cx, OPTERR)? != 0;
    let mut call = Call { argc, argv, letters, longs, index, print, quiet, style, inner };
    let result = call.run(cx);
    // As glibc does: every call stores what the last refused option was, 0 at first.
    set_int(cx, OPTOPT, call.inner.optopt)?;
    let mut shared = cx.process.libc.getopt.inner.lock();
    let variables = shared.variables;
    *shared = Inner { variables, ..call.inner };
    result
}

/// One call.
struct Call {
    argc: i32,
    argv: GuestPtr,
    letters: Vec<u8>,
    longs: GuestPtr,
    index: GuestPtr,
    print: bool,
    quiet: bool,
    style: Style,
    inner: Inner,
}

/// A row of the program's table of long options.
#[derive(Clone)]
struct Long {
    name: Vec<u8>,
    has_argument: i32,
    flag: GuestPtr,
    value: i32,
}

impl Call {
    fn argument(&self, cx: &Cx<'_>, at: i32) -> Result<GuestPtr> {
        if at < 0 || at >= self.argc {
            return Err(cx
                .mem()
                .fault_for(self.argv.offset(i64::from(at) * 8), self.argv, 8, AccessKind::Read)
                .into());
        }
        Ok(cx.mem().load(self.argv.offset(i64::from(at) * 8))?)
    }

    fn is_option(&self, cx: &Cx<'_>, at: i32) -> Result<bool> {
        let text = self.argument(cx, at)?;
        Ok(cx.mem().load::<u8>(text)? == b'-' && cx.mem().load::<u8>(text.offset(1))? != 0)
    }

    /// Swaps the skipped non-options with the options behind them.
    fn exchange(&mut self, cx: &mut Cx<'_>, optind: i32) -> Result<()> {
        let mut pointers = Vec::new();
        for at in self.inner.first..optind {
            pointers.push(self.argument(cx, at)?);
        }
        pointers.rotate_left((self.inner.last - self.inner.first) as usize);
        for (at, pointer) in (self.inner.first..optind).zip(pointers) {
            cx.mem().store(self.argv.offset(i64::from(at) * 8), pointer)?;
        }
        self.inner.first += optind - self.inner.last;
        self.inner.last = optind;
        Ok(())
    }

    fn run(&mut self, cx: &mut Cx<'_>) -> Result<i32> {
        let next = self.inner.next;
        if (next.is_null() || cx.mem().load::<u8>(next)? == 0)
            && let Some(answer) = self.advance(cx)?
        {
            return Ok(answer);
        }
        self.short(cx)
    }

    /// Goes to the next argument; gives the answer if that is no group of short options.
    fn advance(&mut self, cx: &mut Cx<'_>) -> Result<Option<i32>> {
        let mut optind = int(cx, OPTIND)?;
        self.inner.last = self.inner.last.min(optind);
        self.inner.first = self.inner.first.min(optind);
        if self.inner.order == Order::Permute {
            if self.inner.first != self.inner.last && self.inner.last != optind {
                self.exchange(cx, optind)?;
            } else if self.inner.last != optind {
                self.inner.first = optind;
            }
            while optind < self.argc && !self.is_option(cx, optind)? {
                optind += 1;
            }
            self.inner.last = optind;
        }
        if optind < self.argc && cx.mem().c_str(self.argument(cx, optind)?)? == b"--" {
            optind += 1;
            if self.inner.first != self.inner.last && self.inner.last != optind {
                self.exchange(cx, optind)?;
            } else if self.inner.first == self.inner.last {
                self.inner.first = optind;
            }
            self.inner.last = self.argc;
            optind = self.argc;
        }
        set_int(cx, OPTIND, optind)?;
        if optind >= self.argc {
            if self.inner.first != self.inner.last {
                set_int(cx, OPTIND, self.inner.first)?;
            }
            return Ok(Some(-1));
        }
        let text = self.argument(cx, optind)?;
        if !self.is_option(cx, optind)? {
            if self.inner.order == Order::Require {
                return Ok(Some(-1));
            }
            set_int(cx, OPTIND, optind + 1)?;
            set_optarg(cx, text)?;
            return Ok(Some(1));
        }
        if !self.longs.is_null() {
            let second: u8 = cx.mem().load(text.offset(1))?;
            if second == b'-' {
                self.inner.next = text.offset(2);
                return self.long(cx, "--").map(Some);
            }
            if self.style == Style::LongOnly
                && (cx.mem().load::<u8>(text.offset(2))? != 0 || !self.letters.contains(&second))
            {
                self.inner.next = text.offset(1);
                let answer = self.long(cx, "-")?;
                if answer != -1 {
                    return Ok(Some(answer));
                }
            }
        }
        self.inner.next = text.offset(1);
        Ok(None)
    }

    fn say(&self, cx: &mut Cx<'_>, message: &[u8]) -> Result<()> {
        if !self.print {
            return Ok(());
        }
        let name = cx.mem().c_str(self.argument(cx, 0)?)?;
        write_standard_error(cx, &[&name, b": ".as_slice(), message, b"\n"].concat())
    }

    fn missing(&self) -> i32 {
        i32::from(if self.quiet { b':' } else { b'?' })
    }

    fn short(&mut self, cx: &mut Cx<'_>) -> Result<i32> {
        let letter: u8 = cx.mem().load(self.inner.next)?;
        self.inner.next = self.inner.next.offset(1);
        let at_end = cx.mem().load::<u8>(self.inner.next)? == 0;
        let mut optind = int(cx, OPTIND)?;
        if at_end {
            optind += 1;
            set_int(cx, OPTIND, optind)?;
        }
        let known = self.letters.iter().position(|b| *b == letter).filter(|_| !b":;".contains(&letter));
        let Some(at) = known else {
            self.say(cx, &[b"invalid option -- '".as_slice(), &[letter], b"'"].concat())?;
            self.inner.optopt = i32::from(letter);
            return Ok(i32::from(b'?'));
        };
        let follows = |n: usize| self.letters.get(at + n).copied().unwrap_or(0);
        let takes_long = letter == b'W' && follows(1) == b';' && !self.longs.is_null();
        if !takes_long && follows(1) != b':' {
            return Ok(i32::from(letter));
        }
        if !takes_long && follows(2) == b':' {
            let argument = if at_end { GuestPtr::NULL } else { self.inner.next };
            set_optarg(cx, argument)?;
            if !at_end {
                set_int(cx, OPTIND, optind + 1)?;
            }
            self.inner.next = GuestPtr::NULL;
            return Ok(i32::from(letter));
        }
        let argument = if !at_end {
            let rest = self.inner.next;
            if !takes_long {
                set_int(cx, OPTIND, optind + 1)?;
            }
            rest
        } else if optind == self.argc {
            self.say(cx, &[b"option requires an argument -- '".as_slice(), &[letter], b"'"].concat())?;
            self.inner.optopt = i32::from(letter);
            self.inner.next = GuestPtr::NULL;
            return Ok(self.missing());
        } else {
            if !takes_long {
                set_int(cx, OPTIND, optind + 1)?;
            }
            self.argument(cx, optind)?
        };
        if takes_long {
            self.inner.next = argument;
            set_optarg(cx, GuestPtr::NULL)?;
            return self.long(cx, "-W ");
        }
        set_optarg(cx, argument)?;
        self.inner.next = GuestPtr::NULL;
        Ok(i32::from(letter))
    }

    fn table(&self, cx: &Cx<'_>) -> Result<Vec<Long>> {
        let mem = cx.mem();
        let mut rows = Vec::new();
        let mut at = self.longs;
        loop {
            let name: GuestPtr = mem.load(at)?;
            if name.is_null() {
                return Ok(rows);
            }
            rows.push(Long {
                name: mem.c_str(name)?,
                has_argument: mem.load(at.offset(8))?,
                flag: mem.load(at.offset(16))?,
                value: mem.load(at.offset(24))?,
            });
            at = at.offset(OPTION_SIZE);
        }
    }

    /// The rows that `name` abbreviates: one if it names one exactly, or all its candidates mean the same.
    fn candidates(&self, rows: &[Long], name: &[u8]) -> Vec<usize> {
        if let Some(exact) = rows.iter().position(|row| row.name == name) {
            return vec![exact];
        }
        let mut found: Vec<usize> = Vec::new();
        for (at, row) in rows.iter().enumerate().filter(|(_, row)| row.name.starts_with(name)) {
            let same = |first: &Long| {
                self.style != Style::LongOnly
                    && (first.has_argument, first.flag, first.value)
                        == (row.has_argument, row.flag, row.value)
            };
            if found.first().is_none_or(|first| !same(&rows[*first])) {
                found.push(at);
            }
        }
        found
    }

    fn long(&mut self, cx: &mut Cx<'_>, prefix: &str) -> Result<i32> {
        let whole = cx.mem().c_str(self.inner.next)?;
        let name_len = whole.iter().position(|b| *b == b'=').unwrap_or(whole.len());
        let rows = self.table(cx)?;
        let found = self.candidates(&rows, &whole[..name_len]);
        let optind = int(cx, OPTIND)?;
        let quoted = |text: &[u8]| [b"option '", prefix.as_bytes(), text, b"'"].concat();
        match found[..] {
            [] => {
                let first = whole.first().copied().unwrap_or(0);
                let dashes = cx.mem().load::<u8>(self.argument(cx, optind)?.offset(1))? == b'-';
                if self.style == Style::LongOnly && !dashes && self.letters.contains(&first) {
                    return Ok(-1);
                }
                self.say(cx, &[b"unrecognized ".as_slice(), &quoted(&whole)].concat())?;
                self.refuse(cx, optind)
            }
            [row] => self.found(cx, prefix, &rows, row, &whole, name_len),
            _ => {
                let mut text = [&quoted(&whole)[..], b" is ambiguous; possibilities:"].concat();
                for row in found {
                    text.extend_from_slice(&[b" '", prefix.as_bytes(), &rows[row].name, b"'"].concat());
                }
                self.say(cx, &text)?;
                self.refuse(cx, optind)
            }
        }
    }

    fn refuse(&mut self, cx: &mut Cx<'_>, optind: i32) -> Result<i32> {
        self.inner.next = GuestPtr::NULL;
        set_int(cx, OPTIND, optind + 1)?;
        self.inner.optopt = 0;
        Ok(i32::from(b'?'))
    }

    fn found(
        &mut self,
        cx: &mut Cx<'_>,
        prefix: &str,
        rows: &[Long],
        at: usize,
        whole: &[u8],
        name_len: usize,
    ) -> Result<i32> {
        let row = &rows[at];
        let value = self.inner.next.offset(name_len as i64 + 1);
        let mut optind = int(cx, OPTIND)? + 1;
        self.inner.next = GuestPtr::NULL;
        let name = [b"option '", prefix.as_bytes(), &row.name, b"'"].concat();
        if name_len < whole.len() {
            if row.has_argument == 0 {
                set_int(cx, OPTIND, optind)?;
                self.say(cx, &[&name[..], b" doesn't allow an argument"].concat())?;
                self.inner.optopt = row.value;
                return Ok(i32::from(b'?'));
            }
            set_optarg(cx, value)?;
        } else if row.has_argument == 1 {
            if optind >= self.argc {
                set_int(cx, OPTIND, optind)?;
                self.say(cx, &[&name[..], b" requires an argument"].concat())?;
                self.inner.optopt = row.value;
                return Ok(self.missing());
            }
            set_optarg(cx, self.argument(cx, optind)?)?;
            optind += 1;
        }
        set_int(cx, OPTIND, optind)?;
        if !self.index.is_null() {
            cx.mem().store(self.index, at as i32)?;
        }
        if row.flag.is_null() {
            return Ok(row.value);
        }
        cx.mem().store(row.flag, row.value)?;
        Ok(0)
    }
}
