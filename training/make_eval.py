"""Makes a held-out data set in the contract's eval format: objects and backgrounds, or tables, that training never saw.

  python make_eval.py OUT_FOLDER --scenes 2000                   cut-outs composed into scenes
  python make_eval.py OUT_FOLDER --scenes 400 --kind tables      robot table tops
  python make_eval.py OUT_FOLDER --scenes 400 --kind pairs       known objects in colours that training never gave them
  python make_eval.py OUT_FOLDER --scenes 400 --kind seen        known objects, as a peer of "pairs"
  python make_eval.py OUT_FOLDER --scenes 400 --kind places      a word of size or place decides between namesakes
  python make_eval.py ../tests/eval/objects --scenes 12 --seed 12 --quality 80      what the test suite has
One scene has two lines of eval.jsonl, one a language; regions are mask pictures. objects.txt names the cut-outs that are shown.
"""
import argparse
import json
import os

import cv2
import numpy as np

import instructions
from cache import COMPOSE, SHAPES
from lexicon import BY_NAME, COLOURS, held_pair, with_hypernyms
from scenes import SIZES, compose, noun_odds

SCALE = 1.2  # larger than training's scenes, as photographs are


def there(scene):
    return {c for c in COLOURS if (scene.colour_masks[c] > 0).mean() > .001}


def region_mask(scene, aim):
    """Mask of a word's region, or None for a word that looks at nothing."""
    kind = aim[0]
    if kind == "colour":
        return scene.colour_masks[aim[1]]
    if kind == "goal":
        return scene.things[aim[1]].mask
    masks = [t.mask for t in scene.things if kind == "noun" and aim[1] in t.nouns]
    return np.maximum.reduce(masks) if masks else None


def coloured(tokens):
    """[(colour, noun)] as they are said of each other; 的 may stand between."""
    words = [t.word for t in tokens if t.word.name != "of"]
    return [(a.name, b.name) for a, b in zip(words, words[1:]) if a.kind == "colour" and b.kind == "noun"]


def fair(tokens, scene, lang):
    """Every word has a region, occurs once, is no colour of the background, and the target is unique. No colour is said of people:
    they are painted like all things, but nobody would say so."""
    if any("person" in with_hypernyms(noun) for _, noun in coloured(tokens)):
        return False
    said = instructions.text(tokens, lang)
    for t in tokens:
        if t.aim[0] in ("colour", "noun", "goal"):
            mask = region_mask(scene, t.aim)
            if said.count(t.surface) != 1 or mask is None or (mask > 0).sum() < 150:
                return False
        if t.aim[0] == "colour" and t.aim[1] in scene.behind:
            return False
        if t.aim[0] == "any" or (t.word.kind in ("verb", "size", "place") and t.aim[0] != "goal"):
            return False
    return any(t.aim[0] in ("noun", "colour") for t in tokens)


def pairs_of(tokens):
    """Whether a colour and a noun that training held apart are said together."""
    return any(held_pair(colour, noun) for colour, noun in coloured(tokens))


def placed(tokens):
    """Whether a word of size or place decides."""
    return any(t.word.kind in ("size", "place") for t in tokens)


WANTED = {"pairs": pairs_of, "seen": lambda tokens: not pairs_of(tokens), "places": placed}


def instruction(scene, kind, lang, rng):
    """A fair instruction, None when fifty tries find none."""
    for _ in range(50):
        tokens = instructions.sample(scene.things, there(scene), lang, rng, absent_share=0, alike_share=kind == "places", odd=False)
        if fair(tokens, scene, lang) and WANTED.get(kind, bool)(tokens):
            return tokens
    return None


def pairs_scene(rng, size):
    """Trained objects, the first in a colour that training never gave it, beside one of the same name or colour."""
    nouns, odds = noun_odds(False)
    while True:
        noun, colour = nouns[rng.choice(len(nouns), p=odds)], COLOURS[rng.integers(len(COLOURS))]
        if held_pair(colour, noun):
            others = [(noun, None), (nouns[rng.choice(len(nouns), p=odds)], colour), (nouns[rng.choice(len(nouns), p=odds)], None)]
            return compose(rng, False, size, plan=[(noun, colour), *(o for o in others if rng.random() < .7)])


def present(scene, lang):
    """Every word of the vocabulary's that names something in the picture: no control for a target."""
    names = {n for t in scene.things for n in t.nouns} | there(scene)
    return sorted(getattr(BY_NAME[n], lang)[0] for n in names)


def write_line(out, folder, image, scene, tokens, lang, name):
    line = {"id": name, "image": image, "instruction": instructions.text(tokens, lang), "targets": [], "present": present(scene, lang)}
    for k, t in enumerate(tokens):
        if t.word.kind in ("colour", "noun", "verb") and t.aim[0] != "nothing":
            mask = f"masks/{name}-{k}.png"
            cv2.imwrite(f"{folder}/{mask}", region_mask(scene, t.aim))
            line["targets"].append({"word": t.surface, "kind": t.word.kind, "mask": mask})
            if t.aim[0] == "goal":
                line["goal"] = {"mask": mask}
    out.write(json.dumps(line, ensure_ascii=False) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--scenes", type=int, default=600)
    parser.add_argument("--kind", choices=[*COMPOSE, *WANTED], default="objects")
    parser.add_argument("--seed", type=int, default=99)
    parser.add_argument("--quality", type=int, default=92, help="of the JPEG files")
    args = parser.parse_args()
    os.makedirs(args.folder + "/images", exist_ok=True)
    os.makedirs(args.folder + "/masks", exist_ok=True)
    rng, shown = np.random.default_rng(args.seed), set()
    with open(args.folder + "/eval.jsonl", "w", encoding="utf8") as out:
        n = 0
        while n < args.scenes:
            shapes = SHAPES.get(args.kind, SHAPES["objects"])
            size = tuple(int(SCALE * side) for side in SIZES[shapes[n % len(shapes)]])
            scene = pairs_scene(rng, size) if args.kind == "pairs" else COMPOSE.get(args.kind, compose)(rng, args.kind != "seen", size)
            spoken = {lang: instruction(scene, args.kind, lang, rng) for lang in ("zh", "en")}
            if None in spoken.values():
                continue
            image = f"images/{n:04d}.jpg"
            cv2.imwrite(f"{args.folder}/{image}", scene.image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, args.quality])
            for lang, tokens in spoken.items():
                write_line(out, args.folder, image, scene, tokens, lang, f"{n:04d}-{lang}")
            shown |= {os.path.basename(t.file) for t in scene.things}
            n += 1
    with open(args.folder + "/objects.txt", "w", encoding="utf8") as out:  # whose licences count
        out.writelines(f"{name}\n" for name in sorted(shown))
    print(args.folder, n, "scenes")


if __name__ == "__main__":
    main()
