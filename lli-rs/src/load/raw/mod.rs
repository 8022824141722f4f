//! Safe handles on LLVM: the only place of the loader that calls C.
//!
//! An [`Image`] owns a context, a module and the bytes that the module is read from lazily. [`Val`],
//! [`Ty`] and [`Block`] are `Copy` views that borrow the image, so none outlives it. Accessors check the
//! kind of a value where the C function would not, so that a wrong question gives `None` or panics and
//! never reads what is not there.

mod body;
pub mod child;
mod ffi;
pub mod guard;
pub mod op;
mod ty;
mod value;

use std::cell::RefCell;
use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr;
use std::sync::Arc;

use inkwell::llvm_sys::LLVMDiagnosticSeverity;
use inkwell::llvm_sys::bit_reader::LLVMGetBitcodeModuleInContext2;
use inkwell::llvm_sys::core as llvm;
use inkwell::llvm_sys::ir_reader::LLVMParseIRInContext2;
use inkwell::llvm_sys::linker::LLVMLinkModules2;
use svm_lifters::wasm::Lazy;

use inkwell::llvm_sys::prelude::{LLVMContextRef, LLVMDiagnosticInfoRef, LLVMModuleRef, LLVMValueRef};

pub use body::{Body, Row};
pub use ty::{Ty, TyKind};
pub use value::{Attr, Block, Val, ValKind};

/// Bytes to read a module from.
#[derive(Clone)]
pub struct Input {
    /// For messages.
    pub name: String,
    /// Bitcode, or text.
    pub data: Arc<[u8]>,
    /// Whether `data` is LLVM assembly.
    pub text: bool,
}

/// What LLVM said, one message a line.
type Diagnostics = RefCell<Vec<String>>;

/// A context with one module in it.
pub struct Image {
    module: LLVMModuleRef,
    context: LLVMContextRef,
    /// The module may still be reading from these.
    buffers: Vec<Input>,
    /// All functions of the module, by [`Image::function`]'s index.
    functions: Vec<LLVMValueRef>,
    /// Boxed: the context's handler has its address.
    diagnostics: Box<Diagnostics>,
    /// Lifts bodies into the module before they are read.
    lazy: Option<Lazy>,
}

// SAFETY: a context and all that is in it may move between threads as long as only one uses it at a time;
// `Image` is neither `Sync` nor are its views `Send`, and it owns both.
unsafe impl Send for Image {}

impl Drop for Image {
    fn drop(&mut self) {
        self.lazy = None;
        // SAFETY: both were created by `Image::new`, adopted, or made null by a failed open; the module goes before
        // its context, and both before the buffers.
        unsafe {
            if !self.module.is_null() {
                llvm::LLVMDisposeModule(self.module);
            }
            llvm::LLVMContextDispose(self.context);
        }
    }
}

extern "C" fn diagnose(info: LLVMDiagnosticInfoRef, sink: *mut c_void) {
    // SAFETY: `sink` is the boxed `Diagnostics` of the image whose context calls this, on the thread that
    // uses the image; `info` is valid during the call.
    let (severity, text, sink) = unsafe {
        let text = take_message(llvm::LLVMGetDiagInfoDescription(info));
        (llvm::LLVMGetDiagInfoSeverity(info), text, &*sink.cast::<Diagnostics>())
    };
    if severity == LLVMDiagnosticSeverity::LLVMDSError {
        sink.borrow_mut().push(text);
    }
}

/// Copies and frees a message of LLVM's.
///
/// # Safety
/// `message` is null or came from LLVM and is not used again.
unsafe fn take_message(message: *mut c_char) -> String {
    if message.is_null() {
        return "unknown error".into();
    }
    // SAFETY: a message is a C string until it is disposed of, which happens once, here.
    unsafe {
        let text = CStr::from_ptr(message).to_string_lossy().trim_end().to_owned();
        llvm::LLVMDisposeMessage(message);
        text
    }
}

/// Why an image could not be made.
pub enum OpenError {
    /// One input is damaged: its name, and what is wrong.
    Invalid(String, String),
    /// The inputs contradict each other.
    Link(String),
}

impl Image {
    /// Reads one input lazily, or several, linked together. `accept` sees triple and data layout of
    /// each before anything else of it is used.
    pub fn open(
        inputs: Vec<Input>,
        accept: &dyn Fn(&Input, &str, &str) -> Result<(), String>,
    ) -> Result<Image, OpenError> {
        let mut image = Image::new(inputs);
        let single = image.buffers.len() == 1;
        if !single {
            // SAFETY: the context is live; a module takes no reference to the name.
            image.module =
                unsafe { llvm::LLVMModuleCreateWithNameInContext(c"linked".as_ptr(), image.context) };
        }
        for i in 0..image.buffers.len() {
            let input = image.buffers[i].clone();
            let module = guard::reading(|| image.read(&input))
                .map_err(|e| OpenError::Invalid(input.name.clone(), e))?;
            let verdict = accept(&input, &target(module), &layout(module));
            if single {
                image.module = module;
            } else if verdict.is_ok() {
                // SAFETY: both modules are of this context; the source is destroyed in any case.
                if guard::reading(|| unsafe { LLVMLinkModules2(image.module, module) }) != 0 {
                    return Err(OpenError::Link(image.first_diagnostic("the linker gave no reason")));
                }
            } else {
                // SAFETY: the module was read above and is used no more.
                unsafe { llvm::LLVMDisposeModule(module) };
            }
            verdict.map_err(|e| OpenError::Invalid(input.name, e))?;
        }
        image.functions =
            image.list(llvm::LLVMGetFirstFunction, llvm::LLVMGetNextFunction).map(Val::raw).collect();
        Ok(image)
    }

    /// Takes a module over that is still being made: each body comes when it is read.
    pub fn adopt(lazy: Lazy) -> Image {
        let diagnostics = Box::<Diagnostics>::default();
        let (module, context) = (lazy.module(), lazy.context());
        // SAFETY: as in `new`.
        unsafe {
            let sink = (&raw const *diagnostics).cast_mut().cast::<c_void>();
            llvm::LLVMContextSetDiagnosticHandler(context, Some(diagnose), sink);
        }
        let (buffers, functions) = (Vec::new(), Vec::new());
        let mut image = Image { module, context, buffers, functions, diagnostics, lazy: Some(lazy) };
        image.functions =
            image.list(llvm::LLVMGetFirstFunction, llvm::LLVMGetNextFunction).map(Val::raw).collect();
        image
    }

    fn new(buffers: Vec<Input>) -> Image {
        let diagnostics = Box::<Diagnostics>::default();
        // LLVM's parser of assembly refuses a context without value names; we never look at them.
        let names = buffers.iter().any(|b| b.text);
        // SAFETY: a fresh context; the handler's data lives in a box that outlives the context (see `Drop`).
        let context = unsafe {
            let context = llvm::LLVMContextCreate();
            llvm::LLVMContextSetDiscardValueNames(context, i32::from(!names));
            let sink = (&raw const *diagnostics).cast_mut().cast::<c_void>();
            llvm::LLVMContextSetDiagnosticHandler(context, Some(diagnose), sink);
            context
        };
        Image { module: ptr::null_mut(), context, buffers, functions: Vec::new(), diagnostics, lazy: None }
    }

    fn read(&self, input: &Input) -> Result<LLVMModuleRef, String> {
        let name = CString::new(input.name.replace('\0', "?")).unwrap_or_default();
        let (data, len) = (input.data.as_ptr().cast::<c_char>(), input.data.len());
        let mut error = ptr::null_mut();
        if input.text {
            let mut module = ptr::null_mut();
            // SAFETY: the buffer copies the bytes and adds the terminator that the parser wants; it is not
            // consumed by the call. A failed parse sets `error`, a successful one `module`.
            unsafe {
                let buffer = llvm::LLVMCreateMemoryBufferWithMemoryRangeCopy(data, len, name.as_ptr());
                let failed =
                    LLVMParseIRInContext2(self.context, buffer, &raw mut module, &raw mut error) != 0;
                llvm::LLVMDisposeMemoryBuffer(buffer);
                if failed { Err(take_message(error)) } else { Ok(module) }
            }
        } else {
            let mut module = ptr::null_mut();
            // SAFETY: the module owns the buffer if opening succeeds; `self.buffers` keeps the bytes under it
            // until after the module is disposed of.
            let failed = unsafe {
                let buffer = llvm::LLVMCreateMemoryBufferWithMemoryRange(data, len, name.as_ptr(), 0);
                let failed = LLVMGetBitcodeModuleInContext2(self.context, buffer, &raw mut module) != 0;
                if failed {
                    llvm::LLVMDisposeMemoryBuffer(buffer);
                }
                failed
            };
            if failed { Err(self.first_diagnostic("damaged bitcode")) } else { Ok(module) }
        }
    }

    fn first_diagnostic(&self, otherwise: &str) -> String {
        let first = self.diagnostics.borrow_mut().drain(..).next();
        first.unwrap_or_else(|| otherwise.into())
    }

    /// LLVM tells some reasons only to the diagnostic handler.
    fn explain(&self, message: String) -> String {
        let mut diagnostics = self.diagnostics.borrow_mut();
        match diagnostics.drain(..).next() {
            Some(first) if !message.contains(&first) => format!("{message}: {first}"),
            _ => message,
        }
    }

    /// LLVM's verifier over globals, declarations, debug info and all bodies read so far.
    pub fn verify(&self) -> Result<(), String> {
        let mut error = ptr::null_mut();
        // SAFETY: the module is live; a failure sets the message.
        unsafe {
            if guard::reading(|| ffi::svm_verify_module(self.module, &raw mut error)) {
                Ok(())
            } else {
                Err(take_message(error))
            }
        }
    }

    /// Text of module-level inline assembly; mostly empty.
    pub fn inline_asm(&self) -> String {
        let mut len = 0;
        // SAFETY: the module is live and the text is copied at once.
        unsafe {
            let data = llvm::LLVMGetModuleInlineAsm(self.module, &raw mut len);
            value::bytes(data, len)
        }
    }

    fn list<'m>(
        &'m self,
        first: unsafe extern "C" fn(LLVMModuleRef) -> LLVMValueRef,
        next: unsafe extern "C" fn(LLVMValueRef) -> LLVMValueRef,
    ) -> impl Iterator<Item = Val<'m>> {
        // SAFETY: the list functions of LLVM's C API take a live module or a member of the list and give a
        // member or null.
        let (head, next) = unsafe { (first(self.module), move |v: LLVMValueRef| next(v)) };
        let step = move |v: &LLVMValueRef| Some(next(*v)).filter(|v| !v.is_null());
        std::iter::successors(Some(head).filter(|v| !v.is_null()), step).filter_map(Val::new)
    }

    /// Number of functions, intrinsics included.
    pub fn function_count(&self) -> usize {
        self.functions.len()
    }

    /// A function by its position.
    pub fn function(&self, index: usize) -> Val<'_> {
        Val::new(self.functions[index]).expect("only functions are in the list")
    }

    /// Frees the body of a function, unless something names its blocks. Views into it cannot be left:
    /// they borrow the image.
    pub fn drop_body(&mut self, index: usize) {
        // SAFETY: a function of the live module; deleting its body keeps the function itself.
        unsafe { ffi::svm_drop_body(self.functions[index]) }
    }

    /// All global variables.
    pub fn globals(&self) -> impl Iterator<Item = Val<'_>> {
        self.list(llvm::LLVMGetFirstGlobal, llvm::LLVMGetNextGlobal)
    }

    /// All aliases.
    pub fn aliases(&self) -> impl Iterator<Item = Val<'_>> {
        self.list(llvm::LLVMGetFirstGlobalAlias, llvm::LLVMGetNextGlobalAlias)
    }

    /// All indirect functions.
    pub fn ifuncs(&self) -> impl Iterator<Item = Val<'_>> {
        self.list(llvm::LLVMGetFirstGlobalIFunc, llvm::LLVMGetNextGlobalIFunc)
    }

    /// Reads and verifies a body and takes its debug info.
    pub fn read_body<'m>(&'m self, function: Val<'m>) -> Result<Body<'m>, String> {
        if let Some(lazy) = &self.lazy {
            lazy.lift(function.raw()).map_err(|e| e.to_string())?;
        }
        guard::reading(|| Body::read(function)).map_err(|e| self.explain(e))
    }
}

fn target(module: LLVMModuleRef) -> String {
    // SAFETY: the module is live, the string is copied at once.
    unsafe { CStr::from_ptr(llvm::LLVMGetTarget(module)) }.to_string_lossy().into_owned()
}

fn layout(module: LLVMModuleRef) -> String {
    // SAFETY: as above.
    unsafe { CStr::from_ptr(llvm::LLVMGetDataLayoutStr(module)) }.to_string_lossy().into_owned()
}
