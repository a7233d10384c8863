"""The peers' side: the same work on the same files, as a user of these libraries writes it.

`python peers.py CASE FOLDER` prints one line of JSON: for each way of doing it seconds of processor time, and
what came out. `python peers.py data FOLDER` writes the files.
"""

import json
import pathlib
import sys
import time
from statistics import NormalDist

import numpy as np


def data(folder):
    """20,000 labels and two systems' classes, 20,000 scores, 10^5 latencies, 3,000 sentences."""
    rng = np.random.default_rng(11)
    n = 20_000
    label = rng.integers(0, 3, n)
    guess = lambda right: np.where(rng.random(n) < right, label, rng.integers(0, 3, n))
    one, two = guess(0.80), guess(0.78)
    table = np.column_stack([label, one, two])
    np.savetxt(folder / "f1_macro.csv", table, "%d", ",", header="label,one,two", comments="")
    yes = (rng.random(n) < 0.3).astype(int)
    score = rng.normal(yes * 1.1)
    table = np.column_stack([yes, score])
    np.savetxt(folder / "roc_auc.csv", table, ["%d", "%.17g"], ",", header="label,score", comments="")
    latency = rng.lognormal(4.0, 0.6, 100_000)
    np.savetxt(folder / "latency.csv", latency, "%.17g", header="latency", comments="")
    words = np.array([f"{a}{b}{c}" for a in "bdgklmnprst" for b in "aeiou" for c in ("", "n", "r", "sk", "lom")])
    mark = lambda: rng.choice(["", "", "", "", ",", ".", " 3.5%", " 1,000", "-", " &quot;"])
    def sentence():
        chosen = words[np.minimum(rng.zipf(1.3, rng.integers(12, 34)) - 1, len(words) - 1)]
        return " ".join(word + mark() for word in chosen) + "."
    def answer(text, wrong):
        kept = [w if rng.random() > wrong else str(rng.choice(words)) for w in text.split(" ")]
        return " ".join(w for w in kept if rng.random() > wrong / 3)
    reference = [sentence() for _ in range(3_000)]
    texts = {"reference": reference}
    texts["one"] = [answer(text, 0.25) for text in reference]
    texts["two"] = [answer(text, 0.28) for text in reference]
    for name, lines in texts.items():
        (folder / f"{name}.txt").write_text("\n".join(lines) + "\n")


def timed(work):
    start = time.process_time()
    values = work()
    return {"cpu": time.process_time() - start, "values": [float(v) for v in values]}


def macro_f1(tables):
    """Macro-F1 of tables of counts, the last two axes label and prediction."""
    right = np.diagonal(tables, axis1=-2, axis2=-1)
    return (2 * right / (tables.sum(-1) + tables.sum(-2))).mean(-1)


def delta(counts):
    """Of counts over (label, one, two)."""
    return macro_f1(counts.sum(-1)) - macro_f1(counts.sum(-2))


def bca(theta, replicates, left_out, weights):
    z = NormalDist()
    below = ((replicates < theta).sum() + 0.5 * (replicates == theta).sum()) / len(replicates)
    z0 = z.inv_cdf(below)
    u = np.average(left_out, weights=weights) - left_out
    a = (weights * u**3).sum() / (6 * (weights * u**2).sum() ** 1.5)
    end = lambda p: z.cdf(z0 + (z0 + z.inv_cdf(p)) / (1 - a * (z0 + z.inv_cdf(p))))
    return theta, *np.quantile(replicates, [end(0.025), end(0.975)])


def f1_case(folder):
    from sklearn.metrics import f1_score

    label, one, two = np.loadtxt(folder / "f1_macro.csv", int, delimiter=",", skiprows=1).T
    n, resamples = len(label), 10_000

    def cells():
        return np.bincount(label * 9 + one * 3 + two, minlength=27)

    def jackknife(counts):
        some = np.flatnonzero(counts)
        without = counts - np.eye(27, dtype=int)[some]
        return delta(without.reshape(-1, 3, 3, 3)), counts[some]

    def multinomial():
        counts, rng = cells(), np.random.default_rng(1)
        drawn = rng.multinomial(n, counts / n, size=resamples).reshape(-1, 3, 3, 3)
        return bca(delta(counts.reshape(3, 3, 3)), delta(drawn), *jackknife(counts))

    def joint_bincount():
        joint, rng = label * 9 + one * 3 + two, np.random.default_rng(1)
        counts = cells()
        found = np.empty(resamples)
        for b in range(resamples):
            drawn = np.bincount(joint[rng.integers(0, n, n)], minlength=27)
            found[b] = delta(drawn.reshape(3, 3, 3))
        return bca(delta(counts.reshape(3, 3, 3)), found, *jackknife(counts))

    some = 40

    def loop():
        rng = np.random.default_rng(1)
        found = []
        for _ in range(some):
            rows = rng.integers(0, n, n)
            score = lambda p: f1_score(label[rows], p[rows], average="macro")
            found.append(score(one) - score(two))
        return [np.mean(found)]

    sklearn = timed(loop)
    sklearn["cpu"] *= resamples / some
    # An interval of this kind takes a value without each row as well: as many evaluations of as many rows.
    whole = dict(sklearn, cpu=sklearn["cpu"] * (resamples + n) / resamples)
    return {
        "NumPy, multinomial over cells": timed(multinomial),
        "NumPy, joint bincount": timed(joint_bincount),
        "scikit-learn in a loop, resamples alone": sklearn,
        "scikit-learn in a loop, with the jackknife": whole,
    }


def auc_case(folder):
    from sklearn.metrics import roc_auc_score

    table = np.loadtxt(folder / "roc_auc.csv", delimiter=",", skiprows=1)
    label, score = table[:, 0].astype(int), table[:, 1]
    n, resamples, some = len(label), 1_000, 20
    spread = lambda found: [np.mean(found), np.std(found, ddof=1)]

    def presorted():
        rng = np.random.default_rng(1)
        yes = label[np.argsort(score, kind="stable")]
        found = np.empty(resamples)
        for b in range(resamples):
            times = np.bincount(rng.integers(0, n, n), minlength=n)
            no = times * (1 - yes)
            below = np.cumsum(no)
            of_yes = times * yes
            found[b] = (of_yes * (below - no / 2)).sum() / of_yes.sum() / below[-1]
        return spread(found)

    def loop():
        rng = np.random.default_rng(1)
        found = []
        for _ in range(some):
            rows = rng.integers(0, n, n)
            found.append(roc_auc_score(label[rows], score[rows]))
        return spread(found)

    sklearn = timed(loop)
    sklearn["cpu"] *= resamples / some
    return {"NumPy, presorted counts": timed(presorted), "scikit-learn in a loop": sklearn}


def latency_case(folder, statistic, some):
    latency = np.loadtxt(folder / "latency.csv", skiprows=1)
    n, resamples = len(latency), 10_000

    def loop():
        rng = np.random.default_rng(1)
        found = [statistic(latency[rng.integers(0, n, n)]) for _ in range(some)]
        return [np.mean(found), np.std(found, ddof=1)]

    numpy = timed(loop)
    numpy["cpu"] *= resamples / some
    return {"NumPy": numpy}


def corpus_case(folder, name):
    import sacrebleu
    from sacrebleu.metrics import BLEU, CHRF
    from sacrebleu.significance import PairedTest

    lines = lambda file: (folder / f"{file}.txt").read_text().splitlines()
    reference, one, two = lines("reference"), lines("one"), lines("two")
    metric = {"bleu": BLEU, "chrf": CHRF}[name]

    def test():
        own = metric(references=[reference])
        systems = [("two", two), ("one", one)]
        _, found = PairedTest(systems, {name: own}, None, "bs", 1_000, 1)()
        key = next(k for k in found if k != "System")
        return [found[key][1].score, found[key][0].score]

    return {f"sacreBLEU {sacrebleu.__version__}": timed(test)}


def main():
    case, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    if case == "data":
        data(folder)
        return
    print(json.dumps({
        "f1_macro": lambda: f1_case(folder),
        "roc_auc": lambda: auc_case(folder),
        "mean": lambda: latency_case(folder, np.mean, 400),
        "p95": lambda: latency_case(folder, lambda x: np.quantile(x, 0.95), 100),
        "bleu": lambda: corpus_case(folder, "bleu"),
        "chrf": lambda: corpus_case(folder, "chrf"),
    }[case]()))


if __name__ == "__main__":
    main()
