//! Natives of generated code.

use super::{ArgKind, Family, Gives, NativeOption, OptionKind, Signature};

pub(super) const TABLE: &[Signature] = &[Signature {
    name: "pass_at_k",
    family: Family::Row,
    args: &[ArgKind::Number, ArgKind::Number],
    rest: None,
    options: &[NativeOption {
        name: "k",
        kind: OptionKind::Number(1.0, 1e9, true),
        default: None,
    }],
    gives: Gives::Ratio,
    doc: "the chance that one of k samples is correct, from how many were drawn and how many of them are correct (Chen et al. 2021)",
}];
