//! What else may rightly be said of a mutant, with the reason.

/// The code that is meant, the one that speaks as well, and why that is right.
pub const COMPANIONS: &[(&str, &str, &str)] = &[
    (
        "M110",
        "B105",
        "the published baseline is what it is decided against",
    ),
    ("D105", "U108", "fifty rows are too few for any point"),
    ("U109", "U108", "few rows for the tail are few for the gain"),
    ("U103", "U108", "a level of 99.9 % asks for more rows"),
    (
        "L103",
        "U108",
        "there are fewer rows to tune on than to judge on",
    ),
    (
        "U113",
        "U114",
        "over four runs no test of signs reaches 5 %",
    ),
    (
        "M110",
        "D106",
        "what the published number leaves no room for, no result attains",
    ),
    (
        "U108",
        "D105",
        "of thirty rows a point is finer than one row",
    ),
    (
        "U113",
        "D105",
        "of two dozen rows a point is finer than one row",
    ),
    ("A101", "R106", TWICE),
    ("A102", "R106", TWICE),
    ("A107", "R106", TWICE),
    ("A109", "R106", TWICE),
    (
        "B101",
        "B102",
        "with the systems set aside, a floor is all that is left",
    ),
    ("B103", "A102", OF_ONE),
    ("B104", "A102", OF_ONE),
    ("B107", "A102", OF_ONE),
    (
        "D101",
        "D110",
        "without the last rule failures have no outcome either",
    ),
    (
        "D108",
        "D102",
        "a first rule that asks for less takes the results of the next",
    ),
    (
        "D109",
        "D102",
        "a first rule that asks for less takes the results of the next",
    ),
    (
        "D110",
        "D101",
        "without the last rule more than failures are undecided",
    ),
    ("L101", "A102", OF_ONE),
    (
        "L101",
        "B104",
        "a candidate trained on the test rows too has more rows",
    ),
    (
        "L101",
        "B107",
        "a corpus that only the candidate reads is information as well",
    ),
    (
        "L103",
        "L104",
        "rows that tuned the systems chose among them, too",
    ),
    (
        "L104",
        "B107",
        "rows that only the candidate was chosen on are information as well",
    ),
    (
        "L107",
        "B107",
        "a corpus that only the candidate reads is information as well",
    ),
    (
        "L101",
        "L102",
        "what is fitted on the derived data reads the same rows",
    ),
    ("L104", "A102", OF_ONE),
    ("L107", "A102", OF_ONE),
    ("L112", "A102", OF_ONE),
    ("M101", "M103", CHOSEN),
    ("M107", "A102", OF_ONE),
    ("M110", "U102", "a published number has no interval"),
    ("M112", "M103", CHOSEN),
    (
        "R107",
        "M105",
        "a decision on one published number guards nothing",
    ),
    ("R107", "U102", "a published number has no interval"),
];

const OF_ONE: &str =
    "where the candidate is a variant of its baseline, whatever else sets them apart confounds";

const CHOSEN: &str = "the settings are still chosen by the metric that decided before";

const TWICE: &str =
    "an arm that is changed in one place and measured as it was in another reads one file for both";
