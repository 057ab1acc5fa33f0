"""Metrics of design.md on cached scenes: mass, pointing, chance; nouns alone against a control; success, also where a word of size
or place decides between namesakes; whether "nothing here" tells present from absent words."""
import numpy as np
import torch

import data
import instructions
from data import COLOUR, NOUN, VERB
from lexicon import BY_NAME

KINDS = {COLOUR: "colour", NOUN: "noun", VERB: "verb"}


def score(weights, batch, into, lang):
    """Mass is counted after the share of "nothing here" is set aside, as the program reports it."""
    patches = weights[..., :-1] / weights[..., :-1].sum(-1, keepdim=True).clamp(min=1e-9)
    mass = (patches * batch.cover).sum(-1)
    hit = batch.cover.gather(-1, patches.argmax(-1, keepdim=True)).squeeze(-1) > 0.5
    chance = batch.cover.sum(-1) / (~batch.padding[0]).sum()
    values = torch.stack([mass, hit.float(), chance, weights[..., -1]], -1)
    for kind, name in KINDS.items():
        into.setdefault((name, lang), []).extend(values[batch.kinds == kind].tolist())


def auc(absent, present):
    """How often an absent word's share of "nothing" is above a present word's."""
    absent, present = np.asarray(absent), np.sort(present)
    return float(np.searchsorted(present, absent).mean() / max(1, len(present)))


def _alone(scene, rng):
    """Each noun of the scene alone, and a word that names nothing there aimed at the same thing."""
    named = [t.nouns[0] for t in scene["things"] if t.nouns]
    noun = named[rng.integers(len(named))]
    other = instructions.absent_noun(scene["things"], rng)
    say = lambda name: [instructions.Token(name, BY_NAME[name], ("noun", noun))]
    return [say(noun), say(other)]


def _hits(model, batch, v, g):
    """[B, I]: whether the target's best patch is on the thing singled out."""
    best = model.action.scores(g, v, batch.padding).argmax(-1, keepdim=True)
    return batch.goal_cover.gather(-1, best).squeeze(-1) > 0.5


def _decided(spoken):
    """{kind: [B, I] whether a word of that kind decides between namesakes}."""
    decides = lambda tokens, kind: any(t.word.kind == kind and t.aim[0] == "goal" for t in tokens)
    return {kind: torch.tensor([[decides(tokens, kind) for tokens in of_scene] for of_scene in spoken]) for kind in ("size", "place")}


@torch.no_grad()
def evaluate(model, forward, shards, device="cpu", seed=7, limit=32):
    """`limit` scenes of each shard; forward(batch) -> patch tokens, maps, summary."""
    model.eval()
    rng = np.random.default_rng(seed)
    scores, success, nothing = {}, {"": []}, {}
    for shard in shards:
        picks = np.arange(min(limit, len(shard.scenes)))
        for lang in ("zh", "en"):
            spoken = [[instructions.sample(shard.scenes[p]["things"], shard.scenes[p]["there"], lang, rng, 0) for _ in range(2)] for p in picks]
            batch = data.Batch(shard, picks, spoken).to(device)
            v, maps, g = forward(batch)
            score(maps[-1].mean(2), batch, scores, lang)
            success[""] += _hits(model, batch, v, g)[batch.goal >= 0].tolist()
            spoken = [[instructions.sample(shard.scenes[p]["things"], shard.scenes[p]["there"], lang, rng, 0, 1) for _ in range(2)] for p in picks]
            batch = data.Batch(shard, picks, spoken).to(device)
            v, _, g = forward(batch)
            for kind, decided in _decided(spoken).items():
                success.setdefault("-" + kind, []).extend(_hits(model, batch, v, g)[decided].tolist())
        batch = data.Batch(shard, picks, [_alone(shard.scenes[p], rng) for p in picks]).to(device)
        weights = forward(batch)[1][-1].mean(2)
        for j, name in enumerate(("alone", "control")):
            part = type("Part", (), {"cover": batch.cover[:, j:j + 1], "kinds": batch.kinds[:, j:j + 1], "padding": batch.padding})
            score(weights[:, j:j + 1], part, scores, name)
            nothing.setdefault(name, []).extend(weights[:, j, 0, -1].tolist())
    table = {f"{k}-{l}": np.mean(v, 0).round(3).tolist() for (k, l), v in sorted(scores.items()) if v}
    table |= {f"success{kind}": round(float(np.mean(hits)), 3) for kind, hits in success.items() if hits}
    return table | {"absent_auc": round(auc(nothing["control"], nothing["alone"]), 3)}
