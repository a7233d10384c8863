//! The codes of this folder with their pages.

crate::codes! {
    F101 "no-such-file" Error
"The plan names a file that does not exist. Paths in a plan are read from the folder of the plan.

**Mend it**: correct the path; the message names a file of that folder that is spelt much like it.
Where a template such as `runs/words-{seed}.csv` made the path, look at its holes.";
    F102 "unreadable-file" Error
"The path leads to a folder, or the system refuses to read the file (permissions, a broken disk).

**Mend it**: name a file, or make it readable for the user who runs the plan.";
    F103 "unread-format" Error
"Files are read as `.csv` (fields between commas), `.tsv` (fields between tabs), `.jsonl` or `.ndjson`
(one JSON object a line) and `.parquet`, told by the ending; all but Parquet also compressed as `.gz` or
`.zst`. Within a Parquet file, times of day, intervals and raw bytes are not read.

**Mend it**: unpack or convert the file, and name it by its ending.";
    F104 "missing-column" Error
"The plan asks for a column that is not in the first line of the file. Names must agree letter for
letter, blanks and capitals included.

**Mend it**: use one of the names that the message lists, or map the role to the file's own name:
`predictions: \"runs.csv\" { prediction: pred }`.";
    F105 "empty-file" Error
"The file has no bytes, or a header and no rows. Nothing can be measured on it, and a program that
failed while writing leaves such a file.

**Mend it**: write the file again.";
    F106 "duplicate-column" Error
"Two columns have one name, so it cannot be told which one is meant.

**Mend it**: rename one of them in the file's first line.";
    F107 "ragged-row" Error
"A row has more or fewer fields than the header. Usual causes: a field with a comma or a line break
that is not in quotes, an opened quote that is closed too late, a file cut off while it was written.

**Mend it**: put such fields in quotes (`\"so, so\"`, a quote itself doubled), or write the file again.";
    F108 "unclosed-quote" Error
"A field begins with a quote that is never closed, so the rest of the file would be its text.

**Mend it**: close the quote; a quote within a quoted field is written twice (`\"she said \"\"no\"\"\"`).
If the file was cut off, write it again.";
    F109 "not-utf8-text" Error
"Files are read as UTF-8 text, with or without a byte-order mark. This one holds bytes that are not
UTF-8: another encoding such as Latin-1 or UTF-16, or no text at all.

**Mend it**: convert it, for instance `iconv -f LATIN1 -t UTF-8 old.csv > new.csv`, or unpack it.";
    F110 "not-a-number" Error
"A field of a column that is read as numbers holds none. Numbers are finite, with a decimal point:
`0.25`, `-3`, `1e-5`. Empty fields, `NaN` and infinities are refused, because every way to go on
without them would change what is measured.

**Mend it**: correct the field, leave the row out where the plan allows it, or write what the model
is to be charged with in such a case.";
    F111 "empty-cell" Error
"A field that must name something, such as an id, is empty.

**Mend it**: fill it, or remove the row.";
    F112 "unwritable-file" Error
"A file could not be written. Files are written whole under another name and then renamed, so an
older file of that name is as it was.

**Mend it**: make room or make the folder writable, or choose another with `--out`.";
    F113 "damaged-file" Error
"A compressed or Parquet file cannot be unpacked: it stops before its end, or its bytes are not what its
format asks for. Usual causes are a download or a program that was cut off, and an ending that does not
say what the file is.

**Mend it**: write or copy the file again, and name it by its format.";
    F114 "not-a-json-row" Error
"A `.jsonl` or `.ndjson` file holds one JSON object on each line, its keys the columns; blank lines are
passed over. A key stands once in an object. `NaN` and `Infinity` are no JSON.

**Mend it**: write one object a line; `jq -c '.[]' file.json` makes such lines of a list.";
    F115 "nested-value" Error
"A list or a record stands where one value is needed: an id, a class, a number.

**Mend it**: name the column that holds the value itself, or write it into one of its own.";
    F116 "not-a-list" Error
"A field is read as a list by a metric: a JSON array (`[\"d3\", \"d1\"]`), or items parted by `|`, `;`, `,`
or blanks. Relevant items may have grades: `d3:2 d1`, or a JSON object, `{\"d3\": 2}`. A field that begins with
`[` or `{` is JSON, so that no bracket ends up in an item's name.

**Mend it**: write the field as valid JSON, or without brackets.";
    F117 "repeated-rank" Error
"Where `rank:` is mapped, the rows of an id are gathered into one list in order of their ranks. Two rows of
an id with one rank have no order.

**Mend it**: write each rank once for an id.";
    F118 "unknown-items" Error
"Lists hold items that the dataset's table of items, `items:`, doesn't have, so that nothing is known of how often
they were used or what they are like.

**Mend it**: add the items to the table, or spell them as the table does.";
    F201 "hash-differs" Error
"The file's sha256 is not the one the plan declares: the data are not those the plan was written for.

**Mend it**: if the change was meant, declare the new hash and version. If not, find out who changed
the file: another download, an editor that changed line ends, a sort, a partial copy. `sha256sum FILE`
prints what is compared; of several files it is
`sha256sum FILES | cut -c1-64 | sort | sha256sum`.";
    F202 "output-ids-differ" Error
"Outputs are joined to the dataset by id. Every row of the evaluated partition needs exactly one
output; an output whose id the dataset does not know, an id twice, or a row without output would
change the number of rows that the metric is a mean of. Rows of other partitions are passed over.

**Mend it**: run the system on exactly the rows of the partition; see that ids are written as in the
dataset (`7` is not `007`).";
    F204 "undeclared-class" Error
"A label or prediction is none of the classes that the plan declares.

**Mend it**: declare it (`label: sentiment in [neg, neu, pos]`) or correct the file. Classes are
compared letter for letter: `Pos` is not `pos`, `1.0` is not `1`.";
    F205 "empty-partition" Error
"A partition of the split has no rows, so nothing can be trained or judged on it.

**Mend it**: use the values that the column has, other dates, or larger shares.";
    F206 "bad-split" Error
"The split rule does not add up: shares must make 100 % or leave a `rest`, only one partition takes
the rest, a value belongs to one partition, dates ascend.

**Mend it**: correct the rule as the message says.";
    F207 "bad-date" Error
"Dates are read as ISO 8601: `2024-06-01`, `2024-06-01T12:00`, `2024-06-01T12:00:30+02:00`, also
`2024-06` and `2024`. All fields of a column are written one way, because a date and a time, or a
time with and without an offset, have no order between them.

**Mend it**: write all dates of the column one way.";
    L201 "duplicate-ids" Error include_str!("pages/L201.md");
    L205 "group-straddles" Error include_str!("pages/L205.md");
}
