#!/usr/bin/env python3
"""Logistic regression on short texts with the Python standard library only (no pip).

Words, word pairs, marks on negated words, word pieces (character 3-4-grams) and sums from a sentiment
lexicon, trained by AdaGrad in a shuffled order with averaged weights. Components: --no-bigrams,
--no-negation, --no-pieces, --no-lexicon, --no-average. The seed draws the 90% of the training rows
that are used and their order. The test file needs the columns id and text only. Same arguments,
same bytes.
"""
import math, random
from nb import features, parser, read, run, sigmoid

GRID = [0.0003, 0.001]


class Logistic:
    def __init__(self, l2, seed=1, epochs=4, rate=0.2, pieces=True, lexicon=None, average=True, cache=None, **kw):
        self.l2, self.seed, self.epochs, self.rate = l2, seed, epochs, rate
        self.pieces, self.lexicon, self.average, self.kw = pieces, lexicon, average, kw
        self.cache = {} if cache is None else cache

    def feats(self, text):
        """(feature, value) pairs; words and pieces have length 1 each, the lexicon sums are in 0-1."""
        f = features(text, **self.kw)
        out = [(x, 1 / math.sqrt(len(f))) for x in f]
        if self.pieces:
            p = {}
            for w in dict.fromkeys(text.lower().split()):
                w = " " + w + " "
                for n in (3, 4):
                    for i in range(len(w) - n + 1):
                        p["#" + w[i:i + n]] = None
            out += [(x, 1 / math.sqrt(len(p))) for x in p]
        if self.lexicon:
            s = [0.0, 0.0]
            for w in f:
                v = -self.lexicon.get(w[4:], 0.0) if w.startswith("NOT_") else self.lexicon.get(w, 0.0)
                s[v < 0] += abs(v)
            out += [(name, x / (1 + x)) for name, x in zip(("+", "-"), s) if x]
        return out

    def fit(self, rows):
        index, data = {}, []
        for r in rows:
            if r["id"] not in self.cache:                  # features do not depend on the setting
                self.cache[r["id"]] = self.feats(r["text"])
            data.append(([(index.setdefault(f, len(index)), v) for f, v in self.cache[r["id"]]],
                         1.0 if r["label"] == "pos" else 0.0))
        n = len(index)
        w, g2, u = [0.0] * n, [1e-8] * n, [0.0] * n
        b, bu, step, l2, rate = 0.0, 0.0, 0, self.l2, self.rate
        rng = random.Random(self.seed)
        for _ in range(self.epochs):
            rng.shuffle(data)
            for fs, y in data:
                z = b
                for j, v in fs:
                    z += w[j] * v
                e = sigmoid(z) - y
                d = 0.05 * e
                b -= d
                bu += step * d
                for j, v in fs:
                    g = e * v + l2 * w[j]
                    s = g2[j] = g2[j] + g * g
                    d = rate * g / math.sqrt(s)
                    w[j] -= d
                    u[j] += step * d
                step += 1
        if self.average:                                   # mean of the weights after every step
            w = [x + y / step for x, y in zip(w, u)]
            b += bu / step
        self.w, self.b = dict(zip(index, w)), b
        return self

    def score(self, text):
        z = self.b
        for f, v in self.feats(text):
            z += self.w.get(f, 0.0) * v
        return sigmoid(z)


def main():
    p = parser(__doc__)
    p.add_argument("--no-pieces", action="store_true")
    p.add_argument("--no-lexicon", action="store_true")
    p.add_argument("--no-average", action="store_true")
    p.add_argument("--lexicon", required=True)
    a = p.parse_args()
    lex = None if a.no_lexicon else {r["word"]: float(r["valence"]) for r in read(a.lexicon)}
    kw = dict(bigrams=not a.no_bigrams, negation=not a.no_negation, pieces=not a.no_pieces, average=not a.no_average,
              lexicon=lex, cache={})
    run(a, lambda s: Logistic(s, seed=a.seed, **kw), GRID)


if __name__ == "__main__":
    main()
