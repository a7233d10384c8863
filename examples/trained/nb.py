#!/usr/bin/env python3
"""Naive Bayes on short texts with the Python standard library only (no pip); under a second a run.

Components: --no-bigrams, --no-negation (marks on words after a negation). With both off it is the
plain unigram model. The seed draws the 90% of the training rows that are used. The test file needs
the columns id and text only. Output: id, pred, score (P(pos)). Same arguments, same bytes.
"""
import argparse, csv, math, random, re
from collections import Counter

NEGATION = re.compile(r"^(not|no|never|nothing|nobody|neither|nor|cannot|without|hardly|barely|\w+n'?t)$")
TOKEN = re.compile(r"\w+(?:'\w+)?|[.,;:!?()]")
GRID = [0.3, 1.0]


def features(text, bigrams=True, negation=True):
    """Distinct words (and word pairs) of a text, in order of appearance."""
    words, neg = [], False
    for t in TOKEN.findall(text.lower()):
        if t[0] in ".,;:!?()":
            neg = False
        elif NEGATION.match(t):
            neg = True
            words.append(t)
        else:
            words.append("NOT_" + t if neg and negation else t)
    if bigrams:
        words = words + [x + " " + y for x, y in zip(words, words[1:])]
    return list(dict.fromkeys(words))


def sigmoid(z):
    return 1 / (1 + math.exp(-max(-35.0, min(35.0, z))))


class NaiveBayes:
    def __init__(self, smoothing=1.0, **kw):
        self.smoothing, self.kw = smoothing, kw

    def fit(self, rows):
        n, docs = {"neg": Counter(), "pos": Counter()}, Counter()
        for r in rows:
            docs[r["label"]] += 1
            n[r["label"]].update(features(r["text"], **self.kw))
        vocab = list(dict.fromkeys([*n["neg"], *n["pos"]]))
        total = {c: sum(n[c].values()) + self.smoothing * len(vocab) for c in n}
        self.prior = math.log(docs["pos"] / docs["neg"])
        self.w = {v: math.log((n["pos"][v] + self.smoothing) / total["pos"])
                     - math.log((n["neg"][v] + self.smoothing) / total["neg"]) for v in vocab}
        return self

    def score(self, text):
        return sigmoid(self.prior + sum(self.w.get(f, 0.0) for f in features(text, **self.kw)))


def read(path):
    with open(path, encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def sample(rows, seed):
    return random.Random(seed).sample(rows, int(.9 * len(rows)))


def f1_macro(model, rows):
    pairs = Counter((r["label"], "pos" if model.score(r["text"]) > .5 else "neg") for r in rows)
    f1 = [2 * pairs[c, c] / (sum(n for pair, n in pairs.items() for x in pair if x == c) or 1) for c in ("neg", "pos")]
    return sum(f1) / 2


def choose(make, grid, train, val):
    """The model of the setting with the best macro-F1 on the validation rows; the first of equals."""
    best = None
    for s in grid:
        m = make(s).fit(train)
        f1 = f1_macro(m, val)
        if best is None or f1 > best[0]:
            best = (f1, m)
    return best[1]


def write(model, rows, path):
    with open(path, "w", newline="", encoding="utf-8") as f:
        w = csv.writer(f, lineterminator="\n")
        w.writerow(["id", "pred", "score"])
        for r in rows:
            p = model.score(r["text"])
            w.writerow([r["id"], "pos" if p > .5 else "neg", f"{p:.4f}"])


def parser(doc):
    p = argparse.ArgumentParser(description=doc)
    p.add_argument("--train", required=True)
    p.add_argument("--val", required=True, help="labelled rows: choose among 2 settings on them")
    p.add_argument("--test", required=True)
    p.add_argument("--out", required=True)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--no-bigrams", action="store_true")
    p.add_argument("--no-negation", action="store_true")
    return p


def run(a, make, grid):
    train = sample(read(a.train), a.seed)
    write(choose(make, grid, train, read(a.val)), read(a.test), a.out)


def main():
    a = parser(__doc__).parse_args()
    kw = dict(bigrams=not a.no_bigrams, negation=not a.no_negation)
    run(a, lambda s: NaiveBayes(s, **kw), GRID)


if __name__ == "__main__":
    main()
