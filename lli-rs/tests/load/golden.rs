//! The textual dumps of small modules, one `.ll` and `.ir` each. `SVM_BLESS=1` writes them anew.

use std::path::Path;

use svm_engine::load::{Loader, Source};

use super::tools::dump;

#[test]
fn dumps_are_as_recorded() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/load/golden");
    let bless = std::env::var_os("SVM_BLESS").is_some();
    let mut count = 0;
    let mut wrong = Vec::new();
    let mut files: Vec<_> = std::fs::read_dir(&dir).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    for file in files.into_iter().filter(|f| f.extension().is_some_and(|e| e == "ll")) {
        count += 1;
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let data = std::fs::read(&file).unwrap();
        let source = Source::Bytes { name: name.clone(), data: data.into() };
        let mut loader = Loader::open(&source, &[]).unwrap_or_else(|e| panic!("{name}: {e}"));
        let text = dump(&mut loader);
        let expected = file.with_extension("ir");
        if bless {
            std::fs::write(&expected, &text).unwrap();
        } else if std::fs::read_to_string(&expected).unwrap_or_default() != text {
            println!("---- {name}\n{text}");
            wrong.push(name);
        }
    }
    assert!(count > 5, "no cases found");
    assert!(wrong.is_empty(), "dumps differ: {wrong:?}; SVM_BLESS=1 records them");
}
