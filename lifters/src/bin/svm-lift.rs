//! `svm-lift`: other formats of executable code to LLVM bitcode, or to text.

fn main() -> std::process::ExitCode {
    svm_lifters::cli::main()
}
