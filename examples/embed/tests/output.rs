//! The example prints what `expected.txt` says.

use std::path::Path;
use std::process::Command;

#[test]
fn the_example_prints_what_is_expected() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    let guest = Path::new(env!("CARGO_TARGET_TMPDIR")).join("guest.bc");
    let clang = Command::new("clang-22")
        .args(["-O1", "-g", "-c", "-emit-llvm", "-o"])
        .arg(&guest)
        .arg(dir.join("guest.c"))
        .status()
        .expect("clang-22 can be run");
    assert!(clang.success());
    let output = Command::new(env!("CARGO_BIN_EXE_embed")).arg(&guest).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let expected = std::fs::read_to_string(dir.join("expected.txt")).unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
}

#[test]
fn the_example_with_webassembly_prints_what_is_expected() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(env!("CARGO_BIN_EXE_embed-wasm")).arg(dir.join("shop.wat")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let expected = std::fs::read_to_string(dir.join("expected-wasm.txt")).unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
}
