"""Where the attention of a model fails: words of validation scenes (held-out objects), grouped by what might make them hard.

  python failures.py --name base
"""
import argparse
import collections

import numpy as np
import torch

import data
import instructions
from data import COLOUR, NOUN, VERB
from export import settle

NAMES = {COLOUR: "colour", NOUN: "noun", VERB: "verb"}


def words_of(model, trunk, shard, rng, per_image=6):
    """One dictionary a word: its kind and name, what it was aimed at, mass and pointing."""
    for part in np.array_split(np.arange(len(shard.scenes)), 8):
        picked = [shard.scenes[p] for p in part]
        spoken = [[instructions.sample(s["things"], s["there"], ("zh", "en")[k % 2], rng, 0) for k in range(per_image)] for s in picked]
        batch = data.Batch(shard, part, spoken)
        weights = model.see(trunk, batch)[1][-1].mean(2)[..., :-1]
        heat = weights / weights.sum(-1, keepdim=True).clamp(min=1e-9)
        mass = (heat * batch.cover).sum(-1)
        best = heat.argmax(-1)
        hit = batch.cover.gather(-1, best[..., None]).squeeze(-1) > 0.5
        share = batch.cover.sum(-1) / (~batch.padding[0]).sum()
        for i, scene in enumerate(picked):
            for j, tokens in enumerate(spoken[i]):
                for k, token in enumerate(tokens[:data.MAX_WORDS]):
                    if (kind := int(batch.kinds[i, j, k])) in NAMES:
                        yield {"kind": NAMES[kind], "name": token.word.name, "aim": token.aim, "things": scene["things"], "share": float(share[i, j, k]),
                               "mass": float(mass[i, j, k]), "pointing": bool(hit[i, j, k]), "seen": thing_at(scene, int(best[i, j, k]))}


def thing_at(scene, patch):
    """Index of the thing that most of a patch shows, or None."""
    cover = scene["cover"][:, patch]
    return int(cover.argmax()) if cover.max() > 127 else None


def namesakes(word):
    noun = word["aim"][1] if word["aim"][0] == "noun" else word["things"][word["aim"][1]].nouns[0]
    return sum(noun in t.nouns for t in word["things"])


def mistaken(word):
    """What a noun that misses looks at instead."""
    if word["seen"] is None:
        return "background, or a thing's edge"
    said = [t for t in word["things"] if word["aim"][1] in t.nouns]
    other = word["things"][word["seen"]]
    kin = any(set(other.nouns) & set(t.nouns) for t in said)
    alike = any(other.colour and other.colour == t.colour for t in said)
    return f"a thing of {'its' if kin else 'another'} family, {'its' if alike else 'another'} colour" if other.nouns else "a thing without a name"


def between(value, bounds, unit=""):
    """The bin of a value: '2 to 8 %'."""
    low, high = max((b for b in bounds if value >= b), default=None), min((b for b in bounds if value < b), default=None)
    if low is None:
        return f"under {high:g}{unit}"
    return f"from {low:g}{unit}" if high is None else f"{low:g} to {high:g}{unit}"


def print_groups(title, words, group):
    groups = {}
    for word in words:
        groups.setdefault(group(word), []).append((word["mass"], word["pointing"]))
    print(f"\n| {title} | n | mass | pointing |\n|---|---|---|---|")
    for name, values in sorted(groups.items(), key=lambda g: (-np.mean([v[1] for v in g[1]]), -len(g[1]))):
        mass, pointing = np.mean(values, 0)
        print(f"| {name} | {len(values)} | {mass:.2f} | {pointing:.2f} |")


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", default="base")
    model, trunk = settle(parser.parse_args().name)
    rng, found = np.random.default_rng(5), []
    for shard in data.shards("valid", "objects") + data.shards("valid", "tables"):
        found += words_of(model, trunk, shard, rng)
    kinds = {name: [w for w in found if w["kind"] == name] for name in NAMES.values()}
    size = lambda w: between(100 * w["share"], (0.5, 1, 2, 4, 8), " %")
    print_groups("nouns: area of what is named, of the image", kinds["noun"], size)
    print_groups("nouns: things in the picture", kinds["noun"], lambda w: between(len(w["things"]), (4, 6, 8)))
    print_groups("nouns: instances", kinds["noun"], lambda w: between(namesakes(w), (1, 2, 3)))
    missed = [w for w in kinds["noun"] if not w["pointing"]]
    print_groups("nouns that miss: what they look at", missed, mistaken)
    pairs = collections.Counter((w["aim"][1], w["things"][w["seen"]].nouns[0]) for w in missed if w["seen"] is not None and w["things"][w["seen"]].nouns)
    print("\noften mistaken:", ", ".join(f"{said} for {seen} ({n})" for (said, seen), n in pairs.most_common(25)))
    print_groups("verbs: things of the target's name", [w for w in kinds["verb"] if w["aim"][0] == "goal"], lambda w: between(namesakes(w), (1, 2, 3)))
    print_groups("colours", kinds["colour"], lambda w: w["name"])


if __name__ == "__main__":
    main()
