//! Parsing: whole plans, slips and broken plans, and properties of every text.

use benchwright::syntax::ast::*;
use benchwright::syntax::{Parsed, SyntaxError, diagnose, parse};
use benchwright::text::{FileId, LineIndex, Span};
use std::fmt::Write as _;
use std::path::{Path as FilePath, PathBuf};

fn files(folder: &str) -> Vec<(PathBuf, String)> {
    let root = FilePath::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(root)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "bench"))
        .collect();
    paths.sort();
    paths
        .into_iter()
        .map(|p| {
            let text = std::fs::read_to_string(&p).unwrap();
            (p, text)
        })
        .collect()
}

fn plans() -> Vec<(PathBuf, String)> {
    files("tests/plans")
}

fn of(text: &str) -> Parsed {
    parse(FileId(0), text)
}

fn stem(path: &FilePath) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

/// Every error of a text as people read it: place, text under the span, help and fixes.
fn report(text: &str, parsed: &Parsed) -> String {
    let lines = LineIndex::new(text);
    let place = |span: Span| {
        let at = lines.line_column(text, span.start);
        let under = text.get(span.range()).unwrap().replace('\n', "⏎");
        format!("{}:{} `{under}`", at.line, at.column)
    };
    let mut out = String::new();
    for error in &parsed.errors {
        let d = diagnose(error);
        writeln!(out, "{}[{}] {}", d.code.code, d.code.name, d.message).unwrap();
        for label in &d.labels {
            writeln!(out, "  at {} {}", place(label.span), label.text).unwrap();
        }
        for help in &d.help {
            writeln!(out, "  help: {help}").unwrap();
        }
        for fix in &d.fixes {
            let safe = if fix.safe { "safe" } else { "unsafe" };
            for edit in &fix.edits {
                let to = edit.text.replace('\n', "⏎");
                writeln!(
                    out,
                    "  fix ({safe}): {}: {} → `{to}`",
                    fix.title,
                    place(edit.span)
                )
                .unwrap();
            }
        }
    }
    out
}

#[test]
fn plans_parse_without_error() {
    for (path, text) in plans() {
        let parsed = of(&text);
        assert_eq!(report(&text, &parsed), "", "{}", path.display());
    }
}

/// A tree as nested lists, one entry a line: what a reader can check against the plan.
fn sketch(file: &File) -> String {
    let mut out = String::new();
    for item in &file.items {
        for doc in &item.docs {
            writeln!(out, "## {}", doc.text).unwrap();
        }
        for allow in &item.allows {
            let reason = allow.reason.as_ref().map(|r| r.value.as_str());
            writeln!(out, "@allow {} {reason:?}", allow.code.text).unwrap();
        }
        match &item.kind {
            ItemKind::Use(Use::Path { path, names }) => {
                let names = names.as_ref().map(|n| list(n, |n| n.text.clone()));
                writeln!(out, "use {} {}", path.text(), names.unwrap_or_default()).unwrap();
            }
            ItemKind::Use(Use::File { file, name }) => {
                writeln!(out, "use {:?} as {}", file.value, name.text).unwrap();
            }
            ItemKind::Block(block) => {
                writeln!(out, "{}", head(&block.head)).unwrap();
                match &block.body {
                    Some(body) => entries(&mut out, body, 1),
                    None => writeln!(out, "  no body").unwrap(),
                }
            }
            ItemKind::Error => writeln!(out, "error item").unwrap(),
        }
    }
    out
}

fn list<T>(items: &[T], show: impl Fn(&T) -> String) -> String {
    let shown: Vec<String> = items.iter().map(show).collect();
    format!("[{}]", shown.join(", "))
}

fn head(head: &Head) -> String {
    match head {
        Head::Declare {
            keyword,
            name,
            params,
            from,
        } => {
            let params = match params.as_slice() {
                [] => String::new(),
                some => list(some, |p| p.text.clone()),
            };
            let from = from.as_ref().map(|s| format!(" from {}", system(s)));
            format!(
                "{} {}{params}{}",
                keyword.text(),
                name.text,
                from.unwrap_or_default()
            )
        }
        Head::Compare { subject, against } => {
            format!("compare {} with {}", system(subject), list(against, system))
        }
        Head::Ablation { of } => format!("ablation of {}", system(of)),
        Head::Factorial { of } => format!("factorial of {}", system(of)),
        Head::Select { name, from } => format!("select {} from {}", name.text, list(from, system)),
        Head::Decide {
            name,
            subject,
            against,
        } => {
            let name = name
                .as_ref()
                .map(|n| format!(" {}", n.text))
                .unwrap_or_default();
            format!(
                "decide{name} for {} against {}",
                system(subject),
                system(against)
            )
        }
        Head::Stop { subject, against } => {
            format!("stop for {} against {}", system(subject), system(against))
        }
        Head::Broken { word, meant, name } => {
            let name = name.as_ref().map(|n| n.text.as_str());
            format!("broken {} meant {meant:?} name {name:?}", word.text)
        }
    }
}

fn system(system: &SystemRef) -> String {
    let mut out = system.path.text();
    if !system.levels.is_empty() {
        out += &list(&system.levels, arg);
    }
    for minus in &system.minus {
        out += &format!(" - {}", minus.text);
    }
    out
}

fn entries(out: &mut String, body: &Body, depth: usize) {
    let pad = "  ".repeat(depth);
    for entry in &body.entries {
        match entry {
            Entry::Field(f) => writeln!(out, "{pad}{}: {}", f.name.text, value(&f.value)).unwrap(),
            Entry::Rule(r) => {
                let when = r.when.as_ref().map_or("otherwise".to_owned(), expr);
                writeln!(out, "{pad}{} <= {when}", r.outcome.text).unwrap();
            }
            Entry::Error(_) => writeln!(out, "{pad}error").unwrap(),
        }
    }
    if !body.closed {
        writeln!(out, "{pad}unclosed").unwrap();
    }
}

fn value(value: &Value) -> String {
    let mut out = value.expr.as_ref().map(expr).unwrap_or_default();
    if let Some(record) = &value.record {
        let mut inner = String::new();
        entries(&mut inner, record, 0);
        out += &format!("{{ {} }}", inner.trim_end().replace('\n', "; "));
    }
    out
}

fn arg(arg: &Arg) -> String {
    match &arg.name {
        Some(name) => format!("{}: {}", name.text, value(&arg.value)),
        None => value(&arg.value),
    }
}

/// An expression with every operator bracketed.
fn expr(e: &Expr) -> String {
    match &e.kind {
        ExprKind::Quantity(q) => {
            let unit = q.unit.as_ref().map(|u| format!("·{}", u.text));
            format!("{}{}", q.number, unit.unwrap_or_default())
        }
        ExprKind::Text(t) => format!("{:?}", t.value),
        ExprKind::Path(p) => p.text(),
        ExprKind::List(args) => list(args, arg),
        ExprKind::Paren(e) => expr(e),
        ExprKind::Call { path, args } => format!("{}{}", path.text(), list(args, arg)),
        ExprKind::Index { path, args } => format!("{}@{}", path.text(), list(args, arg)),
        ExprKind::Every { path, body } => format!("every {} {}", path.text(), expr(body)),
        ExprKind::Over { fold, name, body } => {
            format!("{fold:?} over {} {}", name.text, expr(body))
        }
        ExprKind::By {
            fold,
            path,
            args,
            body,
        } => {
            let args = args.as_ref().map(|a| list(a, arg)).unwrap_or_default();
            format!("{fold:?} by {}{args} {}", path.text(), expr(body))
        }
        ExprKind::Binary {
            op, left, right, ..
        } => format!("({} {} {})", expr(left), op.text(), expr(right)),
        ExprKind::Unary { op, operand } => format!("({op:?} {})", expr(operand)),
        ExprKind::Error => "error".to_owned(),
    }
}

#[test]
fn plans_have_the_tree_they_read_as() {
    for (path, text) in plans() {
        let parsed = of(&text);
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "../plans/trees" }, {
            insta::assert_snapshot!(stem(&path), sketch(&parsed.file));
        });
    }
}

#[test]
fn cases_are_reported_as_recorded() {
    for (path, text) in files("tests/syntax/cases") {
        let parsed = of(&text);
        let shown = format!(
            "{}\n{text}\n{}\n{}",
            "-".repeat(60),
            "-".repeat(60),
            report(&text, &parsed)
        );
        let shown = format!("{shown}{}\n{}", "-".repeat(60), sketch(&parsed.file));
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "cases" }, {
            insta::assert_snapshot!(stem(&path), shown);
        });
    }
}

/// Every span of a tree, to be checked against its text.
fn spans(file: &File) -> Vec<Span> {
    let mut found: Vec<Span> = file.comments.iter().map(|c| c.span).collect();
    for item in &file.items {
        found.push(item.span);
        found.extend(item.allows.iter().flat_map(|a| [a.span, a.code.span]));
        if let ItemKind::Block(block) = &item.kind {
            found.push(block.head_span);
            if let Some(body) = &block.body {
                body_spans(&mut found, body);
            }
        }
    }
    found
}

fn body_spans(found: &mut Vec<Span>, body: &Body) {
    found.push(body.span);
    for entry in &body.entries {
        match entry {
            Entry::Field(f) => {
                found.extend([f.span, f.name.span]);
                value_spans(found, &f.value);
            }
            Entry::Rule(r) => {
                found.extend([r.span, r.outcome.span]);
                found.extend(r.when.as_ref().map(|e| e.span));
            }
            Entry::Error(span) => found.push(*span),
        }
    }
}

fn value_spans(found: &mut Vec<Span>, value: &Value) {
    found.push(value.span);
    found.extend(value.expr.as_ref().map(|e| e.span));
    if let Some(record) = &value.record {
        body_spans(found, record);
    }
}

/// What must hold of every text: spans lie in it, on character borders, and errors have words.
fn check(text: &str) {
    let parsed = of(text);
    let mut all = spans(&parsed.file);
    for error in &parsed.errors {
        let d = diagnose(error);
        assert!(!d.labels.is_empty() && !d.message.is_empty());
        all.extend(d.labels.iter().map(|l| l.span));
        all.extend(d.fixes.iter().flat_map(|f| f.edits.iter().map(|e| e.span)));
    }
    for span in all {
        assert!(text.get(span.range()).is_some(), "{span:?} in {text:?}");
    }
    let broken = sketch(&parsed.file).contains("error");
    assert!(
        !broken || !parsed.errors.is_empty(),
        "silent error node in {text:?}"
    );
}

#[test]
fn every_prefix_of_every_plan_parses_to_something() {
    for (_, text) in plans() {
        for (at, _) in text.char_indices() {
            check(&text[..at]);
        }
    }
}

#[test]
fn every_deletion_of_a_line_or_token_parses_to_something() {
    for (_, text) in plans() {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        for gone in 0..lines.len() {
            let kept: String = lines
                .iter()
                .enumerate()
                .filter(|(i, _)| *i != gone)
                .map(|(_, l)| *l)
                .collect();
            check(&kept);
        }
        for (from, to) in tokens(&text) {
            check(&format!("{}{}", &text[..from], &text[to..]));
        }
    }
}

fn tokens(text: &str) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    let mut word = false;
    for (at, c) in text.char_indices() {
        let inside = c.is_alphanumeric() || c == '_';
        match found.last_mut() {
            Some(last) if word && inside => last.1 = at + c.len_utf8(),
            _ if c.is_whitespace() => {}
            _ => found.push((at, at + c.len_utf8())),
        }
        word = inside;
    }
    found
}

#[test]
fn deep_nests_are_refused_and_sixty_levels_are_quick() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("f(", ")"),
        ("x[", "]"),
        ("{ a: ", " }"),
        ("f({ a: ", " })"),
        ("every x (", ")"),
        ("sum by f(", ") of (1)"),
        ("[a: x {b: (", ")}]"),
        ("mean over class c of (", ")"),
    ] {
        for depth in [10, 40, 60] {
            let closed = format!(
                "metric m {{\n  a: {}1{}\n}}\n",
                open.repeat(depth),
                close.repeat(depth)
            );
            let unclosed = format!("metric m {{\n  a: {}1\n", open.repeat(depth));
            let half = format!(
                "metric m {{\n  a: {}1 2{}\n}}\nplan p {{ }}\n",
                open.repeat(depth),
                close.repeat(depth / 2)
            );
            for text in [closed, unclosed, half] {
                let started = std::time::Instant::now();
                check(&text);
                assert!(
                    started.elapsed().as_millis() < 1000,
                    "{open} {depth} took {:?}",
                    started.elapsed()
                );
            }
        }
        let deep = format!(
            "metric m {{\n  a: {}1{}\n}}\n",
            open.repeat(127),
            close.repeat(127)
        );
        check(&deep);
        let too_deep = format!("metric m {{\n  a: {}", open.repeat(100_000));
        let report = report(&too_deep, &of(&too_deep));
        assert!(report.contains("nest more than 128 deep"), "{report}");
    }
    let braces = "system s { a: x {\n".repeat(20);
    check(&braces);
}

#[test]
fn long_chains_are_refused_without_overflow() {
    for (chain, times) in [
        ("a + ", 100_000),
        ("- ", 100_000),
        ("a and ", 10_000),
        ("not ", 10_000),
        ("a < ", 10_000),
    ] {
        let text = format!("metric m {{ value: {}a }}\n", chain.repeat(times));
        let found = report(&text, &of(&text));
        assert!(found.contains("too many operators"), "{chain}");
    }
    let nested = format!(
        "metric m {{ value: {}a{} }}",
        "(a + a + a + a + a + a + a + ".repeat(100),
        ")".repeat(100)
    );
    assert!(report(&nested, &of(&nested)).contains("too many operators"));
    let long = format!("metric m {{ value: {}a }}", "a + ".repeat(400));
    assert_eq!(report(&long, &of(&long)), "");
}

#[test]
fn a_broken_item_leaves_the_others_whole() {
    for (path, text) in plans() {
        let whole = of(&text).file.items.len();
        for junk in [
            "datset x { a: 1 }\n",
            "}\n",
            "compare a b {\n",
            "dataset d {\n  a: (1\n",
            "dataset e\n",
            "nonsense\n",
        ] {
            let broken = format!("{junk}{text}");
            let parsed = of(&broken);
            let blocks = parsed
                .file
                .items
                .iter()
                .filter(|i| i.kind != ItemKind::Error)
                .count();
            assert!(
                blocks >= whole,
                "{}: {junk:?} leaves {blocks} of {whole}",
                path.display()
            );
            assert!(!parsed.errors.is_empty());
        }
    }
}

proptest::proptest! {
    #[test]
    fn any_text_parses_to_something(text in "\\PC{0,200}") {
        check(&text);
    }

    #[test]
    fn any_mixture_of_tokens_parses_to_something(parts in proptest::collection::vec(proptest::sample::select(vec![
        "dataset ", "plan p ", "x", ".", "{", "}", "(", ")", "[", "]", ":", "=", ",", ";", "\n", "\"", "'", "“", "#", "##", "//",
        "and ", "not ", "in ", "every ", "mean ", "by ", "of ", "over class c ", "when ", "otherwise", "1", "0.5pp", "%", "..", "-", "+",
        "<", "==", "<<<<<<<", "=======", ">>>>>>>", "@allow(", "use ", "\\", "\r\n", "é", "\u{feff}", "**", "!", " ",
    ]), 0..120)) {
        check(&parts.concat());
    }
}

/// The text after the first safe fix of each round, until none is left.
fn fixed(text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..100 {
        let fixes = of(&text)
            .errors
            .iter()
            .flat_map(|e| diagnose(e).fixes)
            .collect::<Vec<_>>();
        let Some(fix) = fixes.into_iter().find(|f| f.safe) else {
            break;
        };
        for edit in &fix.edits {
            text.replace_range(edit.span.range(), &edit.text);
        }
    }
    text
}

#[test]
fn safe_fixes_mend_what_they_are_offered_for() {
    for (path, text) in files("tests/syntax/cases") {
        let mended = fixed(&text);
        let (before, after) = (of(&text).errors, of(&mended).errors);
        let offered = |errors: &[SyntaxError]| {
            errors
                .iter()
                .filter(|e| diagnose(e).fixes.iter().any(|f| f.safe))
                .count()
        };
        assert_eq!(
            offered(&after),
            0,
            "{}: fixes do not settle\n{mended}",
            path.display()
        );
        assert!(
            after.len() <= before.len() - offered(&before),
            "{}: {} errors, {} after\n{mended}\n{}",
            path.display(),
            before.len(),
            after.len(),
            report(&mended, &of(&mended))
        );
    }
}

#[test]
fn a_file_with_ten_faults_reports_all_ten() {
    let (_, text) = files("tests/syntax/cases")
        .into_iter()
        .find(|(p, _)| stem(p) == "ten-faults")
        .unwrap();
    let lines = LineIndex::new(&text);
    let found: Vec<usize> = of(&text)
        .errors
        .iter()
        .map(|e| lines.line(e.span.start) + 1)
        .collect();
    assert_eq!(found, [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 14]);
}

#[test]
fn a_file_beyond_the_limit_is_refused() {
    let text = "# filler\n".repeat((16 << 20) / 9 + 1);
    let parsed = of(&text);
    assert!(report(&text, &parsed).contains("a plan has at most 16777216"));
    assert!(parsed.file.items.is_empty());
}

#[test]
fn item_spans_leave_out_waivers_comments_and_blanks() {
    let text = "@allow(X1, \"r\")\nplan p { a: 1 # one\n} # after\n\nuse std.a # last\n";
    let parsed = of(text);
    let under: Vec<&str> = parsed
        .file
        .items
        .iter()
        .map(|i| &text[i.span.range()])
        .collect();
    assert_eq!(under, ["plan p { a: 1 # one\n}", "use std.a"]);
    assert_eq!(parsed.file.comments.len(), 3);
    let ItemKind::Block(block) = &parsed.file.items[0].kind else {
        panic!()
    };
    assert_eq!(&text[block.head_span.range()], "plan p");
    let field = block.body.as_ref().unwrap().fields().next().unwrap();
    assert_eq!(&text[field.span.range()], "a: 1");
    assert_eq!(&text[field.value.span.range()], "1");
}

#[test]
fn repeated_tokens_are_read_in_linear_time() {
    for junk in [
        "=======\n",
        "|||||||\n",
        "<<<<<<<\n",
        "'",
        "\"",
        "“",
        ")",
        "{}",
        "(\n",
        "a: (\n",
        "##\n",
        "a.",
        "@allow(",
        "\n\n- ",
    ] {
        let text = format!("plan p {{\n{}", junk.repeat(5_000));
        let started = std::time::Instant::now();
        of(&text);
        assert!(
            started.elapsed().as_secs() < 5,
            "{junk:?} took {:?}",
            started.elapsed()
        );
    }
}
