#!/usr/bin/env python3
"""Trains one small sentiment model and predicts rows; python3's own library is all it needs.

    python3 train.py --train train.csv --predict rows.csv --seed 1 [--no-bigrams] [--augment mild] --out out.csv

The model is multinomial naive Bayes. `--model words` counts whole words; `--model chars`, the
default, also counts the first four characters of each word, which carry over to endings never
seen in training. `--no-bigrams` leaves out pairs of neighbours. `--augment` adds copies of the
training texts with words dropped: none, mild (1 copy, 10 %) or strong (2 copies, 40 %).
A seed trains on its own random 90 % of the rows. Columns read: review_id, text, and for training
sentiment. Columns written: review_id, prediction, score (of the predicted class), latency (ms, measured).
"""
import argparse
import csv
import math
import random
import time

CLASSES = ["neg", "neu", "pos"]
LEVELS = {"none": (0, 0.0), "mild": (1, 0.1), "strong": (2, 0.4)}


def features(text, model, bigrams):
    words = text.lower().split()
    found = list(words)
    units = words
    if model == "chars":
        units = [w[:4] for w in words]
        found += ["^" + u for u in units]
    if bigrams:
        found += [a + " " + b for a, b in zip(units, units[1:])]
    return found


def train(rows, seed, model="chars", bigrams=True, augment="mild"):
    """Log probabilities per class: (prior, unseen, by feature)."""
    rng = random.Random(seed)
    kept = [r for r in rows if rng.random() < 0.9]
    copies, drop = LEVELS[augment]
    texts = [(r["text"], r["sentiment"]) for r in kept]
    for _ in range(copies):
        for r in kept:
            words = [w for w in r["text"].split() if rng.random() >= drop]
            texts.append((" ".join(words), r["sentiment"]))
    counts = {c: {} for c in CLASSES}
    prior = dict.fromkeys(CLASSES, 0)
    for text, label in texts:
        prior[label] += 1
        for f in features(text, model, bigrams):
            counts[label][f] = counts[label].get(f, 0) + 1
    vocabulary = set().union(*counts.values())
    fitted = {}
    for c in CLASSES:
        total = sum(counts[c].values()) + len(vocabulary)
        seen = {f: math.log((counts[c].get(f, 0) + 1) / total) for f in vocabulary}
        fitted[c] = (math.log((prior[c] + 1) / (len(texts) + len(CLASSES))), seen)
    return fitted


def predict(fitted, text, model="chars", bigrams=True):
    """The likeliest class and its probability; features never seen count for nothing."""
    found = features(text, model, bigrams)
    logs = [fitted[c][0] + sum(fitted[c][1].get(f, 0.0) for f in found) for c in CLASSES]
    top = max(logs)
    weights = [math.exp(x - top) for x in logs]
    best = logs.index(top)
    return CLASSES[best], weights[best] / sum(weights)


def read(path):
    with open(path, encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--train", required=True)
    p.add_argument("--predict", required=True)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--model", choices=["words", "chars"], default="chars")
    p.add_argument("--no-bigrams", action="store_true")
    p.add_argument("--augment", choices=list(LEVELS), default="mild")
    p.add_argument("--out", required=True)
    a = p.parse_args()
    bigrams = not a.no_bigrams
    fitted = train(read(a.train), a.seed, a.model, bigrams, a.augment)
    with open(a.out, "w", encoding="utf-8", newline="") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(["review_id", "prediction", "score", "latency"])
        for row in read(a.predict):
            begun = time.perf_counter()
            label, score = predict(fitted, row["text"], a.model, bigrams)
            out.writerow([row["review_id"], label, f"{score:.4f}", f"{(time.perf_counter() - begun) * 1000:.3f}"])


if __name__ == "__main__":
    main()
