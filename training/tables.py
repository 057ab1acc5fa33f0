"""Robot table tops in LIBERO's manner, rendered with MuJoCo: scenes such as scenes.compose makes, of 3-D rooms and objects.

  python tables.py PREVIEW_FOLDER N --seed 1 [--held-out]     N scenes beside their masks, names and colours, to look at
Held-out scenes lie in rooms that training never sees (or on plain tables with other surfaces), most are seen from where no camera
of training stands, and more than half hold an object that training never sees.
"""
import argparse
import os
import time

import cv2
import numpy as np

import colours
import scenes
import table_layout
from lexicon import COLOURS
from scenes import SIZES, Scene
from table_layout import world

SHAPES = ["4:3", "4:3", "4:3", "1:1", "1:1", "3:2", "16:9", "3:4"]
COARSE = 4        # a first look is so many times smaller


def _areas(owners, items):
    """Pixels of each item."""
    counts = np.bincount(owners[owners >= 0], minlength=world().model.ngeom)
    return np.array([counts[i.geoms].sum() for i in items])


def _clear(placed, size):
    """The objects that can be seen well enough to be fair; the others are taken away, with what stands on them."""
    w, items = world(), [p[0] for p in placed]
    size = size[0] // COARSE, size[1] // COARSE
    everything, shown = w.owners(size), w.model.geom_group.copy()
    bad = []
    for item in items:
        w.hide()
        w.show(item.geoms)
        alone = w.owners(size)
        seen, whole, inside = (_areas(o, [item])[0] for o in (everything, alone, alone[1:-1, 1:-1]))
        if seen < max(.5 * whole, (.003 if inside == whole else .012) * everything.size):   # more of what the edge cuts
            bad.append(item)
    w.model.geom_group[:] = shown
    kept = [p for p in placed if p[0] not in bad and p[2] not in bad]
    for item in items:
        w.show(item.geoms, any(p[0] is item for p in kept))
    return kept


def _exposed(picture, rng):
    """As a camera that measures the light: neither dark nor burnt out."""
    light = picture @ np.float32([.3, .59, .11])
    gain = min(rng.uniform(125, 175) / light.mean(), 250 / np.percentile(light, 92))
    return np.clip(picture * np.clip(gain, .85, 1.8), 0, 255).astype(np.uint8)


def _paint(picture, mask, colour, rng):
    ys, xs = np.where(mask)
    part = slice(ys.min(), ys.max() + 1), slice(xs.min(), xs.max() + 1)
    rgba = np.dstack([picture[part], mask[part].astype(np.uint8) * 255])
    picture[part] = np.where(mask[part][..., None], colours.recolour(rgba, colour, rng)[..., :3], picture[part])


def _shoot(placed, furniture, size, rng):
    """Renders what is laid; None where something hides too much after all."""
    w, double = world(), (2 * size[0], 2 * size[1])
    owners, picture = w.owners(double), _exposed(w.photo(double), rng)
    shown = [(item, None) for item, area in zip(furniture, _areas(owners, furniture)) if area > .008 * owners.size]
    found = []
    for item, paint in shown + [p[:2] for p in placed]:
        mask = np.isin(owners, item.geoms)
        if paint:
            _paint(picture, mask, paint, rng)
        mask = cv2.resize(mask.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA) > 127
        found.append(({"nouns": item.nouns, "file": item.file}, paint or item.colour, mask))
    picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    classes = colours.classify(picture)
    things = [(*f, classes) for f in found]
    scene = Scene(scenes.photograph(picture.astype(np.float32), rng), [])
    return scene if scenes.describe(things, classes, scene) else None


def compose_table(rng, held_out=False, size=None):
    """One random table top; tries again until two objects can be seen."""
    while True:
        shot = size or SIZES[SHAPES[rng.integers(len(SHAPES))]]
        name, top, furniture = table_layout.room(rng, held_out)
        table_layout.light(rng)
        close = rng.random() < .22
        hand = table_layout.arm(name, top, rng) if rng.random() < .5 else None
        placed, focus, reach = table_layout.lay(table_layout.plan(rng, held_out), name, top, hand, close, rng)
        table_layout.camera(focus, reach, shot, hand, close, rng, held_out)
        world().settle()
        placed = _clear(placed, shot)
        scene = _shoot(placed, furniture, shot, rng) if len(placed) > 1 else None
        if scene:
            return scene


def _overlay(scene):
    """The scene beside its masks, with names and colours."""
    view = scene.image // 2 + 64
    for k, t in enumerate(scene.things):
        tint = cv2.cvtColor(np.uint8([[[k * 47 % 180, 255, 255]]]), cv2.COLOR_HSV2RGB)[0, 0]
        outline, _ = cv2.findContours(t.mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        view[t.mask > 0] = scene.image[t.mask > 0]
        cv2.drawContours(view, outline, -1, tint.tolist(), 1)
        cv2.putText(view, f"{t.colour or '-'} {t.nouns[0]}", (max(2, t.box[0]), max(10, t.box[1] - 3)), 0, .4, tint.tolist(), 1, cv2.LINE_AA)
    cv2.putText(view, "behind: " + " ".join(sorted(scene.behind)), (4, view.shape[0] - 6), 0, .4, (255, 255, 255), 1, cv2.LINE_AA)
    return np.hstack([scene.image, view])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("scenes", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--held-out", action="store_true")
    args = parser.parse_args()
    os.makedirs(args.folder, exist_ok=True)
    rng = np.random.default_rng(args.seed)
    world()
    start = time.time()
    for n in range(args.scenes):
        cv2.imwrite(f"{args.folder}/{n:04d}.png", _overlay(compose_table(rng, args.held_out))[..., ::-1])
    print(f"{args.scenes} scenes, {(time.time() - start) / args.scenes:.2f} s each")


if __name__ == "__main__":
    main()
