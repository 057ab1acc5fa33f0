"""Training a fusion and an action head on encoders that are frozen: their patch tokens are made once and kept."""
import os
import time

import numpy as np
import torch

import data
from export import zoo_folder
from kept import keep
from train import DEVICE, mean_of, optimizer_of, rate


class Tokens:
    """The patch tokens of all scenes as the base model's encoders make them, kept in $ATTNVIZ_TRAINING_CACHE/zoo/<id of the encoders>/tokens."""

    def __init__(self, base, trunk):
        self.base, self.trunk, self.folder = base.to(DEVICE), trunk.to(DEVICE), f"{zoo_folder(base, trunk)}/tokens"
        os.makedirs(self.folder, exist_ok=True)

    @torch.no_grad()
    def shards(self, split, kind="*"):
        """data.shards whose batches hold patch tokens, `v`, instead of the trunk's features."""
        shards = data.shards(split, kind)
        for shard in shards:
            path = f"{self.folder}/{os.path.basename(shard.path)}"
            if not os.path.exists(path) or os.path.getmtime(path) < os.path.getmtime(shard.path):
                keep(self.encode(shard), path)
            shard.features = {"v": torch.load(path, mmap=True)}
        return shards

    def encode(self, shard):
        parts = []
        for picks in np.array_split(np.arange(len(shard.scenes)), 8):
            batch = data.Batch(shard, picks, [[[]] for _ in picks]).to(DEVICE)
            parts.append(self.base.patches(batch.f16, self.trunk.coarse(batch), batch.rgb, batch.padding).half().cpu())
        return torch.cat(parts)


def see(model, batch):
    """The forward pass from patch tokens."""
    with torch.no_grad():
        words, absent = model.read(batch.rows)
    return batch.v, *model.fuse(words, absent, batch.v, batch.padding, batch.grid)


def freeze(model):
    """-> the model, of which only fusion and action head can be trained."""
    for encoder in (model.patches, model.words):
        encoder.requires_grad_(False)
    return model


def own_state(model):
    """What is trained here, on the CPU."""
    return {k: v.cpu() for k, v in model.state_dict().items() if k.startswith(("fusion.", "action."))}


def fit(model, shards, loss_of, seed, args, label):
    """Trains what is not an encoder for args.steps; loss_of(model, batch) -> loss and its parts. -> minutes."""
    rng, optimizer = np.random.default_rng(seed), optimizer_of([model.fusion, model.action], args.lr)
    begin, parts = time.time(), []
    while len(parts) < args.steps:
        for batch in data.epoch(shards, rng, args.batch, args.per_image):
            for group in optimizer.param_groups:
                group["lr"] = rate(len(parts) / args.steps, args.lr)
            with torch.autocast(DEVICE, torch.bfloat16):
                loss, part = loss_of(model, batch.to(DEVICE))
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            parts.append({k: v.detach() for k, v in part.items()})
            if len(parts) % 100 == 0:
                print(f"  {label} step {len(parts)}, {(time.time() - begin) / 60:.1f} min", mean_of(parts[-100:]), flush=True)
            if len(parts) == args.steps:
                break
    return (time.time() - begin) / 60


def arguments(parser, steps, lr):
    """Options of those that train so."""
    parser.add_argument("--steps", type=int, default=steps)
    parser.add_argument("--lr", type=float, default=lr)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--per-image", type=int, default=4)
    parser.add_argument("--threads", type=int, default=2)
