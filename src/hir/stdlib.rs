//! The standard library, embedded: Bench files under `stdlib/`.

const LIBRARY: [(&str, &str); 10] = [
    (
        "classification",
        include_str!("../../stdlib/classification.bench"),
    ),
    (
        "calibration",
        include_str!("../../stdlib/calibration.bench"),
    ),
    ("protocols", include_str!("../../stdlib/protocols.bench")),
    ("fairness", include_str!("../../stdlib/fairness.bench")),
    ("agreement", include_str!("../../stdlib/agreement.bench")),
    ("regression", include_str!("../../stdlib/regression.bench")),
    ("serving", include_str!("../../stdlib/serving.bench")),
    ("generation", include_str!("../../stdlib/generation.bench")),
    ("ranking", include_str!("../../stdlib/ranking.bench")),
    ("code", include_str!("../../stdlib/code.bench")),
];

/// The source of `std.NAME`, if there is such a module.
pub fn library(name: &str) -> Option<&'static str> {
    LIBRARY.iter().find(|(n, _)| *n == name).map(|(_, t)| *t)
}

/// The names of the library's modules.
pub fn library_names() -> impl Iterator<Item = &'static str> {
    LIBRARY.iter().map(|(n, _)| *n)
}

/// The module of the library that declares `name` as a `kind` of item (`metric`, `protocol`).
pub(super) fn declaring(kind: &str, name: &str) -> Option<&'static str> {
    let declares = |line: &str| {
        let rest = line.strip_prefix(kind).and_then(|l| l.strip_prefix(' '));
        let rest = rest.and_then(|l| l.strip_prefix(name));
        rest.is_some_and(|r| r.starts_with([' ', '(']))
    };
    let found = LIBRARY.iter().find(|(_, text)| text.lines().any(declares));
    found.map(|(module, _)| *module)
}
