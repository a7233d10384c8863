//! Porter's stemmer (Porter 1980, An Algorithm for Suffix Stripping) with the additions of NLTK, which
//! ROUGE's reference implementation stems with. Words are ASCII, in lower case.

/// A condition on what is left without a suffix.
type Condition = fn(&[u8]) -> bool;
/// Suffix, what replaces it, where.
type Rule = (&'static str, &'static str, Condition);

const IRREGULAR: [(&str, &str); 16] = [
    ("sky", "sky"),
    ("skies", "sky"),
    ("dying", "die"),
    ("lying", "lie"),
    ("tying", "tie"),
    ("news", "news"),
    ("innings", "inning"),
    ("inning", "inning"),
    ("outings", "outing"),
    ("outing", "outing"),
    ("cannings", "canning"),
    ("canning", "canning"),
    ("howe", "howe"),
    ("proceed", "proceed"),
    ("exceed", "exceed"),
    ("succeed", "succeed"),
];

/// The stem of a word.
pub fn stem(word: &str) -> String {
    if let Some((_, stem)) = IRREGULAR.iter().find(|(w, _)| *w == word) {
        return (*stem).to_string();
    }
    if word.len() <= 2 || !word.is_ascii() {
        return word.to_string();
    }
    let mut word = word.to_string();
    for step in [
        plurals, past, final_y, double, single, bare, final_e, final_l,
    ] {
        word = step(word);
    }
    word
}

/// The first rule whose suffix the word has decides, whether or not its condition holds.
fn apply(word: String, rules: &[Rule]) -> String {
    for (suffix, with, condition) in rules {
        if let Some(stem) = word.strip_suffix(suffix) {
            return if condition(stem.as_bytes()) {
                format!("{stem}{with}")
            } else {
                word
            };
        }
    }
    word
}

fn always(_: &[u8]) -> bool {
    true
}

fn is_consonant(word: &[u8], i: usize) -> bool {
    // A `y` is a consonant unless one stands before it: count back over a run of them.
    match word.get(i) {
        Some(b'a' | b'e' | b'i' | b'o' | b'u') => false,
        Some(b'y') => {
            let run = word
                .iter()
                .take(i + 1)
                .rev()
                .take_while(|&&c| c == b'y')
                .count();
            let before = (i + 1).checked_sub(run + 1);
            match before {
                None => run % 2 == 1,
                Some(at) => is_consonant(word, at) == (run % 2 == 0),
            }
        }
        _ => true,
    }
}

/// How many times a consonant follows a vowel: m of [C](VC)^m[V].
fn measure(stem: &[u8]) -> usize {
    let consonants: Vec<bool> = (0..stem.len()).map(|i| is_consonant(stem, i)).collect();
    let after_vowel = |pair: &&[bool]| matches!(pair, [false, true]);
    consonants.windows(2).filter(after_vowel).count()
}

fn positive(stem: &[u8]) -> bool {
    measure(stem) > 0
}

fn above_one(stem: &[u8]) -> bool {
    measure(stem) > 1
}

fn has_vowel(stem: &[u8]) -> bool {
    (0..stem.len()).any(|i| !is_consonant(stem, i))
}

fn ends_double_consonant(word: &[u8]) -> bool {
    matches!(word, [.., a, b] if a == b) && is_consonant(word, word.len() - 1)
}

/// Consonant, vowel, consonant other than w, x, y; or a word of vowel and consonant.
fn ends_short(word: &[u8]) -> bool {
    let n = word.len();
    if n == 2 {
        return !is_consonant(word, 0) && is_consonant(word, 1);
    }
    n > 2
        && is_consonant(word, n - 3)
        && !is_consonant(word, n - 2)
        && is_consonant(word, n - 1)
        && !matches!(word.last(), Some(b'w' | b'x' | b'y'))
}

/// Step 1a.
fn plurals(word: String) -> String {
    if word.len() == 4
        && let Some(stem) = word.strip_suffix("ies")
    {
        return format!("{stem}ie");
    }
    let rules: [Rule; 4] = [
        ("sses", "ss", always),
        ("ies", "i", always),
        ("ss", "ss", always),
        ("s", "", always),
    ];
    apply(word, &rules)
}

/// Step 1b.
fn past(word: String) -> String {
    if let Some(stem) = word.strip_suffix("ied") {
        return if stem.len() == 1 {
            format!("{stem}ie")
        } else {
            format!("{stem}i")
        };
    }
    if word.ends_with("eed") {
        return apply(word, &[("eed", "ee", positive)]);
    }
    let cut = ["ed", "ing"]
        .iter()
        .filter_map(|suffix| word.strip_suffix(suffix));
    let Some(stem) = cut
        .filter(|s| has_vowel(s.as_bytes()))
        .map(str::to_string)
        .next()
    else {
        return word;
    };
    if ["at", "bl", "iz"].iter().any(|e| stem.ends_with(e)) {
        return stem + "e";
    }
    if ends_double_consonant(stem.as_bytes()) {
        let kept = stem.ends_with(['l', 's', 'z']);
        let cut = stem.len() - usize::from(!kept);
        return stem.chars().take(cut).collect();
    }
    if measure(stem.as_bytes()) == 1 && ends_short(stem.as_bytes()) {
        return stem + "e";
    }
    stem
}

/// Step 1c.
fn final_y(word: String) -> String {
    let after_consonant = |stem: &[u8]| stem.len() > 1 && is_consonant(stem, stem.len() - 1);
    apply(word, &[("y", "i", after_consonant)])
}

/// Step 2.
fn double(word: String) -> String {
    if let Some(stem) = word.strip_suffix("alli")
        && positive(stem.as_bytes())
    {
        return double(format!("{stem}al"));
    }
    // The `l` belongs to the stem, for the sake of `geo` and `theo`.
    let before_ogi = |stem: &[u8]| positive(&[stem, b"l"].concat());
    let rules: [Rule; 22] = [
        ("ational", "ate", positive),
        ("tional", "tion", positive),
        ("enci", "ence", positive),
        ("anci", "ance", positive),
        ("izer", "ize", positive),
        ("bli", "ble", positive),
        ("alli", "al", positive),
        ("entli", "ent", positive),
        ("eli", "e", positive),
        ("ousli", "ous", positive),
        ("ization", "ize", positive),
        ("ation", "ate", positive),
        ("ator", "ate", positive),
        ("alism", "al", positive),
        ("iveness", "ive", positive),
        ("fulness", "ful", positive),
        ("ousness", "ous", positive),
        ("aliti", "al", positive),
        ("iviti", "ive", positive),
        ("biliti", "ble", positive),
        ("fulli", "ful", positive),
        ("logi", "log", before_ogi),
    ];
    apply(word, &rules)
}

/// Step 3.
fn single(word: String) -> String {
    let rules: [Rule; 7] = [
        ("icate", "ic", positive),
        ("ative", "", positive),
        ("alize", "al", positive),
        ("iciti", "ic", positive),
        ("ical", "ic", positive),
        ("ful", "", positive),
        ("ness", "", positive),
    ];
    apply(word, &rules)
}

/// Step 4.
fn bare(word: String) -> String {
    let ion = |stem: &[u8]| above_one(stem) && matches!(stem.last(), Some(b's' | b't'));
    let rules: [Rule; 19] = [
        ("al", "", above_one),
        ("ance", "", above_one),
        ("ence", "", above_one),
        ("er", "", above_one),
        ("ic", "", above_one),
        ("able", "", above_one),
        ("ible", "", above_one),
        ("ant", "", above_one),
        ("ement", "", above_one),
        ("ment", "", above_one),
        ("ent", "", above_one),
        ("ion", "", ion),
        ("ou", "", above_one),
        ("ism", "", above_one),
        ("ate", "", above_one),
        ("iti", "", above_one),
        ("ous", "", above_one),
        ("ive", "", above_one),
        ("ize", "", above_one),
    ];
    apply(word, &rules)
}

/// Step 5a.
fn final_e(word: String) -> String {
    let drops = |stem: &[u8]| match measure(stem) {
        0 => false,
        1 => !ends_short(stem),
        _ => true,
    };
    apply(word, &[("e", "", drops)])
}

/// Step 5b.
fn final_l(word: String) -> String {
    let long = |stem: &[u8]| above_one(&[stem, b"l"].concat());
    apply(word, &[("ll", "l", long)])
}

#[cfg(test)]
mod tests {
    use super::stem;

    /// Stems of NLTK 3.10.4's `PorterStemmer`.
    #[test]
    fn stems() {
        for (word, expected) in [
            ("skies", "sky"),
            ("dying", "die"),
            ("flies", "fli"),
            ("dies", "die"),
            ("spied", "spi"),
            ("agreed", "agre"),
            ("feed", "feed"),
            ("disabled", "disabl"),
            ("matting", "mat"),
            ("mating", "mate"),
            ("hopping", "hop"),
            ("falling", "fall"),
            ("hissing", "hiss"),
            ("fizzed", "fizz"),
            ("failing", "fail"),
            ("filing", "file"),
            ("happy", "happi"),
            ("enjoy", "enjoy"),
            ("sky", "sky"),
            ("relational", "relat"),
            ("conditional", "condit"),
            ("rational", "ration"),
            ("valenci", "valenc"),
            ("digitizer", "digit"),
            ("conformabli", "conform"),
            ("radicalli", "radic"),
            ("differentli", "differ"),
            ("vileli", "vile"),
            ("analogousli", "analog"),
            ("vietnamization", "vietnam"),
            ("predication", "predic"),
            ("operator", "oper"),
            ("feudalism", "feudal"),
            ("decisiveness", "decis"),
            ("hopefulness", "hope"),
            ("callousness", "callous"),
            ("formaliti", "formal"),
            ("sensitiviti", "sensit"),
            ("sensibiliti", "sensibl"),
            ("geologi", "geolog"),
            ("hopefulli", "hope"),
            ("triplicate", "triplic"),
            ("formative", "form"),
            ("formalize", "formal"),
            ("electriciti", "electr"),
            ("electrical", "electr"),
            ("hopeful", "hope"),
            ("goodness", "good"),
            ("revival", "reviv"),
            ("allowance", "allow"),
            ("inference", "infer"),
            ("airliner", "airlin"),
            ("gyroscopic", "gyroscop"),
            ("adjustable", "adjust"),
            ("defensible", "defens"),
            ("irritant", "irrit"),
            ("replacement", "replac"),
            ("adjustment", "adjust"),
            ("dependent", "depend"),
            ("adoption", "adopt"),
            ("homologou", "homolog"),
            ("communism", "commun"),
            ("activate", "activ"),
            ("angulariti", "angular"),
            ("homologous", "homolog"),
            ("effective", "effect"),
            ("bowdlerize", "bowdler"),
            ("probate", "probat"),
            ("rate", "rate"),
            ("cease", "ceas"),
            ("controll", "control"),
            ("roll", "roll"),
            ("syzygy", "syzygi"),
            ("toying", "toy"),
            ("generalizations", "gener"),
            ("at", "at"),
        ] {
            assert_eq!(stem(word), expected, "{word}");
        }
    }
}
