//! What is known of a module before any body is read.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Const, Loc, Type};

/// A global variable of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GlobalId(pub u32);

/// A function of a module, defined or declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FuncId(pub u32);

/// How a symbol is bound. Only what matters after linking is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Linkage {
    /// Not visible outside (internal, private).
    Local,
    /// Visible: external, common, linkonce, weak definitions.
    External,
    /// A weak reference: null if nothing defines it.
    ExternWeak,
}

/// How an argument is passed, where that is more than its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ParamAttr {
    /// By value.
    None,
    /// The pointer's target is copied for the callee: size and alignment in bytes. (A callee's own
    /// body makes the copy at its entry; a variadic argument is copied into the argument area.)
    ByVal {
        /// Bytes to copy.
        size: u64,
        /// Alignment of the copy.
        align: u64,
    },
    /// Points to where the result goes.
    SRet,
    /// Sign-extended to a register: only host functions look.
    SExt,
    /// Zero-extended to a register.
    ZExt,
}

/// The type of a function or of a call.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Signature {
    /// Result type.
    pub ret: Type,
    /// Parameter types.
    pub params: Vec<Type>,
    /// One per parameter; at a call one per argument, variadic ones included.
    pub attrs: Vec<ParamAttr>,
    /// Whether more arguments may follow.
    pub variadic: bool,
}

/// A function of the module.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FuncDecl {
    /// Linker name.
    pub name: Arc<str>,
    /// Its type.
    pub sig: Arc<Signature>,
    /// Whether the module has its body.
    pub defined: bool,
    /// Binding.
    pub linkage: Linkage,
}

/// A global variable.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Global {
    /// Linker name.
    pub name: Arc<str>,
    /// Type of the value.
    pub ty: Type,
    /// Size in bytes of the object.
    pub size: u64,
    /// Alignment in bytes.
    pub align: u64,
    /// Initial value; `None` for a declaration.
    pub init: Option<Const>,
    /// Never written.
    pub constant: bool,
    /// One for each thread.
    pub thread_local: bool,
    /// A linear memory of WebAssembly: an object without bytes that grows in place, up to the most that there is.
    pub linear_memory: bool,
    /// Binding.
    pub linkage: Linkage,
    /// Source name and place of declaration, from debug info.
    pub source: Option<(Arc<str>, Loc)>,
}

/// An entry of `llvm.global_ctors` or `llvm.global_dtors`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Structor {
    /// Lower runs first (destructors: last).
    pub priority: u32,
    /// The function, called with `(argc, argv, envp)`.
    pub func: FuncId,
}

/// A loaded, linked module: everything but the bodies.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Module {
    /// Where it came from, for messages.
    pub name: Arc<str>,
    /// Global variables.
    pub globals: Vec<Global>,
    /// Functions.
    pub funcs: Vec<FuncDecl>,
    /// Constructors in running order.
    pub ctors: Vec<Structor>,
    /// Destructors in running order.
    pub dtors: Vec<Structor>,
    /// Exported name to symbol, aliases included.
    pub exports: std::collections::HashMap<Arc<str>, super::Symbol>,
    /// Whether it names what changes or shows the rounding mode or the exception flags (`<fenv.h>`, C11 7.6).
    pub fenv: bool,
}

impl Module {
    /// The declaration of a function.
    pub fn func(&self, id: FuncId) -> &FuncDecl {
        &self.funcs[id.0 as usize]
    }

    /// A global variable.
    pub fn global(&self, id: GlobalId) -> &Global {
        &self.globals[id.0 as usize]
    }
}
