#!/usr/bin/env python3
"""Computes the factorial of examples/digits, without benchwright and with nothing but Python itself.

    python3 tests/oracles/factorial.py          # writes tests/oracles/factorial.json

A cell is the mean over five runs of the accuracy on the test rows. Effects are not taken from contrasts, as
benchwright does, but from their meaning, in exact fractions: that of one component is the mean of the cells with it minus
the mean of those without; that of two half of the effect of the first with the second minus half of it without; and so on.
The gap is the loss of all three at once minus the sum of the three single losses.
"""
import csv
import itertools
import json
import pathlib
from fractions import Fraction

ROOT = pathlib.Path(__file__).resolve().parents[2] / "examples/digits"
NAMES = ["augment", "pca", "ensemble"]


def rows(path):
    with open(path, encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def spelt(cell):
    off = [f"no-{n}" for n, level in zip(NAMES, cell) if not level]
    return "+".join(off) or "full"


def mean(values):
    values = list(values)
    return sum(values, Fraction(0)) / len(values)


def accuracy(truth, path):
    said = {r["id"]: r["pred"] for r in rows(path)}
    return Fraction(sum(said[i] == y for i, y in truth.items()), len(truth))


def effect(cells, factors):
    first, rest = factors[0], factors[1:]
    def at(level):
        part = {c: v for c, v in cells.items() if c[first] == level}
        return effect(part, rest) if rest else mean(part.values())
    return (at(1) - at(0)) / (2 if rest else 1)


def main():
    truth = {r["id"]: r["label"] for r in rows(ROOT / "data/digits.csv") if r["split"] == "test"}
    cells = {
        cell: mean(accuracy(truth, ROOT / f"runs/mlp/{spelt(cell)}-seed{seed}.csv") for seed in range(1, 6))
        for cell in itertools.product((0, 1), repeat=3)
    }
    effects = {
        "*".join(NAMES[f] for f in factors): float(effect(cells, list(factors)))
        for k in (1, 2, 3)
        for factors in itertools.combinations(range(3), k)
    }
    full = cells[1, 1, 1]
    single = sum(cells[tuple(int(i != off) for i in range(3))] - full for off in range(3))
    result = {
        "tolerance": 1e-12,
        "rows": len(truth),
        "cells": {spelt(c): float(v) for c, v in cells.items()},
        "effects": effects,
        "additivity_gap": float(cells[0, 0, 0] - full - single),
    }
    text = json.dumps(result, indent=1, allow_nan=False)
    pathlib.Path(__file__).with_suffix(".json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
