"""Trains one model a fusion strategy on the base model's frozen encoders: same data, same steps, three seeds each.

  python zoo.py --steps 2500                 all of them; runs that are finished are kept, so a stopped one continues
  python zoo.py --only cross-1,co-4 --seeds 1
  python zoo.py --table                      what stands in the results so far
Results: $ATTNVIZ_TRAINING_CACHE/zoo/results.jsonl, one line a run; checkpoints beside it.
"""
import argparse
import json
import os
import time

import numpy as np
import torch

import data
import losses
import metrics
from lexicon import CACHE
from model import Action, Config, Model
from train import DEVICE, mean_of, optimizer_of, rate
from trunk import Trunk
import fusions

FOLDER = CACHE + "/zoo"


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


def base_model(fusion):
    """The base model with another, untrained fusion and action head, its encoders frozen; and its trunk."""
    state = torch.load(f"{CACHE}/checkpoints/base-settled.pt", weights_only=False)
    model = Model(Config(**state["config"]))
    model.load_state_dict(state["model"])
    model.requires_grad_(False)
    model.config.fusion = fusion
    model.fusion, model.action = fusions.make(fusion, model.config.dim), Action(model.config)
    return model.to(DEVICE), Trunk().restore(state["tail"]).to(DEVICE)


def loss_of(model, trunk, batch):
    with torch.no_grad():
        x, absent, v = model.encode(batch.f16, trunk.coarse(batch), batch.rgb, batch.padding, batch.rows)
    maps, g = model.fuse(x, absent, v, batch.padding, batch.grid)
    looks = [losses.attention_loss(m.float().mean(2), batch) for m in maps]
    where, box = losses.action_loss(model, batch, v, g)
    return looks[-1] + 0.1 * sum(looks[:-1]) + 0.25 * where + 0.15 * box, {"look": looks[-1], "where": where, "box": box}


def train(name, seed, args):
    torch.manual_seed(seed)
    rng, (model, trunk) = np.random.default_rng(seed), base_model(STRATEGIES[name])
    optimizer, shards = optimizer_of([model.fusion, model.action], args.lr), data.shards("train")
    steps, begin, parts = 0, time.time(), []
    model.train()
    while steps < args.steps:
        for batch in data.epoch(shards, rng, args.batch, args.per_image):
            for group in optimizer.param_groups:
                group["lr"] = rate(steps / args.steps, args.lr)
            with torch.autocast(DEVICE, torch.bfloat16):
                loss, part = loss_of(model, trunk, batch.to(DEVICE))
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            parts.append({k: v.detach() for k, v in part.items()})
            steps += 1
            if steps % 100 == 0:
                print(f"  {name} seed {seed} step {steps}, {(time.time() - begin) / 60:.1f} min", mean_of(parts[-100:]), flush=True)
            if steps == args.steps:
                break
    result = {"name": name, "seed": seed, "steps": steps, "minutes": round((time.time() - begin) / 60, 1)}
    for kind in ("objects", "tables"):
        result[kind] = metrics.evaluate(model, trunk, data.shards("valid", kind), DEVICE)
    own = {k: v for k, v in model.state_dict().items() if k.startswith(("fusion.", "action."))}
    torch.save({"model": own, "fusion": STRATEGIES[name]}, f"{FOLDER}/{name}-{seed}.pt")
    return result


def results():
    path = FOLDER + "/results.jsonl"
    return [json.loads(line) for line in open(path)] if os.path.exists(path) else []


def table():
    """Mean and standard deviation over the seeds."""
    for name in STRATEGIES:
        runs = [r for r in results() if r["name"] == name]
        for kind in ("objects", "tables"):
            line = []
            for key in ("colour", "noun", "verb"):
                values = np.array([[(r[kind][f"{key}-zh"][i] + r[kind][f"{key}-en"][i]) / 2 for i in (0, 1)] for r in runs])
                line += [f"{key} " + " ".join(f"{m:.3f}+-{s:.3f}" for m, s in zip(values.mean(0), values.std(0)))] if len(runs) else []
            line += [f"success {np.mean([r[kind]['success'] for r in runs]):.3f}"] if runs else []
            print(f"{name:22s} {kind:8s} {len(runs)} ", "  ".join(line))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(STRATEGIES))
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--steps", type=int, default=2500)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--per-image", type=int, default=4)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--table", action="store_true")
    args = parser.parse_args()
    if args.table:
        return table()
    torch.set_num_threads(args.threads)
    os.makedirs(FOLDER, exist_ok=True)
    for seed in map(int, args.seeds.split(",")):
        for name in args.only.split(","):
            if not any((r["name"], r["seed"]) == (name, seed) for r in results()):
                result = train(name, seed, args)
                with open(FOLDER + "/results.jsonl", "a") as out:
                    out.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
