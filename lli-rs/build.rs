//! Compiles the shims in `shim/`: C++ that reads what LLVM's C API cannot, against the same LLVM as inkwell, and C for
//! `host/`, because Rust cannot pass a long double or a complex number.

use std::path::PathBuf;
use std::process::Command;

/// Where LLVM's own `llvm-config` is: below the prefix that `llvm-sys` uses, or on the path.
fn llvm_config() -> PathBuf {
    std::env::var_os("LLVM_SYS_221_PREFIX")
        .map(|prefix| PathBuf::from(prefix).join("bin/llvm-config"))
        .filter(|path| path.exists())
        .unwrap_or_else(|| PathBuf::from("llvm-config-22"))
}

fn main() {
    println!("cargo:rerun-if-changed=shim");
    // LLVM's static initializers, which run at each start, then lie side by side and touch few pages.
    println!("cargo:rustc-link-arg-bins=-Wl,-z,keep-text-section-prefix");
    // So do the functions of LLVM that a start runs; scripts/startup-order.sh writes the list.
    println!("cargo:rerun-if-changed=link");
    let order = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("link/startup-order.txt");
    println!("cargo:rustc-link-arg-bins=-Wl,--symbol-ordering-file={}", order.display());
    println!("cargo:rustc-link-arg-bins=-Wl,--no-warn-symbol-ordering");
    llvm_shim();
    host_shim();
}

fn host_shim() {
    let mut build = cc::Build::new();
    // clang comes with LLVM; the system's default C compiler need not exist.
    if std::env::var_os("CC").is_none() && Command::new("clang-22").arg("--version").output().is_ok() {
        build.compiler("clang-22");
    }
    build.files(["shim/float.c", "shim/math.c"]).flag("-fno-builtin");
    build.opt_level(2).debug(false).compile("svm_host_shim");
}

fn llvm_shim() {
    println!("cargo:rerun-if-env-changed=LLVM_SYS_221_PREFIX");
    let config = llvm_config();
    let output = Command::new(&config).arg("--cxxflags").output().unwrap_or_else(|e| {
        panic!("cannot run {}: {e}; scripts/setup.sh installs LLVM 22", config.display())
    });
    let flags = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut build = cc::Build::new();
    build.cpp(true).cpp_link_stdlib(None).warnings(false).file("shim/llvm_shim.cpp");
    // clang comes with LLVM; the system's default C++ compiler need not exist.
    if std::env::var_os("CXX").is_none() && Command::new("clang++-22").arg("--version").output().is_ok() {
        build.compiler("clang++-22");
    }
    for flag in flags.split_whitespace() {
        match flag.strip_prefix("-I") {
            Some(dir) => build.flag("-isystem").flag(dir),
            None => build.flag(flag),
        };
    }
    build.flag("-fno-rtti").opt_level(2).debug(false).compile("svm_llvm_shim");
}
