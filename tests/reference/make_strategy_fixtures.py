"""Writes tests/reference/data/strategies_*.safetensors with PyTorch (any 2.x):

    python tests/reference/make_strategy_fixtures.py

One file a case: the tensors "fusion.*" and the configuration of a fusion strategy as training/FORMAT.md names them, words
and views, and what strategy_reference.py makes of them.
strategies_decoder_*.safetensors: one nn.TransformerDecoderLayer.
"""

import json

import torch
from torch import nn

from make_fixtures import OUT, save
from strategy_reference import DIM, FFN, HEADS, Strategy

WORDS = 3
GRID = (3, 5)


def view(grid, padding_from_col):
    mask = (torch.arange(grid[0] * grid[1]) % grid[1]) < padding_from_col
    return torch.randn(len(mask), DIM), grid, mask


def strategy_fixture(case, views=1, **config):
    torch.manual_seed(sum(map(ord, case)))
    strategy, words = Strategy(**config), torch.randn(WORDS, DIM)
    shown = [view(GRID, 4), view((2, 3), 3)][:views]
    fused, maps = strategy.run(words, shown)
    tensors = {name: value for name, value in strategy.t.items()}
    tensors |= {"in.words": words, "out.words": fused}
    for i, ((v, grid, mask), (weights, nothing)) in enumerate(zip(shown, maps)):
        tensors |= {f"in.view{i}": v.reshape(*grid, DIM), f"in.mask{i}": mask.to(torch.uint8),
                    f"out.maps{i}": weights, f"out.nothing{i}": nothing}
    save(OUT / f"strategies_{case}.safetensors", tensors, {"fusion": json.dumps(strategy.c)})


def decoder_fixture(norm_first):
    torch.manual_seed(5)
    layer = nn.TransformerDecoderLayer(DIM, HEADS, FFN, dropout=0.0, batch_first=True, norm_first=norm_first)
    for parameter in layer.parameters():
        nn.init.normal_(parameter, std=0.5)
    words, memory = torch.randn(1, WORDS, DIM), torch.randn(1, 9, DIM)
    mask = torch.tensor([1, 1, 0, 1, 1, 1, 1, 0, 0], dtype=torch.uint8)
    out = layer(words, memory, memory_key_padding_mask=(mask == 0)[None])
    tensors = {"in.words": words[0], "in.memory": memory[0], "in.mask": mask, "out.words": out[0]}
    for name, attention in (("self", layer.self_attn), ("cross.attention", layer.multihead_attn)):
        for part, weight, bias in zip(("query", "key", "value"), attention.in_proj_weight.chunk(3),
                                      attention.in_proj_bias.chunk(3)):
            tensors |= {f"{name}.{part}.weight": weight, f"{name}.{part}.bias": bias}
        tensors |= {f"{name}.output.weight": attention.out_proj.weight, f"{name}.output.bias": attention.out_proj.bias}
    for name, module in (("self_norm", layer.norm1), ("cross.norm1", layer.norm2), ("cross.norm2", layer.norm3),
                         ("cross.ffn.up", layer.linear1), ("cross.ffn.down", layer.linear2)):
        tensors |= {f"{name}.weight": module.weight, f"{name}.bias": module.bias}
    save(OUT / f"strategies_decoder_{'pre' if norm_first else 'post'}.safetensors", tensors)


def main():
    strategy_fixture("cross_post", type="cross", layers=2)
    strategy_fixture("cross_pre", type="cross", layers=2, norm="pre")
    strategy_fixture("cross_bare", type="cross", nothing=False)
    strategy_fixture("cross_pool_average", type="cross", pool={"kind": "average", "factor": 2})
    strategy_fixture("cross_pool_learned", type="cross", pool={"kind": "learned"})
    strategy_fixture("cross_top_k", type="cross", attention={"kind": "top_k", "top_k": 4})
    strategy_fixture("cross_linear", type="cross", attention={"kind": "linear"})
    strategy_fixture("multi_view", type="multi-view", layers=2, views=2)
    strategy_fixture("multi_view_pool", type="multi-view", norm="pre", pool={"kind": "average"}, views=2)
    strategy_fixture("co_concat", type="co", layers=2)
    strategy_fixture("co_pre", type="co", norm="pre", pool={"kind": "average"})
    strategy_fixture("co_sum_bare", type="co", layers=2, norm="none", ffn=0, fused="sum", nothing=False)
    strategy_fixture("perceiver_post", type="perceiver", latents=4, latent_layers=2)
    strategy_fixture("perceiver_pre", type="perceiver", norm="pre", latents=4, pool={"kind": "learned"})
    strategy_fixture("gated_pre", type="gated", layers=2, norm="pre", latents=3)
    strategy_fixture("gated_post", type="gated", latents=3, latent_layers=0, nothing=False)
    strategy_fixture("single_stream_post", type="single-stream", layers=2)
    strategy_fixture("single_stream_pre", type="single-stream", norm="pre", pool={"kind": "average"})
    strategy_fixture("concat", type="concat")
    strategy_fixture("concat_pool", type="concat", nothing=False, pool={"kind": "average"})
    decoder_fixture(norm_first=False)
    decoder_fixture(norm_first=True)


if __name__ == "__main__":
    with torch.no_grad():
        main()
