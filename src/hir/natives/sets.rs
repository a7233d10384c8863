//! Natives of sets and of lists as wholes: several labels a row, and what lists of recommendations are like.

use super::{ArgKind, Family, Gives, ListKind, NativeOption, OptionKind, Signature};

const LIST: ArgKind = ArgKind::List(ListKind::Items);
const NONE: &[NativeOption] = &[];

const OF: NativeOption = NativeOption {
    name: "of",
    kind: OptionKind::Choice(&["jaccard", "precision", "recall", "f1"]),
    default: Some(0.0),
};
const AVERAGE: NativeOption = NativeOption {
    name: "average",
    kind: OptionKind::Choice(&["micro", "macro", "weighted"]),
    default: Some(0.0),
};
const K: NativeOption = NativeOption {
    name: "k",
    kind: OptionKind::Number(1.0, 1e9, true),
    default: None,
};

const fn row(
    name: &'static str,
    args: &'static [ArgKind],
    options: &'static [NativeOption],
    gives: Gives,
    doc: &'static str,
) -> Signature {
    Signature {
        name,
        family: Family::Row,
        args,
        rest: None,
        options,
        gives,
        doc,
    }
}

pub(super) const TABLE: &[Signature] = &[
    row(
        "same_set",
        &[LIST, LIST],
        NONE,
        Gives::Ratio,
        "1 where both lists hold the same items, in whatever order, else 0",
    ),
    row(
        "set_difference",
        &[LIST, LIST],
        NONE,
        Gives::Number,
        "how many items are in one of the lists alone",
    ),
    row(
        "set_overlap",
        &[LIST, LIST],
        &[OF],
        Gives::Ratio,
        "how far the first list, predicted, is the second as sets; 0 where nothing is in either (Godbole & Sarawagi 2004)",
    ),
    Signature {
        family: Family::Whole,
        ..row(
            "sets_overlap",
            &[LIST, LIST],
            &[OF, AVERAGE],
            Gives::Ratio,
            "how far predicted lists are the true ones, item by item over all rows: pooled, on average over the items that occur, or weighted by how often each is true (Tsoumakas et al. 2010)",
        )
    },
    Signature {
        family: Family::Whole,
        ..row(
            "distinct_items",
            &[LIST],
            &[K],
            Gives::Number,
            "how many different items are among the first k of any list (Ge et al. 2010)",
        )
    },
    row(
        "self_information",
        &[LIST, LIST],
        &[K],
        Gives::Number,
        "the mean of -log2 of the shares, the second list, of the first k items: bits of surprise (Zhou et al. 2010)",
    ),
    row(
        "list_diversity",
        &[LIST, LIST],
        &[K],
        Gives::Number,
        "the mean of 1 less the cosine of the vectors, the second list, over pairs of the first k items, each as numbers between blanks; 0 of fewer than two (Ziegler et al. 2005)",
    ),
];
