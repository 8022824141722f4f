//! The host's regular expressions and `fnmatch`, on host strings.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use super::c_string;
use super::wide::in_locale;

/// A compiled expression.
pub struct Regex {
    /// Boxed: the host's structure is not moved once it is made.
    compiled: Box<libc::regex_t>,
    nosub: bool,
}

// SAFETY: `regexec` takes the structure as constant, and glibc locks what it caches inside.
unsafe impl Send for Regex {}

/// Where a group matched.
pub type Place = Option<(i32, i32)>;

impl Regex {
    /// Compiles; the error code if it is no expression.
    pub fn new(pattern: &[u8], flags: i32, utf8: bool) -> Result<Regex, i32> {
        let pattern = c_string(pattern);
        let mut compiled = Box::new(MaybeUninit::<libc::regex_t>::uninit());
        // SAFETY: the pattern is a C string; the structure is filled on success.
        let code =
            in_locale(utf8, || unsafe { libc::regcomp(compiled.as_mut_ptr(), pattern.as_ptr(), flags) });
        if code != 0 {
            return Err(code);
        }
        // SAFETY: `regcomp` succeeded.
        Ok(Regex { compiled: unsafe { compiled.assume_init() }, nosub: flags & libc::REG_NOSUB != 0 })
    }

    /// Whether places of matches were declined when it was compiled.
    pub fn reports_nothing(&self) -> bool {
        self.nosub
    }

    /// Number of groups (`re_nsub`).
    pub fn groups(&self) -> usize {
        /// Place of `re_nsub`, which the `libc` crate keeps private.
        const NSUB: usize = 48;
        let start = std::ptr::from_ref(&*self.compiled).cast::<u8>();
        // SAFETY: glibc's structure has 64 bytes, with this field there.
        unsafe { start.add(NSUB).cast::<usize>().read() }
    }

    /// Matches; the place of the whole and of each group, or `None`.
    pub fn run(&self, text: &[u8], flags: i32, utf8: bool) -> Option<Vec<Place>> {
        let text = c_string(text);
        let none = libc::regmatch_t { rm_so: -1, rm_eo: -1 };
        let mut places = vec![none; self.groups() + 1];
        // SAFETY: text and expression are valid, and there is room for as many places as told.
        let code = in_locale(utf8, || unsafe {
            libc::regexec(&*self.compiled, text.as_ptr(), places.len(), places.as_mut_ptr(), flags)
        });
        let place = |m: libc::regmatch_t| (m.rm_so >= 0).then_some((m.rm_so, m.rm_eo));
        (code == 0).then(|| places.into_iter().map(place).collect())
    }
}

impl Drop for Regex {
    fn drop(&mut self) {
        // SAFETY: compiled, and freed only here.
        unsafe { libc::regfree(&mut *self.compiled) };
    }
}

/// The message of an error code.
pub fn error_text(code: i32) -> Vec<u8> {
    /// glibc has this many codes, and stops the program for others.
    const CODES: i32 = 17;
    let code = if (0..CODES).contains(&code) { code } else { return b"Unknown regex error".to_vec() };
    let mut buf = [0u8; 128];
    // SAFETY: the buffer has the size told; glibc does not look at the expression.
    unsafe { libc::regerror(code, std::ptr::null(), buf.as_mut_ptr().cast(), buf.len()) };
    buf.iter().copied().take_while(|b| *b != 0).collect()
}

unsafe extern "C" {
    fn fnmatch(pattern: *const c_char, text: *const c_char, flags: i32) -> i32;
}

/// `fnmatch`: 0 for a match.
pub fn matches_pattern(pattern: &[u8], text: &[u8], flags: i32, utf8: bool) -> i32 {
    let (pattern, text) = (c_string(pattern), c_string(text));
    // SAFETY: both are C strings.
    in_locale(utf8, || unsafe { fnmatch(pattern.as_ptr(), text.as_ptr(), flags) })
}
