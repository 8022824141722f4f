//! The helpers by topic, one table each. What is not in a table is a fault that names the helper when it is called.

mod control;
mod info;
mod maps;
mod packet;
mod rings;
mod skb;
mod text;

pub(crate) use maps::lookup;

use super::maps::Errno;
use crate::host::HostFn;

/// All tables.
pub(super) const TABLES: &[&[HostFn]] =
    &[control::TABLE, info::TABLE, maps::TABLE, packet::TABLE, rings::TABLE, skb::TABLE, text::TABLE];

/// What a helper returns: 0, or the error negated.
fn status(result: Result<(), Errno>) -> i64 {
    match result {
        Ok(()) => 0,
        Err(errno) => -i64::from(errno),
    }
}

#[cfg(test)]
mod tests {
    use svm_memory::abi::helpers::helper_by_name;

    use super::TABLES;
    use crate::host::CType;

    #[test]
    fn rows_have_the_types_that_lifted_code_calls_them_with() {
        for f in TABLES.iter().flat_map(|t| t.iter()).filter(|f| f.name().starts_with("bpf_")) {
            let proto = f.parse().unwrap();
            let helper = helper_by_name(f.name()).unwrap_or_else(|| panic!("{}: no such helper", f.name()));
            let letter = |ty: CType| match ty {
                CType::Ptr => 'p',
                CType::Int { bits: 64, .. } => 'q',
                CType::Int { .. } => 'i',
                CType::Void => 'v',
                _ => '?',
            };
            let mut found: String = std::iter::once(letter(proto.ret)).collect();
            found.extend(proto.params.iter().map(|p| letter(p.ty)));
            assert_eq!(found, helper.proto.replace('I', "i"), "{}", f.proto);
        }
    }
}
