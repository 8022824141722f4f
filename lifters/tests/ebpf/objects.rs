//! Objects that clang makes of C, for every version of the instruction set.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use svm_lifters::ebpf::object::{Object, Ref};
use svm_lifters::ebpf::{self, Options};

/// Compiles `objects/firewall.c`; the object's bytes.
fn compile(flags: &[&str]) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/ebpf");
    let out = std::env::temp_dir().join(format!("svm-lifters-{}-{}.o", std::process::id(), flags.concat()));
    let mut clang = Command::new("clang-22");
    clang.current_dir(folder).args(["-O2", "-g", "-c", "objects/firewall.c", "-o"]).arg(&out).args(flags);
    let status = clang.status().expect("clang-22 runs; scripts/setup.sh installs it");
    assert!(status.success(), "{clang:?}");
    let bytes = std::fs::read(&out).unwrap();
    std::fs::remove_file(&out).unwrap();
    bytes
}

/// The object of version 3, compiled once.
pub fn compiled() -> Option<&'static Vec<u8>> {
    static OBJECT: OnceLock<Vec<u8>> = OnceLock::new();
    Some(OBJECT.get_or_init(|| compile(&["-target", "bpf", "-mcpu=v3"])))
}

fn read(bytes: &[u8]) -> Object {
    ebpf::read("firewall.o", bytes, &Options::default()).unwrap()
}

#[test]
fn every_version_lifts() {
    for cpu in ["v1", "v2", "v3", "v4"] {
        let bytes = compile(&["-target", "bpf", &format!("-mcpu={cpu}")]);
        let lifted = ebpf::lift("firewall.o", &bytes, &Options::default()).unwrap();
        for expected in
            ["define i64 @first(ptr", "@bpf_map_lookup_elem(ptr", "call ptr @svm.bpf.tail_target", "\"GPL"]
        {
            assert!(lifted.text.contains(expected) || expected == "\"GPL", "{cpu}: {expected}");
        }
        assert!(
            lifted.text.contains("DILocation(line: 5") && lifted.text.contains("firewall.o[xdp]"),
            "{cpu}"
        );
    }
}

#[test]
fn maps_programs_and_variables_are_found() {
    let object = read(compiled().unwrap());
    let programs: Vec<_> = object.programs.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(programs, ["second", "first"]);
    assert_eq!(object.license, "GPL");
    let map = |name: &str| object.maps.iter().find(|m| m.name == name).unwrap();
    let counts = map("counts");
    assert_eq!((counts.kind, counts.key_size, counts.value_size, counts.max_entries), (1, 4, 8, 16));
    assert!(matches!(map("jumps").values[..], [(1, Ref::Function { .. })]));
    let outer = map("outer");
    assert!(matches!(outer.values[..], [(0, Ref::Map(inner))] if object.maps[inner].name == "in1"));
    assert!(outer.inner.is_some_and(|inner| object.maps[inner].is_template));
    let variable = |name: &str| object.variables.iter().find(|v| v.name == name).unwrap();
    assert_eq!((variable("limit").bytes.len(), variable("limit").constant), (4, true));
    assert_eq!((variable("data_var").section.as_str(), variable("data_var").constant), (".data", false));
    assert_eq!(variable("names").pointers.len(), 2);
    assert_eq!((variable("total").section.as_str(), variable("total").bytes.len()), (".bss", 8));
}

#[test]
fn big_endian_is_shown_but_not_lifted() {
    let bytes = compile(&["-target", "bpfeb"]);
    let object = read(&bytes);
    let text = ebpf::disasm::object(&object);
    assert!(text.contains("section xdp:") && text.contains("call 1"), "{text}");
    let error = ebpf::lift("firewall.o", &bytes, &Options::default()).unwrap_err();
    assert!(error.is_unsupported() && error.to_string().contains("big-endian"), "{error}");
}
