//! Natives of ranked lists, and of scores grouped by query.

use super::{ArgKind, Family, Gives, ListKind, NativeOption, OptionKind, Signature};
use ArgKind::{List, Number};

const K: NativeOption = NativeOption {
    name: "k",
    kind: OptionKind::Number(1.0, 1e9, true),
    default: None,
};
const GAIN: NativeOption = NativeOption {
    name: "gain",
    kind: OptionKind::Choice(&["linear", "exponential"]),
    default: Some(0.0),
};
const OVER: NativeOption = NativeOption {
    name: "over",
    kind: OptionKind::Choice(&["relevant", "reachable"]),
    default: Some(0.0),
};

const fn row(name: &'static str, options: &'static [NativeOption], doc: &'static str) -> Signature {
    Signature {
        name,
        family: Family::Row,
        args: &[List(ListKind::Items), List(ListKind::Graded)],
        rest: None,
        options,
        gives: Gives::Ratio,
        doc,
    }
}

pub(super) const TABLE: &[Signature] = &[
    row(
        "ndcg",
        &[K, GAIN],
        "discounted gain of the first k items over that of the best k (Järvelin & Kekäläinen 2002; exponential gain: Burges et al. 2005)",
    ),
    row(
        "average_precision_at",
        &[K, OVER],
        "precision at the places of the relevant items among the first k, over all relevant ones or those that k can hold (Manning et al. 2008)",
    ),
    row(
        "reciprocal_rank",
        &[K],
        "one over the place of the first relevant item among the first k (Voorhees 1999)",
    ),
    row(
        "hit",
        &[K],
        "1 where a relevant item is among the first k (Deshpande & Karypis 2004)",
    ),
    row(
        "recall_at",
        &[K],
        "the share of the relevant items that is among the first k (Manning et al. 2008)",
    ),
    row(
        "precision_at",
        &[K],
        "the share of relevant items among k places, also where the list is shorter (Manning et al. 2008)",
    ),
    Signature {
        family: Family::Whole,
        args: &[Number, Number],
        ..row(
            "ndcg_of_scores",
            &[K, GAIN],
            "nDCG of the grades (second) in the order of the scores (first), ties averaged (McSherry & Najork 2008)",
        )
    },
];
