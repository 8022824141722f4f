//! A body as the shim hands it over: verified, its debug info in rows of its own.

use std::marker::PhantomData;
use std::ptr::NonNull;

use super::value::{Val, ValKind, bytes};
use super::{ffi, take_message};

/// A source position of a body, before it is interned.
#[derive(Clone, Copy)]
pub struct Row<'m>(pub(super) ffi::LocRow, PhantomData<&'m ()>);

impl<'m> Row<'m> {
    pub(super) const EMPTY: Row<'m> = {
        let none = ffi::Str { data: std::ptr::null(), len: 0 };
        let loc =
            ffi::LocRow { directory: none, file: none, scope: none, line: 0, col: 0, inlined_at: u32::MAX };
        Row(loc, PhantomData)
    };

    fn str(s: ffi::Str) -> &'m [u8] {
        if s.data.is_null() {
            return &[];
        }
        // SAFETY: metadata strings live as long as their context, which `'m` borrows.
        unsafe { std::slice::from_raw_parts(s.data.cast(), s.len) }
    }

    /// Directory of the compilation.
    pub fn directory(&self) -> &'m [u8] {
        Self::str(self.0.directory)
    }

    /// File name.
    pub fn file(&self) -> &'m [u8] {
        Self::str(self.0.file)
    }

    /// Source name of the function.
    pub fn scope(&self) -> &'m [u8] {
        Self::str(self.0.scope)
    }

    /// Line and column.
    pub fn position(&self) -> (u32, u32) {
        (self.0.line, self.0.col)
    }

    /// Index of the call site's row, if inlined.
    pub fn inlined_at(&self) -> Option<u32> {
        (self.0.inlined_at != u32::MAX).then_some(self.0.inlined_at)
    }
}

/// A body that has been read and verified, with the debug info that was taken from it.
pub struct Body<'m> {
    rows: NonNull<ffi::BodyRows>,
    /// Where the function is declared.
    pub place: Option<Row<'m>>,
}

impl Drop for Body<'_> {
    fn drop(&mut self) {
        // SAFETY: made by `svm_read_body`, freed once.
        unsafe { ffi::svm_free_body(self.rows.as_ptr()) }
    }
}

impl<'m> Body<'m> {
    pub(super) fn read(function: Val<'m>) -> Result<Body<'m>, String> {
        assert!(function.kind() == ValKind::Function);
        let (mut place, mut has_place, mut error) = (Row::EMPTY, false, std::ptr::null_mut());
        // SAFETY: a function, just checked; results are written before a body is returned, else the message.
        unsafe {
            let rows =
                ffi::svm_read_body(function.raw(), &raw mut place.0, &raw mut has_place, &raw mut error);
            match NonNull::new(rows) {
                Some(rows) => Ok(Body { rows, place: has_place.then_some(place) }),
                None => Err(take_message(error)),
            }
        }
    }

    fn slice<T>(&self, data: *const T, len: usize) -> &[T] {
        if len == 0 {
            return &[];
        }
        // SAFETY: the shim's vectors live, unchanged, as long as `self`.
        unsafe { std::slice::from_raw_parts(data, len) }
    }

    fn rows(&self) -> &ffi::BodyRows {
        // SAFETY: made by `svm_read_body`, not yet freed.
        unsafe { self.rows.as_ref() }
    }

    /// Distinct positions; one that was inlined comes after its call site.
    pub fn locs(&self) -> impl Iterator<Item = Row<'m>> {
        self.slice(self.rows().locs, self.rows().loc_count).iter().map(|row| Row(*row, PhantomData))
    }

    /// For each instruction in order, its position; `u32::MAX` for none.
    pub fn inst_locs(&self) -> &[u32] {
        self.slice(self.rows().inst_locs, self.rows().inst_count)
    }

    /// Keys of allocas and parameters, with their source names.
    pub fn vars(&self) -> impl Iterator<Item = (usize, String)> {
        let vars = self.slice(self.rows().vars, self.rows().var_count);
        // SAFETY: metadata strings live as long as their context.
        vars.iter().map(|v| (v.value as usize, unsafe { bytes(v.name.data, v.name.len) }))
    }
}
