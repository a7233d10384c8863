//! Reads `tests/oracles/*.json`: cases, inputs in place or in CSV, and the tolerance rule of their README.

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Area, case and key of an expected value.
pub type Key = (String, String, String);

/// What has been held in this process: the worst error of each expected value, as a share of what is allowed.
static HELD: Mutex<BTreeMap<Key, f64>> = Mutex::new(BTreeMap::new());

/// What has been held in this process so far.
pub fn held() -> BTreeMap<Key, f64> {
    HELD.lock().unwrap().clone()
}

/// One oracle case.
pub struct Case {
    pub area: String,
    pub name: String,
    pub input: Value,
    pub params: Value,
    pub expect: Value,
    tolerance: Value,
}

/// All cases of `tests/oracles/AREA.json`.
pub fn cases(area: &str) -> Vec<Case> {
    let text = std::fs::read_to_string(folder().join(format!("{area}.json"))).unwrap();
    let file: Value = serde_json::from_str(&text).unwrap();
    let case = |case: &Value| Case {
        area: area.to_owned(),
        name: case["name"].as_str().unwrap().to_owned(),
        input: case["input"].clone(),
        params: case["params"].clone(),
        expect: case["expect"].clone(),
        tolerance: case["tolerance"].clone(),
    };
    file["cases"].as_array().unwrap().iter().map(case).collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles")
}

impl Case {
    /// Whether the input must be refused.
    pub fn expects_error(&self) -> bool {
        self.expect.get("error").is_some()
    }

    /// What a value may be off by, by its own key.
    pub fn tolerance(&self, key: &str) -> f64 {
        self.tolerance[key].as_f64().unwrap()
    }

    /// Notes that a value was held, `worst` of what is allowed.
    pub fn note(&self, key: &str, worst: f64) {
        let key = (self.area.clone(), self.name.clone(), key.to_owned());
        let mut held = HELD.lock().unwrap();
        let known = held.entry(key).or_insert(0.0);
        *known = known.max(worst);
    }

    /// Holds that the input is refused.
    pub fn refused(&self, refused: bool) {
        assert!(
            self.expects_error() && refused,
            "{}: not refused",
            self.name
        );
        self.note("error", 0.0);
    }

    /// Whether `input` has this column.
    pub fn has(&self, column: &str) -> bool {
        self.input.get(column).is_some()
    }

    /// An input column as texts: numbers as they are spelt, a missing value as `None`.
    pub fn texts(&self, column: &str) -> Vec<Option<String>> {
        let value = &self.input[column];
        if let Some(file) = value.get("csv") {
            return csv_column(file.as_str().unwrap(), value["column"].as_str().unwrap());
        }
        let items = value.as_array();
        items
            .unwrap_or_else(|| panic!("{}: no column {column}", self.name))
            .iter()
            .map(text)
            .collect()
    }

    /// An input column as numbers.
    pub fn numbers(&self, column: &str) -> Vec<f64> {
        let number = |text: Option<String>| text.unwrap().parse().unwrap();
        self.texts(column).into_iter().map(number).collect()
    }

    /// An input column as class indices.
    pub fn classes(&self, column: &str) -> Vec<usize> {
        let class = |x: f64| x as usize;
        self.numbers(column).into_iter().map(class).collect()
    }

    /// Whether `expect` has this key.
    pub fn expects(&self, key: &str) -> bool {
        self.expect.get(key).is_some()
    }

    /// Holds `got` to `expect[key]`; a NaN stands for "undefined".
    pub fn check(&self, key: &str, got: f64) {
        self.check_all(key, &[got]);
    }

    /// Holds `got` to `expect[key]` more closely than the case asks: to `relative` of its size.
    pub fn check_within(&self, key: &str, got: f64, relative: f64) {
        self.check(key, got);
        // What isn't a number is "undefined", and was held to be so.
        let Some(want) = self.expect[key].as_f64() else {
            return;
        };
        assert!(
            (got - want).abs() <= relative * want.abs().max(1.0),
            "{}: {key} is {got}, not {want}",
            self.name
        );
    }

    /// The text or list of texts of a parameter; nothing where it is null.
    pub fn param_texts(&self, name: &str) -> Vec<String> {
        match &self.params[name] {
            Value::Array(items) => items.iter().filter_map(text).collect(),
            one => text(one).into_iter().collect(),
        }
    }

    /// Holds numbers to `expect[key]`, a number or a (nested) list of them, element by element.
    pub fn check_all(&self, key: &str, got: &[f64]) {
        let mut want = vec![];
        flatten(&self.expect[key], &mut want);
        assert_eq!(got.len(), want.len(), "{}: length of {key}", self.name);
        for (i, (&got, want)) in got.iter().zip(want).enumerate() {
            let allowed = self.allowed(key, i, want);
            let equal = got == want || got.is_nan() && want.is_nan();
            let off = if equal {
                0.0
            } else {
                (got - want).abs() / allowed
            };
            self.note(key, off);
            assert!(
                equal || (got - want).abs() <= allowed,
                "{}: {key}[{i}] is {got}, not {want} ± {allowed:e}",
                self.name
            );
        }
    }

    /// Holds truth values to `expect[key]`, exactly.
    pub fn check_flags(&self, key: &str, got: &[bool]) {
        let want: Vec<bool> = serde_json::from_value(self.expect[key].clone()).unwrap();
        assert_eq!(got, want, "{}: {key}", self.name);
        self.note(key, 0.0);
    }

    /// How far element `i` of `key` may lie from `want`.
    fn allowed(&self, key: &str, i: usize, want: f64) -> f64 {
        const ABSOLUTE: [&str; 6] = ["percentile", "basic", "bca", "se", "z0", "bias"];
        let by_key = self.tolerance.get(key);
        let tolerance = by_key
            .or(self.tolerance.get("default"))
            .unwrap_or(&self.tolerance);
        let tolerance = tolerance.get(i).unwrap_or(tolerance).as_f64().unwrap();
        if by_key.is_some() && ABSOLUTE.contains(&key) {
            tolerance
        } else {
            tolerance * want.abs().max(1.0)
        }
    }
}

/// A text as it is, a number as it is spelt.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// Numbers of a value, depth first; the three non-finite words are numbers.
fn flatten(value: &Value, into: &mut Vec<f64>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| flatten(item, into)),
        // In the order of their names.
        Value::Object(items) => items.values().for_each(|item| flatten(item, into)),
        Value::String(word) => into.push(match word.as_str() {
            "NaN" => f64::NAN,
            "Infinity" => f64::INFINITY,
            "-Infinity" => f64::NEG_INFINITY,
            other => panic!("`{other}` is no number"),
        }),
        other => into.push(
            other
                .as_f64()
                .unwrap_or_else(|| panic!("`{other}` is no number")),
        ),
    }
}

fn csv_column(file: &str, column: &str) -> Vec<Option<String>> {
    let mut reader = csv::Reader::from_path(folder().join(file)).unwrap();
    let at = reader
        .headers()
        .unwrap()
        .iter()
        .position(|name| name == column);
    let at = at.unwrap_or_else(|| panic!("{file}: no column {column}"));
    let cell = |row: csv::Result<csv::StringRecord>| {
        let row = row.unwrap();
        Some(row[at].to_owned()).filter(|text| !text.is_empty())
    };
    reader.records().map(cell).collect()
}
