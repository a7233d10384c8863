//! Changes of a file as a unified diff.

use similar::TextDiff;

/// Lines of context round a change.
const CONTEXT: usize = 3;

/// What changes in the file `name`, as `patch` and `git apply` read it; empty where nothing does.
pub fn diff(name: &str, before: &str, after: &str) -> String {
    if before == after {
        return String::new();
    }
    let name = name.trim_start_matches("./").trim_start_matches('/');
    TextDiff::from_lines(before, after)
        .unified_diff()
        .context_radius(CONTEXT)
        .header(&format!("a/{name}"), &format!("b/{name}"))
        .to_string()
}
