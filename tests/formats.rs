//! One dataset in every format: the same rows, the same results, and the same care for what is wrong.

use super::support::pipeline;
use benchwright::data::{
    ColumnKind, ColumnRequest, DataError, Table, diagnose, hash_file, hash_of_hashes, read_table,
};
use benchwright::text::{DiskWorld, MemoryWorld, World};
use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats")
}

fn requests() -> [ColumnRequest; 4] {
    [
        ColumnRequest::new("id", ColumnKind::Key),
        ColumnRequest::new("pred", ColumnKind::Text),
        ColumnRequest::new("score", ColumnKind::Number),
        ColumnRequest::new("latency_ms", ColumnKind::Number),
    ]
}

fn read(world: &dyn World, path: impl AsRef<Path>) -> Result<Table, Vec<DataError>> {
    read_table(world, path.as_ref(), &requests(), &|_| {})
}

fn values(table: &Table) -> Vec<String> {
    let kept = table.columns.iter();
    kept.map(|c| format!("{} {:?}", c.name, c.values)).collect()
}

/// Code, message, places and help of the errors.
fn words(errors: &[DataError]) -> String {
    let mut out = String::new();
    for error in errors {
        let d = diagnose(error, None);
        assert!(!d.help.is_empty(), "no remedy: {}", d.message);
        out += &format!("{} {}\n", d.code.code, d.message);
        for p in &d.places {
            out += &format!("  at {}:{}:{}\n", p.path.display(), p.line, p.column);
        }
        d.witness.iter().for_each(|w| out += &format!("  | {w}\n"));
        d.help.iter().for_each(|h| out += &format!("  help: {h}\n"));
    }
    out
}

/// What pyarrow, Python's json, gzip and zstd wrote.
#[test]
fn files_of_other_programs_hold_the_same_rows() {
    let plain = read(&DiskWorld, folder().join("seed1.csv")).unwrap();
    assert_eq!(plain.rows(), 1050);
    let names = [
        "seed1.jsonl",
        "seed1.parquet",
        "seed1.csv.gz",
        "seed1.jsonl.zst",
    ];
    for name in names {
        let path = folder().join(name);
        let table = read(&DiskWorld, &path).unwrap();
        assert_eq!(values(&table), values(&plain), "{name}");
        let whole = hash_file(&DiskWorld, &path, &|_| {}).unwrap();
        assert_eq!((table.sha256, table.bytes), whole, "{name}");
    }
}

#[test]
fn a_cut_or_damaged_file_is_said_to_be() {
    let bytes = |name: &str| std::fs::read(folder().join(name)).unwrap();
    let mut text = String::new();
    for name in [
        "seed1.csv.gz",
        "seed1.jsonl.zst",
        "seed1.parquet",
        "seed1.jsonl",
    ] {
        let whole = bytes(name);
        let half = &whole[..whole.len() / 2 + 7];
        let world = MemoryWorld::default().with(name, half);
        text += &words(&read(&world, name).unwrap_err()[..1]);
        let mut bent = whole.clone();
        let middle = bent.len() / 2;
        bent[middle..middle + 40].fill(0xAA);
        let world = MemoryWorld::default().with(name, &bent);
        text += &words(&read(&world, name).unwrap_err()[..1]);
        let world = MemoryWorld::default().with(name, "id,pred\n1,a\n");
        text += &words(&read(&world, name).unwrap_err()[..1]);
        let world = MemoryWorld::default().with(name, "");
        text += &words(&read(&world, name).unwrap_err()[..1]);
    }
    insta::assert_snapshot!("damaged", text);
}

/// Whatever is done to a file, it is refused with an error or read, and never breaks the program.
#[test]
fn bent_bytes_never_panic() {
    std::panic::set_hook(Box::new(|_| {}));
    for name in ["seed1.csv.gz", "seed1.jsonl.zst", "seed1.parquet"] {
        let whole = std::fs::read(folder().join(name)).unwrap();
        for n in 0..60 {
            let mut bent = whole.clone();
            let at = (n * 7_919 + n * n * 31) % bent.len();
            // Most of a Parquet file's structure stands at its end.
            let at = if n % 2 == 0 {
                bent.len() - 1 - at % 900
            } else {
                at
            };
            bent[at] ^= 1 << (n % 8);
            let world = MemoryWorld::default().with(name, &bent);
            let _ = read(&world, name);
        }
    }
    let _ = std::panic::take_hook();
}

#[test]
fn rows_of_json_are_held_to_the_same_care() {
    let lines = |text: &str| {
        let world = MemoryWorld::default().with("a.jsonl", text);
        words(&read(&world, "a.jsonl").unwrap_err())
    };
    let good = r#"{"id": 1, "pred": "a", "score": 0.5, "latency_ms": 2}"#;
    let cases = [
        r#"{"id": 2, "pred": "a", "score": "0.5", "latency_ms": true}"#,
        r#"{"id": 2, "pred": ["a"], "score": {"x": 1}, "latency_ms": 1}"#,
        r#"{"id": null, "pred": "a", "latency_ms": 1e999}"#,
        r#"{"id": 2, "pred": "a", "score": NaN, "latency_ms": 1}"#,
        r#"{"id": 2, "id": 3}"#,
        r#"{"id": 2, "pred": "a" "score": 1}"#,
        r#"["id", 2]"#,
        "17",
        r#"{"id": 2, "pred": "a", "sco"#,
    ];
    let mut text = String::new();
    for case in cases {
        text += &lines(&format!("{good}\n\n{case}"));
    }
    text += &lines("");
    text += &lines("\n\n");
    text += &lines(r#"{"id": 1, "pred": "a", "sore": 1, "latency_ms": 1}"#);
    insta::assert_snapshot!("json_lines", text);
}

#[test]
fn a_key_that_a_row_lacks_is_an_empty_field() {
    let text = "{\"id\": 1, \"note\": \"x\"}\n{\"id\": 2}\n{\"note\": null, \"id\": \"3\"}\n";
    let world = MemoryWorld::default().with("a.ndjson", text);
    let wanted = [
        ColumnRequest::new("id", ColumnKind::Key),
        ColumnRequest::new("note", ColumnKind::Text),
    ];
    let table = read_table(&world, Path::new("a.ndjson"), &wanted, &|_| {}).unwrap();
    let note: Vec<&str> = table.text("note").unwrap().1.iter().collect();
    assert_eq!(note, ["x", "", ""]);
    assert_eq!(table.lines, [1, 2, 3]);
}

/// A small Parquet file with a column of every kind that is read, two row groups, and nulls.
fn all_kinds() -> Vec<u8> {
    let leaf = |name: &str, physical, repetition, logical| {
        let column = Type::primitive_type_builder(name, physical)
            .with_repetition(repetition)
            .with_logical_type(logical);
        Arc::new(column.build().unwrap())
    };
    let stamp = LogicalType::timestamp(true, TimeUnit::MICROS);
    let integer = LogicalType::integer(64, false);
    let tags = Type::group_type_builder("tags")
        .with_logical_type(Some(LogicalType::List))
        .with_repetition(Repetition::OPTIONAL)
        .with_fields(vec![Arc::new(
            Type::group_type_builder("list")
                .with_repetition(Repetition::REPEATED)
                .with_fields(vec![leaf(
                    "element",
                    Physical::BYTE_ARRAY,
                    Repetition::OPTIONAL,
                    Some(LogicalType::String),
                )])
                .build()
                .unwrap(),
        )]);
    let (must, may) = (Repetition::REQUIRED, Repetition::OPTIONAL);
    let schema = Type::group_type_builder("rows")
        .with_fields(vec![
            leaf("id", Physical::BYTE_ARRAY, must, Some(LogicalType::String)),
            leaf("day", Physical::INT32, may, Some(LogicalType::Date)),
            leaf("at", Physical::INT64, must, Some(stamp)),
            leaf("big", Physical::INT64, must, Some(integer)),
            leaf("x", Physical::DOUBLE, may, None),
            leaf("flag", Physical::BOOLEAN, must, None),
            Arc::new(tags.build().unwrap()),
        ])
        .build()
        .unwrap();
    let properties = WriterProperties::builder().build();
    let mut bytes = Vec::new();
    let mut file =
        SerializedFileWriter::new(&mut bytes, Arc::new(schema), Arc::new(properties)).unwrap();
    for n in 0..2 {
        let mut group = file.next_row_group().unwrap();
        let ids: Vec<ByteArray> = (0..2)
            .map(|i| format!("r{}", 2 * n + i).as_str().into())
            .collect();
        column::<ByteArrayType>(&mut group, &ids, None, None);
        column::<Int32Type>(&mut group, &[19_782], Some(&[1, 0]), None);
        column::<Int64Type>(&mut group, &[0, 1_500_000], None, None);
        column::<Int64Type>(&mut group, &[7, -1], None, None);
        column::<DoubleType>(&mut group, &[0.25, 1.0], Some(&[1, 1]), None);
        column::<BoolType>(&mut group, &[true, false], None, None);
        let tags: Vec<ByteArray> = vec!["a".into(), "b\"".into()];
        column::<ByteArrayType>(&mut group, &tags, Some(&[3, 3, 0]), Some(&[0, 1, 0]));
        group.close().unwrap();
    }
    file.close().unwrap();
    bytes
}

fn column<T: parquet::data_type::DataType>(
    group: &mut SerializedRowGroupWriter<'_, &mut Vec<u8>>,
    values: &[T::T],
    levels: Option<&[i16]>,
    repeats: Option<&[i16]>,
) {
    let mut column = group.next_column().unwrap().unwrap();
    column
        .typed::<T>()
        .write_batch(values, levels, repeats)
        .unwrap();
    column.close().unwrap();
}

#[test]
fn parquet_types_become_what_other_formats_hold() {
    let world = MemoryWorld::default().with("a.parquet", all_kinds());
    let kinds = [
        ("id", ColumnKind::Key),
        ("day", ColumnKind::Text),
        ("at", ColumnKind::Text),
        ("big", ColumnKind::Text),
        ("x", ColumnKind::Number),
        ("x", ColumnKind::Text),
        ("flag", ColumnKind::Text),
        ("tags", ColumnKind::Json),
    ];
    let wanted: Vec<_> = kinds.map(|(n, k)| ColumnRequest::new(n, k)).into();
    let table = read_table(&world, Path::new("a.parquet"), &wanted, &|_| {}).unwrap();
    assert_eq!(
        table.header,
        ["id", "day", "at", "big", "x", "flag", "tags"]
    );
    assert_eq!(table.lines, [1, 2, 3, 4]);
    let text = |name: &str| -> Vec<String> {
        let (_, column) = table.text(name).unwrap();
        column.iter().take(2).map(str::to_owned).collect()
    };
    assert_eq!(text("id"), ["r0", "r1"]);
    assert_eq!(text("day"), ["2024-02-29", ""]);
    assert_eq!(
        text("at"),
        ["1970-01-01T00:00:00Z", "1970-01-01T00:00:01.5Z"]
    );
    assert_eq!(text("big"), ["7", "18446744073709551615"]);
    assert_eq!(text("x"), ["0.25", "1.0"]);
    assert_eq!(table.numbers("x").unwrap(), [0.25, 1.0, 0.25, 1.0]);
    assert_eq!(text("flag"), ["true", "false"]);
    assert_eq!(text("tags"), [r#"["a","b\""]"#, ""]);

    let mut told = String::new();
    for (name, kind) in [
        ("day", ColumnKind::Number),
        ("id", ColumnKind::Number),
        ("tags", ColumnKind::Text),
        ("day", ColumnKind::Key),
        ("days", ColumnKind::Text),
    ] {
        let wanted = [ColumnRequest::new(name, kind)];
        let refused = read_table(&world, Path::new("a.parquet"), &wanted, &|_| {});
        told += &words(&refused.unwrap_err());
    }
    insta::assert_snapshot!("parquet_types", told);
}

#[test]
fn lists_are_json_in_every_format() {
    let world = MemoryWorld::default()
        .with("a.jsonl", "{\"t\": [\"a\", \"b\"]}\n{\"t\": \"c\"}\n")
        .with("a.csv", "t\n\"[\"\"a\"\", \"\"b\"\"]\"\nc\n");
    let wanted = [ColumnRequest::new("t", ColumnKind::Json)];
    for path in ["a.jsonl", "a.csv"] {
        let table = read_table(&world, Path::new(path), &wanted, &|_| {}).unwrap();
        let texts: Vec<&str> = table.text("t").unwrap().1.iter().collect();
        assert_eq!(texts, [r#"["a","b"]"#, "c"], "{path}");
    }
}

#[test]
fn several_files_are_one_table_with_places_of_their_own() {
    let head = "id,pred,score,latency_ms\n";
    let jsonl = r#"{"latency_ms": 1, "id": "c", "pred": "x", "score": 3}"#;
    let (two, one) = (format!("{head}b,x,2,1\n"), format!("{head}\na,x,1,1\n"));
    let world = MemoryWorld::default()
        .with("data/part-2.csv", &two)
        .with("data/part-1.csv", &one)
        .with("data/part-3.jsonl", jsonl)
        .with("data/other.txt", "no rows");
    let table = read(&world, "data/part-*").unwrap();
    let ids: Vec<&str> = table.text("id").unwrap().1.iter().collect();
    assert_eq!(ids, ["a", "b", "c"]);
    assert_eq!(table.numbers("score").unwrap(), [1.0, 2.0, 3.0]);
    assert_eq!(table.lines, [3, 2, 1]);
    let place = table.place(1, &table.columns[0]);
    assert_eq!(
        (place.path.as_path(), place.line),
        (Path::new("data/part-2.csv"), 2)
    );
    let hashes = ["data/part-1.csv", "data/part-2.csv", "data/part-3.jsonl"]
        .map(|p| hash_file(&world, Path::new(p), &|_| {}).unwrap().0);
    assert_eq!(table.sha256, hash_of_hashes(&hashes));

    let mut text = words(&read(&world, "data/*.tsv").unwrap_err());
    text += &words(&read(&world, "dat/*.csv").unwrap_err());
    text += &words(&read(&world, "data/*").unwrap_err());
    let bad = world.with("data/part-2.csv", "id,pred,score\nb,x,\n");
    text += &words(&read(&bad, "data/part-*").unwrap_err());
    insta::assert_snapshot!("patterns", text);
}

const PLAN: &str = r#"use std.classification.{accuracy, f1_macro}

dataset d {
  source: "DATA"
  id:     id
  label:  y in [neg, pos]
  group:  who
  split:  hash(who, seed: 3) { train: 60%, test: rest }
}

baseline a { train: d.train, seeds: 2, predictions: "a-{seed}.RUNS" { prediction: pred, score: p } }
candidate b from a { predictions: "b-{seed}.RUNS" { prediction: pred, score: p } }
compare b with a { on: d.test, metrics: [accuracy, f1_macro], slices: [city], interval: bootstrap(200) }
"#;

/// Rows as CSV, with `p` a number and the rest text.
fn rows(of: &str) -> String {
    let mut text = match of {
        "data" => "id,y,who,city\n".to_owned(),
        _ => "id,pred,p\n".to_owned(),
    };
    for n in 0..90_u32 {
        let class = |k: u32| if k.is_multiple_of(2) { "neg" } else { "pos" };
        let line = match of {
            "data" => format!(
                "r{n},{},w{},{}\n",
                class(n),
                n / 3,
                ["ä, ö", "b"][n as usize % 2]
            ),
            "a" => format!("r{n},{},0.{:02}\n", class(n + u32::from(n % 5 == 0)), n),
            _ => format!("r{n},{},0.{:02}\n", class(n + u32::from(n % 9 == 0)), n),
        };
        text += &line.replace("ä, ö", "\"ä, ö\"");
    }
    text
}

fn records(csv: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header = reader
        .headers()
        .unwrap()
        .iter()
        .map(str::to_owned)
        .collect();
    let rows = reader
        .records()
        .map(|r| r.unwrap().iter().map(str::to_owned).collect());
    (header, rows.collect())
}

fn json_lines(csv: &str) -> Vec<u8> {
    let (header, rows) = records(csv);
    let mut out = Vec::new();
    for row in rows {
        let cell = |(name, text): (&String, &String)| {
            let value = match name.as_str() {
                "p" => serde_json::Value::from(text.parse::<f64>().unwrap()),
                _ => serde_json::Value::from(text.as_str()),
            };
            (name.clone(), value)
        };
        let object: serde_json::Map<_, _> = header.iter().zip(&row).map(cell).collect();
        serde_json::to_writer(&mut out, &object).unwrap();
        out.push(b'\n');
    }
    out
}

fn as_parquet(csv: &str) -> Vec<u8> {
    let (header, rows) = records(csv);
    let kind = |name: &str| match name {
        "p" => (Physical::DOUBLE, None),
        _ => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
    };
    let field = |name: &String| {
        let (physical, logical) = kind(name);
        let column = Type::primitive_type_builder(name, physical)
            .with_repetition(Repetition::REQUIRED)
            .with_logical_type(logical);
        Arc::new(column.build().unwrap())
    };
    let schema = Type::group_type_builder("rows").with_fields(header.iter().map(field).collect());
    let mut bytes = Vec::new();
    let mut file = SerializedFileWriter::new(
        &mut bytes,
        Arc::new(schema.build().unwrap()),
        Arc::new(WriterProperties::builder().build()),
    )
    .unwrap();
    let mut group = file.next_row_group().unwrap();
    for (at, name) in header.iter().enumerate() {
        if name == "p" {
            let numbers: Vec<f64> = rows.iter().map(|r| r[at].parse().unwrap()).collect();
            column::<DoubleType>(&mut group, &numbers, None, None);
        } else {
            let texts: Vec<ByteArray> = rows.iter().map(|r| r[at].as_str().into()).collect();
            column::<ByteArrayType>(&mut group, &texts, None, None);
        }
    }
    group.close().unwrap();
    file.close().unwrap();
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The result of the plan over files of one ending, without hashes, paths and what names them.
fn result(ending: &str, write: impl Fn(&str) -> Vec<u8>) -> String {
    let plan = PLAN
        .replace("DATA", &format!("data.{ending}"))
        .replace("RUNS", ending);
    let mut world = MemoryWorld::default()
        .with("p.bench", &plan)
        .with(format!("data.{ending}"), write(&rows("data")));
    for (system, seed) in [("a", 1), ("a", 2), ("b", 1), ("b", 2)] {
        world = world.with(format!("{system}-{seed}.{ending}"), write(&rows(system)));
    }
    stripped(&world)
}

fn stripped(world: &MemoryWorld) -> String {
    let mut result = pipeline::run(world, "p.bench").unwrap_or_else(|e| panic!("{e:#?}"));
    result.plan.meaning_sha256.clear();
    for data in &mut result.data {
        data.sha256.clear();
        data.source.clear();
    }
    for input in &mut result.provenance.inputs {
        input.sha256.clear();
        input.path.clear();
    }
    benchwright::report::json(&result)
}

#[test]
fn the_same_values_give_the_same_result_in_every_format() {
    let plain = result("csv", |csv| csv.as_bytes().to_vec());
    let tabs = |csv: &str| {
        let (header, rows) = records(csv);
        let lines = std::iter::once(header)
            .chain(rows)
            .map(|r| r.join("\t") + "\n");
        lines.collect::<String>().into_bytes()
    };
    let zstd = |bytes: Vec<u8>| zstd::encode_all(bytes.as_slice(), 3).unwrap();
    assert_eq!(result("tsv", tabs), plain);
    assert_eq!(result("jsonl", json_lines), plain);
    assert_eq!(result("parquet", as_parquet), plain);
    assert_eq!(result("csv.gz", |csv| gzip(csv.as_bytes())), plain);
    assert_eq!(result("tsv.zst", |csv| zstd(tabs(csv))), plain);
    assert_eq!(result("ndjson.zst", |csv| zstd(json_lines(csv))), plain);

    let (first, second) = {
        let (data, mut second) = (rows("data"), rows("data"));
        let half = data.match_indices('\n').nth(40).unwrap().0 + 1;
        second.replace_range(data.find('\n').unwrap() + 1..half, "");
        (data[..half].to_owned(), second)
    };
    let mut world = MemoryWorld::default()
        .with(
            "p.bench",
            PLAN.replace("DATA", "d/*").replace("RUNS", "csv"),
        )
        .with("d/1.csv", first)
        .with("d/2.parquet", as_parquet(&second));
    for (system, seed) in [("a", 1), ("a", 2), ("b", 1), ("b", 2)] {
        world = world.with(format!("{system}-{seed}.csv"), rows(system));
    }
    assert_eq!(stripped(&world), plain);
}
