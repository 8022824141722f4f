//! Damaged bitcode: every variant of a small module gives an error or a module.
//!
//! LLVM's reader crashes on some of them: in the process that `open_untrusted` reads them in, and nowhere else.
//! The variants are loaded in a child process (this test binary again), so that a crash fails the test and
//! names the variant.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use svm_engine::ir::FuncId;
use svm_engine::load::Loader;

use super::tools::{bytes, clang, scratch};

const SOURCE: &str = r#"
struct node { struct node *next; int value; };
static const char *const names[] = {"one", "two", "three"};
int total;
int sum(struct node *n, int limit) {
    int s = 0;
    for (; n && limit > 0; n = n->next, limit--) s += n->value * (limit > 2 ? 3 : 1);
    total += s;
    return s;
}
const char *name(int i) { return i < 0 || i > 2 ? 0 : names[i]; }
"#;

/// A small generator: the same variants each time.
struct Rng(u64);

impl Rng {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) as usize) % below
    }
}

const VARIANTS: usize = 600;

/// The module with some bits flipped, bytes replaced, or its end cut off.
fn variant(good: &[u8], index: usize) -> Vec<u8> {
    let mut rng = Rng(index as u64 * 2654435761 + 1);
    let mut data = good.to_vec();
    match index % 3 {
        0 => data.truncate(rng.next(data.len())),
        1 => {
            for _ in 0..=rng.next(3) {
                let at = rng.next(data.len());
                data[at] ^= 1 << rng.next(8);
            }
        }
        _ => {
            let at = rng.next(data.len());
            let len = rng.next(8).min(data.len() - at);
            data[at..at + len].iter_mut().for_each(|b| *b = rng.next(256) as u8);
        }
    }
    data
}

fn load_all(data: Vec<u8>) {
    let Ok(mut loader) = Loader::open_untrusted(&bytes("damaged", data), &[]) else { return };
    let module = loader.module().clone();
    let _ = module.to_string();
    for (i, decl) in module.funcs.iter().enumerate() {
        if decl.defined {
            let _ = loader.body(FuncId(i as u32));
        }
    }
}

/// The child: reads variants from the given one on, telling which before each.
#[test]
fn child() {
    let (Ok(file), Ok(first)) = (std::env::var("SVM_DAMAGE_FILE"), std::env::var("SVM_DAMAGE_FIRST")) else {
        return;
    };
    let good = std::fs::read(file).unwrap();
    for index in first.parse().unwrap()..VARIANTS {
        println!("\nvariant {index}");
        load_all(variant(&good, index));
    }
    println!("\nfinished");
}

#[test]
fn damaged_bitcode_gives_an_error_or_a_module() {
    for flags in [&["-O0"][..], &["-O1", "-g"]] {
        let file = scratch("good.bc");
        std::fs::write(&file, clang(SOURCE, flags)).unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "damage::child", "--nocapture", "--test-threads=1"])
            .env("SVM_DAMAGE_FILE", &file)
            .env("SVM_DAMAGE_FIRST", "0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (mut at, mut finished) = (String::new(), false);
        for line in BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok) {
            finished |= line == "finished";
            at = line.strip_prefix("variant ").map_or(at, str::to_owned);
        }
        let status = child.wait().unwrap();
        assert!(finished && status.success(), "variant {at} of {flags:?}: {status}");
    }
}
