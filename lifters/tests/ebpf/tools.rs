//! Lifted bitcode under plain LLVM tools: opt, and lli with the small C runtime.

use std::path::{Path, PathBuf};
use std::process::Command;

use svm_lifters::ebpf::{self, Options};

fn tool(name: &str, args: &[&str], folder: &Path) -> String {
    let output = Command::new(name).current_dir(folder).args(args).output();
    let output = output.unwrap_or_else(|e| panic!("{name}: {e}; scripts/setup.sh installs it"));
    assert!(output.status.success(), "{name} {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_example_runs_under_lli() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap();
    let folder = std::env::temp_dir().join(format!("svm-lifters-tools-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let source = root.join("examples/ebpf/count.c").display().to_string();
    let runtime = root.join("lifters/runtime/svm_bpf.c").display().to_string();
    tool("clang-22", &["-target", "bpf", "-O2", "-g", "-c", &source, "-o", "count.o"], &folder);
    tool("clang-22", &["-O2", "-c", "-emit-llvm", &runtime, "-o", "runtime.bc"], &folder);
    let object = std::fs::read(folder.join("count.o")).unwrap();
    let lifted = ebpf::lift("count.o", &object, &Options::default()).unwrap();
    std::fs::write(folder.join("count.bc"), lifted.bitcode).unwrap();
    tool("llvm-link-22", &["count.bc", "runtime.bc", "-o", "linked.bc"], &folder);
    tool("opt-22", &["-O2", "linked.bc", "-o", "all.bc"], &folder);
    // 3 * 31 + 7 = 100; the verdict of an odd first byte is XDP_DROP.
    assert_eq!(tool("lli-22", &["all.bc", "count", "0307"], &folder), "first byte 3, hash 100\n0x1\n");
    assert_eq!(tool("lli-22", &["all.bc", "count", "04"], &folder), "first byte 4, hash 4\n0x2\n");
    assert_eq!(tool("lli-22", &["all.bc", "count"], &folder), "0\n");
    std::fs::remove_dir_all(&folder).unwrap();
}
