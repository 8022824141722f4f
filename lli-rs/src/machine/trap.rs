//! Why guest code stopped.

use svm_memory::{Fault, GuestPtr, ObjectInfo};

/// Shorthand for what may trap.
pub type Result<T> = std::result::Result<T, Trap>;

/// Everything that ends or unwinds guest execution. Small, so that results stay cheap.
#[derive(Debug, Clone)]
pub enum Trap {
    /// A bad memory access, free or realloc.
    Memory(Box<Fault>),
    /// A call that cannot be made.
    BadCall(Box<BadCall>),
    /// A libc function used against its contract (a closed FILE, a missing argument, ...).
    Host(Box<HostMisuse>),
    /// Integer division by zero.
    DivideByZero,
    /// `INT_MIN / -1` or its remainder.
    DivideOverflow,
    /// `unreachable` was reached: also a function that ends without the value it promises.
    Unreachable,
    /// `llvm.trap`, `__builtin_trap` and its kin.
    TrapInstruction,
    /// An `indirectbr` to something that is no label of the function.
    BadJump(u64),
    /// `longjmp` with a buffer that no live `setjmp` filled.
    BadLongJump(GuestPtr),
    /// A trap of WebAssembly's.
    Wasm(super::WasmTrap),
    /// A construct or function that this engine does not have, by name.
    Unsupported(Box<str>),
    /// A function that neither the module nor the host defines.
    MissingFunction(Box<str>),
    /// A limit was reached.
    Limit(Limit),
    /// `exit` or `_exit`, after its handlers ran.
    Exit(i32),
    /// The guest dies of a signal.
    Signal(i32),
    /// Not an end: unwinding to the `setjmp` that this token names, which returns `value`.
    LongJump {
        /// Token from the `jmp_buf`.
        token: u64,
        /// What `setjmp` returns.
        value: i32,
    },
    /// Not an end: a foreign exception object travels to the next landing pad.
    Unwind {
        /// The exception object.
        exception: GuestPtr,
    },
}

impl From<Box<Fault>> for Trap {
    #[cold]
    fn from(fault: Box<Fault>) -> Self {
        Trap::Memory(fault)
    }
}

/// A limit given on the command line or by the embedder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Executed IR instructions.
    Fuel,
    /// Wall time.
    Timeout,
    /// Guest memory that the engine itself needed (a failed `malloc` returns null instead).
    Memory,
    /// Call depth or bytes of stack objects: reported as stack exhaustion.
    Stack,
    /// The embedder's interrupt handle.
    Interrupted,
}

/// A call through a pointer that cannot be made.
#[derive(Debug, Clone)]
pub struct BadCall {
    /// The pointer.
    pub target: GuestPtr,
    /// What is wrong.
    pub reason: BadCallReason,
    /// The object that it points to, if it is one.
    pub object: Option<ObjectInfo>,
}

/// What is wrong with a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadCallReason {
    /// The null pointer.
    Null,
    /// No function starts there (data, freed memory, a wild address).
    NotAFunction,
    /// The function's type differs from the call's in a way that matters.
    Type {
        /// The function.
        function: Box<str>,
        /// Its type, as text.
        expected: Box<str>,
        /// The call's type, as text.
        found: Box<str>,
    },
}

/// A libc function used against its contract.
#[derive(Debug, Clone)]
pub struct HostMisuse {
    /// The function.
    pub function: &'static str,
    /// What is wrong, as a sentence without the function's name.
    pub what: String,
    /// The object that was misused, if it is about one.
    pub object: Option<ObjectInfo>,
}
