//! The package of Sublime Text: its completions are made from the words of the language, its grammar from TextMate's.

use super::packages::keep;
use super::words::lists;
use serde_json::{Value, json};
use std::fmt::Write;

#[test]
fn sublime_text_is_offered_the_words() {
    let kinds = [
        ("items", "keyword"),
        ("fields", "variable"),
        ("builtins", "function"),
        ("units", "constant"),
    ];
    let lists = lists();
    let mut found = Vec::new();
    for (name, kind) in kinds {
        let list = lists.iter().find(|l| l.name == name).unwrap();
        for word in &list.words {
            let contents = match name {
                "fields" => format!("{word}: "),
                "builtins" => format!("{word}($0)"),
                _ => word.clone(),
            };
            found.push(
                json!({ "trigger": word, "contents": contents, "kind": kind, "annotation": name }),
            );
        }
    }
    let whole = json!({ "scope": "source.bench", "completions": found });
    keep(
        "editors/sublime/Bench.sublime-completions",
        &(serde_json::to_string_pretty(&whole).unwrap() + "\n"),
    );
}

/// The grammar of Sublime Text is that of TextMate: each rule with an end becomes a context.
#[test]
fn sublime_text_has_the_grammar_of_textmate() {
    let text = std::fs::read_to_string("editors/vscode/syntaxes/bench.tmLanguage.json").unwrap();
    let grammar: Value = serde_json::from_str(&text).unwrap();
    let mut contexts = Contexts::default();
    contexts.add("main", &grammar["patterns"]);
    for (name, rule) in grammar["repository"].as_object().unwrap() {
        match rule
            .get("patterns")
            .filter(|_| rule.get("match").is_none() && rule.get("begin").is_none())
        {
            Some(patterns) => contexts.add(name, patterns),
            None => contexts.add(name, &json!([rule])),
        }
    }
    let whole = format!(
        "%YAML 1.2\n---\n# made from editors/vscode/syntaxes/bench.tmLanguage.json by `UPDATE=1 cargo test editors`\n\
         name: Bench\nfile_extensions: [bench]\nscope: source.bench\ncontexts:\n{}",
        contexts.text
    );
    keep("editors/sublime/Bench.sublime-syntax", &whole);
}

/// Contexts of a `.sublime-syntax`, in YAML.
#[derive(Default)]
struct Contexts {
    text: String,
    pushed: usize,
}

impl Contexts {
    fn add(&mut self, name: &str, patterns: &Value) {
        let mut later = Vec::new();
        let _ = writeln!(self.text, "  {name}:");
        self.rules(patterns, &mut later);
        self.push(later);
    }

    fn rules(&mut self, patterns: &Value, later: &mut Vec<(String, Value)>) {
        for rule in patterns.as_array().unwrap() {
            if let Some(include) = rule["include"].as_str() {
                let _ = writeln!(
                    self.text,
                    "    - include: {}",
                    include.trim_start_matches('#')
                );
                continue;
            }
            let begin = rule["begin"].as_str();
            let regex = begin.or(rule["match"].as_str()).unwrap();
            let _ = writeln!(self.text, "    - match: {}", quoted(regex));
            if begin.is_none()
                && let Some(scope) = rule["name"].as_str()
            {
                let _ = writeln!(self.text, "      scope: {scope}");
            }
            self.captures(
                &rule[if begin.is_some() {
                    "beginCaptures"
                } else {
                    "captures"
                }],
            );
            if begin.is_some() {
                self.pushed += 1;
                let name = format!("inner{}", self.pushed);
                let _ = writeln!(self.text, "      push: {name}");
                later.push((name, rule.clone()));
            }
        }
    }

    fn captures(&mut self, captures: &Value) {
        let Some(captures) = captures.as_object() else {
            return;
        };
        self.text += "      captures:\n";
        for (number, scope) in captures {
            let _ = writeln!(
                self.text,
                "        {number}: {}",
                scope["name"].as_str().unwrap()
            );
        }
    }

    /// The contexts within rules that have an end.
    fn push(&mut self, rules: Vec<(String, Value)>) {
        for (name, rule) in rules {
            let mut later = Vec::new();
            let _ = writeln!(self.text, "  {name}:");
            if let Some(scope) = rule["name"].as_str() {
                let _ = writeln!(self.text, "    - meta_scope: {scope}");
            }
            let end = rule["end"].as_str().unwrap();
            let _ = writeln!(self.text, "    - match: {}", quoted(end));
            self.captures(&rule["endCaptures"]);
            self.text += "      pop: true\n";
            self.rules(&rule["patterns"], &mut later);
            self.push(later);
        }
    }
}

/// A text of YAML in single quotes.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
