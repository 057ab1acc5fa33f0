"""Trains the base model on cached scenes (cache.py), on a GPU where there is one.

  python train.py --name base --steps 20000       continues from its checkpoint where there is one
  python train.py --name finer --begin base --steps 8000 --lr 5e-4 --names-first 0       another run from its weights
"""
import argparse
import functools
import json
import math
import os
import time

import numpy as np
import torch
import torch.nn.functional as F

import data
import losses
import metrics
import priors
from kept import keep
from lexicon import CACHE, WORDS
from model import Config, Model
from trunk import Trunk, pretrained

DECAY = 0.05  # of weights; there are few objects a noun, so names are easily learned by heart
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
KEEP = ("steps", "spent", "rounds")
TAIL_RATE = 0.1  # of the rest's learning rate
LARGE_GRID = 500  # patches
KEPT = 1.0       # weight of the tail's distance from what it was


def start_from_imagenet(model):
    """The coarse features first pass through the directions that tell ImageNet's classes apart, so that photographs
    keep their meaning: the trunk's own classifier is a linear map of these 1280 channels. Words begin on the same directions."""
    classifier = pretrained()._fc.weight.detach()
    _, spread, directions = torch.linalg.svd(classifier - classifier.mean(0), full_matrices=False)
    d = model.patches.s32.weight.shape[0]
    weight = directions[:d] * (spread[:d, None] / spread[0]).sqrt()
    model.patches.s32.weight.data.copy_(weight)
    model.patches.s16.weight.data.mul_(0.5)
    model.words.maps[0].weight.data.copy_(0.3 * weight)


def rate(share, top):
    """Warm-up over the first 2 %, then a cosine down to a fiftieth."""
    if share < 0.02:
        return top * share / 0.02
    return top * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1, (share - 0.02) / 0.98))))


def disturb(x, drop=0.15, noise=0.1):
    """Drops and scales whole channels: what names a thing must not hang on few of them, as there are few objects a noun."""
    return F.dropout2d(x * (1 + noise * torch.randn(len(x), x.shape[1], 1, 1, device=x.device)), drop)


def optimizer_of(modules, lr):
    decay, plain = [], []
    for module in modules:
        for name, p in module.named_parameters():
            (decay if p.ndim > 1 and "embedding" not in name and "nothing" not in name else plain).append(p)
    return torch.optim.AdamW([{"params": decay, "weight_decay": DECAY}, {"params": plain, "weight_decay": 0}], lr=lr, betas=(0.9, 0.98))


class Trainer:
    def __init__(self, args):
        torch.manual_seed(args.seed)
        self.args, self.rng = args, np.random.default_rng(args.seed)
        self.trunk = Trunk().to(DEVICE)
        self.model = Model(Config(rows=len(WORDS) + 1), priors.load())
        self.namer = losses.Namer(self.model.config.dim)
        start_from_imagenet(self.model)
        self.model.to(DEVICE), self.namer.to(DEVICE)
        self.original = Trunk().to(DEVICE)  # what the tail must not forget
        self.optimizer = optimizer_of([self.model, self.namer], args.lr)
        self.optimizer.add_param_group({"params": list(self.trunk.tail().parameters()), "weight_decay": 0, "scale": TAIL_RATE})
        self.path = f"{CACHE}/checkpoints/{args.name}.pt"
        self.spent, self.steps, self.rounds = 0.0, 0, 0
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        if os.path.exists(self.path):
            self.go_on(self.load_weights(self.path))
        elif args.begin:
            self.load_weights(f"{CACHE}/checkpoints/{args.begin}.pt")

    def load_weights(self, path):
        """-> the rest of the checkpoint."""
        state = torch.load(path, weights_only=False, map_location=DEVICE)
        self.model.load_state_dict(state["model"]), self.namer.load_state_dict(state["namer"])
        self.trunk.restore(state["tail"])
        return state

    def go_on(self, state):
        self.optimizer.load_state_dict(state["optimizer"])
        for name in KEEP:
            setattr(self, name, state[name])
        self.rng = np.random.default_rng([self.args.seed, self.steps])

    def save(self):
        state = {part: getattr(self, part).state_dict() for part in ("model", "namer", "optimizer")}
        state |= {name: getattr(self, name) for name in KEEP} | {"config": vars(self.model.config)}
        state["tail"] = self.trunk.tail().state_dict() if self.trunk.tuned else None
        keep(state, self.path)

    def loss(self, batch):
        """While names come first only the class loss counts."""
        f32, kept = self.trunk.coarse(batch), 0
        if self.trunk.tuned:  # photographs shall keep the meaning that ImageNet gave them
            with torch.no_grad():
                before = self.original.coarse(batch)
            kept = F.mse_loss(f32.float(), before.float()) / before.float().var()
        f16, f32 = (disturb(x) for x in (batch.f16, f32))
        if self.steps < self.args.names_first * self.args.steps:
            v = self.model.patches(f16, f32, batch.rgb, batch.padding)
            name, right = self.namer(self.model, batch, v)
            return name, {"name": name, "right": right}
        v, maps, g = self.model(f16, f32, batch.rgb, batch.padding, batch.rows)
        name, right = self.namer(self.model, batch, v)
        loss, parts = losses.grounding_loss(self.model, batch, v, maps, g)
        parts |= {"name": name, "right": right} | ({"kept": kept} if self.trunk.tuned else {})
        return loss + 0.3 * name + KEPT * kept, parts

    def step(self, batch):
        if not self.trunk.tuned and self.steps >= self.args.tail_from * self.args.steps:
            self.trunk.tune()
        for group in self.optimizer.param_groups:
            group["lr"] = rate(self.steps / self.args.steps, self.args.lr) * group.get("scale", 1)
        with torch.autocast(DEVICE, torch.bfloat16):  # halves the time; softmax and losses stay float32
            loss, parts = self.loss(batch.to(DEVICE))
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([*self.model.parameters(), *self.trunk.tail().parameters()], 1.0)
        self.optimizer.step()
        self.steps += 1
        return {k: v.detach() for k, v in parts.items()}

    def round(self, train):
        """Steps until it is time to report."""
        self.model.train()
        begin, sums = time.time(), []
        while True:
            for batch in data.epoch(train, self.rng, self.args.batch, self.args.per_image):
                sums.append(self.step(batch))
                if self.steps % 50 == 0:
                    print(f"  step {self.steps}, {(self.spent + time.time() - begin) / 60:.1f} min", mean_of(sums[-50:]), flush=True)
                if self.steps >= self.args.steps or time.time() - begin > 60 * self.args.report:
                    self.spent += time.time() - begin
                    return

    def run(self):
        valid = {kind: data.shards("valid", kind) for kind in ("objects", "tables", "photos")}
        while self.steps < self.args.steps:
            # anew each time: more shards may have been made meanwhile
            train = [shard for shard in data.shards("train") for _ in range(times(shard))]
            self.round(train)
            self.rounds += 1
            self.save()
            print(f"round {self.rounds}, step {self.steps}, {self.spent / 60:.1f} min, {sum(len(s.scenes) for s in train)} scenes", flush=True)
            for kind, shards in valid.items():
                print(" ", kind, json.dumps(metrics.evaluate(self.model, functools.partial(self.model.see, self.trunk), shards, DEVICE) if shards else None), flush=True)


def times(shard):
    """How often a pass sees a shard: there are few photographs, and few of the large grids that the program mostly makes."""
    return (2 if shard.kind == "photos" else 1) * (3 if shard.padding.numel() > LARGE_GRID else 1)


def mean_of(parts):
    keys = parts[-1].keys()
    return {k: round(float(torch.stack([p[k] for p in parts if k in p]).float().mean()), 3) for k in keys}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", default="base")
    parser.add_argument("--begin", help="another checkpoint, whose weights to begin with; a tail that it trained goes on being trained")
    parser.add_argument("--steps", type=int, default=20000)
    parser.add_argument("--names-first", type=float, default=0.05, help="share of the steps given to names alone")
    parser.add_argument("--tail-from", type=float, default=1, help="share of the steps after which the trunk's tail is trained, too")
    parser.add_argument("--report", type=float, default=8, help="minutes between reports and checkpoints")
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--per-image", type=int, default=6)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    Trainer(args).run()


if __name__ == "__main__":
    main()
