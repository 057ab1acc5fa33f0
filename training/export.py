"""Writes model files of FORMAT.md from checkpoints.

  python export.py --out ../assets/models                  base, and the zoo's models beside it where they are trained
  python export.py --out ../assets/models --only base
The zoo's encoders are the base model's as `settle` below leaves them.
"""
import argparse
import glob
import json
import os
import zlib

import torch
from safetensors.torch import save_file

import geometry
import instructions
import lexicon
import materials
import priors
from lexicon import CACHE, WORDS
from model import Config, Model
from trunk import MEAN, STD, Trunk


def settle(name="base"):
    """The checkpoint's model and trunk as the file stores them: priors of words folded into their rows, weights rounded."""
    state = torch.load(f"{CACHE}/checkpoints/{name}.pt", weights_only=False, map_location="cpu")
    model = Model(Config(**state["config"]), priors.load())
    model.load_state_dict(state["model"])
    model.words.settle()
    trunk = Trunk().restore(state["tail"])
    for p in [*model.parameters(), *trunk.parameters()]:
        p.data = p.data.half().float()
    return model.eval(), trunk


def honesty_path(name):
    return f"{CACHE}/checkpoints/{name}-honesty.json"


def honesty(name):
    """Thresholds of the checkpoint's warnings, no older than itself."""
    path = honesty_path(name)
    if not os.path.exists(path) or os.path.getmtime(path) < os.path.getmtime(f"{CACHE}/checkpoints/{name}.pt"):
        raise SystemExit(f"{path} is missing or older than the checkpoint: run calibrate.py --name {name} first")
    return json.load(open(path, encoding="utf8"))


def zoo_model(base, state):
    """A zoo run's fusion and action head on the base model's encoders."""
    model = Model(Config(**(vars(base.config) | {"fusion": state["fusion"]})))
    model.load_state_dict(state["model"], strict=False)  # the file holds no encoders
    for module in (model.fusion, model.action):
        for p in module.parameters():
            p.data = p.data.half().float()
    return model.eval()


def trunk_tensors(trunk):
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
    return out


def own_tensors(model, prefixes):
    """Parameters under their names in FORMAT.md."""
    out = {k: v for k, v in model.named_parameters() if k.startswith(prefixes)}
    return {k: v.squeeze(1) if ".depthwise.weight" in k else v for k, v in out.items()}


def vocabulary():
    """Words that training showed: materials, sizes and places that its scenes do not tell stay unknown."""
    shown = {*materials.MATERIALS, *instructions.ADJECTIVES}
    known = lambda word: word.kind not in ("material", "size", "place") or word.name in shown
    return [entry for entry in lexicon.vocabulary() if known(WORDS[entry["row"] - 1])]


def encoder_config(model, trunk):
    c = model.config
    vision = {"trunk": "efficientnet-lite0", "patch_px": 16, "patches": geometry.BUDGET, "mean": [MEAN] * 3, "std": [STD] * 3,
              "stem": 32, "blocks": [block.spec for block in trunk.blocks], "head": 1280, "mixers": c.mixers}
    text = {"layers": c.text_layers, "heads": c.heads, "ffn": c.ffn, "max_words": 64, "apart": list(c.apart)}
    return {"vision": vision, "text": text}


def encoder_id(model, trunk):
    """Changes with all that makes the encoders' tokens, so that no fusion is run on others than its own."""
    crc = zlib.crc32(json.dumps([vocabulary(), encoder_config(model, trunk)]).encode())
    for name, p in sorted((trunk_tensors(trunk) | own_tensors(model, ("patches.", "words."))).items()):
        crc = zlib.crc32(p.detach().half().cpu().numpy().tobytes(), zlib.crc32(name.encode(), crc))
    return f"{crc:08x}"


def zoo_folder(base, trunk):
    """Where the runs on these encoders are kept."""
    return f"{CACHE}/zoo/{encoder_id(base, trunk)}"


def write(path, config, model, tensors, **metadata):
    config |= {"dim": model.config.dim, "fusion": model.config.fusion, "view": {"layer": "last", "head": "mean"}}
    compact = lambda x: json.dumps(x, ensure_ascii=False, separators=(",", ":"))
    halves = {k: v.detach().half().contiguous() for k, v in tensors.items()}
    save_file(halves, path, {"format": "attnviz.model/1", "config": compact(config)} | {k: compact(v) for k, v in metadata.items()})
    print(path, os.path.getsize(path), "bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", default="base", help="the checkpoint")
    parser.add_argument("--out", required=True)
    parser.add_argument("--only", help="names separated by commas")
    args = parser.parse_args()
    wanted = args.only.split(",") if args.only else None
    base, trunk = settle(args.name)
    if not wanted or "base" in wanted:
        tensors = trunk_tensors(trunk) | own_tensors(base, ("patches.", "words.", "fusion.", "action."))
        config = {"name": "base", "id": encoder_id(base, trunk)} | encoder_config(base, trunk)
        config["honesty"] = honesty(args.name)
        write(f"{args.out}/base.safetensors", config, base, tensors, vocabulary=vocabulary())
    for path in sorted(glob.glob(f"{zoo_folder(base, trunk)}/*-1.pt")):
        name = os.path.basename(path)[:-len("-1.pt")]
        if wanted and name not in wanted:
            continue
        state = torch.load(path, weights_only=False, map_location="cpu")
        if "honesty" in state:  # else its evaluation is still to come
            model = zoo_model(base, state)
            config = {"name": name, "encoders": {"model": "base", "id": encoder_id(base, trunk)}, "honesty": state["honesty"]}
            write(f"{args.out}/{name}.safetensors", config, model, own_tensors(model, ("fusion.", "action.")))


if __name__ == "__main__":
    main()
