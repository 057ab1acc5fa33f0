"""A small reference of the whole forward pass, for the C++ tests: run it again after each export.

  python fixture.py --name base --out ../tests/reference/data/base_forward.safetensors
Weights are the file's (float16), arithmetic is float32.
"""
import argparse
import os

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

import trunk as trunks
from export import settle
from lexicon import BY_NAME

WORDS = ("pick up", "red", "cup")


def forward(model, trunk, image, rows):
    """image uint8 [H, W, 3] already of input size, rows [n] -> every stage, without the batch dimension."""
    x = trunks.normalise(image[None])
    f16, last = trunk(x)
    f32 = trunk.finish(last)
    padding = torch.zeros(1, f16[0, 0].numel(), dtype=torch.bool)
    v = model.patches(f16, f32, trunks.colour_blocks(x), padding)
    words, absent = model.read(rows[None, None])
    fused, maps = model.fusion(words, absent, v, padding, tuple(f16.shape[2:]))
    g = fused.mean(2)
    p = model.action.scores(g, v, padding).softmax(-1)[0, 0]
    grid = f16.shape[2:]
    point, box = target(model, g[0, 0], p, v[0], grid)
    flat = lambda f: f[0].flatten(1).T
    return {"image": image, "token_rows": rows, "f16": flat(f16), "f32": flat(f32), "v": v[0], "words": words[0, 0], "fused": fused[0, 0],
            "weights": torch.stack([m[0, 0] for m in maps]), "p": p, "point": point, "box": box}


def target(model, g, p, v, grid):
    """The predicted point and box in input pixels, the whole input being content."""
    rows, cols = grid
    c = int(p.argmax())
    y, x = torch.meshgrid(torch.arange(rows), torch.arange(cols), indexing="ij")
    near = ((y - c // cols).abs() <= 1) & ((x - c % cols).abs() <= 1)
    weight = p * near.flatten()
    centres = torch.stack([x.flatten(), y.flatten()], -1) * 16 + 8.0
    point = (weight[:, None] * centres).sum(0) / weight.sum()
    left, top, right, bottom = 16 * model.action.distances(g, v[c]).clamp(-4, 4).exp()
    cx, cy = centres[c]
    box = torch.stack([cx - left, cy - top, cx + right, cy + bottom])
    return point, box.clamp(min=0).minimum(torch.tensor([cols * 16.0, rows * 16.0] * 2))


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", default="base")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    torch.manual_seed(0)
    coarse = torch.rand(1, 3, 6, 9) * 255
    image = (F.interpolate(coarse, (64, 96), mode="bicubic") + 20 * torch.randn(1, 3, 64, 96)).clamp(0, 255)
    image = image[0].permute(1, 2, 0).to(torch.uint8).contiguous()
    rows = torch.tensor([BY_NAME[w].row for w in WORDS])
    stages = forward(*settle(args.name), image, rows)
    os.makedirs(os.path.dirname(args.out), exist_ok=True)
    save_file({k: v.contiguous() for k, v in stages.items()}, args.out)
    print(args.out, os.path.getsize(args.out), "bytes", {k: tuple(v.shape) for k, v in stages.items()})


if __name__ == "__main__":
    main()
