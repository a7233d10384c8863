//! What else may rightly be said of a mutant, with the reason.

/// The code that is meant, the one that speaks as well, and why that is right.
pub const COMPANIONS: &[(&str, &str, &str)] = &[
    (
        "D110",
        "D101",
        "without the last rule more than failures are undecided",
    ),
    (
        "D101",
        "D110",
        "without the last rule failures have no outcome either",
    ),
];
