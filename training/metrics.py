"""Metrics of design.md on cached scenes: mass, pointing, chance; nouns alone against a control."""
import numpy as np
import torch

import data
import instructions
from data import COLOUR, NOUN, VERB
from lexicon import BY_NAME, NOUNS

KINDS = {COLOUR: "colour", NOUN: "noun", VERB: "verb"}


def _score(weights, batch, into, lang):
    """Mass is counted after the share of "nothing here" is set aside, as the program reports it."""
    patches = weights[..., :-1] / weights[..., :-1].sum(-1, keepdim=True)
    mass = (patches * batch.cover).sum(-1)
    hit = batch.cover.gather(-1, patches.argmax(-1, keepdim=True)).squeeze(-1) > 0.5
    chance = batch.cover.sum(-1) / (~batch.padding[0]).sum()
    for kind, name in KINDS.items():
        for i, j, k in (batch.kinds == kind).nonzero().tolist():
            into.setdefault((name, lang), []).append((mass[i, j, k].item(), hit[i, j, k].item(), chance[i, j, k].item(), weights[i, j, k, -1].item()))


def _alone(scene, rng):
    """Each noun of the scene alone, and a word that names nothing there aimed at the same thing."""
    named = [t.nouns[0] for t in scene["things"] if t.nouns]
    noun = named[rng.integers(len(named))]
    there = {n for t in scene["things"] for n in t.nouns}
    other = instructions._absent(NOUNS, there, rng)
    say = lambda name: [instructions.Token(name, BY_NAME[name], ("noun", noun))]
    return [say(noun), say(other)]


@torch.no_grad()
def evaluate(model, trunk, shards, seed=7, limit=32):
    model.eval()
    rng = np.random.default_rng(seed)
    scores, hits = {}, {"success": [], "named": []}
    for shard in shards:
        picks = np.arange(min(limit, len(shard.scenes)))
        for lang in ("zh", "en"):
            spoken = [[instructions.sample(shard.scenes[p]["things"], shard.scenes[p]["there"], lang, rng, 0) for _ in range(2)] for p in picks]
            batch = data.Batch(shard, picks, spoken)
            v, _, maps, g = forward(model, trunk, batch)
            _score(maps[-1].mean(1).unflatten(0, batch.rows.shape[:2]), batch, scores, lang)
            best = model.action.scores(g, v, batch.padding).argmax(-1, keepdim=True)
            on = batch.goal_cover.gather(-1, best).squeeze(-1) > 0.5
            hits["success"] += on[batch.goal >= 0].tolist()
        batch = data.Batch(shard, picks, [_alone(shard.scenes[p], rng) for p in picks])
        weights = forward(model, trunk, batch)[2][-1].mean(1).unflatten(0, batch.rows.shape[:2])
        for j, name in enumerate(("alone", "control")):
            part = type("Part", (), {"cover": batch.cover[:, j:j + 1], "kinds": batch.kinds[:, j:j + 1], "padding": batch.padding})
            _score(weights[:, j:j + 1], part, scores, name)
    table = {f"{k}-{l}": np.mean(v, 0).round(3).tolist() for (k, l), v in sorted(scores.items())}
    return table | {"success": float(np.mean(hits["success"]))}


def forward(model, trunk, batch):
    f32 = trunk.finish(batch.f320)
    return model(batch.f16, f32, batch.rgb, batch.padding, batch.rows)
