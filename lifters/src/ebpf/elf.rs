//! ELF objects.
use super::{error::Error, object::Object};
/// Reads an object.
pub fn read(_name: &str, _bytes: &[u8]) -> Result<Object, Error> {
    Err(Error::unsupported("ELF"))
}
