"""Writes the model file of FORMAT.md from a checkpoint.

  python export.py --name base --out ../assets/models/base.safetensors
"""
import argparse
import json
import os

import torch
from safetensors.torch import save_file

import lexicon
from lexicon import CACHE
from model import Config, Model
from trunk import MEAN, STD, Trunk


def tensors(model, trunk):
    """Every tensor under its name in FORMAT.md, float16."""
    out = {"trunk.stem.weight": trunk.stem.weight, "trunk.stem.bias": trunk.stem.bias,
           "trunk.head.weight": trunk.head.weight.flatten(1), "trunk.head.bias": trunk.head.bias}
    for n, block in enumerate(trunk.blocks):
        if block.expand:
            out[f"trunk.blocks.{n}.expand.weight"] = block.expand.weight.flatten(1)
            out[f"trunk.blocks.{n}.expand.bias"] = block.expand.bias
        out[f"trunk.blocks.{n}.depthwise.weight"] = block.depthwise.weight.squeeze(1)
        out[f"trunk.blocks.{n}.depthwise.bias"] = block.depthwise.bias
        out[f"trunk.blocks.{n}.project.weight"] = block.project.weight.flatten(1)
        out[f"trunk.blocks.{n}.project.bias"] = block.project.bias
    out |= dict(model.named_parameters())
    return {k: v.detach().half().contiguous() for k, v in out.items()}


def config(c, name, trunk):
    blocks = [block.spec for block in trunk.blocks]
    return {"name": name,
            "vision": {"trunk": "efficientnet-lite0", "patch_px": 16, "patches": 400, "mean": [MEAN] * 3, "std": [STD] * 3,
                       "stem": 32, "blocks": blocks, "head": 1280},
            "dim": c.dim, "text": {"layers": c.text_layers, "heads": c.heads, "ffn": c.ffn, "max_words": 64, "apart": list(c.apart)},
            "fusion": {"type": "cross", "layers": c.fusion_layers, "heads": c.heads, "ffn": c.ffn},
            "view": {"layer": "last", "head": "mean"}}


# Training sharpens the last layer until one of several instances takes nearly all; softer weights light them all and point as well.
TEMPER = 0.65


def load(name):
    """The checkpoint's model as the file stores it: its last layer's scores softened, weights rounded."""
    state = torch.load(f"{CACHE}/checkpoints/{name}.pt", weights_only=False)
    model = Model(Config(**state["config"]))
    model.load_state_dict(state["model"])
    for p in model.fusion.layers[-1].attention.query.parameters():
        p.data *= TEMPER
    for p in model.parameters():
        p.data = p.data.half().float()
    return model.eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", default="base")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    model, trunk = load(args.name), Trunk()
    own_name = os.path.splitext(os.path.basename(args.out))[0]
    compact = lambda x: json.dumps(x, ensure_ascii=False, separators=(",", ":"))
    metadata = {"format": "attnviz.model/1", "config": compact(config(model.config, own_name, trunk)), "vocabulary": compact(lexicon.vocabulary())}
    save_file(tensors(model, trunk), args.out, metadata)
    print(args.out, os.path.getsize(args.out), "bytes")


if __name__ == "__main__":
    main()
