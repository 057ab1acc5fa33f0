"""The default model, exactly as FORMAT.md describes it; names of modules are the names of tensors."""
import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from lexicon import WORDS


@dataclass
class Config:
    rows: int                 # of the embedding, row 0 the unknown token
    dim: int = 192
    heads: int = 8
    ffn: int = 384
    text_layers: int = 1
    fusion_layers: int = 2
    patch_px: int = 16
    apart: tuple = ("colour", "noun")  # kinds of words that hear no other word: what they name does not hang on the rest


def sinusoid(positions, dim):
    """[n] -> [n, dim]: channel 2i is sin(x / 10000^(2i/dim)), channel 2i+1 the cosine."""
    rate = 10000.0 ** (-torch.arange(0, dim, 2).float() / dim)
    angle = positions[:, None].float() * rate
    return torch.stack([angle.sin(), angle.cos()], -1).reshape(len(positions), dim)


def positions_2d(rows, cols, dim):
    """[rows * cols, dim]: the first half codes the row, the second the column."""
    r = sinusoid(torch.arange(rows), dim // 2)[:, None].expand(rows, cols, dim // 2)
    c = sinusoid(torch.arange(cols), dim // 2)[None].expand(rows, cols, dim // 2)
    return torch.cat([r, c], -1).reshape(rows * cols, dim)


class FFN(nn.Module):
    def __init__(self, dim, hidden):
        super().__init__()
        self.up, self.down = nn.Linear(dim, hidden), nn.Linear(hidden, dim)

    def forward(self, x):
        return self.down(F.relu(self.up(x)))


class Attention(nn.Module):
    """Multi-head attention that returns its weights."""

    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.output = (nn.Linear(dim, dim) for _ in range(4))

    def split(self, x):                                        # [B, n, d] -> [B, h, n, d/h]
        return x.unflatten(-1, (self.heads, -1)).transpose(-2, -3)

    def forward(self, x, keys_values, masked):
        """x [B, n, d]; keys_values = (k, v) of `project`; masked [B or 1, 1, 1 or n, m] bool -> output, weights [B, h, n, m]."""
        q = self.split(self.query(x)) / math.sqrt(x.shape[-1] // self.heads)
        k, v = keys_values
        scores = q @ k.transpose(-1, -2)
        weights = scores.masked_fill(masked, float("-inf")).softmax(-1)
        return self.output((weights @ v).transpose(-2, -3).flatten(-2)), weights

    def project(self, source):
        return self.split(self.key(source)), self.split(self.value(source))


class Layer(nn.Module):
    """x = LN(x + attention); x = LN(x + FFN(x))."""

    def __init__(self, c):
        super().__init__()
        self.attention, self.ffn = Attention(c.dim, c.heads), FFN(c.dim, c.ffn)
        self.norm1, self.norm2 = nn.LayerNorm(c.dim), nn.LayerNorm(c.dim)

    def forward(self, x, keys_values, masked):
        y, weights = self.attention(x, keys_values, masked)
        x = self.norm1(x + y)
        return self.norm2(x + self.ffn(x)), weights


class Patches(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.s16, self.s32, self.rgb = (nn.Linear(n, c.dim, bias=False) for n in (112, 1280, 48))
        self.bias = nn.Parameter(torch.zeros(c.dim))
        self.position_gain = nn.Parameter(torch.tensor([0.1]))
        self.norm_in, self.norm_out = nn.LayerNorm(c.dim), nn.LayerNorm(c.dim)
        self.ffn = FFN(c.dim, c.ffn)

    def forward(self, f16, f32, rgb):
        """f16 [B, 112, R, C], f32 [B, 1280, R/2, C/2], rgb [B, R*C, 48] -> v [B, R*C, d]."""
        b, _, rows, cols = f16.shape
        coarse = self.s32(f32.flatten(2).transpose(1, 2)).transpose(1, 2).unflatten(2, (rows // 2, cols // 2))
        coarse = F.interpolate(coarse, scale_factor=2, mode="bilinear", align_corners=False)
        t = self.s16(f16.flatten(2).transpose(1, 2)) + coarse.flatten(2).transpose(1, 2) + self.rgb(rgb) + self.bias
        t = self.norm_in(t + self.position_gain * positions_2d(rows, cols, t.shape[-1]))
        return self.norm_out(t + self.ffn(t))


class Words(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.embedding = nn.Embedding(c.rows, c.dim)
        self.position_gain = nn.Parameter(torch.tensor([0.1]))
        self.norm_in = nn.LayerNorm(c.dim)
        self.layers = nn.ModuleList(Layer(c) for _ in range(c.text_layers))
        # [rows] bool: words of these rows attend to themselves alone
        self.register_buffer("apart", torch.tensor([False, *(w.kind in c.apart for w in WORDS)]), persistent=False)

    def forward(self, rows, absent):
        """rows [B, n] (one token a word), absent [B, n] bool for the filling of short instructions -> [B, n, d]."""
        others = ~torch.eye(rows.shape[1], dtype=torch.bool)
        masked = absent[:, None, None] | (self.apart[rows][:, None, :, None] & others)
        x = self.embedding(rows)
        x = self.norm_in(x + self.position_gain * sinusoid(torch.arange(rows.shape[1]), x.shape[-1]))
        for layer in self.layers:
            x, _ = layer(x, layer.attention.project(x), masked)
        return x


class Fusion(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.nothing = nn.Parameter(torch.randn(1, c.dim) * 0.5)
        self.layers = nn.ModuleList(Layer(c) for _ in range(c.fusion_layers))

    def forward(self, x, v, padding, per_image):
        """x [B*I, n, d] words of I instructions an image, v [B, p, d], padding [B, p] -> fused [B*I, n, d], weights of each layer [B*I, h, n, p+1]."""
        keys = torch.cat([v, self.nothing.expand(len(v), 1, -1)], 1)
        masked = F.pad(padding, (0, 1))[:, None, None]                 # the slot is never masked
        words = x.shape[1]
        x = x.reshape(len(v), per_image * words, -1)
        maps = []
        for layer in self.layers:
            x, weights = layer(x, layer.attention.project(keys), masked)
            maps.append(weights.unflatten(2, (per_image, words)).transpose(1, 2).flatten(0, 1))
        return x.reshape(-1, words, x.shape[-1]), maps


class Action(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.query, self.key = nn.Linear(c.dim, c.dim), nn.Linear(c.dim, c.dim)
        self.box1, self.box2 = nn.Linear(2 * c.dim, c.dim), nn.Linear(c.dim, 4)

    def scores(self, g, v, padding):
        """g [B, I, d], v [B, p, d] -> logits [B, I, p]."""
        s = self.query(g) @ self.key(v).transpose(1, 2) / math.sqrt(v.shape[-1])
        return s.masked_fill(padding[:, None], float("-inf"))

    def distances(self, g, at):
        """g and the patch tokens at the goal, both [..., d] -> u [..., 4]."""
        return self.box2(F.relu(self.box1(torch.cat([g, at], -1))))


class Model(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.patches, self.words = Patches(config), Words(config)
        self.fusion, self.action = Fusion(config), Action(config)
        nn.init.normal_(self.words.embedding.weight, std=0.5)

    def forward(self, f16, f32, rgb, padding, rows):
        """`rows` [B, I, n], -1 where there is no word.

        -> v [B, p, d], fused [B*I, n, d], maps (a list of [B*I, h, n, p+1]), g [B, I, d]."""
        b, per_image, n = rows.shape
        rows = rows.reshape(b * per_image, n)
        absent = rows < 0
        v = self.patches(f16, f32, rgb)
        fused, maps = self.fusion(self.words(rows.clamp(min=0), absent), v, padding, per_image)
        there = (~absent).float()[..., None]
        g = (fused * there).sum(1) / there.sum(1).clamp(min=1)
        return v, fused, maps, g.reshape(b, per_image, -1)
