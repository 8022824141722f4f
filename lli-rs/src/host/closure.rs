//! Host functions that an embedder gives one instance as Rust closures. They are found before the C library's.

use std::collections::BTreeSet;
use std::fmt;

use parking_lot::Mutex;
use rustc_hash::FxHashMap;

use super::{Args, IntoRet, Proto, ProtoError};
use crate::machine::{Cx, Result};

type Call = dyn Fn(&mut Cx<'_>, &mut Args<'_>) -> Result<()> + Send + Sync;

/// One closure with its prototype.
pub struct HostClosure {
    text: Box<str>,
    proto: Proto,
    name: &'static str,
    call: Box<Call>,
}

impl HostClosure {
    /// Declares `call` as the C function of that annotated prototype.
    ///
    /// # Errors
    ///
    /// A prototype that does not parse, or a result that is not what the prototype says.
    pub fn new<R, F>(prototype: &str, call: F) -> std::result::Result<HostClosure, ProtoError>
    where
        R: IntoRet,
        F: Fn(&mut Cx<'_>, &mut Args<'_>) -> Result<R> + Send + Sync + 'static,
    {
        let proto = Proto::parse(prototype)?;
        if !R::fits(proto.ret) {
            let ty = std::any::type_name::<R>();
            return Err(ProtoError(format!(
                "the closure gives {ty}, which is not the result of `{prototype}`"
            )));
        }
        let name = intern(&proto.name);
        let call = Box::new(move |cx: &mut Cx<'_>, args: &mut Args<'_>| {
            let result = call(cx, args)?;
            args.ret(result);
            Ok(())
        });
        Ok(HostClosure { text: prototype.into(), proto, name, call })
    }

    /// The linker name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The prototype as it was given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The prototype.
    pub fn proto(&self) -> &Proto {
        &self.proto
    }

    /// Carries out a call.
    #[inline]
    pub(crate) fn call(&self, cx: &mut Cx<'_>, args: &mut Args<'_>) -> Result<()> {
        (self.call)(cx, args)
    }
}

impl fmt::Debug for HostClosure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("HostClosure").field(&self.text).finish()
    }
}

/// The closures of one instance. A later one of the same name replaces an earlier one.
#[derive(Debug, Default)]
pub struct Closures {
    list: Vec<HostClosure>,
    by_name: FxHashMap<&'static str, u32>,
}

impl Closures {
    /// Adds one.
    pub fn add(&mut self, closure: HostClosure) {
        self.by_name.insert(closure.name, self.list.len() as u32);
        self.list.push(closure);
    }

    /// The number of the one with that name.
    pub(crate) fn find(&self, name: &str) -> Option<u32> {
        self.by_name.get(name).copied()
    }

    /// The one with that number.
    #[inline]
    pub(crate) fn get(&self, number: u32) -> Option<&HostClosure> {
        self.list.get(number as usize)
    }
}

/// Names outlive every instance, as those of the C library do: reports keep them. Equal ones are stored once,
/// so what is never freed is bounded by the names that the embedder's own code contains.
fn intern(name: &str) -> &'static str {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut names = NAMES.lock();
    match names.get(name) {
        Some(known) => known,
        None => {
            let known: &'static str = Box::leak(name.into());
            names.insert(known);
            known
        }
    }
}
