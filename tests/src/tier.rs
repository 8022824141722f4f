//! The ways in which `svm-lli` can execute a program. A new tier is a new row.

use crate::Check;

/// One way to execute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tier {
    /// As in a test's name.
    pub name: &'static str,
    /// What `svm-lli` is told.
    pub flags: &'static [&'static str],
    /// Whether every frame that loops must change to compiled code in its loop.
    pub changes_over: bool,
}

/// The interpreter alone: every other tier must do what it does.
pub const INTERP: Tier = Tier { name: "interp", flags: &["--tier=interp"], changes_over: false };

/// Each function compiled before its first call.
pub const JIT: Tier = Tier { name: "jit", flags: &["--tier=jit"], changes_over: false };

/// What is hot compiled in the background.
pub const AUTO: Tier = Tier { name: "auto", flags: &["--tier=auto"], changes_over: false };

/// The same with thresholds so low that each frame changes to quick code at its first jump back and to full code at the
/// next loop head, and each function is compiled quickly at its second call and in full at its third.
pub const OSR: Tier = Tier { name: "osr", flags: &["--tier=auto", "--tier-threshold=0"], changes_over: true };

/// The tiers of large programs and of the benchmarks, the interpreter first. Compiling all that a large program calls
/// before it runs takes too long for [`JIT`] and [`OSR`] to be among them.
pub const ALL: &[Tier] = &[INTERP, AUTO];

/// The tiers of the C cases, the fault cases and of generated programs, which are small.
pub const CASES: &[Tier] = &[INTERP, JIT, AUTO, OSR];

impl Tier {
    /// The name of a test in this tier: the interpreter's is the bare one.
    pub fn test_name(&self, base: &str) -> String {
        if *self == INTERP { base.to_owned() } else { format!("{base}+{}", self.name) }
    }

    /// Whether a run did what its tier promises: `log` is what `--tier-log` wrote.
    pub fn check(&self, log: Option<&str>) -> Check {
        if !self.changes_over {
            return Ok(());
        }
        let log = log.ok_or("no log of the tiers was written")?;
        let value = |name: &str| {
            let line = log.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
            line.and_then(|n| n.parse::<u64>().ok())
                .ok_or(format!("no `{name}` in the log of the tiers:\n{log}"))
        };
        let (seen, entered) = (value("loops-seen")?, value("loops-entered")?);
        let refused: Vec<&str> = log.lines().filter(|line| line.starts_with("refused ")).collect();
        if seen != entered && refused.is_empty() {
            return Err(format!("{entered} of {seen} frames that looped changed to compiled code:\n{log}"));
        }
        let (seen, left) = (value("heads-seen")?, value("heads-left")?);
        if seen != left && refused.is_empty() {
            return Err(format!(
                "{left} of {seen} visits of loop heads by quick code led to full code:\n{log}"
            ));
        }
        match refused.iter().find(|line| !MAY_BE_REFUSED.iter().any(|why| line.contains(why))) {
            Some(line) => Err(format!("not compiled: {line}")),
            None => Ok(()),
        }
    }
}

/// What is not compiled.
const MAY_BE_REFUSED: &[&str] = &["returns twice", "return twice"];
