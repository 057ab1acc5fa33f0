"""Scenes composed on the fly: objects with masks on varied backgrounds, colours independent of names."""
import functools
import json
import os
import zlib
from dataclasses import dataclass, field

import cv2
import numpy as np

import backgrounds
import colours
import lexicon
import materials
from cutouts import crop_to_visible
from materials import MATERIALS
from lexicon import CACHE, COLOURS
from variety import vary

SIZES = {"1:1": (448, 448), "4:3": (544, 408), "3:4": (408, 544), "16:9": (640, 360), "9:16": (360, 640), "3:2": (576, 384), "2:3": (384, 576)}


@dataclass
class Thing:
    nouns: list               # the names that fit it, hypernyms included
    colour: str               # the colour a person would name, or None for a motley one
    box: tuple                # of the visible part, in pixels, upper bounds exclusive
    mask: np.ndarray          # visible part, uint8 0/255
    file: str = ""
    material: str = None      # where it was dressed in one


@dataclass
class Scene:
    image: np.ndarray         # uint8 [h, w, 3] RGB
    things: list
    colour_masks: dict = field(default_factory=dict)   # colour -> uint8 mask of every region of it
    behind: set = field(default_factory=set)           # colours of which the background has plenty


# cut-outs of objects that tables.py holds out: composed scenes never show them either (table_layout.held_groups)
HELD_ON_TABLES = {f"libero/{n}" for n in ("akita_black_bowl", "black_bowl", "bowl", "book", "yellow_book", "simple_rack", "porcelain_mug", "yellow_mug")}


@functools.lru_cache(None)
def all_groups():
    """Cut-outs by primary noun ('' = unnamed clutter) and object: {noun: {group: [asset, ...]}}."""
    groups = {}
    for line in open(CACHE + "/assets.jsonl", encoding="utf8"):
        asset = json.loads(line)
        asset["nouns"] = lexicon.nouns_of(asset["source"], asset["name"])
        groups.setdefault((asset["nouns"] or [""])[0], {}).setdefault(asset["group"], []).append(asset)
    return groups


@functools.lru_cache(None)
def library(held_out, twins=False):
    """Objects of one side by primary noun: {noun: [[asset, ...] of one object, ...]}.

    Held-out pictures with a near copy in training (twins.txt), and objects that training may see on tables, are left out of both."""
    copies = set() if twins else set(open(os.path.join(lexicon.HERE, "twins.txt"), encoding="utf8").read().split("\n"))
    chosen = {}
    for noun, by_group in all_groups().items():
        by_group = {group: assets for group, assets in by_group.items() if group not in HELD_ON_TABLES}
        # photographs and drawings are divided separately, so that both sides have both
        for photo in (True, False):
            names = sorted((g for g in by_group if by_group[g][0]["photo"] == photo), key=lambda g: zlib.crc32(g.encode()))
            count = 0 if len(by_group) < 3 else round(0.22 * len(names) + 0.2) if len(names) > 1 else 0
            picked = [g for g in names[:count] if g not in copies and not g.startswith("libero/")] if held_out else names[count:]
            if picked:
                chosen.setdefault(noun, []).extend(by_group[g] for g in picked)
    return chosen


@functools.lru_cache(6000)
def cutout(file):
    image = cv2.imread(f"{CACHE}/{file}", cv2.IMREAD_UNCHANGED)
    return cv2.cvtColor(image, cv2.COLOR_BGRA2RGBA)


@functools.lru_cache(None)
def noun_odds(held_out):
    pool = library(held_out)
    nouns = sorted(n for n in pool if n)
    odds = np.array([min(12, sum(3 if g[0]["photo"] else 1 for g in pool[n])) ** 0.5 for n in nouns])
    return nouns, odds / odds.sum()


def _asset(noun, rng, held_out):
    """A random cut-out of a noun; "@name" asks for the object, held out or not, whose group ends so (the samples choose theirs)."""
    if noun.startswith("@"):
        groups = [assets for by_group in all_groups().values() for group, assets in by_group.items() if group.endswith(noun[1:])]
        if not groups:
            raise SystemExit(f"no object is called {noun[1:]}")
    else:
        groups = library(held_out)[noun]
    odds = np.array([3.0 if g[0]["photo"] else 1.0 for g in groups])
    group = groups[rng.choice(len(groups), p=odds / odds.sum())]
    return group[rng.integers(len(group))]


def _any_of(names, rng):
    return names[rng.integers(len(names))]


def _painted(rgba, paint, rng):
    """`paint`: a colour, a material or None."""
    if paint is None:
        return rgba
    return materials.dress(rgba, paint, rng) if paint in MATERIALS else colours.recolour(rgba, paint, rng)


def _plan(rng, held_out):
    """(noun, paint or None) of each object: random ones, others of the same name, others of the same colour or material."""
    nouns, odds = noun_odds(held_out)
    pick = lambda: nouns[rng.choice(len(nouns), p=odds)]
    paint = lambda: _any_of(COLOURS, rng) if rng.random() < .42 else _any_of(MATERIALS, rng) if rng.random() < .15 else None
    plan = [(pick(), paint()) for _ in range(rng.integers(1, 5))]
    noun, colour = plan[0]
    if rng.random() < .45:
        plan.append((noun, paint()))
    if rng.random() < .5:
        plan.append((pick(), colour))
    if rng.random() < .15:
        plan.append((noun, colour))
    if len(plan) < 2:
        plan.append((pick(), paint()))
    if "" in library(held_out) and rng.random() < .2:
        plan.append(("", paint()))
    return [(noun, paint if held_out else lexicon.without_held_pair(paint, noun)) for noun, paint in plan]


def _turned(rgba, rng, tidy):
    """Flipped and turned a little; a tidy scene's things stand upright."""
    if rng.random() < .5:
        rgba = rgba[:, ::-1]
    if tidy:
        return rgba
    angle = rng.normal(0, 9) if rng.random() < .85 else rng.uniform(-90, 90)
    h, w = rgba.shape[:2]
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), angle, 1)
    c, s = abs(turn[0, 0]), abs(turn[0, 1])
    nw, nh = int(w * c + h * s) + 2, int(h * c + w * s) + 2
    turn[:, 2] += (nw - w) / 2, (nh - h) / 2
    return crop_to_visible(cv2.warpAffine(np.ascontiguousarray(rgba), turn, (nw, nh), flags=cv2.INTER_LINEAR), 40)


def _shadow(picture, alpha, x, y, strength, shift):
    edge = int(0.12 * max(alpha.shape)) + 4  # room for the blur, or its edge would show
    alpha = cv2.copyMakeBorder(alpha, edge, edge, edge, edge, cv2.BORDER_CONSTANT)
    h, w = alpha.shape
    soft = cv2.GaussianBlur(alpha, (0, 0), max(1.5, edge / 3))
    y0, x0 = y + shift[1] - edge, x + shift[0] - edge
    ya, xa = max(0, y0), max(0, x0)
    yb, xb = min(picture.shape[0], y0 + h), min(picture.shape[1], x0 + w)
    if ya < yb and xa < xb:
        dark = 1 - strength * soft[ya - y0:yb - y0, xa - x0:xb - x0, None]
        picture[ya:yb, xa:xb] *= dark


def _place(size, shape, horizon, boxes, rng, cut=.08):
    """A position with little overlap with what is there; None when none is found. The frame may cut off the share `cut`."""
    (w, h), (oh, ow) = size, shape
    for _ in range(25):
        x = int(rng.uniform(-cut * ow, w - (1 - cut) * ow))
        low = max(horizon - .75 * oh, 0) if horizon else -cut * oh
        y = int(rng.uniform(low, max(low + 1, h - (1 - cut) * oh)))
        clash = 0
        for bx, by, bw, bh in boxes:
            inter = max(0, min(x + ow, bx + bw) - max(x, bx)) * max(0, min(y + oh, by + bh) - max(y, by))
            clash = max(clash, inter / min(ow * oh, bw * bh))
        if clash < .22:
            return x, y
    return None


def _paste(picture, rgba, x, y):
    """Blends the object in; returns its full-size mask and its colour classes there."""
    h, w = picture.shape[:2]
    ya, xa, yb, xb = max(0, y), max(0, x), min(h, y + rgba.shape[0]), min(w, x + rgba.shape[1])
    part = rgba[ya - y:yb - y, xa - x:xb - x]
    alpha = part[..., 3:].astype(np.float32) / 255
    picture[ya:yb, xa:xb] = picture[ya:yb, xa:xb] * (1 - alpha) + part[..., :3] * alpha
    mask = np.zeros((h, w), bool)
    mask[ya:yb, xa:xb] = part[..., 3] > 110
    classes = np.full((h, w), colours.NONE, np.uint8)
    classes[ya:yb, xa:xb] = colours.classify(part[..., :3])
    return mask, classes


def photograph(picture, rng):
    """What a camera does: light, cast, blur, noise."""
    picture = picture * rng.uniform(.75, 1.15) * (1 + rng.normal(0, .03, 3))
    picture = (picture - 128) * rng.uniform(.85, 1.15) + 128
    if rng.random() < .35:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(.4, 1.3))
    if rng.random() < .5:
        picture = picture + rng.normal(0, rng.uniform(1, 7), picture.shape)
    return np.clip(picture, 0, 255).astype(np.uint8)


def _objects(plan, size, horizon, picture, rng, held_out, tidy):
    """Pastes the planned objects, far ones first; [(asset, paint, mask, classes)] with masks still unoccluded."""
    w, h = size
    boxes, placed = [], []
    scale_of_scene = rng.uniform(.75, 1.3) * min(1.1, 2.2 / np.sqrt(len(plan) + 1))
    shift = int(rng.uniform(-7, 7)), int(rng.uniform(1, 8))
    strength = rng.uniform(.2, .55) if rng.random() < .8 else 0
    close = not tidy and rng.random() < .15  # the first thing fills much of the picture, as things in photographs do
    for noun, paint in plan:
        asset = _asset(noun, rng, held_out)
        rgba = _turned(cutout(asset["file"]), rng, tidy)
        side = (rng.uniform(.6, 1.1) if close else np.clip(scale_of_scene * rng.uniform(.2, .5), .12, .62)) * min(w, h)
        scale, most = side / np.sqrt(rgba.shape[0] * rgba.shape[1]), 1.2 if close else .8
        scale = min(scale, most * w / rgba.shape[1], most * h / rgba.shape[0])
        rgba = cv2.resize(rgba, (max(6, int(rgba.shape[1] * scale)), max(6, int(rgba.shape[0] * scale))), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        if not tidy and not held_out:
            rgba = vary(rgba, rng)
        spot = _place(size, rgba.shape[:2], horizon, boxes, rng, .3 if close else .08)
        close = False
        if spot is None:
            continue
        boxes.append((*spot, rgba.shape[1], rgba.shape[0]))
        placed.append((spot, asset, paint, _painted(rgba, paint, rng)))
    placed.sort(key=lambda p: p[0][1] + p[3].shape[0])
    result = []
    for (x, y), asset, paint, rgba in placed:
        if strength:
            _shadow(picture, rgba[..., 3].astype(np.float32) / 255, x, y, strength, shift)
        result.append((asset, paint, *_paste(picture, rgba, x, y)))
    return result


def describe(placed, background, scene):
    """Visible masks, names and colours of what was pasted, nearest last."""
    covered = np.zeros(background.shape, bool)
    masks = {c: np.zeros(background.shape, bool) for c in COLOURS}
    for asset, paint, mask, classes in reversed(placed):
        visible = mask & ~covered
        covered |= mask
        if visible.sum() < 0.45 * mask.sum() or visible.sum() < 150:
            return False  # too much hidden to be fair
        share = colours.shares(classes, visible)
        material, paint = (paint, None) if paint in MATERIALS else (None, paint)
        colour = paint or (COLOURS[share.argmax()] if share.max() >= .55 else None)
        for c in COLOURS:
            if c == colour:
                masks[c] |= visible
            elif not paint and share[colours.INDEX[c]] >= .12:
                masks[c] |= visible & (classes == colours.INDEX[c])
        ys, xs = np.where(visible)
        box = int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1
        scene.things.append(Thing(asset["nouns"], colour, box, visible.astype(np.uint8) * 255, asset["file"], material))
    for c in COLOURS:
        there = (background == colours.INDEX[c]) & ~covered
        if there.mean() > .03:
            scene.behind.add(c)
            masks[c] |= there
        scene.colour_masks[c] = masks[c].astype(np.uint8) * 255
    return True


def compose(rng, held_out=False, size=None, plan=None, tidy=False):
    """One random scene; tries again until every object can be seen. `plan` names the objects, `tidy` lays a clean table."""
    while True:
        w, h = size or SIZES[list(SIZES)[rng.integers(len(SIZES))]]
        picture, horizon = backgrounds.room(w, h, rng) if tidy else backgrounds.make(w, h, rng, held_out)
        behind = colours.classify(picture)
        picture = picture.astype(np.float32)
        placed = _objects(plan or _plan(rng, held_out), (w, h), horizon, picture, rng, held_out, tidy)
        if not any(p[0]["nouns"] for p in placed):
            continue
        if tidy and len(placed) < len(plan):
            continue
        scene = Scene(np.clip(picture, 0, 255).astype(np.uint8) if tidy else photograph(picture, rng), [])
        if describe(placed, behind, scene):
            return scene
