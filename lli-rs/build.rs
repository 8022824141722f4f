//! Compiles the C shims of `host/` (`shim/`): Rust cannot pass a long double or a complex number.

fn main() {
    println!("cargo:rerun-if-changed=shim");
    let mut build = cc::Build::new();
    // clang comes with LLVM; the system's default C compiler need not exist.
    if std::env::var_os("CC").is_none()
        && std::process::Command::new("clang-22").arg("--version").output().is_ok()
    {
        build.compiler("clang-22");
    }
    build.files(["shim/float.c", "shim/math.c"]).flag("-fno-builtin");
    build.opt_level(2).debug(false).compile("svm_host_shim");
}
