//! The ways in which `svm-lli` can execute a program. Every suite runs on each; a new tier is a new row.

/// One way to execute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tier {
    /// As in a test's name.
    pub name: &'static str,
    /// What `svm-lli` is told.
    pub flags: &'static [&'static str],
}

/// The interpreter alone: every other tier must do what it does.
pub const INTERP: Tier = Tier { name: "interp", flags: &["--tier=interp"] };

/// All tiers, the interpreter first.
pub const ALL: &[Tier] = &[INTERP];

impl Tier {
    /// The name of a test in this tier: the interpreter's is the bare one.
    pub fn test_name(&self, base: &str) -> String {
        if *self == INTERP { base.to_owned() } else { format!("{base}+{}", self.name) }
    }
}
