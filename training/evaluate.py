"""Metrics of a data set in the contract's eval format, computed in PyTorch; `attnviz eval` is the reference for users.

  python evaluate.py assets/samples/eval.jsonl --name base [--alone]
"""
import argparse
import json
import os
import re
import unicodedata

import cv2
import numpy as np
import torch

import geometry
import trunk as trunks
from export import load
from lexicon import BY_NAME, NOUNS, COLOURS, SURFACES, VERBS

KINDS = {"colour": COLOURS, "noun": NOUNS, "verb": VERBS}
LONGEST = max(map(len, SURFACES))


def segment(text):
    """[(begin, end, row)] of the words, longest match first; row 0 for what the vocabulary lacks."""
    text = unicodedata.normalize("NFKC", text).lower()
    words, at = [], 0
    while at < len(text):
        for n in range(min(LONGEST, len(text) - at), 0, -1):
            inside_latin = text[at].isascii() and at + n < len(text) and text[at + n].isascii() and text[at + n].isalnum()
            if text[at:at + n] in SURFACES and not inside_latin:
                words.append((at, at + n, SURFACES[text[at:at + n]].row))
                break
        else:
            n = len(re.match(r"[a-z0-9'-]+|.", text[at:], re.S)[0])
            if text[at].isalnum():
                words.append((at, at + n, 0))
        at += n
    return words


class Evaluator:
    def __init__(self, name):
        self.model, self.trunk = load(name), trunks.Trunk()
        self.cached = (None, None)

    @torch.no_grad()
    def see(self, path):
        """Patch tokens of an image; the last one is kept, since its other instructions follow."""
        if self.cached[0] != path:
            image = cv2.cvtColor(cv2.imread(path), cv2.COLOR_BGR2RGB)
            layout = geometry.grid(image.shape[1], image.shape[0])
            x = trunks.normalise(torch.from_numpy(geometry.to_input(image, layout))[None])
            x[:, :, layout[1]:] = 0
            x[:, :, :, layout[0]:] = 0
            f16, last = self.trunk(x)
            v = self.model.patches(f16, self.trunk.finish(last), trunks.colour_blocks(x))
            self.cached = path, (v, layout, image.shape[:2])
        return self.cached[1]

    @torch.no_grad()
    def look(self, seen, rows):
        """Head-mean weights of the last layer [n, patches] with the share of nothing set aside, that share, target probabilities."""
        v, layout, _ = seen
        padding = torch.from_numpy(~geometry.content_patches(layout))[None]
        rows = torch.tensor([rows])
        words = self.model.words(rows, torch.zeros_like(rows, dtype=torch.bool))
        fused, maps = self.model.fusion(words, v, padding, 1)
        weights = maps[-1].mean(1)[0]
        p = self.model.action.scores(fused.mean(1, keepdim=True), v, padding).softmax(-1)[0, 0]
        return (weights[:, :-1] / weights[:, :-1].sum(-1, keepdim=True)).numpy(), weights[:, -1].numpy(), p.numpy()


def region(target, size, folder):
    """Full-size mask of a target, 0..255."""
    if "mask" in target:
        return cv2.imread(os.path.join(folder, target["mask"]), cv2.IMREAD_GRAYSCALE)
    mask = np.zeros(size, np.uint8)
    for x0, y0, x1, y1 in target["boxes"]:
        mask[int(y0):int(y1), int(x0):int(x1)] = 255
    return mask


def centre_inside(patch, layout, size, mask):
    """Whether the patch's centre lies in the region, in image pixels."""
    content_w, content_h, cols, _ = layout
    x = min((patch % cols * 16 + 8) / content_w * size[1], size[1] - 1)
    y = min((patch // cols * 16 + 8) / content_h * size[0], size[0] - 1)
    return bool(mask[int(y), int(x)] > 127)


def score(weights, mask, layout, size):
    cover = geometry.coverage(mask, layout) / 255
    return {"mass": float((weights * cover).sum()), "pointing": centre_inside(int(weights.argmax()), layout, size, mask), "chance": float((mask > 127).mean())}


def control_row(kind, line_words, rng):
    """A word of the kind that the image's instructions do not name."""
    names = [n for n in KINDS[kind] if not set(BY_NAME[n].en + BY_NAME[n].zh) & line_words]
    return BY_NAME[names[rng.integers(len(names))]].row


def run(path, evaluator, alone):
    folder, rng = os.path.dirname(path), np.random.default_rng(5)
    lines = [json.loads(l) for l in open(path, encoding="utf8")]
    named = {}
    for line in lines:
        named.setdefault(line["image"], set()).update(t["word"].lower() for t in line["targets"])
    scores, skipped = {}, []
    for line in lines:
        seen = evaluator.see(os.path.join(folder, line["image"]))
        _, layout, size = seen
        words = segment(line["instruction"])
        weights, _, p = evaluator.look(seen, [w[2] for w in words])
        for target in line["targets"]:
            begin = line["instruction"].lower().find(target["word"].lower())
            at = [i for i, (a, b, _) in enumerate(words) if a < begin + len(target["word"]) and b > begin]
            if not at or target["kind"] not in KINDS:
                skipped.append(target["word"])
                continue
            mask = region(target, size, folder)
            known = all(words[i][2] for i in at)
            rows = [words[i][2] for i in at]
            picked = evaluator.look(seen, rows)[0].mean(0) if alone else weights[at].mean(0)
            result = score(picked, mask, layout, size)
            swapped = [w[2] for w in words]
            other = control_row(target["kind"], named[line["image"]], rng)
            for i in at:
                swapped[i] = other
            control = evaluator.look(seen, [other])[0][0] if alone else evaluator.look(seen, swapped)[0][at].mean(0)
            result["control"] = score(control, mask, layout, size)["pointing"]
            scores.setdefault(target["kind"], []).append(result)
            scores.setdefault(target["kind"] + (" known" if known else " unknown"), []).append(result)
        if "goal" in line:
            mask = region(line["goal"], size, folder)
            scores.setdefault("success", []).append({"rate": centre_inside(int(p.argmax()), layout, size, mask), "chance": float((mask > 127).mean())})
    return scores, skipped


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("--name", default="base")
    parser.add_argument("--alone", action="store_true")
    args = parser.parse_args()
    scores, skipped = run(args.data, Evaluator(args.name), args.alone)
    for kind, items in sorted(scores.items()):
        print(f"{kind:16} n {len(items):5}", *(f"{k} {np.mean([i[k] for i in items]):.3f}" for k in items[0]))
    if skipped:
        print("skipped:", *skipped)


if __name__ == "__main__":
    main()
