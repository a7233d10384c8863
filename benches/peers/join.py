"""The work of `benches/peers/big` in Polars and DuckDB, and the files for it.

    join.py data ROWS FOLDER
    join.py polars|duckdb csv|parquet same|shuffled THREADS FOLDER

Prints macro-F1, the seconds of the clock and of the processor, and the peak of memory in MiB, as JSON.
"""

import json
import os
import resource
import sys
import time

CLASSES = ["neg", "neu", "pos"]


def data(rows, folder):
    """`truth` with (id, label); `same` and `shuffled` with (id, prediction), four of five of them right by design."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.csv as csv
    import pyarrow.parquet as parquet

    size = 5_000_000
    rng = np.random.default_rng(7)
    label = rng.integers(0, 3, rows, dtype=np.int8)
    prediction = np.where(rng.random(rows, dtype=np.float32) < 0.8, label, rng.integers(0, 3, rows, dtype=np.int8))
    order = rng.permutation(rows)
    words = pa.array(CLASSES)
    for name, column, codes, ids in [
        ("truth", "label", label, None),
        ("same", "prediction", prediction, None),
        ("shuffled", "prediction", prediction, order),
    ]:
        schema = pa.schema([("id", pa.int64()), (column, pa.string())])
        plain = csv.WriteOptions(include_header=True, quoting_style="none")
        with parquet.ParquetWriter(f"{folder}/{name}.parquet", schema) as columns, csv.CSVWriter(
            f"{folder}/{name}.csv", schema, write_options=plain
        ) as lines:
            for start in range(0, rows, size):
                own = np.arange(start, min(rows, start + size)) if ids is None else ids[start : start + size]
                text = pa.DictionaryArray.from_arrays(pa.array(codes[own].astype(np.int32)), words).cast(pa.string())
                table = pa.table([pa.array(own, pa.int64()), text], schema=schema)
                columns.write_table(table)
                lines.write_table(table)


def counts(library, kind, order, threads, folder):
    truth, outputs = f"{folder}/truth.{kind}", f"{folder}/{order}.{kind}"
    if library == "polars":
        os.environ["POLARS_MAX_THREADS"] = threads
        import polars

        start = time.perf_counter()
        scan = polars.scan_csv if kind == "csv" else polars.scan_parquet
        joined = scan(truth).join(scan(outputs), on="id").group_by("label", "prediction").len()
        return start, joined.collect(engine="streaming").rows()
    import duckdb

    start = time.perf_counter()
    base = duckdb.connect()
    base.execute(f"set threads = {threads}")
    query = f"select label, prediction, count(*) from '{truth}' join '{outputs}' using (id) group by all"
    return start, base.execute(query).fetchall()


def macro_f1(rows):
    table = {(label, prediction): n for label, prediction, n in rows}

    def f1(c):
        own = sum(n for (label, _), n in table.items() if label == c)
        said = sum(n for (_, prediction), n in table.items() if prediction == c)
        return 2 * table.get((c, c), 0) / (own + said)

    return sum(map(f1, CLASSES)) / len(CLASSES)


if __name__ == "__main__":
    if sys.argv[1] == "data":
        data(int(sys.argv[2]), sys.argv[3])
    else:
        start, rows = counts(*sys.argv[1:])
        value = macro_f1(rows)
        used = resource.getrusage(resource.RUSAGE_SELF)
        print(
            json.dumps(
                {
                    "f1_macro": value,
                    "wall": time.perf_counter() - start,
                    "cpu": used.ru_utime + used.ru_stime,
                    "mib": used.ru_maxrss / 1024,
                }
            )
        )
