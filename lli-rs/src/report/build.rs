//! From a trap to a [`Report`].

use svm_memory::abi::helpers::helper_by_name;
use svm_memory::{AccessKind, Fault, FaultKind, InvalidFree, ObjectInfo, ObjectKind};

use super::{Frame, Object, Report, Resolver};
use crate::machine::{BadCall, BadCallReason, Limit, Trap};

impl Report {
    /// Tells `trap`, which ended the guest at `stack`; `host_function` is the libc function that ran,
    /// if one did.
    pub fn new(
        trap: &Trap,
        stack: Vec<Frame>,
        host_function: Option<&str>,
        resolver: &dyn Resolver,
    ) -> Report {
        let host_function = host_function.map(str::to_string);
        let mut report = Report { host_function, stack, ..Report::plain("", String::new()) };
        match trap {
            Trap::Memory(fault) => report.memory(fault, resolver),
            Trap::BadCall(call) => report.bad_call(call, resolver),
            Trap::Host(misuse) => {
                let helper = helper_by_name(misuse.function).is_some();
                let kind = if helper { "helper-misuse" } else { "libc-misuse" };
                report.set(kind, format!("{} {}", misuse.function, misuse.what));
                report.object = misuse.object.map(|object| describe(&object, None, resolver));
            }
            Trap::DivideByZero => report.set("division-by-zero", "integer division by zero"),
            Trap::DivideOverflow => report.set(
                "division-overflow",
                "integer division overflows: the smallest value divided by -1 has no result",
            ),
            Trap::Unreachable => {
                report.set("unreachable", "reached code that the compiler was told cannot be reached");
                report.help.push(
                    "often a function that ends without returning its value, or __builtin_unreachable()"
                        .into(),
                );
            }
            Trap::Wasm(trap) => {
                report.host_function = None;
                report.set("wasm-trap", format!("wasm trap: {}", trap.message()));
            }
            Trap::TrapInstruction => report.set("trap", "reached __builtin_trap or a compiler's own check"),
            Trap::BadJump(target) => {
                report.set(
                    "bad-jump",
                    format!("computed goto to {target:#x}, which is no label of this function"),
                );
            }
            Trap::BadLongJump(buffer) => {
                report.set("bad-longjmp", "longjmp to a place that no longer exists");
                report.pointer = Some(format!("{:#x}", buffer.bits()));
                report.detail =
                    Some("the function that called setjmp has returned, or the buffer was never set".into());
            }
            Trap::Unsupported(what) => report.set("unsupported", &**what),
            Trap::MissingFunction(name) => {
                let helper = match name.strip_prefix("bpf_helper_") {
                    Some(number) => Some(number.to_string()),
                    None => helper_by_name(name).map(|h| h.number.to_string()),
                };
                let number = helper.as_ref().map_or(String::new(), |n| format!(" (eBPF helper {n})"));
                report.set(
                    "missing-function",
                    format!("call of `{name}`{number}, which no module and no library defines"),
                );
                report.help.push(match helper {
                    Some(_) => format!("give bitcode that defines {name} with --helpers FILE"),
                    None => format!("link the module that defines {name} with --link FILE"),
                });
            }
            Trap::Limit(limit) => report.limit(*limit),
            Trap::Exit(code) => report.set("exit", format!("the program ended with status {code}")),
            Trap::Signal(signal) => report.set("signal", format!("the program died of signal {signal}")),
            Trap::LongJump { .. } => report.set("bad-longjmp", "longjmp left the program"),
            Trap::Unwind { .. } => report.set("uncaught-exception", "an exception found no handler"),
        }
        report
    }

    /// A report that has nothing but a headline.
    pub(crate) fn plain(kind: &str, title: String) -> Report {
        Report {
            kind: kind.into(),
            title,
            detail: None,
            pointer: None,
            size: None,
            host_function: None,
            object: None,
            other: None,
            stack: Vec::new(),
            help: Vec::new(),
        }
    }

    fn set(&mut self, kind: impl Into<String>, title: impl Into<String>) {
        self.kind = kind.into();
        self.title = title.into();
    }

    fn limit(&mut self, limit: Limit) {
        let (kind, title, help) = match limit {
            Limit::Fuel => ("fuel-exhausted", "the instruction budget is used up", "--fuel sets it"),
            Limit::Timeout => ("timeout", "the time limit was reached", "--timeout sets it"),
            Limit::Memory => ("out-of-memory", "guest memory is used up", "--max-memory sets the limit"),
            Limit::Stack => (
                "stack-exhausted",
                "stack exhausted: calls nested too deep, or too much on the stack",
                "a recursion without end? otherwise --max-stack sets the limit",
            ),
            Limit::Interrupted => {
                ("interrupted", "the program was interrupted", "the embedder's handle stopped it")
            }
        };
        self.set(kind, title);
        self.help.push(help.into());
    }

    fn bad_call(&mut self, call: &BadCall, resolver: &dyn Resolver) {
        self.pointer = Some(format!("{:#x}", call.target.bits()));
        match &call.reason {
            BadCallReason::Null => self.set("call-of-null", "call through a null function pointer"),
            BadCallReason::NotAFunction => {
                self.set("call-of-non-function", "call through a pointer that is no function");
                self.detail = Some(format!("the pointer is {:#x}", call.target.bits()));
            }
            BadCallReason::Type { function, expected, found } => {
                self.set(
                    "call-type-mismatch",
                    format!("call of `{function}` with a type that it does not have"),
                );
                self.detail = Some(format!("the function is {expected}, the call is made as {found}"));
            }
        }
        self.object = call.object.as_ref().map(|o| describe(o, None, resolver));
    }

    fn memory(&mut self, fault: &Fault, resolver: &dyn Resolver) {
        let kind = fault.object.as_ref().map(|o| o.kind);
        let noun = kind.map_or("unknown", noun);
        let verb = match fault.access {
            AccessKind::Read => "read",
            AccessKind::Write => "write",
            AccessKind::Free => "free",
            AccessKind::Call => "call",
        };
        let prefix = kind.map_or(String::new(), |k| format!("{}-", word(k)));
        let bytes = plural(fault.len, "byte");
        match &fault.kind {
            FaultKind::OutOfBounds => self.set(
                format!("{prefix}out-of-bounds"),
                format!("{verb} of {bytes} {} a {noun}", relation(fault)),
            ),
            FaultKind::Unterminated => {
                self.set(
                    format!("{prefix}out-of-bounds"),
                    format!("a string without its terminating zero runs past the end of a {noun}"),
                );
            }
            FaultKind::UseAfterFree => {
                self.set("use-after-free", format!("{verb} of {bytes} in memory that was freed"));
            }
            FaultKind::UseAfterReturn => self.set(
                "use-after-return",
                format!("{verb} of {bytes} in a local variable of a function that has returned"),
            ),
            FaultKind::Null => {
                self.set("null-pointer", format!("{verb} of {bytes} through a null pointer"));
                if !fault.ptr.is_null() {
                    self.detail = Some(format!("the address is null plus {:#x}", fault.ptr.bits()));
                }
            }
            FaultKind::Wild => {
                self.set("wild-pointer", format!("{verb} of {bytes} through a pointer to no object"));
                self.detail = Some(format!("the address is {:#x}", fault.ptr.bits()));
            }
            FaultKind::ReadOnly => {
                self.set("write-to-constant", format!("write of {bytes} to a {noun}, which is read-only"))
            }
            FaultKind::DoubleFree => self.set("double-free", "free of memory that was freed before"),
            FaultKind::InvalidFree(why) => self.set(
                "invalid-free",
                format!("free of a pointer that malloc did not return: it {}", free_target(*why)),
            ),
            FaultKind::FunctionData => {
                self.set("function-access", format!("{verb} of {bytes} of a function: code is no data here"));
            }
            FaultKind::NotAFunction => {
                self.set("call-of-non-function", "call through a pointer that is no function")
            }
            FaultKind::Misaligned => {
                self.set(
                    "misaligned-atomic",
                    format!("atomic access of {bytes} at an address that is not aligned"),
                );
            }
        }
        self.pointer = Some(format!("{:#x}", fault.ptr.bits()));
        self.size = Some(fault.len);
        let offset = |o: &ObjectInfo| fault.bad.bits().wrapping_sub(o.base.bits()) as i64;
        self.object = fault.object.as_ref().map(|o| describe(o, Some(offset(o)), resolver));
        self.other = fault.other.as_ref().map(|o| describe(o, None, resolver));
        if self.detail.is_none()
            && let Some(object) = &self.object
        {
            self.detail = Some(where_in(fault, object));
        }
    }
}

/// Where the access lies relative to its object, in words.
fn relation(fault: &Fault) -> String {
    let Some(object) = &fault.object else { return "outside".into() };
    let start = fault.ptr.bits().wrapping_sub(object.base.bits()) as i64;
    if start < 0 {
        return format!("{} before the start of", plural(start.unsigned_abs(), "byte"));
    }
    let past = (start as u64).saturating_sub(object.size);
    match past {
        0 if (start as u64) < object.size => "that runs past the end of".into(),
        0 => "right after the end of".into(),
        n => format!("{} past the end of", plural(n, "byte")),
    }
}

fn where_in(fault: &Fault, object: &Object) -> String {
    let start =
        object.offset.unwrap_or(0).wrapping_sub(fault.bad.bits().wrapping_sub(fault.ptr.bits()) as i64);
    format!(
        "the access covers offsets {start} to {} of an object of {}; the first bad byte is at offset {}",
        start.saturating_add_unsigned(fault.len.saturating_sub(1)),
        plural(object.size, "byte"),
        object.offset.unwrap_or(0),
    )
}

fn free_target(why: InvalidFree) -> &'static str {
    match why {
        InvalidFree::Interior => "points into the middle of a heap object",
        InvalidFree::Stack => "is a local variable",
        InvalidFree::Global => "is a global variable",
        InvalidFree::Constant => "is a constant",
        InvalidFree::Function => "is a function",
        InvalidFree::Engine => "belongs to the C library or to the call",
        InvalidFree::NearNull => "is null plus a small number",
        InvalidFree::Wild => "points to no object",
    }
}

fn describe(object: &ObjectInfo, offset: Option<i64>, resolver: &dyn Resolver) -> Object {
    let (name, declared) = resolver.object_name(object).unzip();
    Object {
        kind: word(object.kind),
        name,
        declared: declared.flatten(),
        size: object.size,
        live: object.live,
        offset,
        allocated: resolver.site(object.alloc_site),
        freed: resolver.site(object.free_site),
    }
}

fn word(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Heap => "heap",
        ObjectKind::Stack => "stack",
        ObjectKind::Global => "global",
        ObjectKind::Constant => "constant",
        ObjectKind::Function => "function",
        ObjectKind::VarArgs => "varargs",
        ObjectKind::Arguments => "arguments",
        ObjectKind::Host => "host",
        ObjectKind::Mapping => "mapping",
        ObjectKind::LinearMemory => "linear-memory",
        ObjectKind::Table => "table",
        ObjectKind::MapValue => "map-value",
        ObjectKind::Packet => "packet",
        ObjectKind::Context => "context",
        ObjectKind::Record => "record",
    }
}

fn noun(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Heap => "heap object",
        ObjectKind::Stack => "local variable",
        ObjectKind::Global => "global variable",
        ObjectKind::Constant => "constant",
        ObjectKind::Function => "function",
        ObjectKind::VarArgs => "list of variadic arguments",
        ObjectKind::Arguments => "program argument",
        ObjectKind::Host => "library object",
        ObjectKind::Mapping => "memory mapping",
        ObjectKind::LinearMemory => "linear memory",
        ObjectKind::Table => "table",
        ObjectKind::MapValue => "map value",
        ObjectKind::Packet => "packet",
        ObjectKind::Context => "context",
        ObjectKind::Record => "ring-buffer record",
    }
}

fn plural(n: u64, unit: &str) -> String {
    if n == 1 { format!("1 {unit}") } else { format!("{n} {unit}s") }
}
