//! Global variables: objects, initial values, thread-local copies, names for reports.

use rustc_hash::FxHashMap;
use svm_memory::{GuestPtr, Memory, ObjectKind, SiteId};

use crate::bytecode::code::BLOCK_TAG;
use crate::host::{HostGlobal, Registry};
use crate::ir::{Global, GlobalId, Linkage, Module, Symbol};
use crate::semantics;

use super::functions::FuncCell;
use super::{Cx, Limit, Result, Trap};

/// The globals of a process.
pub(crate) struct Globals {
    /// Address of every global; null for weak ones that nothing defines, and for thread-local ones.
    addresses: Vec<GuestPtr>,
    /// Thread-local globals in the order of their numbers.
    pub(crate) thread_local: Vec<GlobalId>,
    numbers: FxHashMap<GlobalId, u32>,
    by_address: FxHashMap<GuestPtr, GlobalId>,
    /// Variables of the C library that the module names, to be filled when the process starts.
    host: Vec<(&'static HostGlobal, GuestPtr)>,
}

fn out_of_memory<E>(_: E) -> Trap {
    Trap::Limit(Limit::Memory)
}

impl Globals {
    /// Makes an object for every global.
    pub(crate) fn allocate(module: &Module, mem: &Memory) -> Result<Globals> {
        let mut globals = Globals {
            addresses: Vec::with_capacity(module.globals.len()),
            thread_local: Vec::new(),
            numbers: FxHashMap::default(),
            by_address: FxHashMap::default(),
            host: Vec::new(),
        };
        for (i, global) in module.globals.iter().enumerate() {
            let id = GlobalId(i as u32);
            let address = globals.place(id, global, mem)?;
            globals.addresses.push(address);
            if !address.is_null() {
                globals.by_address.insert(address, id);
            }
        }
        Ok(globals)
    }

    fn place(&mut self, id: GlobalId, global: &Global, mem: &Memory) -> Result<GuestPtr> {
        let host = Registry::libc().global(&global.name);
        if global.thread_local && (global.init.is_some() || host.is_none()) {
            self.numbers.insert(id, self.thread_local.len() as u32);
            self.thread_local.push(id);
            return Ok(GuestPtr::NULL);
        }
        let kind =
            if global.constant && global.init.is_some() { ObjectKind::Constant } else { ObjectKind::Global };
        if global.linear_memory {
            return mem
                .alloc_growable(0, u64::MAX, ObjectKind::LinearMemory, SiteId::NONE)
                .map_err(out_of_memory);
        }
        if global.init.is_some() {
            return mem.alloc(global.size, global.align, kind, SiteId::NONE).map_err(out_of_memory);
        }
        if let Some(host) = host {
            let size = host.size.max(global.size);
            let p = mem
                .alloc(size, host.align.max(global.align), ObjectKind::Host, SiteId::NONE)
                .map_err(out_of_memory)?;
            self.host.push((host, p));
            return Ok(p);
        }
        if global.linkage == Linkage::ExternWeak {
            return Ok(GuestPtr::NULL);
        }
        // Nothing defines it: an object without bytes, so that any access faults and names it.
        mem.alloc(0, 16, kind, SiteId::NONE).map_err(out_of_memory)
    }

    /// The address of a symbol.
    pub(crate) fn address(&self, symbol: Symbol, funcs: &[FuncCell]) -> GuestPtr {
        match symbol {
            Symbol::Global(g) => self.addresses[g.0 as usize],
            Symbol::Func(f) => funcs[f.0 as usize].address,
            Symbol::Block(_, b) => GuestPtr::new(BLOCK_TAG + u64::from(b.0)),
        }
    }

    /// The number of a thread-local global.
    pub(crate) fn thread_local_number(&self, g: GlobalId) -> Option<u32> {
        self.numbers.get(&g).copied()
    }

    /// The global that starts there.
    pub(crate) fn at(&self, base: GuestPtr) -> Option<GlobalId> {
        self.by_address.get(&base).copied()
    }

    /// Writes initial values; constants become read-only.
    pub(crate) fn initialize(&self, module: &Module, mem: &Memory, funcs: &[FuncCell]) -> Result<()> {
        for (global, address) in module.globals.iter().zip(&self.addresses) {
            if !address.is_null() {
                self.fill(global, *address, mem, funcs)?;
                if global.constant && global.init.is_some() {
                    mem.set_read_only(*address);
                }
            }
        }
        Ok(())
    }

    fn fill(&self, global: &Global, to: GuestPtr, mem: &Memory, funcs: &[FuncCell]) -> Result<()> {
        let Some(init) = &global.init else { return Ok(()) };
        if matches!(init, crate::ir::Const::Zero) {
            return Ok(());
        }
        let mut bytes = vec![0; global.ty.store_size() as usize];
        semantics::const_bytes(init, &global.ty, &|s| self.address(s, funcs).bits(), &mut bytes);
        Ok(mem.write(to, &bytes)?)
    }

    /// A thread's own copies of the thread-local globals.
    pub(crate) fn make_thread_locals(
        &self,
        module: &Module,
        mem: &Memory,
        funcs: &[FuncCell],
    ) -> Result<Box<[GuestPtr]>> {
        let mut locals = Vec::with_capacity(self.thread_local.len());
        for id in &self.thread_local {
            let global = module.global(*id);
            let size = if global.init.is_some() { global.size } else { 0 };
            let p = mem.alloc(size, global.align, ObjectKind::Global, SiteId::NONE).map_err(out_of_memory)?;
            self.fill(global, p, mem, funcs)?;
            locals.push(p);
        }
        Ok(locals.into())
    }

    /// Fills the variables of the C library.
    pub(crate) fn start_host(&self, cx: &mut Cx<'_>) -> Result<()> {
        self.host.iter().try_for_each(|(global, p)| (global.init)(cx, *p))
    }
}
