"""Writes reviews.csv and runs/*.csv: synthetic reviews in English, Spanish and German, and two systems' answers.

    python3 synthesise.py

Nothing is sampled from a real model. 2,000 test rows in each language, three classes, up to 500 authors; each
system has five runs. The candidate classifies about 0.8 % more of the English rows rightly than the baseline, 2 % more
of the Spanish and 2.7 % more of the German ones, and takes 15 % longer. A row is as hard for one run as for
the others, up to noise of the system and of the run.
"""

import os
import random

CLASSES = ["neg", "neu", "pos"]
SHARES = {"neg": 0.35, "neu": 0.20, "pos": 0.45}
# Share of rows classified rightly, by language: baseline and candidate.
RIGHT = {"en": (0.842, 0.850), "es": (0.805, 0.825), "de": (0.796, 0.823)}
SLOWNESS = {"xlmr": 1.0, "balanced": 1.15}
ROWS = 2_000


def noise(draw):
    """About standard normal; sums only, so that it is the same on every machine."""
    return sum(draw.random() for _ in range(12)) - 6


def label_of(draw):
    at = draw.random()
    for name, share in SHARES.items():
        if at < share:
            return name
        at -= share
    return "pos"


def mistaken(draw, label):
    """Another class; the neutral one is what the others are mistaken for most."""
    others = [c for c in CLASSES if c != label]
    if label != "neu":
        return "neu" if draw.random() < 0.6 else others[0] if others[0] != "neu" else others[1]
    return others[draw.random() < 0.5]


draw = random.Random(20240611)
rows = []
for language in RIGHT:
    for _ in range(ROWS):
        author = f"{language}{1 + int(500 * draw.random() ** 1.5)}"
        rows.append((language, author, label_of(draw), noise(draw), noise(draw)))
os.makedirs("runs", exist_ok=True)
with open("reviews.csv", "w", newline="\n") as out:
    out.write("review_id,author,language,sentiment,part\n")
    for i, (language, author, label, _, _) in enumerate(rows, 1):
        out.write(f"{i},{author},{language},{label},test\n")
for which, system in enumerate(["xlmr", "balanced"]):
    of_system = [0.25 * noise(draw) for _ in rows]
    for seed in range(11, 16):
        wrong = set()
        for at, language in enumerate(RIGHT):
            mine = range(at * ROWS, (at + 1) * ROWS)
            felt = {i: rows[i][3] + of_system[i] + 0.3 * noise(draw) for i in mine}
            right = round(ROWS * RIGHT[language][which]) + int(9 * draw.random()) - 4
            wrong.update(sorted(mine, key=felt.__getitem__)[right:])
        with open(f"runs/{system}-{seed}.csv", "w", newline="\n") as out:
            out.write("review_id,prediction,latency_ms\n")
            for i, (_, _, label, _, length) in enumerate(rows):
                answer = mistaken(draw, label) if i in wrong else label
                latency = SLOWNESS[system] * (52 + 11 * length + 2 * abs(noise(draw)))
                out.write(f"{i + 1},{answer},{max(latency, 9.0):.1f}\n")
