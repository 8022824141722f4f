//! The command line runner; everything is in `svm_engine::cli`.

fn main() -> std::process::ExitCode {
    svm_engine::cli::main()
}
