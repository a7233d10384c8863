//! Formatting any text is idempotent, and keeps its tree, its comments and its faults.

#![no_main]

use benchwright::format::format;
use benchwright::syntax::parse;
use benchwright::text::FileId;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let once = format(text).text;
    assert_eq!(format(&once).text, once, "formatting twice is formatting once");
    let (before, after) = (parse(FileId(0), text), parse(FileId(0), &once));
    assert_eq!(before.errors.len(), after.errors.len(), "faults are kept");
    let texts = |p: &benchwright::syntax::Parsed| -> Vec<String> {
        p.file.comments.iter().map(|c| c.text.clone()).collect()
    };
    assert_eq!(texts(&before), texts(&after), "comments are kept");
    assert_eq!(
        before.file.without_spans(),
        after.file.without_spans(),
        "the tree is kept"
    );
});
