//! Errors of files put into words; the only place here that words them.

use super::errors::{
    JsonSlip, NumberSlip, RepeatedId, Repeats, SplitFault, Undeclared, UnreadFormat,
};
use super::{DataError, IdLine, Straddling};
use crate::diagnostic::{DataPlace, Diagnostic, suggest};
use crate::text::Span;
use std::path::Path;

/// Words an error; `span` is the place in the plan that asked for the file.
pub fn diagnose(error: &DataError, span: Option<Span>) -> Diagnostic {
    let diagnostic = worded(error);
    match (span, error) {
        (None, _) => diagnostic,
        (Some(span), DataError::HashDiffers { .. }) => diagnostic.label(span, "declared here"),
        (Some(span), DataError::Split { .. }) => diagnostic.label(span, "split here"),
        (Some(span), DataError::Unwritable { .. }) => diagnostic.label(span, "written for this"),
        (Some(span), _) => diagnostic.label(span, "asked for here"),
    }
}

fn worded(error: &DataError) -> Diagnostic {
    let new = |message: String| Diagnostic::new(error.code(), message);
    match error {
        DataError::NoSuchFile { path, near, folder } => no_such_file(
            new(format!("there is no file {}", tick(path))),
            path,
            near,
            folder,
        ),
        DataError::NoMatch { path, folder } => {
            let d = new(format!("no file fits {}", tick(path))).data(path, 0, 0);
            match folder {
                Some(names) => d.witness(format!("the folder has: {}", listed(names))),
                None => d.witness("nor is there such a folder"),
            }
            .help("correct the pattern: `*` stands for any characters, `?` for one, `[a-c]` for one of some")
        }
        DataError::Damaged {
            path,
            format,
            cut,
            reason,
        } => damaged(new, path, format, *cut, reason),
        DataError::BadJson { place, slip } => bad_json(new, place, slip),
        DataError::Nested {
            place,
            name,
            list,
            wanted,
        } => {
            let found = if *list { "a list" } else { "a record" };
            at(
                new(format!(
                    "column `{name}` holds {found} where {wanted} is needed"
                )),
                place,
            )
            .help("name a column of single values, or write the value into a column of its own")
        }
        DataError::UnreadType { path, name, found } => new(format!(
            "column `{name}` of {} is of a type that is not read (`{found}`)",
            tick(path)
        ))
        .data(path, 0, 0)
        .help("write it as text, a number, a date or a timestamp"),
        DataError::Folder { path, inside } => {
            let d = new(format!("{} is a folder, not a file", tick(path))).data(path, 0, 0);
            match inside.as_slice() {
                [] => d.help("name a file"),
                [first, ..] => d
                    .witness(format!("the folder has: {}", listed(inside)))
                    .help(format!(
                        "name a file in it, such as `{}`",
                        path.join(first).display()
                    )),
            }
        }
        DataError::Unreadable { path, reason } => {
            new(format!("{} cannot be read: {reason}", tick(path)))
                .data(path, 0, 0)
                .help("make the file readable for you, or copy it again")
        }
        DataError::UnknownFormat { path, format } => unknown_format(new, path, format),
        DataError::NotText { path, content } => {
            new(format!("{} is no text: it holds {content}", tick(path)))
                .data(path, 1, 0)
                .help("name it by its format (`.gz`, `.zst`, `.parquet`), or convert it to UTF-8")
        }
        DataError::Empty { path, header } if header.is_empty() => {
            new(format!("{} is empty", tick(path)))
                .data(path, 1, 0)
                .help("write the file again, with a header and at least one row")
        }
        DataError::Empty { path, header } => {
            new(format!("{} has a header but no rows", tick(path)))
                .data(path, 1, 0)
                .witness(format!("the header has: {}", listed(header)))
                .help("write the file again, with at least one row")
        }
        DataError::MissingColumn {
            path,
            line,
            name,
            has,
        } => {
            let d = new(format!("{} has no column `{name}`", tick(path)))
                .data(path, *line, 0)
                .witness(format!("the file has: {}", listed(has)));
            match suggest(name, has.iter().map(String::as_str)) {
                Some(near) => d.help(format!("did you mean `{near}`?")),
                None => d.help("name one of the columns the file has"),
            }
        }
        DataError::DuplicateColumn {
            path,
            line,
            name,
            first,
            second,
        } => new(format!("{} has two columns `{name}`", tick(path)))
            .data(path, *line, *first)
            .data(path, *line, *second)
            .help("rename one of them in the header"),
        DataError::Ragged {
            path,
            line,
            last_line,
            found,
            wanted,
            truncated,
        } => ragged(
            new,
            path,
            (*line, *last_line),
            (*found, *wanted),
            *truncated,
        ),
        DataError::UnclosedQuote { place } => at(
            new(format!("{} ends within a quoted field", tick(&place.path))),
            place,
        )
        .witness(format!(
            "the quote is opened on line {} and never closed",
            place.line
        ))
        .help("close the quote; a quote within a quoted field is written twice (`\"\"`)")
        .help("if the file was cut off, write it again"),
        DataError::NotUtf8 { place } => at(
            new(format!("a field of {} is not UTF-8", tick(&place.path))),
            place,
        )
        .help("convert the file, for instance: iconv -f LATIN1 -t UTF-8"),
        DataError::NotANumber {
            place,
            name,
            text,
            slip,
        } => at(new(not_a_number(name, text, *slip)), place).help(number_help(*slip, text)),
        DataError::EmptyCell { place, name } => {
            at(new(format!("a field of column `{name}` is empty")), place)
                .help("fill the field, or remove the row")
        }
        DataError::HashDiffers {
            path,
            declared,
            found,
        } => hash_differs(new, path, declared, found),
        DataError::MissingIds {
            path,
            reference,
            ids,
            total,
            wanted,
        } => new(format!(
            "{} lacks {total} of the partition's {}",
            tick(path),
            counted(*wanted, "row")
        ))
        .data(path, 0, 0)
        .lines(ids)
        .witness(format!(
            "without output: {} in {}",
            ids_of(ids, *total),
            tick(reference)
        ))
        .help("write one output for every row of the partition, under the dataset's id"),
        DataError::ExtraIds {
            path,
            reference,
            column,
            ids,
            total,
        } => ids
            .iter()
            .fold(
                new(format!(
                    "{} has {} that {} does not have",
                    tick(path),
                    counted(*total, "id"),
                    tick(reference)
                )),
                |d, id| d.data(&id.path, id.line, *column),
            )
            .witness(format!("not in the dataset: {}", ids_of(ids, *total)))
            .help("write ids as the dataset writes them, and outputs for its rows only"),
        DataError::RepeatedIds {
            path,
            column,
            ids,
            total,
            of,
        } => repeated(new, path, *column, (ids, *total), *of),
        DataError::RepeatedRanks {
            path,
            column,
            ids,
            total,
        } => {
            let twice = |id: &RepeatedId| {
                let (first, second) = (id.first.1, id.second.1);
                format!("`{}` on {}s {first} and {second}", id.id, line_word(path))
            };
            let lines: Vec<String> = ids.iter().map(twice).collect();
            let more = total.saturating_sub(ids.len());
            let rest = if more > 0 { format!(", and {more} more") } else { String::new() };
            let first = ids.first().map(|id| id.second.clone());
            let (file, line) = first.unwrap_or_else(|| (path.clone(), 0));
            new(format!("{} ranks two rows of an id alike", tick(path)))
                .data(file, line, *column)
                .witness(format!("{}{rest}", lines.join(", ")))
                .help("write each rank once for an id")
        }
        DataError::NotAList {
            place,
            name,
            text,
            why,
        } => at(new(format!("a field of `{name}` is no list: {why}")), place)
            .witness(format!("the field is `{}`", shortened(text)))
            .help("write a JSON array such as `[\"a\", \"b\"]`, or items between `|`, `;`, `,` or blanks"),
        DataError::UnknownItems { path, items, total } => {
            let more = total.saturating_sub(items.len());
            let rest = if more > 0 { format!(", and {more} more") } else { String::new() };
            let s = if *total == 1 { "" } else { "s" };
            let named: Vec<String> = items.iter().map(|i| format!("`{i}`")).collect();
            new(format!("{} lacks {total} item{s} that lists hold", tick(path)))
                .data(path, 0, 0)
                .witness(format!("{}{rest}", named.join(", ")))
                .help("add them to the table of items, or spell them as it does")
        }
        DataError::UndeclaredClass(undeclared) => undeclared_class(new, undeclared),
        DataError::Split { path, fault } => split_fault(new, path, fault),
        DataError::Unwritable { path, reason } => {
            new(format!("{} cannot be written: {reason}", tick(path)))
                .data(path, 0, 0)
                .help("make room, make the folder writable, or choose another with `--out`")
        }
        DataError::More { path, code, count } => new(format!(
            "and {count} more of `{}` in {}",
            code.name,
            tick(path)
        ))
        .data(path, 0, 0)
        .help("mend the first ones and run again"),
    }
}

fn no_such_file(
    d: Diagnostic,
    path: &Path,
    near: &Option<String>,
    folder: &Option<Vec<String>>,
) -> Diagnostic {
    let d = d.data(path, 0, 0);
    match (near, folder) {
        (Some(near), _) => d.help(format!("did you mean `{near}`?")),
        (None, Some(names)) => d
            .witness(format!("its folder has: {}", listed(names)))
            .help("correct the path; paths are read from the folder of the plan"),
        (None, None) => d
            .witness("nor is there such a folder")
            .help("correct the path; paths are read from the folder of the plan"),
    }
}

fn unknown_format(
    new: impl Fn(String) -> Diagnostic,
    path: &Path,
    format: &UnreadFormat,
) -> Diagnostic {
    let (message, help) = match format {
        UnreadFormat::PackedParquet => (
            format!("{} is a compressed Parquet file", tick(path)),
            "unpack it; a Parquet file compresses its own columns",
        ),
        UnreadFormat::Compressed(ending) => (
            format!("{} is compressed (`.{ending}`)", tick(path)),
            "unpack it, or compress it as `.gz` or `.zst`",
        ),
        UnreadFormat::Ending(ending) if ending.is_empty() => (
            format!("the name of {} does not tell its format", tick(path)),
            "name it by its format: `.csv`, `.tsv`, `.jsonl` or `.parquet`",
        ),
        UnreadFormat::Ending(ending) => (
            format!(
                "{} is in a format that is not read (`.{ending}`)",
                tick(path)
            ),
            "convert it to `.csv`, `.tsv`, `.jsonl` or `.parquet`",
        ),
    };
    new(message).data(path, 0, 0).help(help)
}

fn damaged(
    new: impl Fn(String) -> Diagnostic,
    path: &Path,
    format: &str,
    cut: bool,
    reason: &str,
) -> Diagnostic {
    let message = if cut {
        format!("{} stops before its {format} data end", tick(path))
    } else {
        format!("{} is no whole {format} file", tick(path))
    };
    let d = new(message).data(path, 0, 0);
    if cut {
        d.help("the file was cut off; write or copy it again")
    } else {
        d.witness(reason)
            .help("write or copy it again, or name it by the format it has")
    }
}

fn bad_json(new: impl Fn(String) -> Diagnostic, place: &DataPlace, slip: &JsonSlip) -> Diagnostic {
    let (line, file) = (place.line, tick(&place.path));
    let (message, help) = match slip {
        JsonSlip::NotAnObject { list: true } => (
            format!("line {line} of {file} is a list, not a row"),
            "write one object a line; `jq -c '.[]' FILE` makes such lines of a list",
        ),
        JsonSlip::NotAnObject { list: false } => (
            format!("line {line} of {file} is no JSON object"),
            "write one object a line, such as `{\"id\": 1, \"label\": \"pos\"}`",
        ),
        JsonSlip::Cut => (
            format!("{file} stops within its last line"),
            "the file was cut off there; write or copy it again",
        ),
        JsonSlip::NotFinite => (
            format!("line {line} of {file} holds a number that is not finite"),
            "find out what made it and write a finite number; JSON has no `NaN` and no infinities",
        ),
        JsonSlip::Twice(key) => (
            format!("line {line} of {file} has the key `{key}` twice"),
            "give one of them another name",
        ),
        JsonSlip::TooLong => (
            format!("line {line} of {file} has no end within 64 MiB"),
            "write one object a line",
        ),
        JsonSlip::Syntax(reason) => (
            format!("line {line} of {file} is no JSON: {reason}"),
            "write one whole object a line",
        ),
    };
    at(new(message), place).help(help)
}

fn ragged(
    new: impl Fn(String) -> Diagnostic,
    path: &Path,
    (line, last_line): (u64, u64),
    (found, wanted): (u64, u64),
    truncated: bool,
) -> Diagnostic {
    let fields = format!(
        "{} where the header has {wanted}",
        counted_u64(found, "field")
    );
    if truncated {
        return new(format!(
            "{} stops within its last line: {fields}",
            tick(path)
        ))
        .data(path, line, found)
        .help("the file was cut off there; write or copy it again");
    }
    let d = new(format!("line {line} of {} has {fields}", tick(path))).data(
        path,
        line,
        found.min(wanted + 1),
    );
    let d = if last_line > line {
        d.witness(format!(
            "the row runs from line {line} to line {last_line}, because of a quote"
        ))
        .help("see whether a quote is opened that is closed too late")
    } else {
        d
    };
    if found > wanted {
        d.help("put fields that hold the separator in quotes")
    } else {
        d.help(format!(
            "give the row all of its {wanted} fields; an empty one keeps its separator"
        ))
    }
}

fn not_a_number(name: &str, text: &str, slip: NumberSlip) -> String {
    match slip {
        NumberSlip::Missing if text.trim().is_empty() => {
            format!("a field of the number column `{name}` is empty")
        }
        NumberSlip::NotFinite => format!("`{text}` in column `{name}` is not a finite number"),
        NumberSlip::Quoted => {
            format!("`{text}` in column `{name}` is written as text, not as a number")
        }
        NumberSlip::Missing | NumberSlip::DecimalComma | NumberSlip::Other => {
            format!("`{text}` in column `{name}` is not a number")
        }
    }
}

fn number_help(slip: NumberSlip, text: &str) -> String {
    match slip {
        NumberSlip::Missing => {
            "every row needs a number here: fill it, or write what the row is to be charged with"
                .to_owned()
        }
        NumberSlip::NotFinite => {
            "find out what made it (a division by zero, an overflow) and write a finite number"
                .to_owned()
        }
        NumberSlip::Quoted => format!("write it without quotes: `{}`", text.trim()),
        NumberSlip::DecimalComma => format!(
            "write it with a point: `{}`",
            text.trim().replacen(',', ".", 1)
        ),
        NumberSlip::Other => {
            "write a plain number such as `0.25`, its unit in the plan (`latency_ms in ms`)"
                .to_owned()
        }
    }
}

fn hash_differs(
    new: impl Fn(String) -> Diagnostic,
    path: &Path,
    declared: &str,
    found: &str,
) -> Diagnostic {
    let well_formed = declared.len() == 64 && declared.bytes().all(|b| b.is_ascii_hexdigit());
    let message = if well_formed {
        format!("{} is not the file that the plan declares", tick(path))
    } else {
        format!("`{declared}` is no sha256, which has 64 hexadecimal digits")
    };
    new(message)
        .data(path, 0, 0)
        .witness(format!("declared {declared}"))
        .witness(format!("found    {found}"))
        .help(format!("if the change is meant, write `sha256: \"{found}\"` and a new `version:`"))
        .help("if not, restore the file: another download, changed line ends, a sort or a partial copy change the hash")
}

fn repeated(
    new: impl Fn(String) -> Diagnostic,
    path: &Path,
    column: u64,
    (ids, total): (&[RepeatedId], usize),
    of: Repeats,
) -> Diagnostic {
    let message = format!(
        "{} has {} that {} an id",
        tick(path),
        counted(total, "row"),
        if total == 1 { "repeats" } else { "repeat" }
    );
    let d = ids.iter().fold(new(message), |d, id| {
        let ((first, line), (second, again)) = (&id.first, &id.second);
        let elsewhere = if first == second {
            String::new()
        } else {
            format!(" of {}", tick(second))
        };
        d.data(first, *line, column)
            .data(second, *again, column)
            .witness(format!(
                "`{}` {} and again {}{elsewhere}",
                id.id,
                on_line(first, *line),
                on_line(second, *again)
            ))
    });
    let d = match total.saturating_sub(ids.len()) {
        0 => d,
        more => d.witness(format!("and {more} more")),
    };
    match of {
        Repeats::Outputs => d.help(
            "keep one output for each id; runs of several seeds go to files of their own (`{seed}`)",
        ),
        Repeats::Dataset => d
            .why(
                "outputs are joined by id, so nobody can tell which row an output is for, and a row that \
                 stands twice counts twice (Kapoor & Narayanan 2023, L1.4)",
            )
            .help("remove the doubled rows, or choose an `id:` that names each row once"),
    }
}

fn undeclared_class(new: impl Fn(String) -> Diagnostic, u: &Undeclared) -> Diagnostic {
    let message = format!(
        "`{}` in column `{}` is a class that the plan does not declare",
        u.value, u.name
    );
    let d = at(new(message), &u.place)
        .witness(format!(
            "in {}, first {}",
            counted(u.rows, "row"),
            on_line(&u.place.path, u.place.line)
        ))
        .witness(format!("declared: {}", listed(&u.declared)));
    match &u.near {
        Some(near) => d.help(format!("did you mean `{near}`?")),
        None => d.help(format!(
            "declare `{}` among the classes, or correct the file",
            u.value
        )),
    }
}

fn split_fault(new: impl Fn(String) -> Diagnostic, path: &Path, fault: &SplitFault) -> Diagnostic {
    match fault {
        SplitFault::NoColumn { name } => new(format!(
            "the split reads column `{name}`, which {} does not have",
            tick(path)
        ))
        .data(path, 1, 0)
        .help("name a column of the file"),
        SplitFault::EmptyPartition {
            partition,
            wanted,
            values,
        } => {
            let d = new(format!("the partition `{partition}` has no rows")).data(path, 0, 0);
            if values.is_empty() {
                return d.help("choose other dates or shares, or remove the partition");
            }
            let near = wanted
                .iter()
                .find_map(|w| suggest(w, values.iter().map(String::as_str)));
            let d = d
                .witness(format!("it takes the rows with: {}", listed(wanted)))
                .witness(format!("the column has: {}", listed(values)));
            match near {
                Some(near) => d.help(format!("did you mean `{near}`?")),
                None => d.help("name a value that the column has, or remove the partition"),
            }
        }
        SplitFault::ValueTwice {
            value,
            first,
            second,
        } => new(format!(
            "the value `{value}` belongs to both `{first}` and `{second}`"
        ))
        .help("give it to one of them"),
        SplitFault::BadShare { partition, percent } => {
            new(format!("`{partition}` cannot have a share of {percent} %"))
                .help("shares lie above 0 % and are at most 100 %")
        }
        SplitFault::Shares {
            percent,
            rest: true,
        } => new(format!("the shares make {percent} % and leave no rest"))
            .help("lower a share, or remove the partition that takes the `rest`"),
        SplitFault::Shares {
            percent,
            rest: false,
        } => new(format!("the shares make {percent} %, not 100 %"))
            .help("correct a share, or give one partition the `rest`"),
        SplitFault::TwoRests { first, second } => {
            new(format!("both `{first}` and `{second}` take the rest"))
                .help("give one of them a share or a date")
        }
        SplitFault::BadBound { partition, text } => {
            new(format!("`{text}`, the end of `{partition}`, is no date"))
                .help("write it as ISO 8601: `2024-06-01` or `2024-06-01T12:00:00Z`")
        }
        SplitFault::BoundForm {
            partition,
            text,
            column,
            sample,
        } => new(format!(
            "`{text}`, the end of `{partition}`, cannot be compared with `{column}`"
        ))
        .data(path, 0, 0)
        .witness(format!("the column has dates such as `{sample}`"))
        .help("write the end as the column is written, or as a coarser date"),
        SplitFault::BoundOrder { earlier, later } => new(format!(
            "`{later}` does not come after `{earlier}`"
        ))
        .help("let the dates of the partitions ascend, in the order in which they are written"),
        SplitFault::FewUnits { column, units, k } => new(format!(
            "`{column}` has {} for {k} folds",
            counted(*units, "distinct value")
        ))
        .data(path, 0, 0)
        .help("ask for fewer folds (`k:`), or cut by another column"),
        SplitFault::Straddles(straddling) => {
            let Straddling {
                group,
                value,
                first: (one, file, line),
                second: (two, other, again),
                groups,
            } = straddling.as_ref();
            let d = new(format!(
                "rows of one `{group}` stand in both `{one}` and `{two}`"
            ))
            .data(file, *line, 0)
            .data(other, *again, 0)
            .witness(format!(
                "`{value}` is in `{one}` {} and in `{two}` {}",
                on_line(file, *line),
                on_line(other, *again)
            ));
            match groups {
                1 => d,
                n => d.witness(format!("and so are {} more", n - 1)),
            }
            .why(
                "what is learned from some rows of a group is told by its others, so the score says little \
                 about groups that are new (Kapoor & Narayanan 2023, L3.2)",
            )
            .help(format!(
                "deal by the group, such as `hash({group}, seed: 1)`, or mend the file"
            ))
            .help("where the system is meant for known groups, say `cluster:` instead of `group:`")
        }
        SplitFault::NotADate { place, name, text } => at(
            new(format!("`{text}` in column `{name}` is no date")),
            place,
        )
        .help("write it as ISO 8601: `2024-06-01` or `2024-06-01T12:00:00Z`"),
        SplitFault::MixedDates {
            place,
            name,
            text,
            first_at,
            first,
        } => at(
            new(format!("dates in column `{name}` are written in two ways")),
            place,
        )
        .data(&first_at.path, first_at.line, place.column)
        .witness(format!(
            "`{first}` {}, `{text}` {}",
            on_line(&first_at.path, first_at.line),
            on_line(&place.path, place.line)
        ))
        .help("write all dates of the column one way"),
    }
}

trait Lines {
    /// Adds the lines of some ids.
    fn lines(self, ids: &[IdLine]) -> Self;
}

impl Lines for Diagnostic {
    fn lines(self, ids: &[IdLine]) -> Self {
        ids.iter().fold(self, |d, id| d.data(&id.path, id.line, 0))
    }
}

fn at(d: Diagnostic, place: &DataPlace) -> Diagnostic {
    d.data(&place.path, place.line, place.column)
}

/// The beginning of a field.
fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_string(),
    }
}

/// What a row's number counts: lines, or the rows of a file that has none.
fn line_word(path: &Path) -> &'static str {
    let parquet = path
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("parquet"));
    if parquet { "row" } else { "line" }
}

fn on_line(path: &Path, line: u64) -> String {
    match line_word(path) {
        "row" => format!("in row {line}"),
        word => format!("on {word} {line}"),
    }
}

fn tick(path: &Path) -> String {
    format!("`{}`", path.display())
}

/// The first few names of a list.
fn listed(names: &[String]) -> String {
    const MOST: usize = 12;
    let mut shown = names
        .iter()
        .take(MOST)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > MOST {
        shown.push_str(&format!(" and {} more", names.len() - MOST));
    }
    shown
}

fn ids_of(ids: &[IdLine], total: usize) -> String {
    let named: Vec<String> = ids
        .iter()
        .map(|id| format!("`{}` ({} {})", id.id, line_word(&id.path), id.line))
        .collect();
    match total.saturating_sub(ids.len()) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

fn counted(count: usize, thing: &str) -> String {
    counted_u64(count as u64, thing)
}

fn counted_u64(count: u64, thing: &str) -> String {
    match count {
        1 => format!("1 {thing}"),
        _ => format!("{count} {thing}s"),
    }
}
