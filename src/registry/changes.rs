//! What has changed since a plan was sealed, said field by field, and whether it bears on a decision.

use super::reach::{Items, Reach, claims, keyword};
use crate::result::Deviation;
use std::collections::BTreeSet;

/// The differences from `sealed` to `now`, by item and field.
pub fn between(sealed: &Items, now: &Items) -> Vec<Deviation> {
    let (was, is) = (Reach::new(sealed), Reach::new(now));
    let all: BTreeSet<&String> = sealed.keys().chain(now.keys()).collect();
    let mut found = Vec::new();
    for item in all {
        match (sealed.get(item), now.get(item)) {
            (Some(_), None) => found.push(whole(item, false, was.item(item))),
            (None, Some(_)) => found.push(whole(item, true, is.item(item))),
            (Some(before), Some(after)) => {
                let fields: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
                for field in fields {
                    let (b, a) = (before.get(field), after.get(field));
                    if b == a {
                        continue;
                    }
                    let imported = keyword(item) == "use";
                    let (gone, come) = (elements(b, imported), elements(a, imported));
                    let others = gone.symmetric_difference(&come).cloned().collect();
                    let bears = was.field(item, field, &others) || is.field(item, field, &others);
                    found.push(Deviation {
                        item: item.clone(),
                        field: Some(field.clone()),
                        before: b.cloned(),
                        after: a.cloned(),
                        adds_claim: adds_claim(item, field, &gone, &come),
                        bears,
                    });
                }
            }
            (None, None) => {}
        }
    }
    found
}

fn whole(item: &str, new: bool, bears: bool) -> Deviation {
    let said = || Some(item.to_owned());
    Deviation {
        item: item.to_owned(),
        field: None,
        before: (!new).then(said).flatten(),
        after: new.then(said).flatten(),
        adds_claim: new && claims(item),
        bears,
    }
}

/// Whether the field of a claim asks for more than it did: a claim is a metric × baseline × slice.
fn adds_claim(item: &str, field: &str, gone: &BTreeSet<String>, come: &BTreeSet<String>) -> bool {
    let lists = match keyword(item) {
        "compare" => matches!(field, "metrics" | "slices"),
        "ablation" => matches!(field, "remove" | "set"),
        "factorial" => matches!(field, "over" | "interactions"),
        _ => false,
    };
    // Only more: one metric in the place of another is a change.
    lists && gone.is_subset(come) && gone.len() < come.len()
}

/// The elements of a list as written, also of a `bare` one; or the text as the only one.
fn elements(text: Option<&String>, bare: bool) -> BTreeSet<String> {
    let Some(text) = text else {
        return BTreeSet::new();
    };
    let listed = text.strip_prefix('[').and_then(|t| t.strip_suffix(']'));
    let Some(inner) = listed.or(bare.then_some(text.as_str())) else {
        return BTreeSet::from([text.clone()]);
    };
    let (mut found, mut depth, mut quoted, mut from) = (BTreeSet::new(), 0u32, false, 0);
    for (at, c) in inner.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth = depth.saturating_sub(1),
            ',' if !quoted && depth == 0 => {
                found.insert(inner.get(from..at).unwrap_or_default().trim().to_owned());
                from = at + 1;
            }
            _ => {}
        }
    }
    found.insert(inner.get(from..).unwrap_or_default().trim().to_owned());
    found.remove("");
    found
}

/// A difference in one clause: what was changed, from what to what.
pub fn words(d: &Deviation) -> String {
    let cut = |text: &String| short(text);
    match (&d.field, &d.before, &d.after) {
        (None, None, Some(_)) => format!("`{}` is new", d.item),
        (None, Some(_), None) => format!("`{}` is gone", d.item),
        (None, ..) => format!("`{}` is another", d.item),
        (Some(field), Some(before), Some(after)) => {
            format!(
                "{} was `{}` and is `{}`",
                of(field, &d.item),
                cut(before),
                cut(after)
            )
        }
        (Some(field), None, Some(after)) => {
            format!("{} is new: `{}`", of(field, &d.item), cut(after))
        }
        (Some(field), before, _) => {
            let before = before.as_ref().map_or(String::new(), cut);
            format!("{} is gone; it was `{before}`", of(field, &d.item))
        }
    }
}

fn of(field: &str, item: &str) -> String {
    format!("`{field}` of `{item}`")
}

/// No longer than a line can bear.
fn short(text: &str) -> String {
    const MOST: usize = 100;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn plan(changes: &[(&str, &str, &str)]) -> Items {
        let mut items: Items = BTreeMap::new();
        let base = [
            ("plan p", "owner", "\"a\""),
            ("plan p", "alpha", "5%"),
            ("dataset d", "source", "\"d.csv\""),
            ("dataset e", "source", "\"e.csv\""),
            ("baseline a", "predictions", "\"a.csv\""),
            ("candidate b", "from", "a"),
            ("candidate b", "hardware", "cpu"),
            ("hardware cpu", "cores", "4"),
            ("system idle", "train", "e.train"),
            ("metric mine", "value", "mean(prediction == label)"),
            ("metric other", "value", "mean(prediction == label)"),
            ("compare b with a", "on", "d.test"),
            ("compare b with a", "metrics", "[mine, other]"),
            (
                "decide for b against a",
                "rule ship",
                "when gain(mine) > 1pp",
            ),
            ("decide for b against a", "rule hold", "otherwise"),
        ];
        for (item, field, text) in base.iter().chain(changes) {
            let fields = items.entry((*item).to_owned()).or_default();
            fields.insert((*field).to_owned(), (*text).to_owned());
        }
        items
    }

    /// Whether the one change that there is bears.
    fn bears(change: (&str, &str, &str)) -> bool {
        let found = between(&plan(&[]), &plan(&[change]));
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].bears
    }

    #[test]
    fn what_reaches_a_decision_bears_on_it() {
        for (item, field, text) in [
            (
                "decide for b against a",
                "rule ship",
                "when gain(mine) > 0pp",
            ),
            ("plan p", "alpha", "10%"),
            ("dataset d", "source", "\"d2.csv\""),
            ("baseline a", "predictions", "\"a2.csv\""),
            ("hardware cpu", "cores", "8"),
            ("metric mine", "value", "mean(prediction != label)"),
            ("compare b with a", "on", "d.val"),
            ("compare b with a", "interval", "none"),
            ("compare b with a", "metrics", "[other]"),
            ("stop for b against a", "at_most", "3"),
        ] {
            assert!(bears((item, field, text)), "{field} of {item}");
        }
    }

    #[test]
    fn what_does_not_reach_one_does_not() {
        for (item, field, text) in [
            ("plan p", "owner", "\"b\""),
            ("plan p", "objective", "\"o\""),
            ("dataset d", "license", "\"CC0\""),
            ("dataset e", "source", "\"f.csv\""),
            ("system idle", "train", "d.train"),
            ("metric other", "value", "mean(prediction != label)"),
            ("use std.serving", "names", "latency_p95"),
            ("compare b with a", "metrics", "[mine]"),
            ("compare b with a", "@allow(U101)", "\"cheap\""),
            ("compare b with idle", "on", "d.test"),
        ] {
            assert!(!bears((item, field, text)), "{field} of {item}");
        }
    }

    #[test]
    fn p_values_depend_on_every_claim() {
        let with = |metrics: &str| {
            plan(&[
                (
                    "decide for b against a",
                    "rule ship",
                    "when p_value(gain(mine)) < 0.05",
                ),
                ("compare b with a", "metrics", metrics),
            ])
        };
        assert!(between(&with("[mine, other]"), &with("[mine]"))[0].bears);
    }

    #[test]
    fn more_is_a_claim_added_and_another_is_not() {
        let change = |text: &str| {
            between(&plan(&[]), &plan(&[("compare b with a", "metrics", text)]))[0].adds_claim
        };
        assert!(change("[mine, other, third(2, 3)]"));
        assert!(!change("[mine, third]"));
        assert!(!change("[mine]"));
    }
}
