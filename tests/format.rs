//! The formatter: cases as files under `tests/format`, properties over every plan of the
//! repository, over broken ones, and over random ones.

use benchwright::format::{Extent, Formatted, format};
use benchwright::syntax::{Parsed, ast, parse};
use benchwright::text::FileId;
use proptest::prelude::*;
use rayon::prelude::*;
use std::path::Path;

/// Plans whose layout is meant to be looked at: they are as `benchwright fmt` writes them.
const TIDY: [&str; 3] = ["examples", "stdlib", "tests/whole-plan"];

/// Plans that are cut and lose lines.
const PLANS: [&str; 5] = [
    "examples/reviews/reviews.bench",
    "examples/digits/vision.bench",
    "examples/latency/pick.bench",
    "examples/faulty/ten-faults.bench",
    "tests/format/comments.bench",
];

fn read(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// Every plan below a folder, sorted.
pub fn plans(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            found.extend(plans(&path));
        } else if path.extension().is_some_and(|e| e == "bench") {
            found.push(path.to_str().unwrap().to_owned());
        }
    }
    found.sort();
    found
}

fn parsed(text: &str) -> Parsed {
    parse(FileId(0), text)
}

fn comments(parsed: &Parsed) -> Vec<&str> {
    let comments = parsed.file.comments.iter();
    comments.map(|c| c.text.as_str()).collect()
}

/// The text without blanks, line ends and the commas that layout decides on.
fn dense(text: &str) -> String {
    let blank = |c: &char| !c.is_whitespace() && !matches!(c, ',' | '\u{FEFF}');
    text.chars().filter(blank).collect()
}

/// Formats, and holds the result to what is true of every text; the fault found, if any.
fn sound(text: &str) -> Result<Formatted, String> {
    let once = format(text);
    let twice = format(&once.text);
    let complain = |what: &str| {
        let (text, once, twice) = (text, &once.text, &twice.text);
        Err(format!(
            "{what}\n--- text\n{text}\n--- once\n{once}\n--- twice\n{twice}"
        ))
    };
    if once.text != twice.text {
        return complain("formatting twice is not formatting once");
    }
    let (before, after) = (parsed(text), parsed(&once.text));
    if comments(&before) != comments(&after) {
        return complain("comments differ");
    }
    if before.errors.len() != after.errors.len() {
        return complain("faults differ");
    }
    if before.file.without_spans() != after.file.without_spans() {
        return complain("trees differ");
    }
    if dense(text) != dense(&once.text) {
        return complain("something was lost or added");
    }
    if once.extent == Extent::Nothing && once.text != text {
        return complain("nothing was formatted, and yet it changed");
    }
    Ok(once)
}

#[test]
fn cases() {
    for path in plans(Path::new("tests/format")) {
        let formatted = sound(&read(&path)).unwrap();
        let name = Path::new(&path).file_stem().unwrap().to_str().unwrap();
        insta::with_settings!({snapshot_path => "format", prepend_module_to_snapshot => false, omit_expression => true}, {
            insta::assert_snapshot!(name, format!("{:?}\n{}", formatted.extent, formatted.text));
        });
    }
}

#[test]
fn every_plan_keeps_its_meaning() {
    for path in TIDY
        .iter()
        .chain(&["tests"])
        .flat_map(|f| plans(Path::new(f)))
    {
        let text = read(&path);
        let formatted = sound(&text).unwrap_or_else(|fault| panic!("{path}: {fault}"));
        let extent = match parsed(&text).errors.is_empty() {
            true => Extent::Whole,
            false => Extent::Readable,
        };
        // A file whose only fault is `//` for `#` is read as a whole, too.
        let slashes = formatted.extent == Extent::Whole && text.contains("//");
        assert!(formatted.extent == extent || slashes, "{path}");
    }
}

#[test]
fn plans_that_are_shown_are_tidy() {
    for path in TIDY.iter().flat_map(|f| plans(Path::new(f))) {
        let text = read(&path);
        assert_eq!(format(&text).text, text, "{path}");
    }
    for page in ["README.md", "CHANGELOG.md", "docs/architecture.md"] {
        for block in read(page).split("```bench\n").skip(1) {
            let plan = block.split("```").next().unwrap();
            let indent = plan.len() - plan.trim_start_matches(' ').len();
            let lines = plan.lines().map(|l| l.get(indent..).unwrap_or(""));
            let plan: String = lines.flat_map(|l| [l, "\n"]).collect();
            let plan = plan.trim_end().to_owned() + "\n";
            assert_eq!(format(&plan).text, plan, "{page}");
        }
    }
}

#[test]
fn plans_cut_at_any_character() {
    for path in PLANS {
        let text = read(path);
        let ends: Vec<usize> = (0..=text.len())
            .filter(|&e| text.is_char_boundary(e))
            .collect();
        let faults: Vec<String> = ends
            .into_par_iter()
            .filter_map(|end| holds(&text[..end]).err())
            .collect();
        assert!(faults.is_empty(), "{path}: {}: {}", faults.len(), faults[0]);
    }
}

#[test]
fn plans_without_any_one_line() {
    for path in PLANS {
        let text = read(path);
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let faults: Vec<String> = (0..lines.len())
            .into_par_iter()
            .filter_map(|gone| {
                let kept = lines.iter().enumerate().filter(|(i, _)| *i != gone);
                holds(&kept.map(|(_, l)| *l).collect::<String>()).err()
            })
            .collect();
        assert!(faults.is_empty(), "{path}: {}: {}", faults.len(), faults[0]);
    }
}

/// [`sound`], and the rest of a broken plan is formatted.
fn holds(text: &str) -> Result<(), String> {
    match sound(text)?.extent {
        Extent::Whole | Extent::Readable => Ok(()),
        Extent::Nothing => Err(format!("given up:\n{text}")),
    }
}

#[test]
fn lines_that_cannot_be_read_stay_as_they_are() {
    let text = read("tests/format/broken.bench");
    let formatted = format(&text).text;
    for error in parsed(&text).errors {
        let start = text[..error.span.start as usize]
            .rfind('\n')
            .map_or(0, |n| n + 1);
        let line = text[start..].lines().next().unwrap();
        assert!(
            formatted.lines().any(|l| l == line),
            "{line:?}\n{formatted}"
        );
    }
}

#[test]
fn limits_and_odd_texts() {
    for text in ["", "\n\n", "#", "\u{FEFF}", "\r", "{", "}", "use", "a\r\rb"] {
        sound(text).unwrap();
    }
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("[a { b: ", " }]"),
        ("-", ""),
        ("not ", ""),
    ] {
        let nest = format!("plan p {{ a: {}x{} }}\n", open.repeat(60), close.repeat(60));
        assert_ne!(sound(&nest).unwrap().extent, Extent::Nothing, "{open}");
    }
    let deep = format!("plan p {{ a: {}x }}\n", "(".repeat(300));
    assert_eq!(sound(&deep).unwrap().text, deep);
    let long = format!("plan p {{ a: x{} }}\n", " + x".repeat(400));
    assert_eq!(sound(&long).unwrap().extent, Extent::Whole);
}

/// Writes plans that parse, in any layout: what to write next is read from a tape of decisions.
struct Writer<'a> {
    tape: std::slice::Iter<'a, u8>,
    text: String,
    depth: usize,
}

impl Writer<'_> {
    /// A decision among `n`.
    fn pick(&mut self, n: usize) -> usize {
        self.tape.next().map_or(0, |b| usize::from(*b) % n)
    }

    fn one<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.pick(of.len())]
    }

    fn put(&mut self, text: &str) {
        self.text += text;
    }

    /// Blanks where a token has to end.
    fn blank(&mut self) {
        let blank = self.one(&[" ", "  ", "\t", " \u{A0} "]);
        self.put(blank);
    }

    fn maybe_blank(&mut self) {
        let blank = self.one(&["", " ", "   "]);
        self.put(blank);
    }

    /// What may stand where line ends do not count.
    fn anywhere(&mut self) {
        let gap = self.one(&[
            "",
            " ",
            "",
            " ",
            "\n",
            "\n\n\n",
            " # c\n",
            "\n  # own\n\n",
            "\r\n  ",
        ]);
        self.put(gap);
    }

    /// What ends an entry.
    fn ends(&mut self) {
        let end = self.one(&[
            "\n",
            " , ",
            "\n\n",
            " # behind\n",
            ",\n",
            "\n   # own\n",
            "  #x\n#y\n",
        ]);
        self.put(end);
    }

    fn name(&mut self) {
        let name = self.one(&["a", "f1_macro", "reviews", "größe", "when_", "e5"]);
        self.put(name);
    }

    fn path(&mut self) {
        self.name();
        for _ in 0..self.pick(3) {
            self.put(".");
            self.name();
        }
    }

    fn atom(&mut self) {
        self.depth += 1;
        match if self.depth > 5 {
            self.pick(4)
        } else {
            self.pick(11)
        } {
            0 => self.path(),
            1 => {
                let number = self.one(&["1", "0.50", "1_000", "2e3"]);
                self.put(number);
                let unit = self.one(&["", "pp", " ms", "%", " USD/h", "/s", " e5", " %", " _x"]);
                self.put(unit);
            }
            2 => self.put("\"a # {x} \\\" \\n, b\""),
            3 => self.put("\"\""),
            4 => self.list("(", ")"),
            5 => self.list("[", "]"),
            6 => {
                self.put("every ");
                self.path();
                self.blank();
                self.group();
            }
            7 => {
                self.put("mean over\tclass ");
                self.name();
                self.put(" of");
                self.group();
            }
            8 => {
                self.put("max by ");
                self.path();
                self.put(" of ");
                self.group();
            }
            9 => {
                let prefix = self.one(&["- ", "not ", "-"]);
                self.put(prefix);
                self.atom();
            }
            _ => self.group(),
        }
        self.depth -= 1;
    }

    fn group(&mut self) {
        self.put("(");
        self.anywhere();
        self.expr();
        self.anywhere();
        self.put(")");
    }

    /// A call, variant or list.
    fn list(&mut self, open: &str, close: &str) {
        if open == "(" || self.pick(2) == 0 {
            self.path();
        }
        self.put(open);
        self.anywhere();
        let count = self.pick(4);
        for i in 0..count {
            if self.pick(3) == 0 {
                self.name();
                self.put(":");
                self.anywhere();
            }
            self.value();
            self.anywhere();
            if i + 1 < count || self.pick(2) == 0 {
                self.put(",");
                self.anywhere();
            }
        }
        self.put(close);
    }

    fn expr(&mut self) {
        self.atom();
        if self.pick(3) != 0 {
            return;
        }
        self.anywhere();
        let ops = [
            " + ", " - ", "*", " / ", " and ", " or ", "..", " in ", ">=", " ==",
        ];
        let op = self.one(&ops);
        self.put(op);
        self.anywhere();
        self.atom();
    }

    fn value(&mut self) {
        self.depth += 1;
        let record = self.depth < 5 && self.pick(3) == 0;
        if !record || self.pick(2) == 0 {
            self.expr();
            self.maybe_blank();
        }
        if record {
            self.body(false);
        }
        self.depth -= 1;
    }

    fn body(&mut self, rules: bool) {
        self.put("{");
        let start = self.one(&["", " ", "\n", " # of a body\n", "\n\n"]);
        self.put(start);
        for _ in 0..self.pick(4) {
            self.name();
            if rules && self.pick(2) == 0 {
                self.put(" when ");
                self.expr();
            } else {
                self.maybe_blank();
                self.put(":");
                self.maybe_blank();
                self.value();
            }
            self.ends();
        }
        self.put("}");
    }

    fn item(&mut self) {
        if self.pick(5) == 0 {
            self.put("## doc\n\n@allow( U101 , \"so\")\n");
        }
        match self.pick(6) {
            0 => {
                self.put("use std.a .");
                let names = self.one(&["{b}", "{ b,c }", "{\nb, c,}"]);
                self.put(names);
                self.put("\n");
                return;
            }
            1 => self.put("decide for a - b against c[x:y]"),
            2 => self.put("compare a with [b, c - d]"),
            3 => self.put("metric m(x)"),
            4 => self.put("candidate  c from a"),
            _ => self.put("dataset d"),
        }
        self.maybe_blank();
        self.body(true);
        let end = self.one(&["\n", "\n\n\n", "   # behind\n", "\n# between\n"]);
        self.put(end);
    }
}

pub fn written(tape: &[u8]) -> String {
    let mut writer = Writer {
        tape: tape.iter(),
        text: String::new(),
        depth: 0,
    };
    for _ in 0..=writer.pick(4) {
        writer.item();
    }
    writer.text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// A random plan in random layout, printed and parsed, is the same plan.
    #[test]
    fn random_plans_come_back(tape in proptest::collection::vec(any::<u8>(), 0..300)) {
        let text = written(&tape);
        let formatted = sound(&text).map_err(TestCaseError::fail)?;
        prop_assert!(formatted.extent != Extent::Nothing, "given up:\n{}", text);
        if parsed(&text).errors.is_empty() {
            prop_assert_eq!(formatted.extent, Extent::Whole);
        }
    }

    /// So is one with a piece missing.
    #[test]
    fn random_plans_with_a_hole_come_back(
        tape in proptest::collection::vec(any::<u8>(), 0..200),
        from in any::<prop::sample::Index>(),
        length in 1usize..20,
    ) {
        let text: Vec<char> = written(&tape).chars().collect();
        let from = from.index(text.len());
        let holed: String = text.iter().take(from).chain(text.iter().skip(from + length)).collect();
        sound(&holed).map_err(TestCaseError::fail)?;
    }
}

#[test]
fn most_random_plans_are_sound() {
    let tape = |seed: u32| -> Vec<u8> {
        let step = |i: u32| {
            (seed
                .wrapping_mul(2_654_435_761)
                .wrapping_add(i * i * 40_503)
                >> 11) as u8
        };
        (0..200).map(step).collect()
    };
    let sound = (0..200).filter(|&s| parsed(&written(&tape(s))).errors.is_empty());
    let items = |text: &str| -> Vec<ast::Item> { parsed(text).file.items };
    assert!(sound.count() > 80);
    assert!(!items(&written(&tape(1))).is_empty());
}
