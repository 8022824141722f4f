//! Host functions that WebAssembly modules import, as plain Rust closures: their types say what the import is.

use svm_lifters::wasm::symbol;

use super::super::{Builder, GuestType};
use crate::host::{Args, FromArg, HostClosure, IntoRet, ProtoError};
use crate::machine::{Cx, Result as Run};

/// A closure `Fn(&mut Cx, A, B, ...) -> Result<R, Trap>` over `i32`, `u32`, `i64`, `u64`, `f32`, `f64` and
/// [`svm_memory::GuestPtr`] (references); `A` is their tuple.
pub trait ImportFn<A>: Send + Sync + 'static {
    /// As the host function of that symbol.
    ///
    /// # Errors
    ///
    /// The symbol is no C identifier.
    fn closure(self, symbol: &str) -> Result<HostClosure, ProtoError>;
}

macro_rules! import_fns {
    ($(($($arg:ident),*))*) => {$(
        impl<Call, Ret, $($arg),*> ImportFn<(Ret, $($arg,)*)> for Call
        where
            Call: Fn(&mut Cx<'_>, $($arg),*) -> Run<Ret> + Send + Sync + 'static,
            Ret: IntoRet + GuestType,
            $($arg: for<'a> FromArg<'a> + GuestType,)*
        {
            #[allow(non_snake_case, unused_variables, unused_mut)]
            fn closure(self, symbol: &str) -> Result<HostClosure, ProtoError> {
                let mut params: Vec<String> = Vec::new();
                $(params.push(format!("{} a{}", $arg::c_name(), params.len()));)*
                let prototype = format!("{} {symbol}({})", Ret::c_name(), params.join(", "));
                HostClosure::new(&prototype, move |cx: &mut Cx<'_>, args: &mut Args<'_>| {
                    $(let $arg: $arg = args.next()?;)*
                    self(cx, $($arg),*)
                })
            }
        }
    )*};
}

import_fns! {
    () (A) (A, B) (A, B, C) (A, B, C, D) (A, B, C, D, E) (A, B, C, D, E, F) (A, B, C, D, E, F, G)
    (A, B, C, D, E, F, G, H)
}

impl Builder<'_> {
    /// The function that modules import as `field` of `module`. A call from a module that declares it with other
    /// types is a fault. The closure reaches memories with [`Cx::linear_memory`]; its error ends the guest's call.
    #[must_use]
    pub fn import<A>(self, module: &str, field: &str, call: impl ImportFn<A>) -> Self {
        self.closure(call.closure(&symbol(module, field)))
    }
}
