//! The words of the language as editors are told of them: from the grammar, the fields of items, the vocabulary of
//! formulas and conditions, what completion offers, and the units.

use benchwright::analysis::analyse;
use benchwright::editing::{CompletionKind, Document, complete};
use benchwright::hir::natives::natives;
use benchwright::hir::schema;
use benchwright::syntax::ast::Keyword;
use benchwright::syntax::reserved;
use benchwright::text::MemoryWorld;
use benchwright::types;
use std::collections::BTreeSet;
use std::path::Path;

/// A list that packages hold, by the name of its region.
pub struct List {
    pub name: &'static str,
    pub words: Vec<String>,
}

/// Between the parts of a head.
const HEADS: [&str; 5] = ["against", "for", "from", "of", "with"];
const IMPORTS: [&str; 2] = ["as", "use"];
const RULES: [&str; 2] = ["otherwise", "when"];
const FOLDS: [&str; 4] = ["max", "mean", "min", "sum"];
/// Behind a fold, beside `of`.
const FOLDED: [&str; 3] = ["by", "class", "over"];

/// Every list, sorted.
pub fn lists() -> Vec<List> {
    let list = |name, words: &mut dyn Iterator<Item = &str>| List {
        name,
        words: sorted(words.map(str::to_owned)),
    };
    vec![
        list("items", &mut Keyword::ALL.iter().map(|k| k.text())),
        list("heads", &mut HEADS.into_iter()),
        list("imports", &mut IMPORTS.into_iter()),
        list("rules", &mut RULES.into_iter()),
        list("operators", &mut reserved().iter().copied()),
        list("folds", &mut FOLDS.into_iter()),
        list("folded", &mut FOLDED.into_iter()),
        list("fields", &mut fields().into_iter()),
        List {
            name: "builtins",
            words: sorted(builtins().into_iter()),
        },
        list(
            "units",
            &mut types::known_words().into_iter().filter(|w| *w != "%"),
        ),
    ]
}

fn sorted(words: impl Iterator<Item = String>) -> Vec<String> {
    words.collect::<BTreeSet<_>>().into_iter().collect()
}

fn fields() -> Vec<&'static str> {
    let of_items = Keyword::ALL.into_iter().flat_map(schema::fields);
    of_items.chain(schema::ROLES).map(|f| f.name).collect()
}

/// What completion offers as the value of some field, and the native functions.
fn builtins() -> BTreeSet<String> {
    let mut found: BTreeSet<String> = natives().map(|n| n.name.to_owned()).collect();
    for keyword in Keyword::ALL {
        for field in schema::fields(keyword) {
            found.extend(offered(&format!("{} {{ {}: ", head(keyword), field.name)));
        }
    }
    found.extend(offered("decide for a against b { ship when "));
    found
}

fn offered(before: &str) -> Vec<String> {
    let world = MemoryWorld::default().with("plan.bench", format!("{before} }}\n"));
    let analysis = analyse(&world, Path::new("plan.bench")).unwrap();
    let at = u32::try_from(before.len()).unwrap();
    let found = complete(&Document::root(&analysis), at, &[], &world);
    let word = |k| matches!(k, CompletionKind::Word | CompletionKind::Function);
    let words = found.into_iter().filter(|c| word(c.kind));
    // Of `run.elapsed` the whole is no word.
    words
        .map(|c| c.label)
        .filter(|l| !l.contains('.'))
        .collect()
}

/// How an item of this kind may begin.
pub fn head(keyword: Keyword) -> &'static str {
    match keyword {
        Keyword::Plan => "plan p",
        Keyword::Dataset => "dataset d",
        Keyword::Step => "step s",
        Keyword::Component => "component c",
        Keyword::Hardware => "hardware h",
        Keyword::Metric => "metric m",
        Keyword::Protocol => "protocol r",
        Keyword::System => "system y",
        Keyword::Baseline => "baseline b",
        Keyword::Candidate => "candidate a",
        Keyword::Compare => "compare a with b",
        Keyword::Ablation => "ablation of a",
        Keyword::Factorial => "factorial of a",
        Keyword::Select => "select w from [a, b]",
        Keyword::Decide => "decide for a against b",
        Keyword::Stop => "stop for a against b",
    }
}

/// The words that `grammar/bench.pest` reads as words.
pub fn of_the_grammar() -> BTreeSet<String> {
    let grammar = std::fs::read_to_string("grammar/bench.pest").unwrap();
    let mut found = BTreeSet::new();
    let rules = grammar.split("\n\n").flat_map(|part| part.split(" = @{"));
    for rule in rules.filter(|r| r.contains("~ !XID_CONTINUE")) {
        let body = rule.split("~ !XID_CONTINUE").next().unwrap();
        for piece in body.split('"').skip(1).step_by(2) {
            if piece.chars().all(|c| c.is_ascii_lowercase()) {
                found.insert(piece.to_owned());
            }
        }
    }
    found
}

#[test]
fn every_word_of_the_grammar_is_in_a_list() {
    let lists = lists();
    let kinds = [
        "items",
        "heads",
        "imports",
        "rules",
        "operators",
        "folds",
        "folded",
    ];
    let listed: BTreeSet<String> = lists
        .iter()
        .filter(|l| kinds.contains(&l.name))
        .flat_map(|l| l.words.iter().cloned())
        .collect();
    assert_eq!(listed, of_the_grammar());
    let builtins = &lists.iter().find(|l| l.name == "builtins").unwrap().words;
    for word in ["column", "kfold", "bootstrap", "gain", "quantile", "bleu"] {
        assert!(builtins.iter().any(|b| b == word), "{word}: {builtins:?}");
    }
}
