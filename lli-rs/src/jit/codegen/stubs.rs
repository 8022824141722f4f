//! What stands between compiled code and the interpreter for each type of function: a way in for callers whose
//! arguments lie in slots, and a way out for callers that have them in registers.

use super::Gen;
use super::value::{self, in_register, llvm_type};
use crate::ir::Signature;
use crate::jit::llvm::Val;
use crate::jit::stubs::NewStubs;

impl Gen<'_> {
    /// The way out for calls of this type: callable as a function of it.
    pub(super) fn way_out(&mut self, sig: &Signature) -> Result<Val, String> {
        let number = self.signature(sig);
        if let Some(known) = self.stubs.known(number) {
            return Ok(self.fixed(known.out));
        }
        let name = self.new_stubs(number, sig).names().1;
        let ty = Self::native_type_of(self.b, &sig.ret, &sig.params)?;
        Ok(self.b.function(&name, ty))
    }

    /// The number of a type; variadic functions have no compiled callers, only fixed parameters.
    fn signature(&self, sig: &Signature) -> u32 {
        use crate::bytecode::Env;
        self.process.signature_id(&std::sync::Arc::new(sig.clone()))
    }

    /// Stubs that this job makes.
    fn new_stubs(&mut self, number: u32, sig: &Signature) -> &NewStubs {
        let at = self.new_stubs.iter().position(|s| s.number == number).unwrap_or_else(|| {
            self.new_stubs.push(NewStubs::new(number, &self.name, sig));
            self.new_stubs.len() - 1
        });
        &self.new_stubs[at]
    }

    /// Generates all stubs that this job needs and nobody has made, those of the function's own type among them.
    pub(super) fn generate_stubs(&mut self) -> Result<u32, String> {
        let mut sig = (*self.f.sig).clone();
        if self.arrival.is_some() {
            // It has no parameters: its values are in the frame.
            (sig.params, sig.attrs, sig.variadic) = (Vec::new(), Vec::new(), false);
        }
        let own = self.signature(&sig);
        if self.stubs.known(own).is_none() {
            self.new_stubs(own, &sig);
        }
        for i in 0..self.new_stubs.len() {
            let (sig, (enter, out)) = (self.new_stubs[i].sig.clone(), self.new_stubs[i].names());
            self.enter_stub(&sig, &enter)?;
            self.out_stub(&sig, &out)?;
        }
        Ok(own)
    }

    pub(super) fn enter_stub(&mut self, sig: &Signature, name: &str) -> Result<(), String> {
        let b = self.b;
        let f = b.function(name, b.function_type(b.int(32), &[b.ptr(), b.ptr(), b.ptr()]));
        self.set_attributes(f);
        b.at(b.block(f));
        (self.thread, self.fp) = (b.param(f, 0), b.param(f, 1));
        let (mut slot, mut args) = (0, vec![self.thread, self.fp]);
        for ty in &sig.params {
            if in_register(ty) {
                args.push(self.get(ty, slot)?);
            }
            slot += ty.slots();
        }
        let ty = Self::native_type_of(b, &sig.ret, &sig.params)?;
        let result = b.call(ty, b.param(f, 2), &args);
        if in_register(&sig.ret) {
            self.put(b.extract(result, 1), &sig.ret, 0)?;
        }
        b.ret(b.extract(result, 0));
        Ok(())
    }

    pub(super) fn out_stub(&mut self, sig: &Signature, name: &str) -> Result<(), String> {
        let b = self.b;
        let f = b.function(name, Self::native_type_of(b, &sig.ret, &sig.params)?);
        self.set_attributes(f);
        b.at(b.block(f));
        (self.thread, self.fp) = (b.param(f, 0), b.param(f, 1));
        let (mut slot, mut register) = (0, 2);
        for ty in &sig.params {
            if in_register(ty) {
                self.put(b.param(f, register), ty, slot)?;
                register += 1;
            }
            slot += ty.slots();
        }
        let status = self.call_helper("svm.call", b.zero(b.ptr()), &[]);
        if value::in_register(&sig.ret) {
            let value = self.get(&sig.ret, 0)?;
            let result = b.zero(b.structure(&[b.int(32), llvm_type(b, &sig.ret)?]));
            b.ret(b.insert(b.insert(result, status, 0), value, 1));
        } else {
            b.ret(b.insert(b.zero(b.structure(&[b.int(32)])), status, 0));
        }
        Ok(())
    }
}
