//! The grammar of whole plans, read off `grammar/bench.pest` without its recovery.

/// The grammar as the parser is built from it.
const PEST: &str = include_str!("../../grammar/bench.pest");

/// Productions that exist to go on after a fault, or to tell one; they are no part of the language.
const TOLERANT: [&str; 26] = [
    "conflict",
    "marker",
    "broken_item",
    "broken_head",
    "head_rest",
    "skipped_item",
    "skip_any",
    "sync",
    "head_line",
    "head_like",
    "brace_below",
    "lost_open",
    "missing_body",
    "missing_brace",
    "missing_value",
    "missing_name",
    "wrong_eq",
    "semicolon",
    "skipped_field",
    "skip_piece",
    "carry",
    "field_start",
    "nested",
    "nested_piece",
    "braced_piece",
    "plus_op",
];

/// The productions of the language, each with the alternatives that are no recovery, laid out as they
/// are in the file; sections begin with their comments.
pub(super) fn productions() -> String {
    let mut text = String::new();
    let mut rules = PEST.lines().peekable();
    while let Some(line) = rules.next() {
        if let Some(section) = line.strip_prefix("// --- ") {
            let section = section.trim_end_matches([' ', '-']);
            if section.starts_with("entry points") {
                break;
            }
            text += &format!("\n// {section}\n");
            continue;
        }
        let Some((name, _)) = line.split_once('=').filter(|_| starts_rule(line)) else {
            continue;
        };
        let mut rule = line.to_string();
        while depth(&rule) > 0 {
            let Some(next) = rules.next() else { break };
            rule = format!("{rule} {}", next.trim());
        }
        if !TOLERANT.contains(&name.trim()) {
            text += &strict(&rule);
            text.push('\n');
        }
    }
    text.trim().to_string()
}

fn starts_rule(line: &str) -> bool {
    line.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// How many braces of the rule are open, those in strings left out.
fn depth(rule: &str) -> i32 {
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    for c in rule.chars() {
        match c {
            '"' if !escaped => quoted = !quoted,
            '{' if !quoted => depth += 1,
            '}' if !quoted => depth -= 1,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
    }
    depth
}

/// The rule without its alternatives of recovery.
fn strict(rule: &str) -> String {
    let mut rule = rule.to_string();
    for name in TOLERANT {
        for (from, to) in [
            (format!(" | {name} "), " ".to_string()),
            (format!(" | {name})"), ")".to_string()),
            (format!("({name} | "), "(".to_string()),
            (format!(" | {name} | "), " | ".to_string()),
        ] {
            rule = rule.replace(&from, &to);
        }
    }
    rule
}
