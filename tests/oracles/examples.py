#!/usr/bin/env python3
"""Computes what the example plans must report, without benchwright: numpy and nothing else.

    python3 tests/oracles/examples.py          # writes tests/oracles/examples.json, half a minute

Point values are exact to rounding. Intervals come from a two-level bootstrap of their own random
numbers, so they are compared within a tolerance that `examples.json` states.

- A run's metric is taken over the rows of the partition; a system's is the mean of its runs' values.
- macro-F1 is over the declared classes, 0/0 counting 0; P95 is numpy's `linear` quantile, h = (n-1)q.
- A resample draws clusters with replacement (within strata where the plan declares them) and,
  independently, runs with replacement. Both draws are shared by every system and metric of a
  partition, so a delta is of equal rows and equal run numbers. A system with one run keeps it.
- BCa: z0 with ties counted half; acceleration by the jackknife over clusters, runs averaged.
"""
import csv
import json
import pathlib
from statistics import NormalDist

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
B = 20_000
CHUNK = 1_000
NORMAL = NormalDist()


def load(path, key):
    with open(path, encoding="utf-8", newline="") as f:
        rows = list(csv.DictReader(f))
    table = {r[key]: r for r in rows}
    assert len(table) == len(rows), path
    return table


class Part:
    """The rows of one partition, and its resamples."""

    def __init__(self, rows, key, label, classes, group=None, strata=None, seed=1):
        self.ids = [r[key] for r in rows]
        self.rows, self.classes, self.seed = rows, classes, seed
        self.truth = np.array([classes.index(r[label]) for r in rows])
        names = [r[group] if group else r[key] for r in rows]
        order = {g: i for i, g in enumerate(dict.fromkeys(names))}
        self.cluster = np.array([order[g] for g in names])
        self.m = len(order)
        of = {}
        for c, r in zip(self.cluster, rows):
            of.setdefault(c, r[strata] if strata else "")
            assert of[c] == (r[strata] if strata else ""), "a cluster in two strata"
        self.strata = [np.array([c for c in of if of[c] == s]) for s in dict.fromkeys(of.values())]

    def weights(self):
        """Chunks of (cluster multiplicities, run multiplicities), the same at every call."""
        rng = np.random.default_rng(self.seed)
        for _ in range(0, B, CHUNK):
            w = np.zeros((CHUNK, self.m))
            for members in self.strata:
                k = len(members)
                w[:, members] = rng.multinomial(k, np.full(k, 1 / k), size=CHUNK)
            yield w, rng.multinomial(5, np.full(5, 0.2), size=CHUNK) / 5


class System:
    """Predictions and latencies by run, in the order of the partition's rows."""

    def __init__(self, part, files, key, prediction="pred", latency="latency_ms"):
        self.pred, self.ms = [], []
        for path in files:
            table = load(path, key)
            got = [table[i] for i in part.ids]
            self.pred.append(np.array([part.classes.index(r[prediction]) for r in got]))
            self.ms.append(np.array([float(r[latency]) for r in got]) if latency in got[0] else None)


def constant(part, name):
    s = System(part, [], "")
    s.pred, s.ms = [np.full(len(part.ids), part.classes.index(name))], [None]
    return s


# --- metrics: each gives, for matrices of cluster weights, one value a resample and run ------------

def cells(part, pred, keep):
    """Per cluster: rows hit, predicted and labelled per class, and rows; restricted to `keep`."""
    k = len(part.classes)
    out = np.zeros((part.m, 3 * k + 1))
    rows = np.flatnonzero(keep)
    c, y, p = part.cluster[rows], part.truth[rows], pred[rows]
    np.add.at(out, (c[y == p], y[y == p]), 1)
    np.add.at(out, (c, k + p), 1)
    np.add.at(out, (c, 2 * k + y), 1)
    np.add.at(out, (c, 3 * k), 1)
    return out


def from_cells(metric, t, k):
    hit, said, true, n = t[:, :k], t[:, k:2 * k], t[:, 2 * k:3 * k], t[:, 3 * k]
    if metric == "accuracy":
        return hit.sum(1) / n
    both = said + true
    return np.where(both > 0, 2 * hit / np.where(both > 0, both, 1), 0.0).mean(1)


def weighted_p95(part, ms, w):
    order = np.argsort(ms, kind="stable")
    x, cum = ms[order], np.cumsum(w[:, part.cluster[order]], axis=1)
    n = cum[:, -1]
    h = (n - 1) * 0.95
    lo = np.floor(h)
    last = len(x) - 1
    at = lambda j: x[np.minimum((cum <= j[:, None]).sum(1), last)]  # the j-th smallest, from 0
    a, b = at(lo), at(np.minimum(lo + 1, n - 1))
    return a + (h - lo) * (b - a)


def evaluator(part, system, metric, keep):
    """A function from cluster weights (b × m) to values (b × runs)."""
    k = len(part.classes)
    if metric in ("accuracy", "f1_macro"):
        tables = [cells(part, p, keep) for p in system.pred]
        return lambda w: np.stack([from_cells(metric, w @ t, k) for t in tables], 1)
    if metric == "latency_p95":
        return lambda w: np.stack([weighted_p95(part, m, w) for m in system.ms], 1)
    sums = [np.bincount(part.cluster, m, part.m) for m in system.ms]
    size = np.bincount(part.cluster, minlength=part.m).astype(float)
    return lambda w: np.stack([(w @ s) / (w @ size) for s in sums], 1)


def over_runs(values, runs):
    return values[:, 0] if values.shape[1] == 1 else (values * runs).sum(1)


def interval(theta, reps, jack):
    lo, hi = np.quantile(reps, [0.025, 0.975])
    out = {"se": float(reps.std(ddof=1)), "percentile": [float(lo), float(hi)]}
    below = ((reps < theta).sum() + (reps <= theta).sum()) / (2 * len(reps))
    u = jack.mean() - jack
    spread = (u**2).sum()
    if 0 < below < 1 and spread > 0:
        z0, a = NORMAL.inv_cdf(below), (u**3).sum() / (6 * spread**1.5)
        ends = []
        for q in (0.025, 0.975):
            z = z0 + NORMAL.inv_cdf(q)
            ends.append(float(np.quantile(reps, NORMAL.cdf(z0 + z / (1 - a * z)))))
        out["bca"] = ends
    out["tolerance"] = max(0.3 * out["se"], jump(reps), 1e-12)
    return out


def jump(reps):
    """How far an end moves when the share below it moves by five standard deviations of 10,000 resamples.

    The law of a two-level bootstrap with five runs is lumpy: where an end stands at the border of two
    lumps, an honest repetition may land on the other side.
    """
    far = 0.0
    for q in (0.025, 0.975):
        d = 5 * (q * (1 - q) / 10_000) ** 0.5
        low, at, high = np.quantile(reps, [max(q - d, 0), q, min(q + d, 1)])
        far = max(far, high - at, at - low)
    return float(far)


def study(part, systems, wanted):
    """`wanted`: (metric, slice name, keep, {system: [others to subtract]})."""
    flat = np.full((1, 5), 0.2)
    jobs = []
    for metric, name, keep, pairs in wanted:
        ev = {s: evaluator(part, systems[s], metric, keep) for s in {*pairs, *(b for o in pairs.values() for b in o)}}
        jobs.append((metric, name, keep, pairs, ev))
    reps = [{s: [] for s in j[4]} for j in jobs]
    for w, runs in part.weights():
        for j, r in zip(jobs, reps):
            for s, f in j[4].items():
                r[s].append(over_runs(f(w), runs))
    ones = np.ones((1, part.m))
    metrics, deltas = [], []
    for (metric, name, keep, pairs, ev), r in zip(jobs, reps):
        point = {s: f(ones)[0] for s, f in ev.items()}
        drawn = {s: np.concatenate(v) for s, v in r.items()}
        inside = np.unique(part.cluster[keep])
        jack = {}
        for s, f in ev.items():
            got = []
            for at in range(0, len(inside), CHUNK):
                w = np.ones((len(inside[at:at + CHUNK]), part.m))
                w[np.arange(len(w)), inside[at:at + CHUNK]] = 0
                v = f(w)
                got.append(over_runs(v, np.repeat(flat, len(v), 0)))
            jack[s] = np.concatenate(got)
        for s in sorted(ev):
            v = point[s]
            metrics.append({
                "system": s, "metric": metric, "slice": name, "rows": int(keep.sum()), "estimate": float(v.mean()),
                "runs": [float(x) for x in v], "seed_sd": float(v.std(ddof=1)) if len(v) > 1 else None,
                "interval": interval(v.mean(), drawn[s], jack[s]),
            })
        for s, others in pairs.items():
            for o in others:
                d = point[s].mean() - point[o].mean()
                deltas.append({
                    "system": s, "against": o, "metric": metric, "slice": name, "delta": float(d),
                    "interval": interval(d, drawn[s] - drawn[o], jack[s] - jack[o]),
                })
    return {"rows": len(part.ids), "clusters": part.m, "metrics": metrics, "deltas": deltas}


def five(pattern):
    return [ROOT / pattern.format(seed=s) for s in range(1, 6)]


def reviews(partition, seed):
    table = load(ROOT / "examples/reviews/data/reviews.csv", "id")
    rows = [r for r in table.values() if r["split"] == partition]
    part = Part(rows, "id", "label", ["neg", "pos"], "group", seed=seed)
    made = lambda system, variant: System(part, five(f"examples/reviews/runs/{system}/{variant}-seed{{seed}}.csv"), "id")
    return part, made


def examples():
    out = {}
    part, made = reviews("test", 1)
    systems = {"chars": made("chars", "full"), "lr": made("lr", "full"), "nb": made("nb", "full"), "majority": constant(part, "neg")}
    everywhere = np.ones(len(part.ids), bool)
    with_floor, ours = {"chars": ["lr", "nb", "majority"]}, {"chars": ["lr", "nb"]}
    wanted = [("f1_macro", None, everywhere, with_floor), ("accuracy", None, everywhere, with_floor),
              ("latency_p95", None, everywhere, ours), ("latency_mean", None, everywhere, ours)]
    domain = np.array([r["domain"] for r in part.rows])
    for d in ("amazon", "imdb", "yelp"):
        wanted += [(m, {"domain": d}, domain == d, with_floor) for m in ("f1_macro", "accuracy")]
    out["reviews/compare/test"] = study(part, systems, wanted)

    part, made = reviews("val", 2)
    arms = ["no-char", "no-bigrams", "no-sublinear", "no-negation", "no-lexicon", "no-augment", "augment-strong"]
    systems = {a: made("chars", a) for a in ["full", *arms]}
    everywhere = np.ones(len(part.ids), bool)
    out["reviews/ablation/val"] = study(part, systems, [("f1_macro", None, everywhere, {a: ["full"] for a in arms})])

    for partition, seed in (("val", 3), ("test", 4)):
        part, made = reviews(partition, seed)
        everywhere = np.ones(len(part.ids), bool)
        systems = {"nb": made("nb", "full"), "lr": made("lr", "full"), "chars": made("chars", "full")}
        systems |= {"chars - " + c: made("chars", "no-" + c) for c in ("char", "bigrams", "lexicon")}
        each = {s: [] for s in systems}
        out[f"latency/select/{partition}"] = study(part, systems, [(m, None, everywhere, each) for m in ("accuracy", "latency_p95")])

    table = load(ROOT / "examples/digits/data/digits.csv", "id")
    part = Part([r for r in table.values() if r["split"] == "test"], "id", "label", [str(d) for d in range(10)], seed=5)
    names = {"mlp": "mlp/full", "logreg": "logreg/full", "svm": "svm/full"}
    arms = ["no-augment", "no-pca", "no-ensemble", "no-scale"]
    names |= {a: "mlp/" + a for a in arms}
    systems = {n: System(part, five(f"examples/digits/runs/{f}-seed{{seed}}.csv"), "id") for n, f in names.items()}
    everywhere = np.ones(len(part.ids), bool)
    out["digits/compare/test"] = study(part, systems, [(m, None, everywhere, {"mlp": ["logreg", "svm"]}) for m in ("accuracy", "f1_macro")])
    out["digits/ablation/test"] = study(part, systems, [("accuracy", None, everywhere, {a: ["mlp"] for a in arms})])

    table = load(ROOT / "tests/whole-plan/data/reviews.csv", "review_id")
    for partition, seed in (("test", 6), ("dev", 7)):
        rows = [r for r in table.values() if r["split"] == partition]
        part = Part(rows, "review_id", "sentiment", ["neg", "neu", "pos"], "author", "language", seed)
        made = lambda name: System(part, five(f"tests/whole-plan/runs/{name}-{{seed}}.csv"), "review_id")
        everywhere = np.ones(len(part.ids), bool)
        if partition == "test":
            train = [r["sentiment"] for r in table.values() if r["split"] == "train"]
            most = max(part.classes, key=train.count)
            systems = {"chars": made("chars-full"), "words": made("words"), "majority": constant(part, most)}
            pairs = {"chars": ["words", "majority"]}
            language = np.array([r["language"] for r in rows])
            wanted = [(m, None, everywhere, pairs) for m in ("f1_macro", "accuracy")]
            wanted += [(m, None, everywhere, {"chars": ["words"]}) for m in ("latency_p95", "latency_mean")]
            wanted += [(m, {"language": g}, language == g, pairs) for g in ("en", "es") for m in ("f1_macro", "accuracy")]
            out["whole-plan/compare/test"] = study(part, systems, wanted)
        else:
            arms = ["no-bigrams", "no-augment", "augment-strong"]
            systems = {a: made("chars-" + a) for a in ["full", *arms]}
            out["whole-plan/ablation/dev"] = study(part, systems, [("f1_macro", None, everywhere, {a: ["full"] for a in arms})])
    return out


def main():
    result = {
        "about": "independent values for the example plans; made by examples.py (numpy)",
        "method": {
            "estimate": "mean over the runs of each run's value over all rows of partition and slice; runs in order of seeds 1-5",
            "seed_sd": "sample standard deviation of the runs' values (n-1)",
            "delta": "estimate of `system` minus estimate of `against`; in ablations the arm minus the reference",
            "f1_macro": "mean over declared classes of 2 tp / (predicted + labelled), 0/0 = 0",
            "latency_p95": "linear quantile, h = (n-1) 0.95, milliseconds",
            "latency_mean": "mean, milliseconds; cost_per_1k is latency_mean / 3_600_000 * 1000 * price per hour",
            "interval": "two-level bootstrap: clusters with replacement (strata: language in whole-plan), runs with replacement, "
            "both shared by all systems; 95 %; percentile (numpy linear quantile) and BCa; se is the sd of the replicates; "
            "no bca where all replicates lie on one side or the jackknife is constant",
        },
        "tolerance": {
            "estimate": 1e-12, "runs": 1e-12, "seed_sd": 1e-12, "delta": 1e-12,
            "interval": "absolute, per end: `tolerance` of the interval, at least 0.3 se: five standard deviations of the difference "
            "between an end of this reference and one of 10,000 resamples, z0's error included; of percentile or bca, whichever "
            "method is reported; more where the lumpy law of five runs jumps within that share",
        },
        "resamples": B,
        "studies": examples(),
    }
    text = json.dumps(result, indent=1, allow_nan=False)
    (pathlib.Path(__file__).with_suffix(".json")).write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
