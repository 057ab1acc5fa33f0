"""Batches from cached scenes: several instructions a scene, with the region of every word."""
import glob
import os
from types import SimpleNamespace

import numpy as np
import torch

import geometry
import instructions
from lexicon import BY_NAME, CACHE, COLOURS, NOUNS
from materials import MATERIALS

MAX_WORDS = 12
# kinds of aims, as numbers in the batch
NONE, COLOUR, NOUN, VERB, FUNCTION, ABSENT, SEVERAL = range(7)
NOTHING_BELOW = 8 / 16  # a region of less than half a patch is as good as absent


class Shard:
    """One file of scenes of one shape; features stay memory-mapped."""

    def __init__(self, path):
        data = torch.load(path, mmap=True, weights_only=False)
        self.path = path
        self.features = {name: data[name] for name in ("f16", "f320", "rgb")}  # what a batch takes its part of
        self.padding = torch.from_numpy(~geometry.content_patches(data["layout"]))
        self.kind = os.path.basename(path).split("-")[1]
        self.layout = data["layout"]
        self.scenes = data["scenes"]
        for s in self.scenes:
            s["things"] = [SimpleNamespace(nouns=[NOUNS[n] for n in nouns], colour=COLOURS[c] if c >= 0 else None, box=box,
                                           material=MATERIALS[m] if m >= 0 else None)
                           for nouns, c, m, box in zip(s["nouns"], s["colours"], s["materials"], s["boxes"])]
            s["there"] = {c for i, c in enumerate(COLOURS) if s["colour_cover"][i].sum() > 128}


def shards(split, kind="*"):
    paths = sorted(glob.glob(f"{CACHE}/scenes/{split}-{kind}-*.pt"))
    if not paths:
        raise SystemExit(f"no scenes in {CACHE}/scenes/{split}-{kind}-*.pt: make some with cache.py {split}")
    return [Shard(p) for p in paths]


def region(scene, aim):
    """Cover of the aim's region, uint8 [patches], or None for nothing."""
    kind = aim[0]
    if kind in ("noun", "material"):
        found = [i for i, t in enumerate(scene["things"]) if (aim[1] in t.nouns if kind == "noun" else aim[1] == t.material)]
        cover = scene["cover"][found].max(0) if found else None
    elif kind == "colour":
        cover = scene["colour_cover"][COLOURS.index(aim[1])]
    elif kind in ("goal", "any"):
        cover = scene["cover"][[aim[1]] if kind == "goal" else list(aim[1])].max(0)
    else:
        return None
    return cover if cover is not None and cover.sum() >= 255 * NOTHING_BELOW else None


def aim_kind(token, cover):
    if token.word.kind == "other":
        return FUNCTION
    if cover is None:
        return ABSENT
    if token.aim[0] == "any":
        return SEVERAL
    return {"colour": COLOUR, "noun": NOUN, "material": COLOUR}.get(token.word.kind, VERB)  # words of size and place are aimed as verbs are


class Batch:
    """Tensors of B scenes with I instructions of up to MAX_WORDS words each."""

    def __init__(self, shard, picks, spoken, forget=None):
        patches = shard.padding.numel()
        b, per_image = len(picks), len(spoken[0])
        for name, features in shard.features.items():
            setattr(self, name, features[picks].float())
        self.padding = shard.padding.expand(b, -1)
        self.grid = shard.layout[3], shard.layout[2]
        rows = np.full((b, per_image, MAX_WORDS), -1)
        kinds = np.zeros((b, per_image, MAX_WORDS), np.int64)
        cover = np.zeros((b, per_image, MAX_WORDS, patches), np.uint8)
        goal = np.full((b, per_image), -1)                                  # the one thing singled out
        where = np.zeros((b, per_image, patches), np.uint8)                 # what the target may be
        boxes = np.zeros((b, per_image, 4), np.float32)
        for i, pick in enumerate(picks):
            scene = shard.scenes[pick]
            for j, tokens in enumerate(spoken[i]):
                for k, token in enumerate(tokens[:MAX_WORDS]):
                    found = region(scene, token.aim)
                    rows[i, j, k] = token.word.row
                    kinds[i, j, k] = aim_kind(token, found)
                    if found is not None:
                        cover[i, j, k] = found
                goal[i, j], where[i, j] = target(scene, tokens)
                if forget and forget.random() < .06:
                    _forget_noun(tokens, rows[i, j], kinds[i, j], cover[i, j])
                    goal[i, j], where[i, j] = -1, 0
                if goal[i, j] >= 0:
                    boxes[i, j] = scene["boxes"][goal[i, j]]
        self.rows, self.kinds, self.goal = torch.from_numpy(rows), torch.from_numpy(kinds), torch.from_numpy(goal)
        self.cover = torch.from_numpy(cover).float() / 255
        self.boxes = torch.from_numpy(boxes)
        self.goal_cover = torch.from_numpy(where).float() / 255
        self.scenes = [shard.scenes[p] for p in picks]

    def to(self, device):
        for name, value in vars(self).items():
            if isinstance(value, torch.Tensor):
                setattr(self, name, value.to(device, non_blocking=True))
        return self


def _forget_noun(tokens, rows, kinds, cover):
    """Makes the nouns unknown words: they look at nothing, and what the verb means is open."""
    for k, token in enumerate(tokens[:MAX_WORDS]):
        if token.word.kind == "noun":
            rows[k], kinds[k], cover[k] = 0, ABSENT, 0
        elif token.aim[0] == "goal":
            kinds[k] = NONE


def target(scene, tokens):
    """Index of the one thing singled out, or -1, and the cover of what the target may be: everything where nothing there is
    meant, so that no place stands out, and zeros where there is no saying."""
    verb = next((t for t in tokens if t.word.kind == "verb"), None)
    if verb is None:  # instructions without a verb ("cup") also have a target where only one thing fits
        noun, colour = (next((t.aim[1] for t in tokens if t.aim[0] == kind), None) for kind in ("noun", "colour"))
        found = instructions.fits(scene["things"], noun, colour) if noun or colour else []
        return (found[0], scene["cover"][found[0]]) if len(found) == 1 else (-1, 0)
    cover = region(scene, verb.aim)
    if verb.aim[0] == "goal" and cover is not None:
        return verb.aim[1], cover
    return -1, 255 if verb.aim[0] == "nothing" else 0 if cover is None else cover


def speak(scene, rng, count):
    """Half of the instructions in each language."""
    said = [instructions.sample(scene["things"], scene["there"], ("zh", "en")[k % 2], rng, alike_share=.25, any_pair=False) for k in range(count)]
    return [instructions.cluttered(tokens, ("zh", "en")[k % 2], rng) for k, tokens in enumerate(said)]


def epoch(all_shards, rng, batch, per_image):
    """Batches of one pass over the scenes, shards and scenes in random order."""
    plan = []
    for s in all_shards:
        order = rng.permutation(len(s.scenes))
        plan += [(s, order[k:k + batch]) for k in range(0, len(order) - batch + 1, batch)]
    for n in rng.permutation(len(plan)):
        shard, picks = plan[n]
        picks = np.sort(picks)
        yield Batch(shard, picks, [speak(shard.scenes[p], rng, per_image) for p in picks], rng)


def primary(scene):
    """Row of each named thing's own name, and the thing's index."""
    return [(i, BY_NAME[t.nouns[0]].row) for i, t in enumerate(scene["things"]) if t.nouns]
