//! The plugin for the public eBPF conformance runner; everything is in `svm_engine::cli`.

fn main() -> std::process::ExitCode {
    svm_engine::cli::bpf_plugin()
}
