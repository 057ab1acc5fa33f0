"""Trains one model a fusion strategy on the base model's frozen encoders: same data, same steps, three seeds each.

  python zoo.py                              all of them; runs that are finished are kept, so a stopped one continues
  python zoo.py --only cross-1,co-4 --seeds 1
  python zoo.py --table                      what stands in the results so far
  python zoo.py --only cross-4 --without places        and the same without a part of the encoders
The base model is that of train.py as export.py settles it. Results: $ATTNVIZ_TRAINING_CACHE/zoo/<id of its encoders>/results.jsonl, one line a run;
checkpoints, and the patch tokens of all scenes, which the frozen encoders make once, beside it.
"""
import argparse
import functools
import json
import os

import numpy as np
import torch

import calibrate
import export
import losses
import metrics
from frozen import Tokens, arguments, fit, freeze, own_state, see
from kept import keep
from model import Config, Model
from train import DEVICE


def cross(layers=4, heads=8, **more):
    return {"type": "cross", "layers": layers, "heads": heads, "ffn": 256, **more}


def other(kind, **more):
    return {"type": kind, "layers": 4, "heads": 8, "ffn": 256, **more}


STRATEGIES = {
    "concat": {"type": "concat", "ffn": 256},
    "cross-1": cross(layers=1),
    "cross-4-h1": cross(heads=1), "cross-4-h4": cross(heads=4), "cross-4": cross(), "cross-4-h16": cross(heads=16),
    "co-4": other("co"), "perceiver": other("perceiver", latents=64, latent_layers=1), "gated": other("gated", latents=64, latent_layers=1),
    "single-stream": other("single-stream"),
    "cross-4-pool-average": cross(pool={"kind": "average"}), "cross-4-pool-learned": cross(pool={"kind": "learned"}),
    "cross-4-top-k": cross(attention={"kind": "top_k", "top_k": 32}), "cross-4-linear": cross(attention={"kind": "linear"})}
# trained and measured like the others, never exported: the program has no such strategy
EXPERIMENTS = {"reverse-4": other("reverse")}
KNOWN = STRATEGIES | EXPERIMENTS

# what the encoders may be tried without: where patches are, and which word comes first
PARTS = {"places": lambda base: base.patches.place.weight, "order": lambda base: base.words.position_gain}
# success that the project's reference documents give a strategy, of robots at work
DOCUMENTS = {"concat": .68, "cross-1": .78, "cross-4-h1": .75, "cross-4-h4": .82, "cross-4": .85, "cross-4-h16": .855, "co-4": .88, "perceiver": .84}
COLUMNS = ("colour", "noun", "verb", "success", "absent_auc")


def strategy_model(base, fusion):
    """The base model with another, untrained fusion and action head, its encoders frozen."""
    model = Model(Config(**(vars(base.config) | {"fusion": fusion})))
    model.load_state_dict({k: v for k, v in base.state_dict().items() if not k.startswith(("fusion.", "action."))}, strict=False)
    return freeze(model)


def loss_of(model, batch):
    v, maps, g = see(model, batch)
    return losses.grounding_loss(model, batch, v, maps, g)


class Zoo:
    def __init__(self, args):
        self.args = args
        self.base, self.trunk = export.settle("base")
        if args.without:
            PARTS[args.without](self.base).data.zero_()
        self.folder = export.zoo_folder(self.base, self.trunk)
        self.experiments = f"{self.folder}/experiments"  # where export.py does not look
        os.makedirs(self.experiments, exist_ok=True)
        self.tokens = Tokens(self.base, self.trunk)

    def trained(self, name, seed, path):
        """-> the trained model and its state, which is kept in `path` before anything else is done with it."""
        torch.manual_seed(seed)
        model = strategy_model(self.base, KNOWN[name]).to(DEVICE)
        if os.path.exists(path):
            state = torch.load(path, weights_only=False, map_location="cpu")
            model.load_state_dict(state["model"], strict=False)  # the file holds no encoders
            return model, state
        minutes = fit(model, self.tokens.shards("train"), loss_of, seed, self.args, f"{name} seed {seed}")
        state = {"model": own_state(model), "fusion": KNOWN[name], "steps": self.args.steps, "minutes": round(minutes, 1)}
        keep(state, path)
        return model, state

    def run(self, name, seed):
        """Trains, evaluates, keeps the weights and a line of the results."""
        path = f"{self.folder if name in STRATEGIES else self.experiments}/{name}-{seed}.pt"
        model, state = self.trained(name, seed, path)
        result = {"name": name, "seed": seed, "steps": state["steps"], "minutes": state["minutes"]}
        forward, valid = functools.partial(see, model), {kind: self.tokens.shards("valid", kind) for kind in ("objects", "tables")}
        for kind in valid:
            result[kind] = metrics.evaluate(model, forward, valid[kind], DEVICE)
        honesty = calibrate.thresholds(calibrate.calibrate(*calibrate.gather(model.cpu(), forward, sum(valid.values(), []))))
        keep(state | {"honesty": honesty}, path)
        with open(f"{self.folder}/results.jsonl", "a", encoding="utf8") as out:
            out.write(json.dumps(result) + "\n")

    def results(self):
        path = f"{self.folder}/results.jsonl"
        return [json.loads(line) for line in open(path, encoding="utf8")] if os.path.exists(path) else []

    def print_table(self):
        """What the seeds reach on validation scenes of held-out objects and on table tops."""
        for kind in ("objects", "tables"):
            print(f"\n| {kind} | seeds | {' | '.join(COLUMNS)} | documents |\n|{'---|' * (3 + len(COLUMNS))}")
            for name in KNOWN:
                if runs := [r[kind] for r in self.results() if r["name"] == name]:
                    print(f"| {name} | {len(runs)} | {' | '.join(cell(runs, key) for key in COLUMNS)} | {DOCUMENTS.get(name, '')} |")


def cell(runs, key):
    """Mass / pointing of a kind of words, both languages; else mean ± standard deviation over the runs."""
    if f"{key}-zh" in runs[0]:
        return " / ".join(f"{x:.2f}" for x in np.mean([np.add(r[f"{key}-zh"], r[f"{key}-en"])[:2] / 2 for r in runs], 0))
    values = [r[key] for r in runs]
    return f"{np.mean(values):.3f} ± {np.std(values):.3f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(STRATEGIES))
    parser.add_argument("--seeds", default="1,2,3")
    arguments(parser, steps=1000, lr=1e-3)
    parser.add_argument("--without", choices=PARTS)
    parser.add_argument("--table", action="store_true")
    args = parser.parse_args()
    names = args.only.split(",")
    if unknown := set(names) - set(KNOWN):
        parser.error(f"no strategy is called {', '.join(sorted(unknown))}; there are {', '.join(KNOWN)}")
    torch.set_num_threads(args.threads)
    zoo = Zoo(args)
    if args.table:
        return zoo.print_table()
    done = {(r["name"], r["seed"]) for r in zoo.results()}
    for seed in map(int, args.seeds.split(",")):
        for name in names:
            if (name, seed) not in done:
                zoo.run(name, seed)


if __name__ == "__main__":
    main()
