//! The eBPF lifter from outside: the instruction table, text and back, damaged input, lifted bitcode.

mod golden;
mod objects;
mod robust;
mod table;
mod tools;
