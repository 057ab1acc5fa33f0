"""Trains the default model on cached scenes (cache.py).

  python train.py --name base --minutes 60       continues from its checkpoint where there is one
The time, not a number of epochs, is what is given: the learning rate falls along a cosine over it.
"""
import argparse
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
from lexicon import CACHE, WORDS
from model import Config, Model
from trunk import Trunk, pretrained

DECAY = 0.1  # of weights; there are few objects a noun, so names are easily learned by heart


def start_from_imagenet(model):
    """The coarse features first pass through the directions that tell ImageNet's classes apart, so that photographs
    keep their meaning: the trunk's own classifier is a linear map of these 1280 channels."""
    classifier = pretrained()._fc.weight.detach()
    _, spread, directions = torch.linalg.svd(classifier - classifier.mean(0), full_matrices=False)
    d = model.patches.s32.weight.shape[0]
    weight = directions[:d] * (spread[:d, None] / spread[0]).sqrt()
    model.patches.s32.weight.data.copy_(weight)
    model.patches.s16.weight.data.mul_(0.5)


def rate(step_share, top):
    """Warm-up over the first 3 %, then a cosine down to a fiftieth."""
    if step_share < 0.03:
        return top * step_share / 0.03
    return top * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1, (step_share - 0.03) / 0.97))))


def disturb(x, drop=0.15, noise=0.1):
    """Drops and scales whole channels: what names a thing must not hang on few of them, as there are few objects a noun."""
    return F.dropout2d(x * (1 + noise * torch.randn(len(x), x.shape[1], 1, 1)), drop)


class Trainer:
    def __init__(self, args):
        torch.manual_seed(args.seed)
        self.args, self.rng = args, np.random.default_rng(args.seed)
        self.trunk = Trunk()
        self.model = Model(Config(rows=len(WORDS) + 1))
        self.namer = losses.Namer(self.model.config.dim)
        start_from_imagenet(self.model)
        decay, plain = [], []
        for name, p in [*self.model.named_parameters(), *self.namer.named_parameters()]:
            (decay if p.ndim > 1 and "embedding" not in name and "nothing" not in name else plain).append(p)
        self.optimizer = torch.optim.AdamW([{"params": decay, "weight_decay": DECAY}, {"params": plain, "weight_decay": 0}], betas=(0.9, 0.98))
        self.path = f"{CACHE}/checkpoints/{args.name}.pt"
        self.spent, self.steps, self.epochs = 0.0, 0, 0
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        if os.path.exists(self.path):
            self.load()

    def load(self):
        state = torch.load(self.path, weights_only=False)
        self.model.load_state_dict(state["model"])
        self.namer.load_state_dict(state["namer"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.spent, self.steps, self.epochs = state["spent"], state["steps"], state["epochs"]
        self.optimizer.param_groups[0]["weight_decay"] = DECAY
        self.rng = np.random.default_rng([self.args.seed, self.steps])

    def save(self):
        state = {"model": self.model.state_dict(), "namer": self.namer.state_dict(), "optimizer": self.optimizer.state_dict(),
                 "spent": self.spent, "steps": self.steps, "epochs": self.epochs, "config": vars(self.model.config)}
        torch.save(state, self.path + ".part")
        os.replace(self.path + ".part", self.path)

    def loss(self, batch):
        """While names come first only the class loss counts."""
        naming = self.spent / (60 * self.args.minutes) < self.args.names_first
        f32 = self.trunk.finish(batch.f320)
        f16, f32 = (disturb(x) for x in (batch.f16, f32))
        if naming:
            v = self.model.patches(f16, f32, batch.rgb)
            name, right = self.namer(self.model, batch, v)
            return name, {"name": name, "right": right}
        v, _, maps, g = self.model(f16, f32, batch.rgb, batch.padding, batch.rows)
        name, right = self.namer(self.model, batch, v)
        looks = [losses.attention_loss(m.mean(1).unflatten(0, batch.rows.shape[:2]), batch) for m in maps]
        where, box = losses.action_loss(self.model, batch, v, g)
        # the first layer gathers what the second needs; a little guidance helps it to start
        loss = looks[-1] + 0.15 * looks[0] + 0.3 * name + 0.25 * where + 0.15 * box
        return loss, {"look": looks[-1], "first": looks[0], "name": name, "right": right, "where": where, "box": box}

    def step(self, batch):
        for group in self.optimizer.param_groups:
            group["lr"] = rate(self.spent / (60 * self.args.minutes), self.args.lr)
        with torch.autocast("cpu", torch.bfloat16):  # halves the time; softmax and losses stay float32
            loss, parts = self.loss(batch)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.steps += 1
        return {k: float(v) for k, v in parts.items()}

    def run(self):
        valid = data.shards("valid")
        while self.spent < 60 * self.args.minutes:
            train = data.shards("train")  # anew each time: more shards may have been made meanwhile
            self.model.train()
            sums, begin, last = {}, time.time(), time.time()
            for count, batch in enumerate(data.epoch(train, self.rng, self.args.batch, self.args.per_image), 1):
                for k, v in self.step(batch).items():
                    sums.setdefault(k, []).append(v)
                self.spent += time.time() - last
                last = time.time()
                if count % 50 == 0:
                    print(f"  {self.spent / 60:.1f} min", count, {k: round(float(np.mean(v[-50:])), 3) for k, v in sums.items()}, flush=True)
                if self.spent > 60 * self.args.minutes or time.time() - begin > 60 * self.args.report:
                    break
            self.epochs += 1
            self.save()
            result = metrics.evaluate(self.model, self.trunk, valid)
            print(f"round {self.epochs}, step {self.steps}, {self.spent / 60:.1f} min, {sum(len(s.scenes) for s in train)} scenes", json.dumps(result), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", default="base")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--names-first", type=float, default=0.06, help="share of the time given to names alone")
    parser.add_argument("--report", type=float, default=6, help="minutes between reports and checkpoints")
    parser.add_argument("--lr", type=float, default=1.5e-3)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--per-image", type=int, default=6)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    Trainer(args).run()


if __name__ == "__main__":
    main()
