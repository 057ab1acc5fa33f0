"""Scenes out of photographs of one thing (matting.py): real light and real surroundings, with the thing's own outline.

`compose_photo` gives what scenes.compose gives. Photographs whose cut-out is held out are held out here, too.
"""
import functools
import os
import re

import cv2
import numpy as np

import colours
import matting
import scenes


# several things in one picture, of which the outline has one: the others would pass for background
SEVERAL = re.compile(r"chicken|cow$|horse|lemur|camels|spoon|swans|screwDriver3|tweezer|fish(11|16|20)$")


@functools.lru_cache(None)
def photographs(held_out):
    """[(path, nouns)] of this side of the division."""
    groups = [group for noun, of_noun in scenes.library(held_out).items() for group in of_noun
              if noun and group[0]["source"] == "gcompris" and not SEVERAL.search(group[0]["group"])]
    return [(f"{matting.OUT}/{os.path.basename(g[0]['group'])}.png", g[0]["nouns"]) for g in groups]


@functools.lru_cache(64)
def _read(path):
    return cv2.cvtColor(cv2.imread(path, cv2.IMREAD_UNCHANGED), cv2.COLOR_BGRA2RGBA)


def _window(rgba, size, rng):
    """A random part of the picture, of the scene's shape, with most of the thing in it."""
    h, w = rgba.shape[:2]
    ys, xs = np.where(rgba[..., 3] > 128)
    for _ in range(30):
        width = min(w, h * size[0] / size[1]) * rng.uniform(.5, 1)
        height = width * size[1] / size[0]
        x, y = rng.uniform(0, w - width), rng.uniform(0, h - height)
        if ((xs >= x) & (xs < x + width) & (ys >= y) & (ys < y + height)).mean() > .7:
            return int(x), int(y), int(width), int(height)
    return None


def compose_photo(rng, held_out=False, size=None):
    size = size or scenes.SIZES["4:3"]
    while True:
        path, nouns = photographs(held_out)[rng.integers(len(photographs(held_out)))]
        rgba = _read(path)
        window = _window(rgba, size, rng)
        if window is None:
            continue
        x, y, w, h = window
        part = cv2.resize(rgba[y:y + h, x:x + w], size, interpolation=cv2.INTER_AREA if w > size[0] else cv2.INTER_LINEAR)
        if rng.random() < .5:
            part = np.ascontiguousarray(part[:, ::-1])
        mask, classes = part[..., 3] > 128, colours.classify(part[..., :3])
        if mask.sum() < 400:
            continue
        behind = np.where(mask, colours.NONE, classes).astype(np.uint8)
        scene = scenes.Scene(scenes.photograph(part[..., :3].astype(np.float32), rng), [])
        asset = {"nouns": nouns, "file": path}
        if scenes.describe([(asset, None, mask, classes)], behind, scene):
            return scene
