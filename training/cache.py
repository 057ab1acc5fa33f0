"""Composes scenes and keeps what the frozen trunk makes of them, so that the rest of the model trains fast.

  python cache.py train objects 5120 --seed 1 --patches 784     cut-outs on backgrounds; shards of 128 scenes of one shape
  python cache.py train tables 1280 --seed 1 --patches 784      robot table tops (tables.py)
  python cache.py train photos 512 --seed 1 --patches 784       photographs of one thing (photos.py)
  python cache.py valid objects 256 --seed 2 --patches 784      the same from held-out objects; likewise tables and photographs
Scenes hang on seed and shape, not on patches. All in $ATTNVIZ_TRAINING_CACHE/scenes. Shards that exist are kept, so a stopped run continues.
"""
import argparse
import multiprocessing
import os

import numpy as np

import geometry
import lexicon
from lexicon import CACHE, COLOURS
from materials import MATERIALS
from photos import compose_photo
from scenes import SIZES, compose
from tables import compose_table

SHARD = 128
COMPOSE = {"objects": compose, "tables": compose_table, "photos": compose_photo}
# common shapes more often; cameras of robots are square or 4:3
SHAPES = {"objects": ["1:1", "4:3", "4:3", "3:4", "16:9", "3:2", "9:16", "4:3", "2:3", "16:9"], "tables": ["4:3", "1:1", "4:3", "16:9"], "photos": ["4:3", "1:1", "3:4", "3:2"]}


def describe(scene, layout):
    """What the words of any instruction need to know about a scene, in patches and input pixels."""
    h, w = scene.image.shape[:2]
    sx, sy = layout[0] / w, layout[1] / h
    return {
        "nouns": [[lexicon.NOUNS.index(n) for n in t.nouns] for t in scene.things],
        "colours": [COLOURS.index(t.colour) if t.colour else -1 for t in scene.things],
        "materials": [MATERIALS.index(t.material) if t.material else -1 for t in scene.things],
        "boxes": np.float32([[t.box[0] * sx, t.box[1] * sy, t.box[2] * sx, t.box[3] * sy] for t in scene.things]),
        "cover": np.stack([geometry.coverage(t.mask, layout) for t in scene.things]),                       # [things, patches]
        "colour_cover": np.stack([geometry.coverage(scene.colour_masks[c], layout) for c in COLOURS]),     # [12, patches]
    }


def features(trunk, inputs, layout):
    """uint8 inputs [n, H, W, 3] -> what the model needs, float16."""
    import torch
    import trunk as t
    x = t.normalise(torch.from_numpy(inputs))
    x[:, :, layout[1]:] = 0
    x[:, :, :, layout[0]:] = 0
    out = {"f16": [], "f320": [], "rgb": []}
    with torch.no_grad():
        for part in x.split(2):  # small batches stay in the caches
            f16, last = trunk(part.contiguous(memory_format=torch.channels_last))
            for key, value in zip(out, (f16, last, t.colour_blocks(part))):
                out[key].append(value.contiguous().half())
    return {k: torch.cat(v) for k, v in out.items()}


def make_shard(job):
    """One shard: SHARD scenes of one shape."""
    import torch
    from kept import keep
    path, seed, kind, shape, patches, held_out, count = job
    if os.path.exists(path):
        return path
    torch.set_num_threads(1)
    global _trunk
    if "_trunk" not in globals():
        from trunk import Trunk
        _trunk = Trunk().to(memory_format=torch.channels_last)
    rng = np.random.default_rng(seed)
    layout = geometry.grid(*SIZES[shape], patches)
    scenes = [COMPOSE[kind](rng, held_out, SIZES[shape]) for _ in range(count)]
    inputs = np.stack([geometry.to_input(s.image, layout) for s in scenes])
    shard = features(_trunk, inputs, layout)
    shard |= {"layout": layout, "scenes": [describe(s, layout) for s in scenes]}
    keep(shard, path)
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("split", choices=["train", "valid"])
    parser.add_argument("kind", choices=list(COMPOSE))
    parser.add_argument("scenes", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--patches", type=int, required=True, help="the most that an image is cut into")
    parser.add_argument("--processes", type=int, default=2)
    args = parser.parse_args()
    os.makedirs(CACHE + "/scenes", exist_ok=True)
    held_out = args.split == "valid"
    count = 64 if held_out else SHARD
    shapes, jobs = SHAPES[args.kind], []
    for k in range(-(-args.scenes // count)):
        shape = shapes[k % len(shapes)]
        name = f"{args.split}-{args.kind}-{args.seed}-{args.patches}-{k:04d}-{shape.replace(':', 'x')}.pt"
        jobs.append((f"{CACHE}/scenes/{name}", [args.seed, k], args.kind, shape, args.patches, held_out, count))
    with multiprocessing.get_context("spawn").Pool(args.processes) as pool:
        for done, path in enumerate(pool.imap_unordered(make_shard, jobs), 1):
            print(f"{done}/{len(jobs)} {os.path.basename(path)}", flush=True)


if __name__ == "__main__":
    main()
