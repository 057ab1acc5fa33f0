"""The fusion strategies of training/FORMAT.md in plain PyTorch, with random weights: what make_strategy_fixtures.py runs.

Written down from FORMAT.md alone, so that it checks the program.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

DIM, HEADS, FFN = 8, 2, 12


class Tensors(dict):
    """Random weights under the names of the file."""

    def linear(self, name, out, inside):
        self[name + ".weight"] = torch.randn(out, inside) * 1.6 / math.sqrt(inside)
        self[name + ".bias"] = torch.randn(out) * 0.2

    def norm(self, name):
        self[name + ".weight"] = 1 + torch.randn(DIM) * 0.2
        self[name + ".bias"] = torch.randn(DIM) * 0.2

    def attention(self, name):
        for part in ("query", "key", "value", "output"):
            self.linear(f"{name}.{part}", DIM, DIM)


class Strategy:
    """A configuration, its weights, and the forward pass."""

    def __init__(self, **config):
        self.c = {"layers": 1, "heads": HEADS, "ffn": FFN, **config}
        if config["type"] == "concat":
            del self.c["layers"], self.c["heads"]
        self.t = Tensors()
        self.order = self.c.get("norm", "post")
        self.kind = self.c.get("attention", {}).get("kind", "softmax")
        if self.c.get("nothing", True):
            self.t["fusion.nothing"] = torch.randn(1, DIM)
        if self.c.get("pool", {}).get("kind") == "learned":
            self.t["fusion.pool.weight"] = torch.randn(DIM, DIM, 2, 2) / math.sqrt(DIM)
            self.t["fusion.pool.bias"] = torch.randn(DIM) * 0.2
        if self.order == "pre":
            self.t.norm("fusion.norm")

    # --- layers ---

    def linear(self, name, x):
        if name + ".weight" not in self.t:
            raise KeyError(name)
        return F.linear(x, self.t[name + ".weight"], self.t[name + ".bias"])

    def norm(self, name, x):
        return F.layer_norm(x, (DIM,), self.t[name + ".weight"], self.t[name + ".bias"], 1e-5)

    def attend(self, name, x, keys, mask=None):
        """x [n, d], keys [m, d], mask [m] bool -> output [n, d], weights [h, n, m]."""
        if name + ".query.weight" not in self.t:
            self.t.attention(name)
        mask = torch.ones(len(keys), dtype=torch.bool) if mask is None else mask
        if self.kind == "softmax":
            layer = nn.MultiheadAttention(DIM, HEADS, batch_first=True)
            parts = [name + "." + part for part in ("query", "key", "value")]
            layer.in_proj_weight = nn.Parameter(torch.cat([self.t[p + ".weight"] for p in parts]))
            layer.in_proj_bias = nn.Parameter(torch.cat([self.t[p + ".bias"] for p in parts]))
            layer.out_proj.weight = nn.Parameter(self.t[name + ".output.weight"])
            layer.out_proj.bias = nn.Parameter(self.t[name + ".output.bias"])
            out, weights = layer(x[None], keys[None], keys[None], key_padding_mask=~mask[None],
                                 average_attn_weights=False)
            return out[0], weights[0]
        q, k, v = (self.linear(f"{name}.{part}", y).unflatten(-1, (HEADS, -1)).transpose(0, 1)
                   for part, y in (("query", x), ("key", keys), ("value", keys)))
        if self.kind == "linear":  # phi(q) phi(k)^T, rows divided by their sum
            weights = (F.elu(q) + 1) @ (F.elu(k) + 1).transpose(1, 2) * mask
            weights = weights / weights.sum(-1, keepdim=True)
        else:
            scores = (q @ k.transpose(1, 2) / math.sqrt(q.shape[-1])).masked_fill(~mask, -math.inf)
            best = scores.topk(min(self.c["attention"]["top_k"], len(keys)), -1)
            weights = torch.zeros_like(scores).scatter(-1, best.indices, best.values.softmax(-1))
        return self.linear(name + ".output", (weights @ v).transpose(0, 1).flatten(1)), weights

    def residual(self, name, x, f, gate=1.0):
        """`f` between residual and LayerNorm; returns what f returned beside its first result."""
        if self.order != "none" and name + ".weight" not in self.t:
            self.t.norm(name)
        y, extra = f(self.norm(name, x) if self.order == "pre" else x)
        x = x + gate * y
        return (self.norm(name, x) if self.order == "post" else x), extra

    def feed_forward(self, name, x, gate=1.0, norm="norm2"):
        if name + ".ffn.up.weight" not in self.t:
            self.t.linear(name + ".ffn.up", FFN, DIM)
            self.t.linear(name + ".ffn.down", DIM, FFN)
        f = lambda y: (self.linear(name + ".ffn.down", F.relu(self.linear(name + ".ffn.up", y))), None)
        return self.residual(f"{name}.{norm}", x, f, gate)[0]

    def gate(self, name):
        self.t[name] = torch.randn(1)
        return torch.tanh(self.t[name])

    def block(self, name, x, views, gated=False):
        """views: [(keys, mask)], or None for x itself -> x, weights of each view."""
        gates = [self.gate(f"{name}.gate{i}") if gated else 1.0 for i in (1, 2)]

        def attention(y):
            each = [self.attend(name + ".attention", y, y if keys is None else keys, mask) for keys, mask in views]
            return torch.stack([out for out, _ in each]).mean(0), [weights for _, weights in each]

        x, weights = self.residual(name + ".norm1", x, attention, gates[0])
        return self.feed_forward(name, x, gates[1]), weights

    # --- what words look at ---

    def pooled(self, v, grid, mask):
        """-> cells, their mask, and spread [cells, patches]: how the weight of a cell is shared out."""
        if "pool" not in self.c:
            return v, mask, torch.eye(len(v))
        rows, cols = (-(-side // 2) for side in grid)
        image = (v * mask[:, None]).T.reshape(1, DIM, *grid)
        image = F.pad(image, (0, 2 * cols - grid[1], 0, 2 * rows - grid[0]))
        spread = torch.zeros(rows * cols, len(v))
        for p in range(len(v)):
            spread[p // grid[1] // 2 * cols + p % grid[1] // 2, p] = mask[p]
        count = spread.sum(1)
        spread = spread / count.clamp(min=1)[:, None]
        if self.c["pool"].get("kind", "average") == "learned":
            cells = F.conv2d(image, self.t["fusion.pool.weight"], self.t["fusion.pool.bias"], stride=2)[0].flatten(1).T
        else:
            cells = F.avg_pool2d(image, 2)[0].flatten(1).T * 4 / count.clamp(min=1)[:, None]
        return cells, count > 0, spread

    def nothing(self):
        return self.t.get("fusion.nothing", torch.zeros(0, DIM))

    def keys(self, cells, mask):
        nothing = self.nothing()
        return torch.cat((cells, nothing)), torch.cat((mask, torch.ones(len(nothing), dtype=torch.bool)))

    def split(self, weights, spread):
        """[h, n, cells (+ 1)] -> weights over patches, share of nothing; what is missing to 1 is divided out."""
        weights = weights / weights.sum(-1, keepdim=True)
        cells = len(spread)
        return weights[..., :cells] @ spread, weights[..., cells:]

    # --- strategies: (words, [(v, grid, mask)]) -> fused, [(layers of maps, layers of nothing) of each view] ---

    def run(self, words, views):
        views = [self.pooled(*view) for view in views]
        name = "multi_view" if self.c["type"] in ("cross", "multi-view") else self.c["type"].replace("-", "_")
        fused, maps = getattr(self, name)(words, views)  # maps: [view][layer] of (patches, nothing)
        if self.order == "pre":
            fused = self.norm("fusion.norm", fused)
        return fused, [[torch.stack(part) for part in zip(*layers)] for layers in maps]

    def multi_view(self, x, views):
        maps = [[] for _ in views]
        keys = [self.keys(cells, mask) for cells, mask, _ in views]
        for i in range(self.c["layers"]):
            x, weights = self.block(f"fusion.layers.{i}", x, keys)
            for view, (_, _, spread), own in zip(maps, views, weights):
                view.append(self.split(own, spread))
        return x, maps

    def join(self, x, v, mask):
        mean = v[mask].mean(0).expand(len(x), -1)
        if self.c.get("fused", "concat") == "sum":
            return x + mean
        self.t.linear("fusion.joined", DIM, 2 * DIM)
        return self.linear("fusion.joined", torch.cat((x, mean), -1))

    def co(self, x, views):
        (v, mask, spread), = views
        maps = []
        for i in range(self.c["layers"]):
            names = [f"fusion.layers.{i}.{side}" for side in ("lang2vis", "vis2lang")]
            for name in names:
                self.t.norm(name + ".norm1")
            l_in, v_in = ((self.norm(name + ".norm1", y) if self.order == "pre" else y)
                          for name, y in zip(names, (x, v)))
            to_vision, weights = self.attend(names[0] + ".attention", l_in, *self.keys(v_in, mask))
            to_language, _ = self.attend(names[1] + ".attention", v_in, l_in)
            x, v = x + to_vision, v + to_language
            if self.order == "post":
                x, v = self.norm(names[0] + ".norm1", x), self.norm(names[1] + ".norm1", v)
            if self.c["ffn"] > 0:
                x, v = self.feed_forward(names[0], x), self.feed_forward(names[1], v)
            maps.append(self.split(weights, spread))
        return self.join(x, v, mask), [maps]

    def latents(self, x, views, reads_words, gated):
        (v, mask, spread), = views
        self.t["fusion.latents"] = torch.randn(self.c["latents"], DIM)
        inputs = torch.cat((x, v)) if reads_words else v
        inputs_mask = torch.cat((torch.ones(len(inputs) - len(v), dtype=torch.bool), mask))
        latents, (weights,) = self.block("fusion.read", self.t["fusion.latents"], [(inputs, inputs_mask)])
        seen = weights.mean(0)
        for i in range(self.c.get("latent_layers", 1)):
            latents, (weights,) = self.block(f"fusion.latent_layers.{i}", latents, [(None, None)])
            seen = (seen + weights.mean(0) @ seen) / 2
        if self.order == "pre":
            self.t.norm("fusion.latent_norm")
            latents = self.norm("fusion.latent_norm", latents)
        maps, keys = [], torch.cat((latents, self.nothing()))
        for i in range(self.c["layers"]):
            x, (weights,) = self.block(f"fusion.layers.{i}", x, [(keys, None)], gated)
            through = weights[..., :len(latents)] @ seen[:, -len(v):]
            maps.append(self.split(torch.cat((through, weights[..., len(latents):]), -1), spread))
        return x, [maps]

    def perceiver(self, x, views):
        return self.latents(x, views, reads_words=True, gated=False)

    def gated(self, x, views):
        return self.latents(x, views, reads_words=False, gated=True)

    def single_stream(self, x, views):
        (v, mask, spread), = views
        types = self.t["fusion.types"] = torch.randn(2, DIM)
        words = len(x)
        keys, mask = self.keys(v + types[1], mask)
        stream, mask = torch.cat((x + types[0], keys)), torch.cat((torch.ones(words, dtype=torch.bool), mask))
        maps = []
        for i in range(self.c["layers"]):
            stream, (weights,) = self.block(f"fusion.layers.{i}", stream, [(None, mask)])
            maps.append(self.split(weights[:, :words, words:], spread))
        return stream[:words], [maps]

    def concat(self, x, views):
        (v, mask, spread), = views
        self.t.linear("fusion.score.up", FFN, 2 * DIM)
        self.t.linear("fusion.score.down", 1, FFN)
        keys, key_mask = self.keys(v, mask)
        pairs = torch.cat((x.mean(0).expand(len(keys), -1), keys), -1)
        scores = self.linear("fusion.score.down", F.relu(self.linear("fusion.score.up", pairs)))[:, 0]
        weights = scores.masked_fill(~key_mask, -math.inf).softmax(0).expand(1, len(x), -1)
        return self.join(x, v, mask), [[self.split(weights, spread)]]
