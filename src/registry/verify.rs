//! Holds a report against one made again from the same evidence.

use serde_json::Value;
use std::collections::BTreeSet;

/// Something that a report rests on and that is no longer as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// What: `the plan`, `dataset reviews`.
    pub what: String,
    /// As the report has it.
    pub then: String,
    /// As it is.
    pub now: String,
    /// Whether the report cannot be made again without it.
    pub evidence: bool,
}

/// What of a report's evidence has changed: `now` is the report as far as plan, data and outputs tell.
pub fn causes(report: &Value, now: &Value) -> Vec<Cause> {
    let mut found = Vec::new();
    let at = |v: &Value, pointer: &str| {
        v.pointer(pointer).map_or("none".to_owned(), |v| match v {
            Value::String(s) => s.clone(),
            other => other.to_string(),
        })
    };
    let mut compare = |what: &str, pointer: &str, evidence| {
        let (then, now) = (at(report, pointer), at(now, pointer));
        if then != now {
            let what = what.to_owned();
            found.push(Cause {
                what,
                then,
                now,
                evidence,
            });
        }
    };
    compare("the version of benchwright", "/tool/version", false);
    compare("the plan's meaning", "/plan/meaning_sha256", true);
    compare("the plan's bytes", "/provenance/plan_sha256", true);
    compare("the seal", "/plan/sealed/lock_sha256", true);
    let data = |d: &Value| Some(format!("dataset {}", d.get("dataset")?.as_str()?));
    files(report, now, "/data", &data, &mut found);
    let input = |d: &Value| Some(format!("`{}`", d.get("path")?.as_str()?));
    files(report, now, "/provenance/inputs", &input, &mut found);
    found
}

fn files(
    report: &Value,
    now: &Value,
    list: &str,
    name: &dyn Fn(&Value) -> Option<String>,
    found: &mut Vec<Cause>,
) {
    let all = |v: &Value| -> Vec<(String, String)> {
        let items = v.pointer(list).and_then(Value::as_array);
        let hash = |v: &Value| Some(v.get("sha256")?.as_str()?.to_owned());
        let items = items.into_iter().flatten();
        items.filter_map(|v| Some((name(v)?, hash(v)?))).collect()
    };
    let (then, now) = (all(report), all(now));
    let names: BTreeSet<&String> = then.iter().chain(&now).map(|(n, _)| n).collect();
    for one in names {
        let of = |list: &[(String, String)]| {
            let mut all = list.iter().filter(|(n, _)| n == one);
            all.next()
                .map_or("none".to_owned(), |(_, hash)| hash.clone())
        };
        let (then, now) = (of(&then), of(&now));
        if then != now {
            let what = one.clone();
            found.push(Cause {
                what,
                then,
                now,
                evidence: true,
            });
        }
    }
}

/// The first field, in reading order, that two reports differ in.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Its path: `decisions[0].outcome`.
    pub field: String,
    /// As the report has it; `None` where it hasn't.
    pub report: Option<Value>,
    /// As it was made again.
    pub again: Option<Value>,
}

/// Where two reports differ first, in the order in which `order` (fields of the outermost level) stands.
pub fn first_difference(report: &Value, again: &Value, order: &[&str]) -> Option<Difference> {
    if let (Value::Object(a), Value::Object(b)) = (report, again) {
        let known = order.iter().map(|s| (*s).to_owned());
        let rest: BTreeSet<String> = a.keys().chain(b.keys()).cloned().collect();
        for key in known.chain(rest) {
            if let Some(found) = member(&key, a.get(&key), b.get(&key)) {
                return Some(found);
            }
        }
        return None;
    }
    below("", Some(report), Some(again))
}

fn member(path: &str, a: Option<&Value>, b: Option<&Value>) -> Option<Difference> {
    if a == b { None } else { below(path, a, b) }
}

fn below(path: &str, a: Option<&Value>, b: Option<&Value>) -> Option<Difference> {
    match (a, b) {
        (Some(Value::Object(x)), Some(Value::Object(y))) => {
            let keys: BTreeSet<&String> = x.keys().chain(y.keys()).collect();
            let mut found = keys
                .into_iter()
                .filter_map(|k| member(&format!("{path}.{k}"), x.get(k), y.get(k)));
            found.next()
        }
        (Some(Value::Array(x)), Some(Value::Array(y))) => {
            let mut found = (0..x.len().max(y.len()))
                .filter_map(|i| member(&format!("{path}[{i}]"), x.get(i), y.get(i)));
            found.next()
        }
        _ if a == b => None,
        _ => Some(Difference {
            field: path.to_owned(),
            report: a.cloned(),
            again: b.cloned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_first_difference_is_named_by_its_path() {
        let a = json!({"b": {"x": [1, 2]}, "a": 1});
        let b = json!({"b": {"x": [1, 3]}, "a": 2});
        let first = |order: &[&str]| first_difference(&a, &b, order).unwrap().field;
        assert_eq!(first(&["b", "a"]), "b.x[1]");
        assert_eq!(first(&[]), "a");
        assert!(first_difference(&a, &a, &["b"]).is_none());
    }

    #[test]
    fn causes_are_told_apart() {
        let of = |hash: &str, version: &str| json!({"tool": {"version": version}, "data": [{"dataset": "d", "sha256": hash}]});
        let found = causes(&of("a", "1"), &of("b", "2"));
        let names: Vec<(&str, bool)> = found
            .iter()
            .map(|c| (c.what.as_str(), c.evidence))
            .collect();
        assert_eq!(
            names,
            [("the version of benchwright", false), ("dataset d", true)]
        );
    }
}
