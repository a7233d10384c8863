//! Files of rows: what is accepted, and how everything else is refused.

use benchwright::data::{
    Bound, ColumnKind, ColumnRequest, DataError, IdIndex, Share, SplitRule, Table, check_hash,
    diagnose, encode_classes, gather, hash_file, read_table, split,
};
use benchwright::text::{FileId, MemoryWorld, Span};
use proptest::prelude::*;
use std::path::Path;

const IDS: ColumnKind = ColumnKind::Key;

fn columns() -> [ColumnRequest; 3] {
    [
        ColumnRequest::new("id", IDS),
        ColumnRequest::new("label", ColumnKind::Text),
        ColumnRequest::new("score", ColumnKind::Number),
    ]
}

fn read_named(
    name: &str,
    bytes: impl AsRef<[u8]>,
    columns: &[ColumnRequest],
) -> Result<Table, Vec<DataError>> {
    let world = MemoryWorld::default().with(name, bytes);
    read_table(&world, Path::new(name), columns, &|_| {})
}

fn read(bytes: impl AsRef<[u8]>) -> Result<Table, Vec<DataError>> {
    read_named("runs/a.csv", bytes, &columns())
}

/// Table with text columns, all of them asked for.
fn texts(name: &str, bytes: &str) -> Table {
    let header = bytes.lines().next().unwrap();
    let requests: Vec<_> = header
        .split(',')
        .map(|c| ColumnRequest::new(c, ColumnKind::Text))
        .collect();
    read_named(name, bytes, &requests).unwrap()
}

fn labels(table: &Table) -> Vec<&str> {
    table.text("label").unwrap().1.iter().collect()
}

/// The diagnostics in plain lines: what `insta` shows.
fn words(errors: &[DataError]) -> String {
    let span = Span::new(FileId(0), 1, 2);
    let mut out = String::new();
    for error in errors {
        let d = diagnose(error, Some(span));
        assert_eq!(d.labels.len(), 1);
        assert!(!d.help.is_empty(), "no remedy: {}", d.message);
        out += &format!("{} {}\n", d.code.code, d.message);
        for p in &d.places {
            out += &format!("  at {}:{}:{}\n", p.path.display(), p.line, p.column);
        }
        out += &d
            .witness
            .iter()
            .map(|w| format!("  | {w}\n"))
            .collect::<String>();
        out += &d
            .help
            .iter()
            .map(|h| format!("  help: {h}\n"))
            .collect::<String>();
    }
    out
}

#[track_caller]
fn refused(result: Result<Table, Vec<DataError>>, code: &str, line: u64, column: u64) -> String {
    let errors = result.unwrap_err();
    let d = diagnose(&errors[0], None);
    let text = words(&errors);
    assert_eq!(d.code.code, code, "{text}");
    let place = &d.places[0];
    assert_eq!((place.line, place.column), (line, column), "{text}");
    text
}

#[test]
fn plain_rows_keep_values_lines_hash_and_length() {
    let table = read("id,label,note,score\na,pos,x,0.5\nb,neg,, 1e-3 \nc,pos,z,-2").unwrap();
    assert_eq!(labels(&table), ["pos", "neg", "pos"]);
    assert_eq!(table.numbers("score").unwrap(), [0.5, 1e-3, -2.0]);
    assert_eq!(table.lines, [2, 3, 4]);
    assert_eq!(table.header, ["id", "label", "note", "score"]);
    assert_eq!(table.columns[2].position, 4);
    assert_eq!(table.bytes, 56);
    let world = MemoryWorld::default().with(
        "a.csv",
        "id,label,note,score\na,pos,x,0.5\nb,neg,, 1e-3 \nc,pos,z,-2",
    );
    let whole = hash_file(&world, Path::new("a.csv"), &|_| {}).unwrap();
    assert_eq!(whole, (table.sha256, table.bytes));
}

#[test]
fn the_hash_is_what_sha256sum_prints() {
    let world = MemoryWorld::default().with("abc.csv", "abc");
    let (hash, bytes) = hash_file(&world, Path::new("abc.csv"), &|_| {}).unwrap();
    assert_eq!(
        hash,
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    assert_eq!(bytes, 3);
}

#[test]
fn byte_order_mark_is_passed_over_but_hashed() {
    let bytes = "\u{feff}id,label,score\na,pos,1\n";
    let table = read(bytes).unwrap();
    assert_eq!(table.header[0], "id");
    assert_eq!(table.lines, [2]);
    let world = MemoryWorld::default().with("a.csv", bytes);
    let whole = hash_file(&world, Path::new("a.csv"), &|_| {}).unwrap();
    assert_eq!(whole, (table.sha256, table.bytes));
}

#[test]
fn windows_line_ends_are_no_part_of_values_and_lines_stay_right() {
    let table = read("id,label,score\r\na,pos,1\r\n\r\nb,neg,2\r\n").unwrap();
    assert_eq!(labels(&table), ["pos", "neg"]);
    assert_eq!(table.numbers("score").unwrap(), [1.0, 2.0]);
    assert_eq!(table.lines, [2, 4]);
}

#[test]
fn quoted_line_breaks_commas_and_quotes_are_part_of_the_value() {
    let table = read("id,label,score\na,\"so, \"\"so\"\"\nla\r\nla\",1\nb,neg,2\n").unwrap();
    assert_eq!(labels(&table), ["so, \"so\"\nla\r\nla", "neg"]);
    assert_eq!(table.lines, [2, 5]);
}

#[test]
fn a_last_quoted_line_break_needs_no_newline_behind_it() {
    let table = read("id,score,label\na,1,\"x\n\"").unwrap();
    assert_eq!(labels(&table), ["x\n"]);
    assert_eq!(table.lines, [2]);
}

#[test]
fn last_line_without_newline_counts() {
    assert_eq!(
        read("id,label,score\na,pos,1\nb,neg,25")
            .unwrap()
            .numbers("score")
            .unwrap(),
        [1.0, 25.0]
    );
}

#[test]
fn blank_lines_are_passed_over_and_counted() {
    let table = read("\nid,label,score\n\na,pos,1\n  \nb,neg,2\n\n\n").unwrap();
    assert_eq!(table.lines, [4, 6]);
}

#[test]
fn utf8_and_tabs() {
    let table = read_named("a.tsv", "id\tlabel\tscore\nä\tgrün, ja\t1\n", &columns()).unwrap();
    assert_eq!(labels(&table), ["grün, ja"]);
}

#[test]
fn lines_are_right_across_buffers() {
    let mut text = String::from("id,label,score\r\n");
    for row in 0..30_000 {
        text += &format!("{row},\"two\nlines\",{row}\r\n");
    }
    let seen = std::sync::atomic::AtomicU64::new(0);
    let world = MemoryWorld::default().with("a.csv", &text);
    let table = read_table(&world, Path::new("a.csv"), &columns(), &|n| {
        seen.store(n, std::sync::atomic::Ordering::Relaxed);
    })
    .unwrap();
    let expected: Vec<u64> = (0..30_000).map(|row| 2 + 2 * row).collect();
    assert_eq!(table.lines, expected);
    assert_eq!(seen.into_inner(), text.len() as u64);
}

#[test]
fn empty_file() {
    let text = refused(read(""), "F105", 1, 0);
    assert!(text.contains("is empty"));
    refused(read("\u{feff}"), "F105", 1, 0);
    refused(read("\n\n"), "F105", 1, 0);
}

#[test]
fn header_without_rows() {
    let text = refused(read("id,label,score\n\n"), "F105", 1, 0);
    insta::assert_snapshot!("header_only", text);
}

#[test]
fn missing_column() {
    insta::assert_snapshot!(
        "missing_column",
        refused(read("id,lable,score\na,b,1\n"), "F104", 1, 0)
    );
}

#[test]
fn duplicate_column() {
    insta::assert_snapshot!(
        "duplicate_column",
        refused(read("id,label,score,id\na,b,1,c\n"), "F106", 1, 1)
    );
}

#[test]
fn ragged_rows() {
    let text = refused(
        read("id,label,score\na,so, so,1\nb,neg\nc,\"x\ny,2\nd\",1,2\ne,pos,1\n"),
        "F107",
        2,
        4,
    );
    insta::assert_snapshot!("ragged", text);
}

#[test]
fn truncated_last_line() {
    insta::assert_snapshot!(
        "truncated",
        refused(read("id,label,score\r\na,pos,1\r\nb,ne"), "F107", 3, 2)
    );
}

#[test]
fn unclosed_quote() {
    let text = refused(
        read("id,label,score\na,pos,1\nb,\"neg,2\nc,pos,3\n"),
        "F108",
        3,
        2,
    );
    insta::assert_snapshot!("unclosed", text);
    refused(read("id,\"label,score\na,pos,1\n"), "F108", 1, 2);
    refused(read("id,label,score\na,pos,\""), "F108", 2, 3);
}

#[test]
fn invalid_utf8() {
    let text = refused(
        read(b"id,label,score\na,pos,1\nb,gr\xfcn,2\n"),
        "F109",
        3,
        2,
    );
    insta::assert_snapshot!("utf8", text);
    refused(read(b"id,l\xfcbel,score\na,pos,1\n"), "F109", 1, 2);
}

#[test]
fn no_numbers() {
    let rows = "id,label,score\na,x,fast\nb,x,NaN\nc,x,inf\nd,x,\ne,x,\"0,5\"\nf,x,-Infinity\ng,x,1e999\nh,x,1\n";
    insta::assert_snapshot!("numbers", refused(read(rows), "F110", 2, 3));
}

#[test]
fn empty_id() {
    insta::assert_snapshot!(
        "empty_id",
        refused(read("id,label,score\n,x,1\n"), "F111", 2, 1)
    );
}

#[test]
fn folder_missing_file_and_formats() {
    let world = MemoryWorld::default().with("runs/words-1.csv", "id\n1\n");
    let read = |path: &str| read_table(&world, Path::new(path), &[], &|_| {}).unwrap_err();
    let mut text = String::new();
    for path in [
        "runs",
        "runs/wrods-1.csv",
        "runs/other.csv",
        "gone/a.csv",
        "runs/*.tsv",
        "a.csv.gz",
        "a.parquet",
        "a",
    ] {
        text += &words(&read(path));
    }
    insta::assert_snapshot!("paths", text);
}

#[test]
fn binary_content() {
    let mut text = String::new();
    for bytes in [
        &b"\x1f\x8b\x08\x00"[..],
        b"PAR1xx",
        b"\xff\xfei\0d\0",
        b"id\0\0\n",
    ] {
        text += &refused(read(bytes), "F109", 1, 0);
    }
    insta::assert_snapshot!("binary", text);
}

#[test]
fn hash_that_differs() {
    let found = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let path = Path::new("data/reviews.csv");
    assert_eq!(check_hash(path, &found.to_uppercase(), found), Ok(()));
    let other = found.replace('b', "c");
    let errors = [
        check_hash(path, &other, found).unwrap_err(),
        check_hash(path, "6f1c…", found).unwrap_err(),
    ];
    assert_eq!(errors[0].code().code, "F201");
    insta::assert_snapshot!("hash", words(&errors));
}

const REVIEWS: &str = "id,label\n1,pos\n2,neg\n3,pos\n4,neg\n";

#[test]
fn outputs_are_joined_by_id_and_other_partitions_passed_over() {
    let reviews = texts("reviews.csv", REVIEWS);
    let index = IdIndex::new(&reviews, "id").unwrap();
    let outputs = texts("a.csv", "id,pred\n4,a\n1,b\n3,c\n");
    let joined = index.join(&[2, 3], &outputs, "id").unwrap();
    assert_eq!(joined.rows, [2, 0]);
    assert_eq!(joined.elsewhere, 1);
}

#[test]
fn an_id_too_few() {
    let reviews = texts("reviews.csv", REVIEWS);
    let index = IdIndex::new(&reviews, "id").unwrap();
    let errors = index
        .join(&[0, 2, 3], &texts("a.csv", "id,pred\n4,a\n"), "id")
        .unwrap_err();
    insta::assert_snapshot!("id_too_few", words(&errors));
}

#[test]
fn an_id_too_many_and_an_id_twice() {
    let reviews = texts("reviews.csv", REVIEWS);
    let index = IdIndex::new(&reviews, "id").unwrap();
    let outputs = texts(
        "a.csv",
        "pred,id\na,4\nb,04\nb,3\nc,4\nd,5\nd,6\nd,7\nd,8\nd,9\n",
    );
    let errors = index.join(&[2, 3], &outputs, "id").unwrap_err();
    insta::assert_snapshot!("id_too_many_and_twice", words(&errors));
}

#[test]
fn an_id_twice_in_the_dataset() {
    let reviews = texts("reviews.csv", "id,label\n1,a\n2,a\n1,b\n");
    let errors = IdIndex::new(&reviews, "id").unwrap_err();
    assert_eq!(errors[0].code().code, "L201");
    insta::assert_snapshot!("id_twice_in_dataset", words(&errors));
}

fn strings(words: &[&str]) -> Vec<String> {
    words.iter().map(|&w| w.to_owned()).collect()
}

#[test]
fn classes_are_encoded_for_the_rows_asked_for() {
    let outputs = texts("a.csv", "id,pred\n1,neg\n2,pos\n3,??\n");
    let codes = encode_classes(&outputs, "pred", &[1, 0, 1], &strings(&["neg", "pos"])).unwrap();
    assert_eq!(codes, [1, 0, 1]);
}

#[test]
fn a_class_never_declared() {
    let outputs = texts("a.csv", "id,pred\n1,neg\n2,Pos\n3,spam\n4,Pos\n");
    let mut errors =
        encode_classes(&outputs, "pred", &[3, 2, 1, 0], &strings(&["neg", "pos"])).unwrap_err();
    let digits = texts("digits.csv", "id,label\n1,1.0\n");
    errors.extend(encode_classes(&digits, "label", &[0], &strings(&["0", "1"])).unwrap_err());
    assert_eq!(errors[0].code().code, "F204");
    insta::assert_snapshot!("undeclared", words(&errors));
}

fn rows_of(table: &Table, rule: &SplitRule) -> Vec<(String, Vec<u32>)> {
    let split = split(table, rule, Some("id")).unwrap();
    split
        .partitions
        .into_iter()
        .map(|p| (p.name, p.rows))
        .collect()
}

fn by_column(parts: &[(&str, &[&str])]) -> SplitRule {
    SplitRule::Column {
        column: "part".into(),
        parts: parts
            .iter()
            .map(|(name, values)| ((*name).to_owned(), strings(values)))
            .collect(),
    }
}

#[test]
fn split_by_column() {
    let table = texts("a.csv", "id,part\n1,train\n2,test\n3,dev\n4,train\n5,old\n");
    let rule = by_column(&[
        ("train", &["train"]),
        ("val", &["dev"]),
        ("test", &["test"]),
    ]);
    let done = split(&table, &rule, Some("id")).unwrap();
    assert_eq!(done.unassigned, 1);
    let rows: Vec<_> = done.partitions.iter().map(|p| p.rows.clone()).collect();
    assert_eq!(rows, [vec![0, 3], vec![2], vec![1]]);
    // Without parts every value is a partition of its own.
    let names: Vec<_> = rows_of(&table, &by_column(&[]))
        .into_iter()
        .map(|(n, _)| n)
        .collect();
    assert_eq!(names, ["dev", "old", "test", "train"]);
    let all = SplitRule::All {
        name: "test".into(),
    };
    assert_eq!(
        rows_of(&table, &all),
        [("test".to_owned(), vec![0, 1, 2, 3, 4])]
    );
}

fn hashed(seed: u64) -> SplitRule {
    SplitRule::Hash {
        column: "id".into(),
        seed,
        parts: vec![
            ("train".into(), Share::Percent(70.0)),
            ("val".into(), Share::Percent(10.0)),
            ("test".into(), Share::Rest),
        ],
        strata: Vec::new(),
    }
}

#[test]
fn split_by_hash_is_near_its_shares_and_the_same_everywhere() {
    let text: String = (0..10_000).map(|i| format!("{i}\n")).collect();
    let table = texts("a.csv", &format!("id\n{text}"));
    let rows = rows_of(&table, &hashed(7));
    let sizes: Vec<usize> = rows.iter().map(|(_, rows)| rows.len()).collect();
    // Frozen: another number here would deal everyone's rows anew.
    assert_eq!(sizes.iter().sum::<usize>(), 10_000);
    insta::assert_snapshot!("hash_split", format!("{sizes:?} {:?}", &rows[1].1[..8]));
    assert_ne!(rows, rows_of(&table, &hashed(8)));
}

fn before(parts: &[(&str, Option<&str>)]) -> SplitRule {
    let bound = |b: &Option<&str>| b.map_or(Bound::Rest, |b| Bound::Before(b.to_owned()));
    SplitRule::Before {
        column: "at".into(),
        parts: parts
            .iter()
            .map(|(n, b)| ((*n).to_owned(), bound(b)))
            .collect(),
    }
}

#[test]
fn split_by_time() {
    let table = texts(
        "a.csv",
        "id,at\n1,2023-12-31\n2,2024-01-01\n3,2024-03-01\n4,1999-01-01\n",
    );
    let rows = rows_of(
        &table,
        &before(&[
            ("train", Some("2024-01-01")),
            ("val", Some("2024-02")),
            ("test", None),
        ]),
    );
    assert_eq!(
        rows.iter().map(|r| r.1.clone()).collect::<Vec<_>>(),
        [vec![0, 3], vec![1], vec![2]]
    );
    // Offsets are told in UTC: the second row is still of the old year.
    let table = texts(
        "a.csv",
        "id,at\n1,2024-01-01T00:00:00Z\n2,2024-01-01T01:00:00+02:00\n",
    );
    let rows = rows_of(
        &table,
        &before(&[("train", Some("2024-01-01")), ("test", None)]),
    );
    assert_eq!(rows[0].1, [1]);
}

#[test]
fn splits_that_do_not_add_up() {
    let table = texts(
        "a.csv",
        "id,part,at\n1,train,2024-01-01\n2,test,2024-01-01T10:00\n",
    );
    let good = texts(
        "b.csv",
        "id,part,at\n1,train,2024-01-01\n2,test,01.02.2024\n",
    );
    let shares = |a, b| SplitRule::Hash {
        column: "id".into(),
        seed: 1,
        parts: vec![("train".into(), a), ("test".into(), b)],
        strata: Vec::new(),
    };
    let cases = [
        (
            &table,
            by_column(&[("train", &["train"]), ("test", &["tset"])]),
        ),
        (
            &table,
            by_column(&[("train", &["train"]), ("test", &["train"])]),
        ),
        (&table, shares(Share::Percent(70.0), Share::Percent(20.0))),
        (&table, shares(Share::Percent(100.0), Share::Rest)),
        (&table, shares(Share::Rest, Share::Rest)),
        (&table, shares(Share::Percent(-1.0), Share::Rest)),
        (
            &table,
            before(&[("train", Some("2024-01-01")), ("test", None)]),
        ),
        (
            &good,
            before(&[("train", Some("2024-01-01")), ("test", None)]),
        ),
        (
            &texts("c.csv", "id,at\n1,2024-01-01\n"),
            before(&[("train", Some("2024-01-01T10:00")), ("test", None)]),
        ),
        (
            &texts("c.csv", "id,at\n1,2024-01-01\n"),
            before(&[("train", Some("soon")), ("test", None)]),
        ),
        (
            &texts("c.csv", "id,at\n1,2024-01-01\n"),
            before(&[("train", Some("2024")), ("val", Some("2023"))]),
        ),
        (
            &texts("c.csv", "id,at\n1,2024-01-01\n"),
            before(&[("train", Some("2024")), ("test", None)]),
        ),
    ];
    let text: String = cases
        .iter()
        .map(|(table, rule)| words(&split(table, rule, None).unwrap_err()))
        .collect();
    insta::assert_snapshot!("splits", text);
}

#[test]
fn fingerprints_do_not_depend_on_the_order_of_rows() {
    let fingerprint = |text: &str| {
        let all = SplitRule::All {
            name: "test".into(),
        };
        split(&texts("a.csv", text), &all, Some("id"))
            .unwrap()
            .partitions[0]
            .fingerprint
            .clone()
    };
    assert_eq!(fingerprint("id\na\nb\n"), fingerprint("id\nb\na\n"));
    assert_ne!(fingerprint("id\na\nb\n"), fingerprint("id\na\nc\n"));
}

#[test]
fn every_code_has_a_page_and_a_place_of_its_own() {
    let codes: Vec<_> = benchwright::data::CODES.iter().map(|c| c.code).collect();
    let mut sorted = codes.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(codes, sorted);
    for code in benchwright::data::CODES {
        let remedy = ["**Mend it**", "## How to fix"];
        assert!(
            remedy.iter().any(|r| code.page.contains(r)),
            "{}",
            code.code
        );
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes).map_err(|errors| words(&errors));
    }

    #[test]
    fn nothing_like_a_table_panics(body in "[a,\"\r\n0-9.é]{0,60}") {
        let _ = read(format!("id,label,score\n{body}")).map_err(|errors| words(&errors));
    }

    #[test]
    fn quoted_fields_come_back_on_their_line(values in prop::collection::vec("[a-z,\"\n\r é]{0,8}", 1..20)) {
        let mut text = String::from("id,label,score\n");
        let mut lines = Vec::new();
        for (i, value) in values.iter().enumerate() {
            lines.push(1 + text.matches('\n').count() as u64);
            text += &format!("{i},\"{}\",1\n", value.replace('"', "\"\""));
        }
        let table = read(&text).unwrap();
        prop_assert_eq!(labels(&table), values);
        prop_assert_eq!(table.lines, lines);
    }

    #[test]
    fn hash_split_does_not_depend_on_the_order_of_rows(seed in any::<u64>(), mut ids in prop::collection::vec("[a-z]{1,3}", 200..300)) {
        let dealt = |ids: &[String]| {
            let table = texts("a.csv", &format!("id\n{}\n", ids.join("\n")));
            let rows = |p: &benchwright::data::Partition| {
                let mut of: Vec<String> = p.rows.iter().map(|&r| ids[r as usize].clone()).collect();
                of.sort();
                (of, p.fingerprint.clone())
            };
            split(&table, &hashed(seed), Some("id")).map(|s| s.partitions.iter().map(rows).collect::<Vec<_>>())
        };
        let one = dealt(&ids);
        ids.reverse();
        prop_assert_eq!(one, dealt(&ids));
    }
}

#[test]
fn rows_of_an_id_become_a_list() {
    let requests = [
        ColumnRequest::new("user", IDS),
        ColumnRequest::new("item", ColumnKind::Text),
        ColumnRequest::new("rank", ColumnKind::Number),
        ColumnRequest::new("ms", ColumnKind::Number),
    ];
    let read = |rows: &str| {
        let bytes = format!("user,rank,item,ms\n{rows}");
        read_named("a.csv", bytes, &requests).unwrap()
    };
    let table = read("u2,2,x,7\nu1,1,a|b,3\nu2,1,\"y\"\"\",8\nu2,10,z,9\n");
    let lists = gather(&table, "user", "rank", "item").unwrap();
    assert_eq!(lists.lines, [4, 3]);
    let texts = |name: &str| lists.text(name).unwrap().1.iter().collect::<Vec<_>>();
    assert_eq!(texts("user"), ["u2", "u1"]);
    assert_eq!(texts("item"), [r#"["y\"","x","z"]"#, r#"["a|b"]"#]);
    assert_eq!(lists.numbers("ms").unwrap(), [8.0, 3.0]);
    let table = read("u1,1,a,0\nu2,1,b,0\nu1,1,c,0\n");
    insta::assert_snapshot!(words(&gather(&table, "user", "rank", "item").unwrap_err()), @r"
    F117 `a.csv` ranks two rows of an id alike
      at a.csv:4:2
      | `u1` on lines 2 and 4
      help: write each rank once for an id
    ");
}
