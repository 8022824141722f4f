//! Host functions that WebAssembly modules import, as plain Rust closures: their types say what the import is.

use svm_lifters::wasm::symbol;

use super::super::{Builder, GuestType};
use crate::host::{Args, FromArg, HostClosure, IntoRet};
use crate::machine::{Cx, Result as Run};

/// The parameters of an import: a tuple of `i32`, `u32`, `i64`, `u64`, `f32`, `f64` and [`svm_memory::GuestPtr`]
/// (references).
pub trait ImportArgs: Sized {
    /// Their types in C.
    fn c_names() -> Vec<&'static str>;
    /// Takes them from a call.
    ///
    /// # Errors
    ///
    /// There are fewer.
    fn take(args: &mut Args<'_>) -> Run<Self>;
}

macro_rules! import_args {
    ($(($($arg:ident),*))*) => {$(
        impl<$($arg),*> ImportArgs for ($($arg,)*)
        where
            $($arg: for<'a> FromArg<'a> + GuestType,)*
        {
            fn c_names() -> Vec<&'static str> {
                vec![$($arg::c_name()),*]
            }

            #[allow(unused_variables)]
            fn take(args: &mut Args<'_>) -> Run<Self> {
                Ok(($(args.next::<$arg>()?,)*))
            }
        }
    )*};
}

import_args! {
    () (A) (A, B) (A, B, C) (A, B, C, D) (A, B, C, D, E) (A, B, C, D, E, F) (A, B, C, D, E, F, G)
    (A, B, C, D, E, F, G, H)
}

impl Builder<'_> {
    /// The function that modules import as `field` of `module`, with a tuple of its arguments. A call from a module that
    /// declares it with other types is a fault. The closure reaches memories with [`Cx::linear_memory`]; its error
    /// ends the guest's call.
    #[must_use]
    pub fn import<A, R, F>(self, module: &str, field: &str, call: F) -> Self
    where
        A: ImportArgs,
        R: IntoRet + GuestType,
        F: Fn(&mut Cx<'_>, A) -> Run<R> + Send + Sync + 'static,
    {
        let params: Vec<String> =
            A::c_names().iter().enumerate().map(|(i, ty)| format!("{ty} a{i}")).collect();
        let prototype = format!("{} {}({})", R::c_name(), symbol(module, field), params.join(", "));
        self.closure(HostClosure::new(&prototype, move |cx: &mut Cx<'_>, args: &mut Args<'_>| {
            let values = A::take(args)?;
            call(cx, values)
        }))
    }
}
