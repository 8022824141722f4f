//! Managed guest memory.
