//! What follows a run: report, leaks, counters, exit status.

use std::io::Write;
use std::process::ExitCode;

use super::args::{Args, ReportFormat};
use super::{EXIT_LIMIT, EXIT_LOAD};
use crate::machine::{Outcome, Process, Stats, Trap};
use crate::report::{Leak, Report, Sources, render_leaks, render_text};

/// Tells how the run ended and gives the exit status; does not return if the guest died of a signal, nor where
/// something is still being compiled, for which nobody waits.
pub(super) fn finish(args: &Args, process: &Process, outcome: &Outcome, stats: Option<Stats>) -> ExitCode {
    if let Some(path) = &args.tier_log
        && let Err(e) = std::fs::write(path, process.stats(None).tiers())
    {
        eprintln!("svm-lli: {}: {e}", path.display());
    }
    let status = report(args, process, outcome, stats);
    if process.is_compiling() {
        process.keep_hints();
        let _ = std::io::stdout().flush();
        crate::host::libc::end_now(status);
    }
    ExitCode::from(status)
}

fn report(args: &Args, process: &Process, outcome: &Outcome, stats: Option<Stats>) -> u8 {
    if !matches!(outcome.trap, Trap::Exit(_) | Trap::Signal(_)) {
        let report = Report::new(&outcome.trap, outcome.backtrace.clone(), outcome.host_function, process);
        match args.report {
            ReportFormat::Text => {
                eprint!("{}", render_text(&report, "svm-lli", &sources(args), args.color.enabled()))
            }
            ReportFormat::Json => eprintln!("{}", serde_json::to_string(&report).unwrap_or_default()),
        }
    }
    if args.leaks {
        let leaks = Leak::group(&outcome.leaks, process);
        match args.report {
            ReportFormat::Text => eprint!("{}", render_leaks(&leaks)),
            ReportFormat::Json => eprintln!("{}", serde_json::json!({ "leaks": leaks })),
        }
    }
    if let Some(stats) = stats {
        eprint!("{stats}");
    }
    match outcome.trap {
        Trap::Exit(status) => status as u8,
        Trap::Signal(signal) => die_of(signal),
        Trap::Limit(limit) if !matches!(limit, crate::machine::Limit::Stack) => EXIT_LIMIT,
        Trap::Unsupported(_) => EXIT_LOAD,
        _ => args.fault_exit,
    }
}

fn sources(args: &Args) -> Sources {
    Sources { roots: args.source_path.clone(), restricted: args.sandbox }
}

/// Ends this process the way the guest ended, so that a shell sees the same status.
fn die_of(signal: i32) -> u8 {
    crate::host::libc::die_of_signal(signal);
    // Only reached for a signal that does not end a process.
    (128 + signal) as u8
}
