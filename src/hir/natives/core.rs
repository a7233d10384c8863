//! Natives of scores, numbers and agreement.

use super::{ArgKind, Family, Gives, NativeOption, OptionKind, Signature};
use ArgKind::{Class, Condition, Number, Scores};

const NONE: &[NativeOption] = &[];

const fn whole(
    name: &'static str,
    args: &'static [ArgKind],
    gives: Gives,
    doc: &'static str,
) -> Signature {
    Signature {
        name,
        family: Family::Whole,
        args,
        rest: None,
        options: NONE,
        gives,
        doc,
    }
}

const fn row(
    name: &'static str,
    args: &'static [ArgKind],
    gives: Gives,
    doc: &'static str,
) -> Signature {
    Signature {
        family: Family::Row,
        ..whole(name, args, gives, doc)
    }
}

const WEIGHTS: NativeOption = NativeOption {
    name: "weights",
    kind: OptionKind::Choice(&["none", "linear", "quadratic"]),
    default: Some(0.0),
};

const BINS: NativeOption = NativeOption {
    name: "bins",
    kind: OptionKind::Number(1.0, 1e6, true),
    default: None,
};

const CLASSES: NativeOption = NativeOption {
    name: "classes",
    kind: OptionKind::Number(0.0, 1e6, true),
    default: Some(0.0),
};

const ERROR: NativeOption = NativeOption {
    name: "of",
    kind: OptionKind::Choice(&["mean", "max"]),
    default: Some(0.0),
};

const LEVEL: NativeOption = NativeOption {
    name: "level",
    kind: OptionKind::Choice(&["nominal", "ordinal", "interval", "ratio"]),
    default: Some(0.0),
};

pub(super) const TABLE: &[Signature] = &[
    whole(
        "roc_auc",
        &[Number, Condition],
        Gives::Ratio,
        "the chance that a row where the condition holds has a higher number than one where it does not, ties counting half (Hanley & McNeil 1982)",
    ),
    whole(
        "win_rate",
        &[Number, Condition, Condition],
        Gives::Number,
        "the chance that a row where the first condition holds has a higher number than one where the second does, ties counting half (Vargha & Delaney 2000)",
    ),
    whole(
        "average_precision",
        &[Number, Condition],
        Gives::Ratio,
        "the precision at each threshold, weighted by the recall it adds (Manning et al. 2008)",
    ),
    whole(
        "pr_auc",
        &[Number, Condition],
        Gives::Ratio,
        "the area under the precision-recall curve by trapezoids (Davis & Goadrich 2006)",
    ),
    whole(
        "pearson",
        &[Number, Number],
        Gives::Number,
        "the product-moment correlation (Pearson 1895)",
    ),
    whole(
        "spearman",
        &[Number, Number],
        Gives::Number,
        "the correlation of mid-ranks (Spearman 1904)",
    ),
    whole(
        "kendall_tau_b",
        &[Number, Number],
        Gives::Number,
        "concordant less discordant pairs, corrected for ties (Kendall 1945)",
    ),
    whole(
        "kendall_tau_c",
        &[Number, Number],
        Gives::Number,
        "concordant less discordant pairs over the most that as many distinct values allow (Stuart 1953)",
    ),
    Signature {
        options: &[BINS, ERROR],
        ..whole(
            "calibration_error",
            &[Number, Condition],
            Gives::Ratio,
            "how far the mean number lies from the share of rows where the condition holds, over bins of as many rows each: on average, or in the worst (Nixon et al. 2019)",
        )
    },
    whole(
        "r2",
        &[Number, Number],
        Gives::Number,
        "the share of the second number's variance that the first explains, in two passes (Draper & Smith 1998)",
    ),
    Signature {
        family: Family::Table,
        options: &[WEIGHTS],
        ..whole(
            "cohen_kappa",
            &[Class, Class],
            Gives::Number,
            "agreement of two classes beyond chance, disagreement weighted by distance where said (Cohen 1960, 1968)",
        )
    },
    Signature {
        rest: Some(Class),
        options: &[LEVEL],
        ..whole(
            "krippendorff_alpha",
            &[Class, Class],
            Gives::Number,
            "agreement of any number of raters beyond chance, ratings may be missing (Krippendorff 2011)",
        )
    },
    Signature {
        rest: Some(Class),
        ..whole(
            "fleiss_kappa",
            &[Class, Class],
            Gives::Number,
            "agreement of a fixed number of raters beyond chance (Fleiss 1971)",
        )
    },
    Signature {
        rest: Some(Class),
        options: &[CLASSES],
        ..whole(
            "randolph_kappa",
            &[Class, Class],
            Gives::Number,
            "agreement of a fixed number of raters beyond that of drawing all classes alike (Randolph 2005)",
        )
    },
    row(
        "score_rank",
        &[Scores, Class],
        Gives::Number,
        "the place of the class by score, from 1; equal scores go to the later class first (scikit-learn's top-k)",
    ),
    row(
        "top_score",
        &[Scores],
        Gives::Number,
        "the largest of the classes' scores",
    ),
    row(
        "top_class_is",
        &[Scores, Class],
        Gives::Number,
        "1 where the class has the largest score, the first of equal ones, else 0",
    ),
];
