//! The engines: how each gets its form of a kernel, and what one call of it costs.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

use svm_engine::machine::{Config, Tier};
use svm_engine::{Engine, Fault, Instance, Module};
use svm_lifters::ebpf::asm;
use svm_tests::process::tool;
use svm_tests::toolchain::{self, Unit};
use svm_tests::{Check, paths, programs, tier};

use super::library::{self, Library, Native, Ubpf};
use super::table::{Cell, Packets, Row};
use super::{Kernel, measure};

/// Instruction set versions: the newest that an engine knows.
const SVM_CPU: &str = "v4";
const RBPF_CPU: &str = "v3";
const UBPF_CPU: &str = "v2";

/// A kernel's line of the table.
pub fn row(kernel: &Kernel) -> Check<Row> {
    let native = Native::of(shared(&native_unit(kernel.name))?)?;
    let mut memory = kernel.memory.clone();
    let expected = native.call(&mut memory);
    let base = measure(|n| {
        for _ in 0..n {
            black_box(native.call(&mut memory));
        }
        Ok(())
    })?;
    let mut cells = Vec::new();
    for (name, tier) in tiers() {
        cells.push(Cell::of(format!("SVM {name}"), svm(kernel, tier, expected)));
    }
    cells.push(Cell::of("rbpf JIT", in_rbpf(kernel, expected, true)));
    cells.push(Cell::of("rbpf interpreter", in_rbpf(kernel, expected, false)));
    cells.push(Cell::of("uBPF interpreter", in_ubpf(kernel, expected)));
    Ok(Row { name: kernel.name.into(), native: base, cells })
}

/// The tiers of small programs, the fastest first.
fn tiers() -> Vec<(&'static str, Tier)> {
    [tier::JIT, tier::AUTO, tier::INTERP]
        .iter()
        .filter_map(|t| Some((t.name, Tier::named(t.name)?)))
        .collect()
}

fn source(name: &str) -> PathBuf {
    paths::in_root("tests/bench/ebpf").join(format!("{name}.c"))
}

fn native_unit(name: &str) -> Unit {
    let mut unit = Unit::single(name, &source(name), &[]);
    unit.sources.push(source("map"));
    unit.includes.push(paths::in_root("tests/bench/ebpf"));
    unit
}

/// Compiles C code as a library and loads it.
fn shared(unit: &Unit) -> Check<Library> {
    let path = toolchain::cached(unit, "shared", |out| {
        let mut clang = toolchain::clang();
        clang.args(["-O2", "-shared", "-fPIC", "-w"]).args(&unit.flags).arg("-o").arg(out);
        clang.args(unit.includes.iter().map(|dir| format!("-I{}", dir.display()))).args(&unit.sources);
        tool(&mut clang).map(drop)
    })?;
    Library::open(&path)
}

/// A kernel as an eBPF object.
fn object(name: &str, cpu: &str) -> Check<PathBuf> {
    let mut unit = Unit::single(name, &source(name), &[]);
    unit.includes.push(paths::in_root("tests/bench/ebpf"));
    toolchain::cached(&unit, &format!("bpf {cpu}"), |out| {
        let mut clang = toolchain::clang();
        clang.args(["-target", "bpf", "-O2", "-g", &format!("-mcpu={cpu}"), "-c", "-o"]).arg(out);
        tool(clang.args(&unit.sources)).map(drop)
    })
}

/// The bytecode of an object's program, for engines that take nothing else.
fn bytecode(object: &Path) -> Check<Vec<u8>> {
    let out = object.with_extension("bin");
    let mut objcopy = toolchain::llvm("llvm-objcopy");
    tool(objcopy.args(["-O", "binary", "--only-section=bench"]).arg(object).arg(&out))?;
    std::fs::read(&out).map_err(|e| format!("{}: {e}", out.display()))
}

fn text(fault: Fault) -> String {
    fault.title().to_owned()
}

fn wrong(engine: &str, got: u64, expected: u64) -> Check {
    if got == expected { Ok(()) } else { Err(format!("{engine} gives {got:#x} instead of {expected:#x}")) }
}

/// Loads an object and makes an instance of it.
fn instance(name: &str, data: Vec<u8>, tier: Tier) -> Check<Instance> {
    let module: Module = Engine::new().load_bytes(name, data).map_err(|e| e.to_string())?;
    let config = Config { tier, ..Config::default() };
    Instance::new(&module, config).map_err(|e| e.to_string())
}

/// Nanoseconds of a call, and milliseconds from the object file to its first result.
fn svm(kernel: &Kernel, tier: Tier, expected: u64) -> Check<(f64, Option<f64>)> {
    let path = object(kernel.name, SVM_CPU)?;
    let data = std::fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let start = Instant::now();
    let mut instance = instance(kernel.name, data, tier)?;
    let at = instance.memory().alloc_bytes(&kernel.memory).map_err(text)?;
    let len = kernel.memory.len() as u64;
    let first = instance.bpf_runs(None, |runs| runs.memory(at, len)).map_err(text)?;
    let loaded = start.elapsed().as_secs_f64() * 1e3;
    // What the first run put into maps is there from the second on.
    let second = instance.bpf_runs(None, |runs| runs.memory(at, len)).map_err(text)?;
    wrong("SVM", first, second)?;
    wrong("SVM", second, expected)?;
    let each = measure(|n| {
        let all = instance.bpf_runs(None, |runs| {
            for _ in 0..n {
                runs.memory(at, len)?;
            }
            Ok(())
        });
        all.map_err(text)
    })?;
    Ok((each, Some(loaded)))
}

fn in_rbpf(kernel: &Kernel, expected: u64, jit: bool) -> Check<(f64, Option<f64>)> {
    let code = bytecode(&object(kernel.name, RBPF_CPU)?)?;
    let values = library::use_map(shared(&native_unit(kernel.name))?)?;
    let failed = |e: std::io::Error| format!("rbpf: {e}");
    let start = Instant::now();
    let mut vm = rbpf::EbpfVmRaw::new(Some(&code)).map_err(failed)?;
    vm.register_helper(1, library::lookup).map_err(failed)?;
    vm.register_helper(2, library::update).map_err(failed)?;
    vm.register_allowed_memory(values);
    if jit {
        vm.jit_compile().map_err(failed)?;
    }
    let mut memory = kernel.memory.clone();
    let mut call = || match jit {
        true => library::run_jit(&vm, &mut memory),
        false => vm.execute_program(&mut memory).map_err(failed),
    };
    wrong("rbpf", call()?, expected)?;
    let loaded = start.elapsed().as_secs_f64() * 1e3;
    let each = measure(|n| {
        for _ in 0..n {
            black_box(call()?);
        }
        Ok(())
    })?;
    Ok((each, Some(loaded)))
}

fn in_ubpf(kernel: &Kernel, expected: u64) -> Check<(f64, Option<f64>)> {
    if kernel.name == "lookup" {
        return Err("its bounds check knows no values of maps".into());
    }
    programs::fetch("ubpf")?;
    let folder = programs::sources("ubpf").join("lib/ubpf/vm");
    let names = ["ubpf_vm", "ubpf_loader", "ubpf_jit_x86_64"];
    let unit = Unit {
        name: "libubpf".into(),
        sources: names.iter().map(|name| folder.join(format!("{name}.c"))).collect(),
        includes: vec![folder.clone(), folder.join("inc")],
        flags: vec!["-D_GNU_SOURCE".into()],
        libs: Vec::new(),
    };
    let code = bytecode(&object(kernel.name, UBPF_CPU)?)?;
    let vm = Ubpf::load(shared(&unit)?, &code)?;
    let mut memory = kernel.memory.clone();
    wrong("uBPF", vm.run(&mut memory), expected)?;
    let each = measure(|n| {
        for _ in 0..n {
            black_box(vm.run(&mut memory));
        }
        Ok(())
    })?;
    Ok((each, None))
}

/// What a packet costs in a program of one instruction and `exit`.
pub fn per_packet() -> Check<Vec<Packets>> {
    let source = paths::in_root("tests/bench/ebpf/pass.c");
    let unit = Unit::single("pass", &source, &[]);
    let path = toolchain::cached(&unit, "bpf", |out| {
        let mut clang = toolchain::clang();
        clang.args(["-target", "bpf", "-O2", "-g", "-c", "-o"]).arg(out).arg(&source);
        tool(&mut clang).map(drop)
    })?;
    let data = std::fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let mut rows = Vec::new();
    for (name, tier) in tiers() {
        let mut instance = instance("pass", data.clone(), tier)?;
        let at = instance.memory().alloc(64).map_err(text)?;
        let in_place = measure(|n| {
            let all = instance.bpf_runs(None, |runs| (0..n).try_for_each(|_| runs.memory(at, 64).map(drop)));
            all.map_err(text)
        })?;
        let mut packet = vec![0; 64];
        let packets = measure(|n| {
            let all =
                instance.bpf_runs(None, |runs| (0..n).try_for_each(|_| runs.packet(&mut packet).map(drop)));
            all.map_err(text)
        })?;
        rows.push(Packets { engine: format!("SVM {name}"), in_place, packet: Some(packets) });
    }
    let code = asm::assemble("mov r0, 2\nexit").map_err(|e| e.to_string())?;
    let mut vm = rbpf::EbpfVmRaw::new(Some(&code)).map_err(|e| e.to_string())?;
    vm.jit_compile().map_err(|e| e.to_string())?;
    let mut memory = vec![0; 64];
    let in_place = measure(|n| {
        for _ in 0..n {
            black_box(library::run_jit(&vm, &mut memory)?);
        }
        Ok(())
    })?;
    rows.push(Packets { engine: "rbpf JIT".into(), in_place, packet: None });
    Ok(rows)
}
