"""Writes reviews.csv and runs/*.csv: synthetic rows on which the arms of an ablation have exactly the
accuracies asked for.

    python3 synthesise.py

Nothing is sampled from a real model. Each arm has five runs on 2,000 rows; their mean accuracies are
0.841 (full), 0.833 (without synonyms) and 0.838 (without back-translation). A row is as hard for every
arm as for the others, up to noise of the arm and of the run: arms and runs err mostly on the same rows, as
trainings of one model do.
"""

import os
import random

ROWS = 2_000
# Rows classified rightly by each run: 8,410, 8,330 and 8,380 of 5 x 2,000.
RIGHT = {
    "full": [1675, 1688, 1680, 1691, 1676],
    "no-synonyms": [1671, 1657, 1674, 1660, 1668],
    "no-backtranslation": [1670, 1684, 1681, 1668, 1677],
}


def noise(draw):
    """About standard normal; sums only, so that it is the same on every machine."""
    return sum(draw.random() for _ in range(12)) - 6


draw = random.Random(841833838)
labels = [draw.random() < 0.5 for _ in range(ROWS)]
hardness = [noise(draw) for _ in range(ROWS)]
spelt = ["neg", "pos"]
os.makedirs("runs", exist_ok=True)
with open("reviews.csv", "w", newline="\n") as out:
    out.write("id,label\n")
    for i, label in enumerate(labels, 1):
        out.write(f"{i},{spelt[label]}\n")
for arm, runs in RIGHT.items():
    of_arm = [0.25 * noise(draw) for _ in range(ROWS)]
    for seed, right in enumerate(runs, 1):
        felt = [h + a + 0.3 * noise(draw) for h, a in zip(hardness, of_arm)]
        easiest = set(sorted(range(ROWS), key=felt.__getitem__)[:right])
        with open(f"runs/{arm}-{seed}.csv", "w", newline="\n") as out:
            out.write("id,prediction\n")
            for i, label in enumerate(labels):
                out.write(f"{i + 1},{spelt[label == (i in easiest)]}\n")
