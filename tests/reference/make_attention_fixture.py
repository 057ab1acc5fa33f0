"""Writes tests/reference/data/attention.safetensors: nn.MultiheadAttention on small random inputs, and top-k and linear
attention written down beside it (PyTorch, any 2.x):

    python tests/reference/make_attention_fixture.py

Tensors are named <case>.<tensor>; attention_test.cpp lists the cases. Computed in double precision, kept as float32.
"""

import torch
import torch.nn.functional as F

from make_fixtures import OUT, save


def variant(layer, words, patches, mask, weights_of):
    """What the layer would give with other weights: weights_of(q, k), both [heads, tokens, head_dim]."""
    parts = zip((words, patches, patches), layer.in_proj_weight.chunk(3), layer.in_proj_bias.chunk(3))
    q, k, v = (F.linear(x[0], weight, bias).unflatten(1, (layer.num_heads, -1)).transpose(0, 1)
               for x, weight, bias in parts)
    weights = weights_of(q, k) * mask
    weights = weights / weights.sum(-1, keepdim=True)
    return layer.out_proj((weights @ v).transpose(0, 1).flatten(1))[None], weights[None]


def linear_weights(q, k):
    return (F.elu(q) + 1) @ (F.elu(k) + 1).transpose(1, 2)


def top_4_weights(q, k):
    scores = q @ k.transpose(1, 2) / q.shape[-1] ** 0.5
    return scores.exp() * (scores >= scores.topk(4).values[..., -1:])


def attention_case(dim, heads, num_words, num_keys=None, patch_dim=None, bias=True, mask=None, pairs=None,
                   weights_of=None):
    """Self-attention where num_keys is left out. `mask` [num_keys] and `pairs` [num_words, num_keys]: 1 = attend."""
    layer = torch.nn.MultiheadAttention(dim, heads, kdim=patch_dim, vdim=patch_dim, bias=bias, batch_first=True)
    for parameter in layer.parameters():
        torch.nn.init.normal_(parameter, std=0.4)
    words = torch.randn(1, num_words, dim)
    patches = words if num_keys is None else torch.randn(1, num_keys, patch_dim or dim)
    projections = (layer.in_proj_weight.chunk(3) if layer.in_proj_weight is not None else
                   (layer.q_proj_weight, layer.k_proj_weight, layer.v_proj_weight))
    tensors = {"words": words[0], "patches": patches[0], "output.weight": layer.out_proj.weight}
    tensors |= {f"{name}.weight": weight for name, weight in zip(("query", "key", "value"), projections)}
    if bias:
        tensors |= {f"{name}.bias": part for name, part in zip(("query", "key", "value"), layer.in_proj_bias.chunk(3))}
        tensors["output.bias"] = layer.out_proj.bias
    kept = {name: tensor.clone() for name, tensor in tensors.items()}

    masks = {"key_padding_mask": None if mask is None else (mask == 0)[None],
             "attn_mask": None if pairs is None else pairs == 0}
    layer, words, patches = layer.double(), words.double(), patches.double()
    output, weights = layer(words, patches, patches, average_attn_weights=False, **masks)
    _, mean = layer(words, patches, patches, average_attn_weights=True, **masks)
    if weights_of is not None:
        output, weights = variant(layer, words, patches, 1 if mask is None else mask, weights_of)
        mean = weights.mean(1)
    kept |= {"expected_output": output[0].float(), "expected_weights": weights[0].float(),
             "expected_mean": mean[0].float()}
    return kept | {name: value for name, value in (("mask", mask), ("pairs", pairs)) if value is not None}


def random_mask(*shape):
    mask = (torch.rand(shape) < 0.4).to(torch.uint8)
    mask[..., 0] = 1  # a key for everyone
    return mask


def cases():
    yield "key_mask", attention_case(24, 3, 5, 13, patch_dim=20, mask=random_mask(13))
    yield "no_bias", attention_case(20, 4, 3, 17, bias=False)  # heads of 5
    yield "pair_mask", attention_case(12, 2, 9, 33, pairs=random_mask(9, 33))
    yield "both_masks", attention_case(12, 4, 4, 20, patch_dim=7, mask=random_mask(20), pairs=random_mask(4, 20))
    yield "self", attention_case(14, 2, 18)  # heads of 7
    yield "self_pair_mask", attention_case(9, 3, 12, bias=False, pairs=random_mask(12, 12))
    yield "one_word_one_key", attention_case(6, 2, 1, 1)
    yield "top_4", attention_case(12, 2, 5, 19, weights_of=top_4_weights)
    yield "linear", attention_case(12, 2, 5, 19, weights_of=linear_weights)
    yield "linear_key_mask", attention_case(10, 2, 3, 15, mask=random_mask(15), weights_of=linear_weights)


if __name__ == "__main__":
    torch.manual_seed(3)
    with torch.no_grad():
        save(OUT / "attention.safetensors",
             {f"{case}.{name}": tensor for case, tensors in cases() for name, tensor in tensors.items()})
