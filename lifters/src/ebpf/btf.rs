//! BTF: types, as far as map declarations need them, and the source lines of `.BTF.ext`.
