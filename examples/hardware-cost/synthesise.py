"""Writes served.csv: synthetic answers and latencies of three models on two machines.

    python3 synthesise.py > served.csv

Nothing was measured. 2,000 val and 2,000 test rows, answered one at a time. A model answers the same on both
machines; what differs is the time: on the CPU it grows with the model, on the GPU it is mostly the cost of the
call. Mean latencies in ms:

    small 8 (CPU), 5 (GPU)        base 60 (CPU), 9 (GPU)        large 190 (CPU), 16 (GPU)
"""

import random

ROWS = 2_000
# Share of rows classified rightly, mean latency on CPU and on GPU.
MODELS = {"small": (0.862, 8, 5), "base": (0.901, 60, 9), "large": (0.9125, 190, 16)}


def noise(draw):
    """About standard normal; sums only, so that it is the same on every machine."""
    return sum(draw.random() for _ in range(12)) - 6


draw = random.Random(1000)
spelt = ["no", "yes"]
print(",".join(["id", "split", "label"] + list(MODELS) + [f"{m}_{h}_ms" for m in MODELS for h in ["cpu", "gpu"]]))
for split in ["val", "test"]:
    labels = [draw.random() < 0.4 for _ in range(ROWS)]
    hardness = [noise(draw) for _ in range(ROWS)]
    length = [noise(draw) for _ in range(ROWS)]
    columns = []
    for share, _, _ in MODELS.values():
        felt = [h + 0.35 * noise(draw) for h in hardness]
        easiest = set(sorted(range(ROWS), key=felt.__getitem__)[: round(share * ROWS)])
        columns.append([spelt[label == (i in easiest)] for i, label in enumerate(labels)])
    for _, cpu, gpu in MODELS.values():
        columns.append([f"{cpu * (1 + 0.2 * l + 0.03 * noise(draw)):.2f}" for l in length])
        columns.append([f"{gpu * (1 + 0.06 * l + 0.05 * noise(draw)):.2f}" for l in length])
    for i, label in enumerate(labels):
        print(",".join([f"{split[0]}{i + 1}", split, spelt[label]] + [column[i] for column in columns]))
