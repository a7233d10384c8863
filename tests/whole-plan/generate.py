#!/usr/bin/env python3
"""Makes every file that `whole-plan.bench` reads: invented reviews, and real outputs of `train.py` on them.

    python3 generate.py

The reviews are made up from word lists by a fixed seed. The predictions are not: both models are
trained on the train rows and predict the dev and test rows. Only the latencies are drawn instead of
measured, so that every machine writes the same bytes.
"""
import csv
import datetime
import pathlib
import random

import train

HERE = pathlib.Path(__file__).resolve().parent
SIZES = {"train": 700, "dev": 240, "test": 600}
BEGIN = {"train": "2023-01-01", "dev": "2023-09-01", "test": "2024-01-01"}
STEMS = {
    "en": {
        "pos": ["love", "deli", "grea", "supe", "brig", "char", "wond", "exce", "nice", "plea"],
        "neg": ["awfu", "brok", "terr", "disa", "poor", "ugly", "hate", "nast", "wors", "chea"],
        "neu": ["aver", "fair", "okay", "plai", "usua", "ordi", "norm", "medi", "mode", "comm"],
        "fill": "the a this was it my phone dinner film staff price room box cable sound food plot very so and with".split(),
        "not": "not",
    },
    "es": {
        "pos": ["buen", "rico", "geni", "boni", "perf", "enca", "mara", "fant", "sabr", "estu"],
        "neg": ["malo", "horr", "feot", "roto", "pesi", "asqu", "lent", "sucu", "odio", "cara"],
        "neu": ["regu", "acep", "comu", "sufi", "tipi", "senc", "habi", "pasa", "neut", "sino"],
        "fill": "el la este fue mi casa cena cine mesa precio sala caja cable sonido comida trama muy y con un".split(),
        "not": "nunca",
    },
}
ENDINGS = "y ly ed ing s ful er est able ive ish ness ish al ous ant ary ity ado oso ble ito azo era ura".split()
# How often a word has its commonest ending; the others are what only the character model knows.
COMMON = 0.9
OPPOSITE = {"pos": "neg", "neg": "pos", "neu": "neu"}


def review(rng, language, label, manner):
    """A text of its label, now and then of another; `manner` is the author's habit of negating."""
    lists = STEMS[language]
    shown = label if rng.random() > 0.1 else rng.choice(train.CLASSES)
    words = [rng.choice(lists["fill"]) for _ in range(rng.randint(6, 11))]
    for _ in range(rng.choice([1, 2, 2])):
        negated = shown != "neu" and rng.random() < manner
        stem = rng.choice(lists[OPPOSITE[shown] if negated else shown])
        word = stem + (ENDINGS[0] if rng.random() < COMMON else rng.choice(ENDINGS))
        at = rng.randrange(len(words) + 1)
        words[at:at] = [lists["not"], word] if negated else [word]
    return " ".join(words)



def reviews():
    rng = random.Random(7)
    rows, texts, author = [], set(), 0
    for split, size in SIZES.items():
        begun = datetime.date.fromisoformat(BEGIN[split])
        made = 0
        while made < size:
            author += 1
            language = rng.choice(["en", "es"])
            manner = rng.uniform(0.0, 0.6)
            for _ in range(min(rng.choice([1, 1, 2, 2, 3, 4]), size - made)):
                label = rng.choice(train.CLASSES)
                text = review(rng, language, label, manner)
                while text in texts:
                    text = review(rng, language, label, manner)
                texts.add(text)
                day = begun + datetime.timedelta(days=made * 100 // size)
                made += 1
                rows.append({
                    "review_id": f"r{len(rows) + 1:04d}", "text": text, "sentiment": label, "author": f"u{author:03d}",
                    "written_at": day.isoformat(), "language": language, "split": split,
                })
    return rows


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="") as f:
        out = csv.DictWriter(f, list(rows[0]), lineterminator="\n")
        out.writeheader()
        out.writerows(rows)


def outputs(rows, name, seed, mean_ms, model, bigrams, augment):
    fitted = train.train([r for r in rows if r["split"] == "train"], seed, model, bigrams, augment)
    rng = random.Random(f"latency {name} {seed}")
    made = []
    for r in rows:
        if r["split"] == "train":
            continue
        label, score = train.predict(fitted, r["text"], model, bigrams)
        latency = mean_ms * rng.lognormvariate(0.0, 0.3)
        made.append({"review_id": r["review_id"], "pred": label, "proba": f"{score:.4f}", "latency_ms": f"{latency:.3f}"})
    write(HERE / "runs" / f"{name}-{seed}.csv", made)


def main():
    rows = reviews()
    write(HERE / "data" / "reviews.csv", rows)
    for seed in range(1, 6):
        outputs(rows, "words", seed, 3.0, "words", True, "none")
        outputs(rows, "chars-full", seed, 9.0, "chars", True, "mild")
        outputs(rows, "chars-no-bigrams", seed, 7.0, "chars", False, "mild")
        outputs(rows, "chars-no-augment", seed, 9.0, "chars", True, "none")
        outputs(rows, "chars-augment-strong", seed, 9.0, "chars", True, "strong")


if __name__ == "__main__":
    main()
