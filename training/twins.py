"""Finds held-out pictures that have a near copy in training (the same drawing in two collections, or twice in one).

  python twins.py > twins.txt
What twins.txt names is never used, neither for training nor for evaluation: it would flatter the figures.
"""
import cv2
import numpy as np

import scenes

ALIKE = 0.9  # correlation of small grey pictures and outlines
FLAT = ("stamp", "emoji", "fluent", "clipart", "gcompris", "scratch", "oxygen")


def signature(file):
    """Small normalised grey picture and outline, and the logarithm of the aspect ratio."""
    image = scenes.cutout(file).astype(np.float32)
    alpha = image[..., 3:] / 255
    grey = (image[..., :3] * alpha + 128 * (1 - alpha)).mean(2)
    small = cv2.resize(np.dstack([grey, image[..., 3]]), (24, 24), interpolation=cv2.INTER_AREA)
    parts = [small[..., k].ravel() - small[..., k].mean() for k in range(2)]
    unit = np.concatenate([p / (np.linalg.norm(p) + 1e-6) for p in parts]) / 2 ** 0.5
    return unit, np.log(image.shape[1] / image.shape[0])


def flat(held_out):
    groups = [g[0] for gs in scenes.library(held_out, twins=True).values() for g in gs if g[0]["source"] in FLAT]
    return [(g["group"], *signature(g["file"])) for g in groups]


def main():
    trained = flat(False)
    units, aspects = np.stack([t[1] for t in trained]), np.array([t[2] for t in trained])
    for group, unit, aspect in flat(True):
        alike = np.where(np.abs(aspects - aspect) < 0.12, units @ unit, 0)
        if alike.max() > ALIKE:
            print(group)


if __name__ == "__main__":
    main()
