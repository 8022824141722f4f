//! eBPF: conformance vectors ([`conformance`]), the plugin for the public runner ([`plugin`]), and random programs
//! against rbpf ([`differential`]); what fuzzing has found ([`replay`]). Programs of a few instructions, in thousands, go through the library; the plugin is
//! run as a process.

mod conformance;
mod differential;
mod plugin;
mod replay;
mod vectors;

use svm_engine::machine::{Config, Tier as EngineTier};
use svm_tests::tier::{self, Tier};

use crate::Test;

/// The tests of this folder.
pub fn collect(tests: &mut Vec<Test>) {
    conformance::collect(tests);
    differential::collect(tests);
    plugin::collect(tests);
    replay::collect(tests);
}

/// The tiers of small programs, as settings of the engine. Few vectors run long enough for a compile in the background:
/// `auto` compiles at the second call and at the first jump back, as `osr` does for the C cases.
fn tiers() -> impl Iterator<Item = (Tier, Config)> {
    let settings = |tier: &Tier| {
        let named = EngineTier::named(tier.name);
        let engine = named.unwrap_or_else(|| panic!("the engine has no tier {}", tier.name));
        (*tier, Config { tier: engine, tier_threshold: 0, ..Config::default() })
    };
    [tier::INTERP, tier::JIT, tier::AUTO].map(|tier| settings(&tier)).into_iter()
}
