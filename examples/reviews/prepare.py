#!/usr/bin/env python3
"""Lays the published prediction files out as `reviews.bench` names them.

    python3 prepare.py PUBLISHED

PUBLISHED holds `predictions/NAME/seedN.csv` (test rows) and `predictions/NAME/val/seedN.csv`
(val rows), as `made/train.py` writes them with `--out` and `--val-out`. The two files of a run
become one, `runs/SYSTEM/VARIANT-seedN.csv`: the header, the val rows, the test rows, each line
as it was published. A run of a plan joins rows by id, so one file may serve several partitions.
Afterwards SHA256SUMS is written anew.
"""
import hashlib
import pathlib
import sys

# published name -> (system of the plan, variant of the plan)
RUNS = {
    "nb": ("nb", "full"),
    "lr": ("lr", "full"),
    "candidate": ("chars", "full"),
    "no-char": ("chars", "no-char"),
    "no-bigrams": ("chars", "no-bigrams"),
    "no-sublinear": ("chars", "no-sublinear"),
    "no-negation": ("chars", "no-negation"),
    "no-lexicon": ("chars", "no-lexicon"),
    "augment-none": ("chars", "no-augment"),  # `none` is the level called absent
    "augment-strong": ("chars", "augment-strong"),
}
HERE = pathlib.Path(__file__).resolve().parent


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    published = pathlib.Path(sys.argv[1]) / "predictions"
    for name, (system, variant) in RUNS.items():
        folder = HERE / "runs" / system
        folder.mkdir(parents=True, exist_ok=True)
        for seed in range(1, 6):
            val = (published / name / "val" / f"seed{seed}.csv").read_text("utf-8").splitlines()
            test = (published / name / f"seed{seed}.csv").read_text("utf-8").splitlines()
            if val[0] != test[0]:
                sys.exit(f"{name}, seed {seed}: the columns of val and test differ")
            merged = "\n".join(val + test[1:]) + "\n"
            (folder / f"{variant}-seed{seed}.csv").write_text(merged, "utf-8", newline="\n")
    write_sums()


def write_sums():
    files = [p for d in ("data", "made", "runs") for p in (HERE / d).rglob("*") if p.is_file() and p.name != "README.md"]
    lines = [
        f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.relative_to(HERE).as_posix()}"
        for p in sorted(files)
    ]
    (HERE / "SHA256SUMS").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
