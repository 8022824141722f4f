//! C code as shared libraries of this process: the native kernels, their map, and uBPF. The one place with unsafe code.
#![allow(unsafe_code)]

use std::ffi::{CString, c_char, c_void};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use svm_tests::Check;

/// A library; it stays loaded.
#[derive(Clone, Copy)]
pub struct Library(*mut c_void);

impl Library {
    /// Loads it.
    pub fn open(path: &Path) -> Check<Library> {
        let name = CString::new(path.display().to_string()).map_err(|e| e.to_string())?;
        // SAFETY: the library is one of our own builds, and has no constructors.
        let handle = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
        if handle.is_null() {
            Err(format!("{}: cannot be loaded", path.display()))
        } else {
            Ok(Library(handle))
        }
    }

    fn symbol(self, name: &str) -> Check<*mut c_void> {
        let c_name = CString::new(name).map_err(|e| e.to_string())?;
        // SAFETY: the handle is of a loaded library.
        let found = unsafe { libc::dlsym(self.0, c_name.as_ptr()) };
        if found.is_null() { Err(format!("no symbol {name}")) } else { Ok(found) }
    }
}

type KernelFn = unsafe extern "C" fn(*mut u8) -> u64;
type Lookup = unsafe extern "C" fn(*mut c_void, *const c_void) -> *mut c_void;
type Update = unsafe extern "C" fn(*mut c_void, *const c_void, *const c_void, u64) -> i64;

/// A kernel as native code.
pub struct Native(KernelFn);

impl Native {
    /// The library's kernel.
    pub fn of(library: Library) -> Check<Native> {
        // SAFETY: tests/bench/ebpf gives every kernel this type.
        Ok(Native(unsafe { std::mem::transmute::<*mut c_void, KernelFn>(library.symbol("kernel")?) }))
    }

    /// One call.
    pub fn call(&self, memory: &mut [u8]) -> u64 {
        // SAFETY: kernels stay inside of the memory that they are given.
        unsafe { (self.0)(memory.as_mut_ptr()) }
    }
}

static LOOKUP: AtomicUsize = AtomicUsize::new(0);
static UPDATE: AtomicUsize = AtomicUsize::new(0);

/// Sets the functions behind [`lookup`] and [`update`], and gives the range of the map's values.
pub fn use_map(library: Library) -> Check<std::ops::Range<u64>> {
    LOOKUP.store(library.symbol("lookup")? as usize, Ordering::Relaxed);
    UPDATE.store(library.symbol("update")? as usize, Ordering::Relaxed);
    let at = |name: &str| -> Check<u64> {
        let function = library.symbol(name)?;
        // SAFETY: map.c gives both functions this type.
        let function = unsafe { std::mem::transmute::<*mut c_void, unsafe extern "C" fn() -> u64>(function) };
        // SAFETY: it returns an address.
        Ok(unsafe { function() })
    };
    Ok(at("values_begin")?..at("values_end")?)
}

/// `bpf_map_lookup_elem` as a helper of rbpf's.
pub fn lookup(map: u64, key: u64, _: u64, _: u64, _: u64) -> u64 {
    // SAFETY: `use_map` has stored map.c's function; the kernel's key lies on its stack.
    unsafe {
        let function = std::mem::transmute::<usize, Lookup>(LOOKUP.load(Ordering::Relaxed));
        function(map as *mut c_void, key as *const c_void) as u64
    }
}

/// `bpf_map_update_elem` as a helper of rbpf's.
pub fn update(map: u64, key: u64, value: u64, flags: u64, _: u64) -> u64 {
    // SAFETY: as in `lookup`.
    unsafe {
        let function = std::mem::transmute::<usize, Update>(UPDATE.load(Ordering::Relaxed));
        function(map as *mut c_void, key as *const c_void, value as *const c_void, flags) as u64
    }
}

type Exec = unsafe extern "C" fn(*const c_void, *mut c_void, usize) -> u64;

/// uBPF's interpreter with a program in it.
pub struct Ubpf {
    vm: *mut c_void,
    exec: Exec,
}

impl Ubpf {
    /// Loads bytecode.
    pub fn load(library: Library, code: &[u8]) -> Check<Ubpf> {
        type Create = unsafe extern "C" fn() -> *mut c_void;
        type Load = unsafe extern "C" fn(*mut c_void, *const u8, u32, *mut *mut c_char) -> i32;
        let symbols =
            [library.symbol("ubpf_create")?, library.symbol("ubpf_load")?, library.symbol("ubpf_exec")?];
        // SAFETY: the types are those of ubpf.h.
        unsafe {
            let vm = std::mem::transmute::<*mut c_void, Create>(symbols[0])();
            let load = std::mem::transmute::<*mut c_void, Load>(symbols[1]);
            let mut message = std::ptr::null_mut();
            if load(vm, code.as_ptr(), code.len() as u32, &mut message) < 0 {
                let text = std::ffi::CStr::from_ptr(message).to_string_lossy().into_owned();
                return Err(format!("uBPF: {text}"));
            }
            Ok(Ubpf { vm, exec: std::mem::transmute::<*mut c_void, Exec>(symbols[2]) })
        }
    }

    /// One run.
    pub fn run(&self, memory: &mut [u8]) -> u64 {
        // SAFETY: uBPF checks accesses against the memory that it is given.
        unsafe { (self.exec)(self.vm, memory.as_mut_ptr().cast(), memory.len()) }
    }
}

/// A compiled program of rbpf's.
pub fn run_jit(vm: &rbpf::EbpfVmRaw<'_>, memory: &mut [u8]) -> Check<u64> {
    // SAFETY: rbpf does not check accesses of compiled code; kernels stay inside of their memory.
    unsafe { vm.execute_program_jit(memory) }.map_err(|e| e.to_string())
}
