//! The public error of running guest code.

use std::fmt;

use crate::machine::{Limit, Trap};
use crate::report::{Frame, Report, Sources, render_text};

/// Why guest code did not come to its end: a memory error, a bad call, a limit, an `exit` in the middle of a
/// call, a signal. It holds the whole report; `Display` renders it.
#[derive(Clone)]
pub struct Fault {
    inner: Box<Inner>,
}

#[derive(Clone)]
struct Inner {
    trap: Option<Trap>,
    report: Report,
    program: String,
    sources: Sources,
}

impl Fault {
    pub(super) fn new(trap: Trap, report: Report, program: &str, sources: Sources) -> Fault {
        Fault { inner: Box::new(Inner { trap: Some(trap), report, program: program.into(), sources }) }
    }

    /// A call of the embedder's that was refused before the guest ran.
    pub(super) fn refused(kind: &str, title: String, program: &str) -> Fault {
        let report = Report::plain(kind, title);
        let sources = Sources { roots: Vec::new(), restricted: true };
        Fault { inner: Box::new(Inner { trap: None, report, program: program.into(), sources }) }
    }

    /// A stable identifier, such as `heap-out-of-bounds`, `use-after-free`, `timeout` or `exit`.
    pub fn kind(&self) -> &str {
        &self.inner.report.kind
    }

    /// What went wrong, in one line.
    pub fn title(&self) -> &str {
        &self.inner.report.title
    }

    /// The guest's call stack, innermost first.
    pub fn frames(&self) -> &[Frame] {
        &self.inner.report.stack
    }

    /// All that is known.
    pub fn report(&self) -> &Report {
        &self.inner.report
    }

    /// The trap behind it; `None` if the call was refused before the guest ran.
    pub fn trap(&self) -> Option<&Trap> {
        self.inner.trap.as_ref()
    }

    /// The status, if the guest called `exit`.
    pub fn exit_status(&self) -> Option<i32> {
        match self.inner.trap {
            Some(Trap::Exit(status)) => Some(status),
            _ => None,
        }
    }

    /// The signal, if the guest died of one.
    pub fn signal(&self) -> Option<i32> {
        match self.inner.trap {
            Some(Trap::Signal(signal)) => Some(signal),
            _ => None,
        }
    }

    /// The limit, if one was reached.
    pub fn limit(&self) -> Option<Limit> {
        match self.inner.trap {
            Some(Trap::Limit(limit)) => Some(limit),
            _ => None,
        }
    }

    /// The report as one line of JSON.
    pub fn json(&self) -> String {
        serde_json::to_string(&self.inner.report).unwrap_or_default()
    }

    /// The report for people; with colours if asked for.
    pub fn text(&self, color: bool) -> String {
        render_text(&self.inner.report, &self.inner.program, &self.inner.sources, color)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text(false).trim_end())
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fault({}: {})", self.kind(), self.title())
    }
}

impl std::error::Error for Fault {}
