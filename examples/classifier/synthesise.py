"""Writes results.csv: synthetic rows on which two classifiers have exactly the accuracies asked for.

    python3 synthesise.py > results.csv

Nothing is sampled from a real model. What is fixed, on 20,000 rows: 16,150 rows that both classify rightly,
690 that only the baseline does, 910 that only the new one does, and 2,250 that neither does. So

    baseline 16,840 / 20,000 = 0.842        new 17,060 / 20,000 = 0.853        difference +220 / 20,000 = +0.011

and the two disagree on being right on 1,600 rows, 8 %: what two fine-tuned encoders of one family do.
"""

import random

BOTH, ONLY_BASELINE, ONLY_NEW, NEITHER = 16_150, 690, 910, 2_250

rows = (
    [(True, True)] * BOTH
    + [(True, False)] * ONLY_BASELINE
    + [(False, True)] * ONLY_NEW
    + [(False, False)] * NEITHER
)
draw = random.Random(842853)
draw.shuffle(rows)
print("id,label,baseline,new")
for i, (baseline, new) in enumerate(rows, 1):
    label = draw.random() < 0.5
    spelt = ["neg", "pos"]
    print(f"{i},{spelt[label]},{spelt[label == baseline]},{spelt[label == new]}")
