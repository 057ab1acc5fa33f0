"""The fusion strategies of FORMAT.md, batched and trainable.

A strategy takes words [B, I, n, d] (I instructions an image; absent [B, I, n] bool: no word there), patches [B, p, d] and
padding [B, p] bool, and gives the fused words [B, I, n, d] and a list with one map a layer, [B, I, h, n, p + 1]: weights over
the patches, then the share of "nothing here"; rows sum to 1.
"""
import torch
import torch.nn.functional as F
from torch import nn

from layers import Block


class Strategy(nn.Module):
    """What all have in common: the "nothing here" token and pooled keys."""

    def __init__(self, dim, heads, ffn, pool=None):
        super().__init__()
        self.dim, self.heads, self.hidden, self.pooling = dim, heads, ffn, pool
        self.nothing = nn.Parameter(torch.randn(1, dim) * 0.5)
        if pool == "learned":
            self.pool = nn.Conv2d(dim, dim, 2, 2)
            mean = torch.eye(dim)[..., None, None].expand(dim, dim, 2, 2) / 4
            self.pool.weight.data = 0.2 * self.pool.weight.data + mean  # starts near the average

    def block(self, **more):
        return Block(self.dim, self.heads, self.hidden, **more)

    def cells(self, v, padding, grid):
        """-> cells [B, c, d], empty [B, c], spread [B, c, p] (None: the cells are the patches)."""
        if not self.pooling:
            return v, padding, None
        rows, cols = grid  # even: inputs are whole squares of 32 pixels
        there = (~padding).float()
        image = (v * there[..., None]).transpose(1, 2).unflatten(2, grid)
        if self.pooling == "learned":
            cells = self.pool(image).flatten(2).transpose(1, 2)
        else:
            share = F.avg_pool2d(there.unflatten(1, grid)[:, None], 2).clamp(min=0.25)
            cells = (F.avg_pool2d(image.float(), 2) / share).flatten(2).transpose(1, 2)
        at = torch.arange(rows * cols, device=v.device)
        cell_of = at // cols // 2 * (cols // 2) + at % cols // 2
        spread = F.one_hot(cell_of, cells.shape[1]).T[None] * there[:, None]     # [B, c, p]
        count = spread.sum(-1, keepdim=True)
        return cells, count.squeeze(-1) == 0, spread / count.clamp(min=1)

    def keys(self, cells, empty):
        """[cells; nothing] and its mask [B, 1, 1, c + 1]."""
        keys = torch.cat([cells, self.nothing.expand(len(cells), 1, -1).to(cells.dtype)], 1)
        return keys, F.pad(empty, (0, 1))[:, None, None]

    def split(self, weights, spread):
        """[..., c + 1] over cells and nothing -> over patches and nothing, rows summing to 1."""
        weights = weights.float()
        weights = weights / weights.sum(-1, keepdim=True).clamp(min=1e-9)
        if spread is None:
            return weights
        while spread.dim() < weights.dim():
            spread = spread[:, None]
        return torch.cat([weights[..., :-1] @ spread, weights[..., -1:]], -1)


def per_image(weights, instructions):
    """[B, h, I * n, m] -> [B, I, h, n, m]."""
    return weights.unflatten(2, (instructions, -1)).transpose(1, 2)


def repeat(x, instructions):
    """[B, ...] -> [B * I, ...]: each image's own once for every instruction."""
    return None if x is None else x.repeat_interleave(instructions, 0)


class Cross(Strategy):
    def __init__(self, layers, kind="softmax", top_k=0, **common):
        super().__init__(**common)
        self.layers = nn.ModuleList(self.block(kind=kind, top_k=top_k) for _ in range(layers))

    def forward(self, x, absent, v, padding, grid):
        cells, empty, spread = self.cells(v, padding, grid)
        keys, masked = self.keys(cells, empty)
        shape, maps = x.shape, []
        x = x.flatten(1, 2)
        for layer in self.layers:
            x, weights = layer(x, keys, masked)
            maps.append(self.split(per_image(weights, shape[1]), spread))
        return x.reshape(shape), maps


class CoLayer(nn.Module):
    def __init__(self, make):
        super().__init__()
        self.lang2vis, self.vis2lang = make(), make()


class Co(Strategy):
    def __init__(self, layers, **common):
        super().__init__(**common)
        self.layers = nn.ModuleList(CoLayer(self.block) for _ in range(layers))
        self.joined = nn.Linear(2 * self.dim, self.dim)

    def forward(self, x, absent, v, padding, grid):
        shape, instructions = x.shape, x.shape[1]
        cells, empty, spread = (repeat(t, instructions) for t in self.cells(v, padding, grid))
        x, no_word, maps = x.flatten(0, 1), absent.flatten(0, 1)[:, None, None], []
        for layer in self.layers:
            to_vision, weights = layer.lang2vis.attention(x, *self.keys(cells, empty))
            to_language, _ = layer.vis2lang.attention(cells, x, no_word)
            x, cells = layer.lang2vis.finish(x, to_vision), layer.vis2lang.finish(cells, to_language)
            maps.append(self.split(weights, spread).unflatten(0, shape[:2]))
        there = (~empty).float()[..., None]
        mean = (cells * there).sum(1, keepdim=True) / there.sum(1, keepdim=True).clamp(min=1)
        return self.joined(torch.cat([x, mean.expand_as(x)], -1)).reshape(shape), maps


class Latents(Strategy):
    """perceiver (latents read words and patches) and gated (latents read patches, layers have gates)."""

    def __init__(self, layers, latents, latent_layers, reads_words, **common):
        super().__init__(**common)
        self.latents = nn.Parameter(torch.randn(latents, self.dim) * 0.5)
        self.read, self.reads_words = self.block(), reads_words
        self.latent_layers = nn.ModuleList(self.block() for _ in range(latent_layers))
        self.layers = nn.ModuleList(self.block(gated=not reads_words) for _ in range(layers))

    def resample(self, inputs, masked):
        """-> latents [B, z, d] and how much of each input every latent has, [B, z, m]."""
        z, weights = self.read(self.latents.expand(len(inputs), -1, -1), inputs, masked)
        seen = weights.float().mean(1)
        for layer in self.latent_layers:
            z, weights = layer(z, z, torch.zeros(1, 1, 1, z.shape[1], dtype=torch.bool, device=z.device))
            seen = (seen + weights.float().mean(1) @ seen) / 2
        return z, seen

    def forward(self, x, absent, v, padding, grid):
        shape, instructions = x.shape, x.shape[1]
        cells, empty, spread = self.cells(v, padding, grid)
        if self.reads_words:  # each instruction has latents of its own
            cells, empty, spread = (repeat(t, instructions) for t in (cells, empty, spread))
            words, gone = x.flatten(0, 1), absent.flatten(0, 1)
            z, seen = self.resample(torch.cat([words, cells], 1), torch.cat([gone, empty], 1)[:, None, None])
            x, count = words, 1
        else:
            z, seen = self.resample(cells, empty[:, None, None])
            x, count = x.flatten(1, 2), instructions
        seen, maps = seen[:, :, -cells.shape[1]:], []
        keys, masked = self.keys(z, torch.zeros(len(z), z.shape[1], dtype=torch.bool, device=z.device))
        for layer in self.layers:
            x, weights = layer(x, keys, masked)
            weights = per_image(weights, count).float()
            through = torch.cat([weights[..., :-1] @ seen[:, None, None], weights[..., -1:]], -1)
            maps.append(self.split(through, spread).reshape(*shape[:2], self.heads, shape[2], -1))
        return x.reshape(shape), maps


class SingleStream(Strategy):
    def __init__(self, layers, **common):
        super().__init__(**common)
        self.types = nn.Parameter(torch.randn(2, self.dim) * 0.1)
        self.layers = nn.ModuleList(self.block() for _ in range(layers))

    def forward(self, x, absent, v, padding, grid):
        shape, instructions, words = x.shape, x.shape[1], x.shape[2]
        cells, empty, spread = (repeat(t, instructions) for t in self.cells(v, padding, grid))
        keys, masked = self.keys(cells + self.types[1], empty)
        stream = torch.cat([x.flatten(0, 1) + self.types[0], keys], 1)
        masked, maps = torch.cat([absent.flatten(0, 1)[:, None, None], masked], -1), []
        for i, layer in enumerate(self.layers):
            read = stream[:, :words] if i + 1 == len(self.layers) else stream  # nobody reads the last layer's patches
            stream, weights = layer(read, stream, masked, shown=words)
            maps.append(self.split(weights[..., words:], spread).unflatten(0, shape[:2]))
        return stream.reshape(shape), maps


class Concat(Strategy):
    """The baseline: no attention, an MLP scores every patch beside the mean of the words."""

    def __init__(self, **common):
        super().__init__(**common)
        self.score = nn.Module()
        self.score.up, self.score.down = nn.Linear(2 * self.dim, self.hidden), nn.Linear(self.hidden, 1)
        self.joined = nn.Linear(2 * self.dim, self.dim)

    def forward(self, x, absent, v, padding, grid):
        cells, empty, spread = self.cells(v, padding, grid)
        keys, masked = self.keys(cells, empty)
        there = (~absent).float()[..., None]
        mean = (x * there).sum(2) / there.sum(2).clamp(min=1)                                    # [B, I, d]
        pairs = torch.cat([mean[:, :, None].expand(-1, -1, keys.shape[1], -1), keys[:, None].expand(-1, mean.shape[1], -1, -1)], -1)
        scores = self.score.down(F.relu(self.score.up(pairs)))[..., 0]                           # [B, I, c + 1]
        weights = scores.float().masked_fill(masked[:, 0], float("-inf")).softmax(-1)
        weights = weights[:, :, None, None].expand(-1, -1, 1, x.shape[2], -1)
        inside = (~empty).float()[..., None]
        seen = (cells * inside).sum(1) / inside.sum(1).clamp(min=1)
        return self.joined(torch.cat([x, seen[:, None, None].expand_as(x)], -1)), [self.split(weights, spread)]


class Reverse(Strategy):
    """An experiment that no file holds: patches query words. Every patch shares itself out among the words and "no word"; a word's
    map is what the patches gave it, and "nothing here" has a share of a learned size."""

    def __init__(self, layers, **common):
        super().__init__(**common)
        self.layers = nn.ModuleList(self.block() for _ in range(layers))
        self.unsought = nn.Parameter(torch.zeros(layers))
        self.joined = nn.Linear(2 * self.dim, self.dim)

    def forward(self, x, absent, v, padding, grid):
        shape, instructions = x.shape, x.shape[1]
        cells, empty, spread = (repeat(t, instructions) for t in self.cells(v, padding, grid))
        keys, masked = self.keys(x.flatten(0, 1), absent.flatten(0, 1))
        maps = []
        for layer, unsought in zip(self.layers, self.unsought.exp()):
            cells, weights = layer(cells, keys, masked)                                          # [B * I, h, c, n + 1]
            given = weights[..., :-1].float().masked_fill(empty[:, None, :, None], 0).transpose(-1, -2)
            maps.append(self.split(torch.cat([given, unsought.expand_as(given[..., :1])], -1), spread).unflatten(0, shape[:2]))
        heat = maps[-1].mean(2)[..., :-1]                                                        # [B, I, n, p]
        return self.joined(torch.cat([x, heat @ cells.float().unflatten(0, shape[:2])], -1)), maps


def make(config, dim):
    """The strategy of a FORMAT.md `fusion` section (post-norm, with "nothing here")."""
    c = dict(config)
    kind, pool = c.get("attention", {}), c.get("pool", {})
    common = {"dim": dim, "heads": c.get("heads", 1), "ffn": c["ffn"], "pool": pool.get("kind")}
    if c["type"] == "cross":
        return Cross(c["layers"], kind.get("kind", "softmax"), kind.get("top_k", 0), **common)
    if c["type"] in ("co", "reverse"):
        return (Co if c["type"] == "co" else Reverse)(c["layers"], **common)
    if c["type"] in ("perceiver", "gated"):
        return Latents(c["layers"], c["latents"], c.get("latent_layers", 1), c["type"] == "perceiver", **common)
    if c["type"] == "single-stream":
        return SingleStream(c["layers"], **common)
    return Concat(**common)
