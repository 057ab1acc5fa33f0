"""The grounding model, exactly as FORMAT.md describes it; names of modules are the names of tensors."""
import math
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import nn

import fusions
from layers import FFN, Block, places, sinusoid
from lexicon import WORDS

APART = ("colour", "noun", "material")  # kinds of words that hear no other word: what they name does not hang on the rest


@dataclass
class Config:
    rows: int                 # of the embedding, row 0 the unknown token
    dim: int = 256
    mixers: int = 2
    text_layers: int = 2
    heads: int = 8
    ffn: int = 512
    fusion: dict = field(default_factory=lambda: {"type": "cross", "layers": 4, "heads": 8, "ffn": 256})
    apart: tuple = APART


class Mixer(nn.Module):
    """What a patch learns from its neighbours (after Liu et al., "A ConvNet for the 2020s", 2022)."""

    def __init__(self, dim, ffn, side=5):
        super().__init__()
        self.depthwise = nn.Conv2d(dim, dim, side, padding=side // 2, groups=dim)
        self.norm, self.ffn = nn.LayerNorm(dim), FFN(dim, ffn)

    def forward(self, v, there, grid):
        """v [B, p, d], there [B, p, 1]: 0 on padding, which neighbours see as zeros."""
        image = (v * there).transpose(1, 2).unflatten(2, grid)
        return self.norm(v + self.ffn(self.depthwise(image).flatten(2).transpose(1, 2)))


class Patches(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.s16, self.s32, self.rgb = (nn.Linear(n, c.dim, bias=False) for n in (112, 1280, 48))
        self.bias = nn.Parameter(torch.zeros(c.dim))
        self.place = nn.Linear(4, c.dim, bias=False)
        nn.init.normal_(self.place.weight, std=0.5)
        self.norm_in, self.norm_out = nn.LayerNorm(c.dim), nn.LayerNorm(c.dim)
        self.ffn = FFN(c.dim, c.ffn)
        self.mixers = nn.ModuleList(Mixer(c.dim, c.ffn) for _ in range(c.mixers))

    def forward(self, f16, f32, rgb, padding):
        """f16 [B, 112, R, C], f32 [B, 1280, R/2, C/2], rgb [B, R*C, 48], padding [B, R*C] -> v [B, R*C, d]."""
        _, _, rows, cols = f16.shape
        coarse = self.s32(f32.flatten(2).transpose(1, 2)).transpose(1, 2).unflatten(2, (rows // 2, cols // 2))
        coarse = F.interpolate(coarse, scale_factor=2, mode="bilinear", align_corners=False)
        t = self.s16(f16.flatten(2).transpose(1, 2)) + coarse.flatten(2).transpose(1, 2) + self.rgb(rgb) + self.bias
        t = self.norm_in(t)
        v = self.norm_out(t + self.ffn(t))
        there = (~padding)[..., None].to(v.dtype)
        for mixer in self.mixers:
            v = mixer(v, there, (rows, cols))
        # last: what a thing is called does not hang on where it is
        return v + self.place(places(rows, cols, v.device))


class Words(nn.Module):
    """`priors`: [rows, k] tensors of what is known of each word beforehand (priors.py). While training, a word's row is its own
    vector plus linear maps of its priors, which words share: a thing that few pictures show profits from its kin. `settle`
    leaves one plain table, which is what the file holds."""

    def __init__(self, c, priors=()):
        super().__init__()
        self.embedding = nn.Embedding(c.rows, c.dim)
        nn.init.normal_(self.embedding.weight, std=0.3)
        self.maps = nn.ModuleList(nn.Linear(p.shape[1], c.dim, bias=False) for p in priors)
        for i, p in enumerate(priors):
            self.register_buffer(f"prior{i}", p, persistent=False)
        self.position_gain = nn.Parameter(torch.tensor([0.1]))
        self.norm_in = nn.LayerNorm(c.dim)
        self.layers = nn.ModuleList(Block(c.dim, c.heads, c.ffn) for _ in range(c.text_layers))
        # [rows] bool: words of these rows attend to themselves alone
        self.register_buffer("apart", torch.tensor([False, *(w.kind in c.apart for w in WORDS)]), persistent=False)

    def table(self):
        """[rows, d]."""
        own = self.embedding.weight
        if self.training and self.maps:  # now and then a word must make do with its priors
            own = own * (torch.rand(len(own), 1, device=own.device) > 0.15)
        return own + sum(m(getattr(self, f"prior{i}")) for i, m in enumerate(self.maps))

    def settle(self):
        self.eval()
        self.embedding.weight.data = self.table().detach()
        self.maps = nn.ModuleList()

    def forward(self, rows, absent):
        """rows [N, n] (one token a word), absent [N, n] bool for the filling of short instructions -> [N, n, d]."""
        others = ~torch.eye(rows.shape[1], dtype=torch.bool, device=rows.device)
        masked = absent[:, None, None] | (self.apart[rows][:, None, :, None] & others)
        position = sinusoid(torch.arange(rows.shape[1], device=rows.device), self.embedding.weight.shape[1])
        x = self.norm_in(F.embedding(rows, self.table()) + self.position_gain * position)
        for layer in self.layers:
            x, _ = layer(x, x, masked & ~torch.eye(rows.shape[1], dtype=torch.bool, device=rows.device))
        return x


class Action(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.query, self.key = nn.Linear(c.dim, c.dim), nn.Linear(c.dim, c.dim)
        self.box1, self.box2 = nn.Linear(2 * c.dim, c.dim), nn.Linear(c.dim, 4)

    def scores(self, g, v, padding):
        """g [B, I, d], v [B, p, d] -> logits [B, I, p]."""
        s = self.query(g) @ self.key(v).transpose(1, 2) / math.sqrt(v.shape[-1])
        return s.float().masked_fill(padding[:, None], float("-inf"))

    def distances(self, g, at):
        """g and the patch tokens at the goal, both [..., d] -> u [..., 4]."""
        return self.box2(F.relu(self.box1(torch.cat([g, at], -1))))


class Model(nn.Module):
    def __init__(self, config, priors=()):
        super().__init__()
        self.config = config
        self.patches, self.words = Patches(config), Words(config, priors)
        self.fusion, self.action = fusions.make(config.fusion, config.dim), Action(config)

    def read(self, rows):
        """rows [B, I, n], -1 where there is no word -> words [B, I, n, d], absent [B, I, n]."""
        absent = rows < 0
        return self.words(rows.clamp(min=0).flatten(0, 1), absent.flatten(0, 1)).unflatten(0, rows.shape[:2]), absent

    def fuse(self, x, absent, v, padding, grid):
        """-> maps (a list of [B, I, h, n, p + 1]), g [B, I, d]."""
        fused, maps = self.fusion(x, absent, v, padding, grid)
        there = (~absent).to(fused.dtype)[..., None]
        return maps, (fused * there).sum(2) / there.sum(2).clamp(min=1)

    def forward(self, f16, f32, rgb, padding, rows):
        """-> v [B, p, d], maps, g."""
        v = self.patches(f16, f32, rgb, padding)
        return v, *self.fuse(*self.read(rows), v, padding, tuple(f16.shape[2:]))

    def see(self, trunk, batch):
        """The forward pass on a batch of cached scenes."""
        return self(batch.f16, trunk.coarse(batch), batch.rgb, batch.padding, batch.rows)
