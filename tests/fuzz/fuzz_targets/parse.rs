//! Any text parses without a panic, and every fault lies inside it.

#![no_main]

use benchwright::syntax::parse;
use benchwright::text::FileId;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let parsed = parse(FileId(0), text);
    for error in &parsed.errors {
        assert!(text.get(error.span.range()).is_some(), "{error:?}");
    }
    for item in &parsed.file.items {
        assert!(text.get(item.span.range()).is_some(), "{:?}", item.span);
    }
    for comment in &parsed.file.comments {
        let written = text.get(comment.span.range());
        assert!(written.is_some_and(|t| t.contains(&comment.text)), "{comment:?}");
    }
});
