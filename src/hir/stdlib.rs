//! The standard library, embedded: Bench files under `stdlib/`.

const LIBRARY: [(&str, &str); 6] = [
    (
        "classification",
        include_str!("../../stdlib/classification.bench"),
    ),
    (
        "calibration",
        include_str!("../../stdlib/calibration.bench"),
    ),
    ("fairness", include_str!("../../stdlib/fairness.bench")),
    ("agreement", include_str!("../../stdlib/agreement.bench")),
    ("regression", include_str!("../../stdlib/regression.bench")),
    ("serving", include_str!("../../stdlib/serving.bench")),
];

/// The source of `std.NAME`, if there is such a module.
pub fn library(name: &str) -> Option<&'static str> {
    LIBRARY.iter().find(|(n, _)| *n == name).map(|(_, t)| *t)
}

/// The names of the library's modules.
pub fn library_names() -> impl Iterator<Item = &'static str> {
    LIBRARY.iter().map(|(n, _)| *n)
}
