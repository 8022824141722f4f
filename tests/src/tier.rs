//! The ways in which `svm-lli` can execute a program. A new tier is a new row.

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

/// Each function compiled before its first call.
pub const JIT: Tier = Tier { name: "jit", flags: &["--tier=jit"] };

/// The tiers of large programs, of generated ones and of the benchmarks, the interpreter first. Compiling all that a
/// large program calls before it runs takes too long for [`JIT`] to be among them.
pub const ALL: &[Tier] = &[INTERP];

/// The tiers of the C cases and the fault cases, which are small.
pub const CASES: &[Tier] = &[INTERP, JIT];

impl Tier {
    /// The name of a test in this tier: the interpreter's is the bare one.
    pub fn test_name(&self, base: &str) -> String {
        if *self == INTERP { base.to_owned() } else { format!("{base}+{}", self.name) }
    }
}
