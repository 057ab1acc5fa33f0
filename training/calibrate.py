"""Finds from where on the program warns, on scenes of held-out objects (cache.py valid), half of the instructions naming
something that is not there.

  python calibrate.py --name base       writes $ATTNVIZ_TRAINING_CACHE/checkpoints/base-honesty.json for export.py, and prints
                                        the precision and recall of every warning
A threshold is the one with the highest recall among those with the precision asked for; where a quantity tells too little for
that, the one above which 1 % of what is in order lies. The quantities are those of
src/analysis (readout.cpp, aggregate.cpp) and src/model/action_head.cpp.
"""
import argparse
import functools
import json

import numpy as np
import torch
import torch.nn.functional as F

import data
import instructions
from data import ABSENT, COLOUR, NOUN, VERB
from export import honesty_path, settle

PRECISION = {"nothing": 0.9, "diffuse": 0.7, "heads": 0.7, "target": 0.8, "rival": 0.7}


def agreement(weights):
    """[..., h, p + 1] -> [...]: mean overlap of two heads' maps, pairs counted by what both give to patches; of a single head 1."""
    patches = weights[..., :-1]
    share = patches.sum(-1)
    if weights.shape[-2] == 1:
        return torch.ones_like(share[..., 0])
    overlap = total = 0
    for a in range(weights.shape[-2]):
        for b in range(a):
            overlap = overlap + torch.minimum(patches[..., a, :] * share[..., b, None], patches[..., b, :] * share[..., a, None]).sum(-1)
            total = total + share[..., a] * share[..., b]
    return overlap / total.clamp(min=1e-12)


def words_of(weights, batch):
    """Every word of the vocabulary: what the program reads off its map, and whether it is absent or its best patch is wrong."""
    mean = weights.mean(-2)
    heat = mean[..., :-1] / mean[..., :-1].sum(-1, keepdim=True).clamp(min=1e-12)
    entropy = -(heat * heat.clamp(min=1e-12).log()).sum(-1) / np.log(int((~batch.padding[0]).sum()))
    hit = batch.cover.gather(-1, heat.argmax(-1, keepdim=True)).squeeze(-1) > 0.5
    known = (batch.rows > 0) & torch.isin(batch.kinds, torch.tensor([COLOUR, NOUN, VERB, ABSENT]))
    columns = mean[..., -1], entropy, agreement(weights), batch.kinds == ABSENT, ~hit
    return torch.stack([c[known].float() for c in columns], -1).numpy()


def windows(p, grid):
    """Sum of probabilities in the 3 x 3 patches around each: [N, patches]."""
    return F.avg_pool2d(p.unflatten(-1, grid)[:, None], 3, 1, 1, divisor_override=1).flatten(1)


def targets_of(model, batch, spoken, v, g):
    """Every instruction with a verb: the target's score, the rival's share of it, whether the best patch is on nothing that is meant,
    and whether several things are meant."""
    p = model.action.scores(g, v, batch.padding).softmax(-1).flatten(0, 1)
    best = p.argmax(-1)
    score = windows(p, batch.grid).gather(1, best[:, None])[:, 0]
    per_image, cols = g.shape[1], batch.grid[1]
    tokens = v[torch.arange(len(p)) // per_image, best]
    sides = 16 * model.action.distances(g.flatten(0, 1), tokens).clamp(-4, 4).exp()
    x, y = (torch.arange(p.shape[1]) % cols) * 16 + 8.0, (torch.arange(p.shape[1]) // cols) * 16 + 8.0
    inside = ((x >= (x[best] - sides[:, 0] - 16)[:, None]) & (x < (x[best] + sides[:, 2] + 16)[:, None])
              & (y >= (y[best] - sides[:, 1] - 16)[:, None]) & (y < (y[best] + sides[:, 3] + 16)[:, None]))
    outside = p.masked_fill(inside, 0)
    rival = windows(outside, batch.grid).gather(1, outside.argmax(-1, keepdim=True))[:, 0]
    meant = batch.goal_cover.flatten(0, 1).gather(1, best[:, None])[:, 0] > 0.5
    rows = []
    for n, tokens in enumerate(t for of_scene in spoken for t in of_scene):
        aims = {t.aim[0] for t in tokens if t.word.kind == "verb"}
        if len(aims) == 1:
            rows.append([score[n], min(1, rival[n] / score[n]), aims == {"nothing"} or not meant[n], aims == {"any"}])
    return np.array(rows, np.float64).reshape(-1, 4)


@torch.no_grad()
def gather(model, forward, shards, per_image=8, limit=32, seed=11):
    """What words_of and targets_of say of `limit` scenes of each shard, on the CPU; forward(batch) -> patch tokens, maps, summary."""
    rng, words, targets = np.random.default_rng(seed), [], []
    for shard in shards:
        for part in np.array_split(np.arange(min(limit, len(shard.scenes))), 4):
            scenes = [shard.scenes[p] for p in part]
            spoken = [[instructions.sample(s["things"], s["there"], ("zh", "en")[k % 2], rng, .5) for k in range(per_image)] for s in scenes]
            batch = data.Batch(shard, part, spoken)
            v, maps, g = forward(batch)
            words.append(words_of(maps[-1].transpose(2, 3), batch))
            targets.append(targets_of(model, batch, spoken, v, g))
    return np.concatenate(words), np.concatenate(targets)


def threshold(value, bad, precision):
    """The value above which warnings have the precision asked for and the highest recall: (threshold, precision, recall)."""
    order = np.argsort(-value, kind="stable")
    right = np.cumsum(bad[order])
    precisions, recalls = right / np.arange(1, len(right) + 1), right / max(1, bad.sum())
    enough = np.flatnonzero((precisions >= precision) & (np.arange(len(right)) >= 20))
    at = enough[-1] if len(enough) else int(np.searchsorted(np.cumsum(bad[order] == 0), 0.01 * (bad == 0).sum()))
    between = value[order[at:at + 2]].mean()  # warnings are for what lies beyond: half-way to the next value
    return float(between), round(float(precisions[at]), 3), round(float(recalls[at]), 3)


def calibrate(words, targets):
    """{name: (threshold, precision, recall)}; a word that names nothing gets no second warning."""
    nothing, entropy, agree, absent, wrong = words.T
    found = {"nothing": threshold(nothing, absent > 0, PRECISION["nothing"])}
    kept = nothing <= found["nothing"][0]
    doubtful = (absent[kept] > 0) | (wrong[kept] > 0)
    found["diffuse"] = threshold(entropy[kept], doubtful, PRECISION["diffuse"])
    kept &= entropy <= found["diffuse"][0]
    doubtful = (absent[kept] > 0) | (wrong[kept] > 0)
    at, *rest = threshold(-agree[kept], doubtful, PRECISION["heads"])
    found["heads"] = -at, *rest
    score, rival, missed, several = targets.T
    at, *rest = threshold(-score, missed > 0, PRECISION["target"])
    found["target"] = -at, *rest
    kept = score >= -at
    found["rival"] = threshold(rival[kept], (missed + several)[kept] > 0, PRECISION["rival"])
    return found


def thresholds(found):
    """As the model file's config has them."""
    return {name: float(f"{at:.4g}") for name, (at, *_) in found.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", default="base")
    args = parser.parse_args()
    model, trunk = settle(args.name)
    words, targets = gather(model, functools.partial(model.see, trunk), data.shards("valid", "objects") + data.shards("valid", "tables"))
    found = calibrate(words, targets)
    for name, (at, precision, recall) in found.items():
        print(f"{name:8s} threshold {at:.3f}  precision {precision:.3f}  recall {recall:.3f}")
    print(f"{len(words)} words, {words[:, 3].mean():.2f} absent; {len(targets)} targets, {targets[:, 2].mean():.2f} absent or missed, {targets[:, 3].mean():.2f} not singled out")
    with open(honesty_path(args.name), "w", encoding="utf8") as out:
        json.dump(thresholds(found), out)


if __name__ == "__main__":
    main()
