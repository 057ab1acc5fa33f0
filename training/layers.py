"""Layers that encoders and fusion strategies share; names of modules are the names of tensors in FORMAT.md."""
import math

import torch
import torch.nn.functional as F
from torch import nn


def sinusoid(positions, dim):
    """[n] -> [n, dim]: channel 2i is sin(x / 10000^(2i/dim)), channel 2i+1 the cosine."""
    rate = 10000.0 ** (-torch.arange(0, dim, 2, device=positions.device).float() / dim)
    angle = positions[:, None].float() * rate
    return torch.stack([angle.sin(), angle.cos()], -1).reshape(len(positions), dim)


def places(rows, cols, device):
    """[rows * cols, 4]: x, y, x^2 and y^2 of every patch, x and y from -1 to 1 over the grid."""
    y, x = ((2 * torch.arange(n, device=device) + 1) / n - 1 for n in (rows, cols))
    x, y = x.repeat(rows), y.repeat_interleave(cols)
    return torch.stack([x, y, x * x, y * y], -1)


class FFN(nn.Module):
    def __init__(self, dim, hidden):
        super().__init__()
        self.up, self.down = nn.Linear(dim, hidden), nn.Linear(hidden, dim)

    def forward(self, x):
        return self.down(F.relu(self.up(x)))


class Attention(nn.Module):
    """Multi-head attention that returns its weights. `kind` is that of FORMAT.md: softmax, top_k or linear."""

    def __init__(self, dim, heads, kind="softmax", top_k=0):
        super().__init__()
        self.heads, self.kind, self.top_k = heads, kind, top_k
        self.query, self.key, self.value, self.output = (nn.Linear(dim, dim) for _ in range(4))

    def split(self, x):                                        # [B, n, d] -> [B, h, n, d/h]
        return x.unflatten(-1, (self.heads, -1)).transpose(-2, -3)

    def weights(self, q, k, masked):
        if self.kind == "linear":
            w = ((F.elu(q.float()) + 1) @ (F.elu(k.float()) + 1).transpose(-1, -2)).masked_fill(masked, 0)
            return w / w.sum(-1, keepdim=True)
        scores = (q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])).masked_fill(masked, float("-inf"))
        if self.kind == "top_k" and self.top_k < scores.shape[-1]:
            scores = scores.masked_fill(scores < scores.topk(self.top_k, -1).values[..., -1:], float("-inf"))
        return scores.softmax(-1)

    def forward(self, x, source, masked, shown=None):
        """x [B, n, d]; source [B, m, d]; masked [B or 1, 1, 1 or n, m] bool -> output [B, n, d], weights [B, h, n, m].

        shown: only the weights of the first so many rows are returned; the others, of softmax, are never held."""
        q, k, values = self.split(self.query(x)), self.split(self.key(source)), self.split(self.value(source))
        weights = self.weights(q[..., :shown, :], k, masked)
        if shown is None:
            y = weights.to(values.dtype) @ values
        else:
            y = F.scaled_dot_product_attention(q, k, values, attn_mask=~masked.expand(-1, -1, q.shape[-2], -1))
        return self.output(y.transpose(-2, -3).flatten(-2)), weights


class Block(nn.Module):
    """Post-norm: x = LN(x + attention), x = LN(x + FFN(x)); gated: what is added is scaled by tanh of a learned number."""

    def __init__(self, dim, heads, ffn, kind="softmax", top_k=0, gated=False):
        super().__init__()
        self.attention, self.ffn = Attention(dim, heads, kind, top_k), FFN(dim, ffn)
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        if gated:
            self.gate1, self.gate2 = nn.Parameter(torch.full((1,), 0.5)), nn.Parameter(torch.full((1,), 0.5))
        self.gated = gated

    def finish(self, x, y):
        """x and what the attention made of it -> the block's output."""
        x = self.norm1(x + (self.gate1.tanh() * y if self.gated else y))
        y = self.ffn(x)
        return self.norm2(x + (self.gate2.tanh() * y if self.gated else y))

    def forward(self, x, source, masked, shown=None):
        y, weights = self.attention(x, source, masked, shown)
        return self.finish(x, y), weights
