"""Checks lexicon.tsv and says what its nouns can be learned from.

  python lexicon_check.py        (exits 1 with one line a problem; needs no cache, but counts objects where there is one)
"""
import json
import os
import sys
import unicodedata

import lexicon
from lexicon import BY_NAME, CACHE, NOUNS, SURFACES, WORDS

KINDS = {"colour", "material", "size", "place", "verb", "noun", "other"}
ENOUGH = 3  # groups of objects: two to train on, one to hold out
COCO = """person, bicycle, car, motorcycle, airplane, bus, train, truck, boat, traffic light, fire hydrant, stop sign, parking meter, bench, bird, cat,
dog, horse, sheep, cow, elephant, bear, zebra, giraffe, backpack, umbrella, handbag, tie, suitcase, frisbee, skis, snowboard, sports ball, kite,
baseball bat, baseball glove, skateboard, surfboard, tennis racket, bottle, wine glass, cup, fork, knife, spoon, bowl, banana, apple, sandwich,
orange fruit, broccoli, carrot, hot dog, pizza, donut, cake, chair, couch, potted plant, bed, dining table, toilet, tv, laptop, mouse, remote,
keyboard, cell phone, microwave, oven, toaster, sink, refrigerator, book, clock, vase, scissors, teddy bear, hair drier, toothbrush"""
LIBERO = """akita black bowl, alphabet soup, basin faucet, basket, bbq sauce, black book, black bowl, bowl drainer, butter, cabinet, chefmate 8 frypan,
chocolate pudding, cookies, cream cheese, desk caddy, dining set group, drawer, faucet, flat stove, glazed rim porcelain ramekin, ketchup,
macaroni and cheese, microwave, milk, moka pot, new salad dressing, orange juice, plate, popcorn, porcelain mug, rack, ramekin, red coffee mug,
salad dressing, shelf, short cabinet, short fridge, simple rack, slide cabinet, stove, table, tomato sauce, tray, white bottle, white bowl,
white cabinet, white storage box, white yellow mug, window, wine bottle, wine rack, wooden cabinet, wooden shelf, wooden tray,
wooden two layer shelf, yellow book"""


def split(names):
    return [n.strip() for n in names.split(",")]


def of_word(w):
    """Problems of one row."""
    if w.kind not in KINDS:
        yield f"unknown kind {w.kind}"
    if not w.zh or (not w.en and w.kind != "other"):
        yield "no surface in one of the languages"
    for s in w.en + w.zh:
        if s != unicodedata.normalize("NFKC", s).lower().strip() or "  " in s:
            yield f"surface '{s}' is not in normal form"
        if (max(s) >= "\u4e00") != (s in w.zh):
            yield f"surface '{s}' is in the other language's column"
    yield from (f"hypernym {h} is no noun" for h in w.hypernyms if BY_NAME[h].kind != "noun")
    yield from (f"is its own hypernym through {h}" for h in w.hypernyms if w.name in lexicon.with_hypernyms(h))
    yield from (f"no ImageNet class has number {n}" for n in w.imagenet if not 0 <= n < 1000)
    if w.kind != "noun" and (w.hypernyms or w.imagenet or w.patterns != ["-"]):
        yield "only nouns have hypernyms, assets and classes"
    yield from (f"lists {p} twice" for p in set(w.patterns) if w.patterns.count(p) > 1)


def problems():
    for w in WORDS:
        yield from (f"{w.name}: {what}" for what in of_word(w))
        if BY_NAME[w.name] is not w:
            yield f"{w.name}: two rows have this name"
        yield from (f"'{s}' belongs to {w.name} and to {SURFACES[s].name}" for s in w.en + w.zh if SURFACES[s] is not w)
        yield from (f"{w.name}: surface '{s}' comes twice" for s in set(w.en + w.zh) if (w.en + w.zh).count(s) > 1)
    yield from (f"COCO's {n} is no noun" for n in split(COCO) if n not in SURFACES or SURFACES[n].kind != "noun")
    yield from (f"LIBERO's {n} is no noun" for n in split(LIBERO) if not lexicon.nouns_of("libero", n))


def objects():
    """{noun: groups of objects that show it, itself or its hyponyms}."""
    groups = {n: set() for n in NOUNS}
    if os.path.exists(CACHE + "/assets.jsonl"):
        for line in open(CACHE + "/assets.jsonl", encoding="utf8"):
            asset = json.loads(line)
            for n in lexicon.nouns_of(asset["source"], asset["name"]):
                groups[n].add(asset["group"])
    return groups


def main():
    found = list(problems())
    if found:
        sys.exit("\n".join(found))
    groups = objects()
    neither = [n for n in NOUNS if not groups[n] and not BY_NAME[n].imagenet]
    kinds = {k: sum(w.kind == k for w in WORDS) for k in sorted(KINDS)}
    print(f"{len(WORDS)} rows, {len(SURFACES)} surfaces:", ", ".join(f"{n} {k}" for k, n in kinds.items()))
    print(f"nouns with at least {ENOUGH} groups of objects: {sum(len(g) >= ENOUGH for g in groups.values())}, with any: {sum(map(bool, groups.values()))}")
    print(f"nouns with an ImageNet class: {sum(bool(BY_NAME[n].imagenet) for n in NOUNS)}; with neither objects nor a class: {len(neither)}", *neither, sep=", ")
    print(f"all {len(split(COCO))} categories of COCO and {len(split(LIBERO))} objects of LIBERO have their noun; no surface comes twice")


if __name__ == "__main__":
    main()
