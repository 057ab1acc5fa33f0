"""Trains the base model's fusion and action head on after train.py, its encoders frozen.

  python polish.py --name base        once a checkpoint
Patch tokens are disturbed, since the encoders know the objects of training better than any other and a fusion would rely on that; words are asked
to keep further apart. What is kept looks at a head's best 96 keys alone (top-k attention), which leaves the rest of the image out; fewer make the
maps of large things smaller, and training with them too gave nothing more.
"""
import argparse
import functools
import json

import torch

import frozen
import losses
import metrics
from export import settle
from kept import keep
from lexicon import CACHE
from train import DEVICE

NOISE, DROPPED = 0.2, 0.1  # of a token's scale; of an image's channels
CONTRAST, MARGIN = 5, 0.2
SPARSE = {"kind": "top_k", "top_k": 96}


def loss_of(model, batch):
    kept = torch.rand(len(batch.v), 1, batch.v.shape[-1], device=DEVICE) > DROPPED
    batch.v = (batch.v + NOISE * torch.randn_like(batch.v)) * kept / (1 - DROPPED)
    v, maps, g = frozen.see(model, batch)
    return losses.grounding_loss(model, batch, v, maps, g, CONTRAST, MARGIN)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", default="base")
    frozen.arguments(parser, steps=1500, lr=3e-4)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    path = f"{CACHE}/checkpoints/{args.name}.pt"
    state = torch.load(path, weights_only=False, map_location="cpu")
    if state.get("polished"):
        return print(path, "is polished")
    torch.manual_seed(1)
    model, trunk = settle(args.name)
    tokens = frozen.Tokens(model, trunk)
    frozen.fit(frozen.freeze(model).train(), tokens.shards("train"), loss_of, 1, args, args.name)
    state["config"]["fusion"] |= {"attention": SPARSE}
    keep(state | {"model": state["model"] | frozen.own_state(model), "polished": True}, path)
    kept = settle(args.name)[0].to(DEVICE)
    for kind in ("objects", "tables", "photos"):
        print(kind, json.dumps(metrics.evaluate(kept, functools.partial(frozen.see, kept), tokens.shards("valid", kind), DEVICE)))


if __name__ == "__main__":
    main()
