//! The command line of `svm-lli`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{CommandFactory, Parser, ValueEnum};

use crate::machine::Grant;

const EXAMPLES: &str = "\
Examples:
  clang -O2 -g -emit-llvm -c prog.c -o prog.bc
  svm-lli prog.bc one two           run main with two arguments
  clang -g -emit-llvm -c -o - prog.c | svm-lli -     read the module from standard input
  svm-lli --link util.bc main.bc    link two modules, then run
  svm-lli --sandbox --dir data prog.bc     no files but ./data, no environment, no clock
  svm-lli --fuel 1e9 --timeout 10 --max-memory 256M prog.bc     run what you do not trust
  svm-lli --leaks --report=json prog.bc    leaks and faults for a machine to read
  svm-lli --dir . app.wasm one two         a WASI program, which sees no other files
  svm-lli --invoke gcd calc.wasm 12 18     one export of a WebAssembly module; prints its results
  svm-lli --check prog.bc           read and verify everything, run nothing
  svm-lli --mem 00112233 prog.bpf.o         an eBPF program on four bytes of memory
  svm-lli --pcap in.pcap --out out.pcap --map-dump xdp.bpf.o     an XDP program on each packet of a capture
  svm-lli --pcap in.pcap --repeat 1000 --tier=jit xdp.bpf.o      packets per second and ns per packet, compiled
  svm-lli --map-set ports:0050=01 --helpers mine.bc --prog filter --pcap in.pcap fw.bpf.o     a map filled, a helper in C

Exit status: the program's own; 99 a memory fault or bad call in the program (--fault-exit changes it),
98 the file cannot be loaded or asks for something unsupported, 97 a limit was reached. A program that
dies of a signal makes svm-lli die of it.";

/// Runs LLVM bitcode with every memory access checked.
///
/// FILE is LLVM bitcode (.bc), LLVM assembly (.ll), or an ELF object or executable that carries bitcode
/// in its .llvmbc section, or an eBPF object (clang -target bpf); `-` reads standard input. What follows FILE is handed to the program.
#[derive(Parser, Debug)]
#[command(name = "svm-lli", version = version(), after_help = EXAMPLES, max_term_width = 100)]
pub struct Args {
    /// The module to run
    pub file: PathBuf,

    /// Arguments of the program
    #[arg(allow_hyphen_values = true)]
    pub args: Vec<OsString>,

    /// Link another module before running (repeatable)
    #[arg(long, value_name = "FILE")]
    pub link: Vec<PathBuf>,

    /// eBPF: C bitcode that defines helpers, as bpf_NAME or bpf_helper_NUMBER (repeatable)
    #[arg(long, value_name = "FILE", help_heading = "eBPF")]
    pub helpers: Vec<PathBuf>,

    /// eBPF: FILE is raw bytecode, 8 bytes an instruction
    #[arg(long, help_heading = "eBPF")]
    pub bpf_raw: bool,

    /// eBPF: the memory that r1 points to, or the packet: hexadecimal digits or a file
    #[arg(long, value_name = "HEX|FILE", help_heading = "eBPF")]
    pub mem: Option<String>,

    /// eBPF: run the program on each packet of a capture; print verdicts and speed
    #[arg(long, value_name = "FILE", help_heading = "eBPF")]
    pub pcap: Option<PathBuf>,

    /// eBPF: write the packets that pass to a capture
    #[arg(long, value_name = "FILE", requires = "pcap", help_heading = "eBPF")]
    pub out: Option<PathBuf>,

    /// eBPF: put an element into a map before the first run, in hexadecimal digits; MAP:KEY=@NAME puts a program or
    /// map there, SECTION:NAME=VALUE sets a variable of .data or .bss (repeatable)
    #[arg(long, value_name = "MAP:KEY=VALUE", value_parser = parse_map_set, help_heading = "eBPF")]
    pub map_set: Vec<MapSet>,

    /// eBPF: processors; each run is on the next one, and percpu maps have a value for each
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1024), help_heading = "eBPF")]
    pub cpus: u32,

    /// eBPF: the program to run; the object's first otherwise
    #[arg(long, value_name = "NAME", help_heading = "eBPF")]
    pub prog: Option<String>,

    /// eBPF: run so many times
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "eBPF")]
    pub repeat: u64,

    /// eBPF: print the elements of all maps and the global variables at the end
    #[arg(long, help_heading = "eBPF")]
    pub map_dump: bool,

    /// eBPF: print the result as JSON
    #[arg(long, help_heading = "eBPF")]
    pub json: bool,

    /// How to execute
    #[arg(long, value_enum, default_value_t = Tier::Auto)]
    pub tier: Tier,

    /// Samples of a function or loop before it is compiled; 0: everything at the first chance
    #[arg(long, value_name = "N", hide = true)]
    pub tier_threshold: Option<u32>,

    /// Keep compiled code in a folder (~/.cache/svm unless one is named), and use what is there
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true)]
    pub cache: Option<Option<PathBuf>>,

    /// Function to run instead of main, with main's arguments
    #[arg(long, value_name = "NAME", default_value = "main")]
    pub entry: String,

    /// WebAssembly: call this export with the arguments as its values, print the results
    #[arg(long, value_name = "NAME", conflicts_with = "entry")]
    pub invoke: Option<String>,

    /// Read, verify and translate every function, report all that is unsupported, run nothing
    #[arg(long)]
    pub check: bool,

    /// Print a phase's output for every function instead of running
    #[arg(long, value_enum, value_name = "PHASE")]
    pub dump: Option<Phase>,

    /// Print counters to standard error at the end
    #[arg(long)]
    pub stats: bool,

    /// Write what the tiers did to a file at the end
    #[arg(long, value_name = "FILE", hide = true)]
    pub tier_log: Option<PathBuf>,

    /// Set a variable of the program's environment; NAME alone passes the host's own (repeatable)
    #[arg(long, value_name = "NAME[=VALUE]")]
    pub env: Vec<String>,

    /// Deny files, environment, clock and network but for what --dir, --env and --clock grant
    #[arg(long)]
    pub sandbox: bool,

    /// Grant a sandboxed program a directory, read-only with :ro (repeatable)
    #[arg(long, value_name = "HOST[::GUEST][:ro]", value_parser = parse_grant)]
    pub dir: Vec<Grant>,

    /// Let a sandboxed program see the real time
    #[arg(long)]
    pub clock: bool,

    /// Limit of the program's memory in bytes (K, M, G suffixes)
    #[arg(long, value_name = "BYTES", value_parser = parse_size)]
    pub max_memory: Option<u64>,

    /// Limit of the program's stack in bytes (K, M, G suffixes)
    #[arg(long, value_name = "BYTES", value_parser = parse_size, default_value = "64M")]
    pub max_stack: u64,

    /// Stop after so many IR instructions (1e9 is understood)
    #[arg(long, value_name = "COUNT", value_parser = parse_count)]
    pub fuel: Option<u64>,

    /// Stop after so many seconds of wall time
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds)]
    pub timeout: Option<Duration>,

    /// Format of a fault report
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub report: ReportFormat,

    /// Colours in reports; auto looks at the terminal and at NO_COLOR
    #[arg(long, value_enum, default_value_t = ColorChoice::Auto)]
    pub color: ColorChoice,

    /// Call frames recorded for each allocation and free
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub alloc_frames: usize,

    /// List heap objects that nothing points to at exit
    #[arg(long)]
    pub leaks: bool,

    /// List compiled functions in /tmp/perf-PID.map, where perf looks for their names
    #[arg(long)]
    pub perf_map: bool,

    /// Look for source files below this directory (repeatable); with --sandbox only there
    #[arg(long, value_name = "DIR")]
    pub source_path: Vec<PathBuf>,

    /// Exit status after a fault
    #[arg(long, value_name = "STATUS", default_value_t = 99)]
    pub fault_exit: u8,
}

/// How to execute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Tier {
    /// Interpret everything
    Interp,
    /// Compile each function before its first call
    Jit,
    /// The same; what cannot be compiled is an error
    JitOnly,
    /// Compile what runs often in the background
    Auto,
}

/// What `--map-set` asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapSet {
    /// The map's name, or the section's.
    pub map: String,
    /// What to put there.
    pub setting: Setting,
}

/// One element or variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    /// Key and value.
    Element(Vec<u8>, Vec<u8>),
    /// Key, and the program or map of that name.
    Pointer(Vec<u8>, String),
    /// A variable's name and its bytes.
    Variable(String, Vec<u8>),
}

/// What `--dump` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Phase {
    /// The SSA IR as the loader made it
    Ir,
    /// The SSA IR after its optimizations
    Opt,
    /// The SSA IR as it is compiled, with the checks in it
    JitIr,
    /// The LLVM IR of compiled code as it is generated
    LlvmIn,
    /// The LLVM IR of compiled code after LLVM's passes
    Llvm,
    /// The interpreter's bytecode
    Bytecode,
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people
    Text,
    /// One JSON object on one line
    Json,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl ColorChoice {
    /// Whether standard error gets colours.
    pub fn enabled(self) -> bool {
        use std::io::IsTerminal;
        match self {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()) && std::io::stderr().is_terminal()
            }
        }
    }
}

impl Args {
    /// Parses a command line of which everything after FILE is the guest's, `--help` included.
    pub fn of(words: impl IntoIterator<Item = OsString>) -> Args {
        let mut words: Vec<OsString> = words.into_iter().collect();
        if let Some(file) = file_position(&words) {
            words.insert(file, "--".into());
        }
        Args::parse_from(words)
    }
}

/// Where FILE stands: the first word that is neither an option nor an option's value.
fn file_position(words: &[OsString]) -> Option<usize> {
    let command = Args::command();
    let takes_value = |flag: &str| {
        command.get_arguments().any(|a| {
            a.get_long() == Some(flag) && a.get_action().takes_values() && !a.is_require_equals_set()
        })
    };
    let mut at = 1;
    while let Some(word) = words.get(at) {
        match word.to_str().and_then(|w| w.strip_prefix("--")) {
            Some("") => return None,
            Some(flag) if !flag.contains('=') && takes_value(flag) => at += 2,
            Some(_) => at += 1,
            None if word.len() > 1 && word.as_encoded_bytes().starts_with(b"-") => at += 1,
            None => return Some(at),
        }
    }
    None
}

fn version() -> &'static str {
    static TEXT: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    TEXT.get_or_init(|| {
        let (major, minor, patch) = inkwell::support::get_llvm_version();
        format!("{} (LLVM {major}.{minor}.{patch})", env!("CARGO_PKG_VERSION"))
    })
}

/// `HOST[::GUEST][:ro]`.
fn parse_grant(text: &str) -> Result<Grant, String> {
    let (text, writable) = text.strip_suffix(":ro").map_or((text, true), |t| (t, false));
    let (host, guest) = text.split_once("::").unwrap_or((text, text));
    if host.is_empty() || guest.is_empty() {
        return Err("give a directory, as HOST or HOST::GUEST".into());
    }
    Ok(Grant { host: host.into(), guest: guest.into(), writable })
}

/// Pairs of hexadecimal digits; blanks and colons between them are left out.
pub fn parse_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |b: u8| char::from(b).to_digit(16).map(|n| n as u8);
    let nibbles: Option<Vec<u8>> = text.bytes().filter(|b| !b" :".contains(b)).map(digit).collect();
    let (pairs, rest) = nibbles.as_ref()?.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

/// `MAP:KEY=VALUE`, `MAP:KEY=@NAME`, `.SECTION:NAME=VALUE`.
fn parse_map_set(text: &str) -> Result<MapSet, String> {
    let form = "give MAP:KEY=VALUE in hexadecimal digits, MAP:KEY=@PROGRAM or .data:NAME=VALUE";
    let (map, rest) = text.split_once(':').ok_or(form)?;
    let (key, value) = rest.split_once('=').ok_or(form)?;
    let setting = match (map.starts_with('.'), value.strip_prefix('@')) {
        (true, _) => Setting::Variable(key.into(), parse_hex(value).ok_or(form)?),
        (false, Some(name)) => Setting::Pointer(parse_hex(key).ok_or(form)?, name.into()),
        (false, None) => Setting::Element(parse_hex(key).ok_or(form)?, parse_hex(value).ok_or(form)?),
    };
    Ok(MapSet { map: map.into(), setting })
}

/// A byte count with an optional K, M or G (powers of 1024).
fn parse_size(text: &str) -> Result<u64, String> {
    let (digits, shift) = match text.as_bytes().last() {
        Some(b'K' | b'k') => (&text[..text.len() - 1], 10),
        Some(b'M' | b'm') => (&text[..text.len() - 1], 20),
        Some(b'G' | b'g') => (&text[..text.len() - 1], 30),
        _ => (text, 0),
    };
    let n: u64 = digits.parse().map_err(|_| "give a number of bytes, such as 4096, 64K, 512M or 2G")?;
    n.checked_mul(1 << shift).ok_or_else(|| "too large".into())
}

/// A count, also as `1e9`.
fn parse_count(text: &str) -> Result<u64, String> {
    if let Ok(n) = text.parse() {
        return Ok(n);
    }
    match text.parse::<f64>() {
        Ok(n) if n.fract() == 0.0 && (0.0..1.8e19).contains(&n) => Ok(n as u64),
        _ => Err("give a whole number, such as 1000000 or 1e9".into()),
    }
}

fn parse_seconds(text: &str) -> Result<Duration, String> {
    text.parse::<f64>()
        .ok()
        .and_then(|s| Duration::try_from_secs_f64(s).ok())
        .ok_or_else(|| "give a number of seconds, such as 10 or 0.5".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Args::command().debug_assert();
    }

    #[test]
    fn what_follows_the_file_is_the_guests() {
        let parse = |words: &[&str]| Args::of(words.iter().map(OsString::from));
        let args = parse(&["svm-lli", "--stats", "--link", "b.bc", "a.bc", "--link", "-x", "--help"]);
        assert_eq!(args.file.to_str(), Some("a.bc"));
        assert_eq!(args.link, [PathBuf::from("b.bc")]);
        assert_eq!(args.args, ["--link", "-x", "--help"]);
        assert_eq!(parse(&["svm-lli", "--fuel=9", "-", "--help"]).args, ["--help"]);
        assert_eq!(parse(&["svm-lli", "a.bc", "--", "x"]).args, ["--", "x"]);
        assert_eq!(parse(&["svm-lli", "--", "a.bc", "x"]).file.to_str(), Some("a.bc"));
    }

    #[test]
    fn numbers_are_read_with_their_units() {
        assert_eq!(parse_size("64M"), Ok(64 << 20));
        assert_eq!(parse_size("7"), Ok(7));
        assert!(parse_size("M").is_err() && parse_size("99999999999G").is_err());
        assert_eq!(parse_count("1e9"), Ok(1_000_000_000));
        assert!(parse_count("1.5").is_err() && parse_count("-3").is_err());
        assert!(parse_seconds("-1").is_err());
        assert_eq!(parse_hex("00:1f A0"), Some(vec![0, 0x1f, 0xa0]));
        assert_eq!((parse_hex("0"), parse_hex("0g")), (None, None));
        let element = Setting::Element(vec![1], vec![2, 3]);
        assert_eq!(parse_map_set("m:01=0203"), Ok(MapSet { map: "m".into(), setting: element }));
        let variable = Setting::Variable("limit".into(), vec![9]);
        assert_eq!(parse_map_set(".data:limit=09"), Ok(MapSet { map: ".data".into(), setting: variable }));
        assert!(parse_map_set("m:01").is_err() && parse_map_set("m:1=00").is_err());
        let grant = parse_grant("data::/d:ro").unwrap();
        assert_eq!(
            (grant.host.to_str(), grant.guest.to_str(), grant.writable),
            (Some("data"), Some("/d"), false)
        );
    }
}
