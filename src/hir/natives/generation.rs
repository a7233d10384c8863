//! Natives of generated text.

use super::{ArgKind, Family, Gives, ListKind, NativeOption, OptionKind, Signature};
use ArgKind::Text;

const TEXTS: ArgKind = ArgKind::List(ListKind::Texts);
const NONE: &[NativeOption] = &[];

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

const fn choice(name: &'static str, words: &'static [&'static str]) -> NativeOption {
    NativeOption {
        name,
        kind: OptionKind::Choice(words),
        default: Some(0.0),
    }
}

const OF: NativeOption = choice("of", &["f", "precision", "recall"]);
const STEM: NativeOption = choice("stem", &["no", "yes"]);
const NORMALIZED: NativeOption = choice("normalized", &["no", "yes"]);
const TOKENS: NativeOption = choice("tokens", &["mteval", "words", "characters"]);
const CASE: NativeOption = choice("case", &["kept", "lower"]);
const SMOOTHING: NativeOption = choice("smoothing", &["exponential", "floor", "add", "none"]);
const ROUGE_N: NativeOption = NativeOption {
    name: "n",
    kind: OptionKind::Number(1.0, 9.0, true),
    default: Some(1.0),
};
const WORD_ORDER: NativeOption = NativeOption {
    name: "word_order",
    kind: OptionKind::Number(0.0, 4.0, true),
    default: Some(0.0),
};
const BETA: NativeOption = NativeOption {
    name: "beta",
    kind: OptionKind::Number(0.1, 10.0, false),
    default: Some(2.0),
};

pub(super) const TABLE: &[Signature] = &[
    row(
        "exact_match",
        &[Text, TEXTS],
        &[choice("normal_form", &["squad", "none"])],
        Gives::Ratio,
        "1 where the text is a reference, by default without case, punctuation and articles (Rajpurkar et al. 2016, SQuAD)",
    ),
    row(
        "token_f1",
        &[Text, TEXTS],
        NONE,
        Gives::Ratio,
        "F1 of the words shared with the nearest reference, in SQuAD's normal form (Rajpurkar et al. 2016, 2018)",
    ),
    row(
        "words",
        &[Text],
        NONE,
        Gives::Number,
        "how many words, between white space",
    ),
    row(
        "word_edits",
        &[Text, Text],
        NONE,
        Gives::Number,
        "insertions, deletions and substitutions of words from the second text to the first (Levenshtein 1966)",
    ),
    row(
        "word_hits",
        &[Text, Text],
        NONE,
        Gives::Number,
        "words kept by that shortest way from the second text to the first (Morris et al. 2004)",
    ),
    row(
        "characters",
        &[Text],
        NONE,
        Gives::Number,
        "how many characters, without the white space at both ends",
    ),
    row(
        "character_edits",
        &[Text, Text],
        NONE,
        Gives::Number,
        "insertions, deletions and substitutions of characters from the second text to the first (Levenshtein 1966)",
    ),
    row(
        "ter_edits",
        &[Text, TEXTS],
        &[NORMALIZED],
        Gives::Number,
        "edits of words to the nearest reference where moving a block is one, as sacreBLEU counts (Snover et al. 2006)",
    ),
    row(
        "ter_words",
        &[TEXTS],
        &[NORMALIZED],
        Gives::Number,
        "the mean length of the references in the words of `ter_edits`",
    ),
    row(
        "rouge_n",
        &[Text, TEXTS],
        &[OF, STEM, ROUGE_N],
        Gives::Ratio,
        "runs of n words shared with the nearest reference (Lin 2004)",
    ),
    row(
        "rouge_l",
        &[Text, TEXTS],
        &[OF, STEM],
        Gives::Ratio,
        "the longest common subsequence of words with the nearest reference (Lin 2004)",
    ),
    row(
        "rouge_lsum",
        &[Text, TEXTS],
        &[OF, STEM],
        Gives::Ratio,
        "the common subsequences of each line of the nearest reference with any line of the text (Lin 2004)",
    ),
    row(
        "sentence_bleu",
        &[Text, TEXTS],
        &[TOKENS, CASE],
        Gives::Ratio,
        "BLEU of one row, smoothed exponentially, of the orders that it has (Papineni et al. 2002)",
    ),
    Signature {
        family: Family::Corpus,
        ..row(
            "bleu",
            &[Text, TEXTS],
            &[TOKENS, CASE, SMOOTHING],
            Gives::Ratio,
            "BLEU of all rows together, as sacreBLEU computes it (Papineni et al. 2002, Post 2018)",
        )
    },
    row(
        "sentence_chrf",
        &[Text, TEXTS],
        &[WORD_ORDER, BETA],
        Gives::Ratio,
        "chrF of one row, chrF++ with `word_order: 2` (Popović 2015, 2017)",
    ),
    Signature {
        family: Family::Corpus,
        ..row(
            "chrf",
            &[Text, TEXTS],
            &[WORD_ORDER, BETA],
            Gives::Ratio,
            "chrF of all rows together, chrF++ with `word_order: 2`, as sacreBLEU computes it (Popović 2015, 2017)",
        )
    },
];
