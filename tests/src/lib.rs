//! The runner of SVM's test suite: it compiles C programs natively and to bitcode, runs both, and compares.
//!
//! Owns: finding tools and folders ([`paths`]), compiling with a cache ([`toolchain`]), running a process under a time
//! limit ([`process`]), the directives in a case's comments ([`case`]), golden reports ([`golden`]), packets and captures ([`packets`]), known failures
//! ([`known`]), the tiers ([`tier`]), the real programs ([`programs`]), random ones ([`csmith`]). Does not own: anything of the engine; `svm-lli` is run as a
//! process, so that what is tested is what is shipped.

pub mod case;
pub mod csmith;
pub mod golden;
pub mod ir_text;
pub mod known;
pub mod measure;
pub mod packets;
pub mod paths;
pub mod process;
pub mod programs;
pub mod smith;
pub mod tier;
pub mod toolchain;
pub mod wast;

/// What a check says when it does not hold; shown as it is.
pub type Failure = String;

/// The result of a check.
pub type Check<T = ()> = Result<T, Failure>;
