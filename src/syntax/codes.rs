//! The codes of syntax errors, with their pages.

crate::codes! {
    S101 "unexpected-text" Error include_str!("pages/S101.md");
    S102 "outside-item" Error include_str!("pages/S102.md");
    S103 "unknown-item" Error include_str!("pages/S103.md");
    S104 "broken-head" Error include_str!("pages/S104.md");
    S105 "missing-brace" Error include_str!("pages/S105.md");
    S106 "unclosed-bracket" Error include_str!("pages/S106.md");
    S107 "missing-colon" Error include_str!("pages/S107.md");
    S108 "missing-value" Error include_str!("pages/S108.md");
    S109 "missing-name" Error include_str!("pages/S109.md");
    S110 "equals-sign" Error include_str!("pages/S110.md");
    S111 "foreign-separator" Error include_str!("pages/S111.md");
    S112 "foreign-quotes" Error include_str!("pages/S112.md");
    S113 "unclosed-string" Error include_str!("pages/S113.md");
    S114 "unknown-escape" Error include_str!("pages/S114.md");
    S115 "foreign-operator" Error include_str!("pages/S115.md");
    S116 "chained-comparison" Error include_str!("pages/S116.md");
    S117 "conflict-marker" Error include_str!("pages/S117.md");
    S118 "malformed-number" Error include_str!("pages/S118.md");
    S119 "waiver-without-reason" Error include_str!("pages/S119.md");
    S120 "too-complex" Error include_str!("pages/S120.md");
}
