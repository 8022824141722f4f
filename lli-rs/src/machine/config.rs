//! What an embedder or the command line may set.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Where a guest's standard input comes from.
#[derive(Clone, Debug, Default)]
pub enum Input {
    /// The host process's own.
    #[default]
    Inherit,
    /// These bytes, then end of file.
    Bytes(Arc<[u8]>),
}

/// Where a guest's standard output or error goes.
#[derive(Clone, Debug, Default)]
pub enum Output {
    /// The host process's own.
    #[default]
    Inherit,
    /// Into a buffer that the embedder reads.
    Capture(Arc<parking_lot::Mutex<Vec<u8>>>),
}

/// A directory that a sandboxed guest may use.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The directory on the host.
    pub host: PathBuf,
    /// Its name in the guest.
    pub guest: PathBuf,
    /// Whether files may be written, made and removed.
    pub writable: bool,
}

/// How a guest is executed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tier {
    /// Everything is interpreted.
    Interp,
    /// Each function is compiled before its first call; what cannot be compiled is interpreted.
    Jit,
    /// The same, and what cannot be compiled is an error.
    JitOnly,
    /// What runs often is compiled in the background, the rest is interpreted.
    #[default]
    Auto,
}

impl Tier {
    /// The tier of that name, as the command line has it.
    pub fn named(name: &str) -> Option<Tier> {
        Some(match name {
            "interp" => Tier::Interp,
            "jit" => Tier::Jit,
            "jit-only" => Tier::JitOnly,
            "auto" => Tier::Auto,
            _ => return None,
        })
    }
}

/// Settings of one guest process. `Default` is what `svm-lli FILE` uses.
#[derive(Clone, Debug)]
pub struct Config {
    /// How to execute.
    pub tier: Tier,
    /// [`Tier::Auto`]: samples of a function or loop (one in about a thousand jumps and calls) before it is
    /// compiled. 0, for tests: everything at the first jump back and the second call, while the guest waits.
    pub tier_threshold: u32,
    /// Deny files, environment, clock and network but for what is granted.
    pub sandbox: bool,
    /// Directories granted to a sandboxed guest.
    pub dirs: Vec<Grant>,
    /// Environment variables added to (sandboxed: instead of) the host's; `None` value: the host's own.
    pub env: Vec<(String, Option<String>)>,
    /// Whether a sandboxed guest sees real time.
    pub clock: bool,
    /// Bytes of guest memory.
    pub max_memory: Option<u64>,
    /// How guest memory is laid out; `None`: the largest window that the host's limits allow.
    pub window: Option<svm_memory::Config>,
    /// Bytes of the guest's stack: register frames and stack objects.
    pub max_stack: u64,
    /// IR instructions to execute.
    pub fuel: Option<u64>,
    /// Whether to count IR instructions without a limit, for [`super::Stats`]. A little slower.
    pub count: bool,
    /// Wall time.
    pub timeout: Option<Duration>,
    /// Frames kept for each allocation and free.
    pub alloc_frames: usize,
    /// Whether to look for leaked heap objects at exit.
    pub leaks: bool,
    /// Whether compiled functions are listed for `perf`.
    pub perf_map: bool,
    /// Processors that eBPF programs run on, one after the other: percpu maps have a value for each.
    pub cpus: u32,
    /// Where compiled code is kept for other runs.
    pub cache: Option<Arc<crate::cache::Folder>>,
    /// Standard input.
    pub stdin: Input,
    /// Standard output.
    pub stdout: Output,
    /// Standard error.
    pub stderr: Output,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            tier: Tier::default(),
            tier_threshold: 2,
            sandbox: false,
            dirs: Vec::new(),
            env: Vec::new(),
            clock: false,
            max_memory: None,
            window: None,
            max_stack: 64 << 20,
            fuel: None,
            count: false,
            timeout: None,
            alloc_frames: 4,
            leaks: false,
            perf_map: false,
            cpus: 1,
            cache: None,
            stdin: Input::default(),
            stdout: Output::default(),
            stderr: Output::default(),
        }
    }
}
