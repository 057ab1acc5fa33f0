"""Makes assets/samples: tidy scenes to look at, with boxes for their words.

  python make_samples.py ../assets/samples
Objects are chosen by name and all have free licences (SOURCES.md in that folder).
"""
import argparse
import json
import os

import cv2
import numpy as np

import instructions
from lexicon import SURFACES
from make_eval import present, region_mask
from scenes import compose

# file: (size, (seed, variant), [(object, paint)], [instructions, their words separated by "|"])
SAMPLES = {
    "red-cup-table": ((640, 480), (1, 0), [("@Scopia/cup", "red"), ("@caffe_final", "blue"), ("@akita_black_bowl", "red"), ("@red-wine-bottle-01", None)],
                      ["拿起|红色|杯子", "pick up|the|red|cup", "蓝色|的|杯子", "抓住|碗", "grab|the|bottle"]),
    "red-cup-blue-cup": ((640, 480), (2, 0), [("@coffee-mug", "red"), ("@Scopia/cup", "blue"), ("@another_apple_01", None), ("@bread-plate", None)],
                         ["拿起|红色|的|杯子", "pick up|the|red|mug", "把|蓝色|杯子|放到|盘子|上", "put|the|apple|on|the|plate", "苹果"]),
    "wide-desk": ((880, 495), (3, 4), [("@apple-ibook-2001", None), ("@coffee-mug", "green"), ("@BlendSwap-CC-BY/mobile", None), ("@textMarker", "yellow"), ("@red-wine-bottle-01", None)],
                  ["指向|笔记本电脑", "point at|the|laptop", "拿起|绿色|马克杯", "take|the|phone", "拿|瓶子"]),
    "wide-kitchen": ((880, 495), (4, 0), [("@emoji/1f4e6", None), ("@KatorLegaz/coffee-maker", None), ("@largePan", None), ("@tetrapak", None), ("@akita_black_bowl", "yellow")],
                     ["把|牛奶|拿走", "grab|the|milk", "打开|咖啡机", "pick up|the|yellow|bowl", "move|the|box"]),
    "tall-shelf": ((480, 720), (5, 2), [("@campingLamp", None), ("@handbag", "purple"), ("@chapeau", None), ("@Scopia/mocassin", None)],
                   ["拿起|紫色|的|包", "take|the|hat", "指向|鞋子", "touch|the|lamp"]),
    "tall-flowers": ((480, 720), (6, 5), [("@calla_lily_with_roses", None), ("@Scopia/vase3", "blue"), ("@cactus", None), ("@Scopia/cat", None)],
                     ["碰|花", "move|the|blue|vase", "找到|猫", "find|the|cat", "植物"]),
    "tools-bench": ((640, 480), (7, 4), [("@hammer_peterm1", None), ("@emoji/1fa9b", None), ("@clipart/scissors", None), ("@office_box", "green")],
                    ["拿起|锤子", "pick up|the|hammer", "把|剪刀|放到|绿色|盒子|里", "give me|the|screwdriver"]),
    "toys-floor": ((640, 480), (8, 3), [("@emoji/1f682", None), ("@ballonFoot", None), ("@VW-new-beetle", None), ("@Scopia/cat", None), ("@emoji/1f692", None)],
                   ["抓住|火车", "grab|the|train", "推|球", "push|the|truck", "找到|猫", "动物"]),
    "two-chairs": ((640, 480), (9, 1), [("@plasticChair", "blue"), ("@mid-century-chair", "orange"), ("@BlendSwap-CC-0/stool2", None), ("@largeFridge", None)],
                   ["移动|蓝色|的|椅子", "move|the|orange|chair", "椅子", "打开|冰箱"]),
    "breakfast": ((640, 480), (10, 7), [("@another_apple_01", "green"), ("@emoji/1f34a", None), ("@birthday_cake", None), ("@bread-plate", "pink"), ("@clipart/strawberry_01", None)],
                  ["拿起|绿色|的|苹果", "pick up|the|strawberry", "水果", "touch|the|pink|plate", "把|草莓|放到|蛋糕|旁边"]),
}


def aims(words, scene):
    """The aim of each word, and the thing that the instruction singles out."""
    kinds = [SURFACES[w] for w in words]
    noun = next((k.name for k in kinds if k.kind == "noun"), None)
    at = kinds.index(next((k for k in kinds if k.kind == "noun"), kinds[0]))
    colour = next((k.name for k in kinds[:at] if k.kind == "colour"), None)
    found = instructions.fits(scene.things, noun, colour)
    goal = ("goal", found[0]) if len(found) == 1 else None
    own = {"noun": lambda k: ("noun", k.name), "colour": lambda k: ("colour", k.name), "verb": lambda k: goal, "other": lambda k: None}
    return [own[k.kind](k) for k in kinds], goal


def boxes(scene, aim):
    """Boxes of the region: of the things it means, and of other things' parts of a colour."""
    if aim[0] == "goal":
        return [list(scene.things[aim[1]].box)]
    mask = region_mask(scene, aim)
    if aim[0] == "noun":
        return [list(t.box) for t in scene.things if aim[1] in t.nouns]
    return [list(t.box) for t in scene.things if (mask[t.mask > 0] > 0).mean() > .3]


def lines(name, scene, spoken):
    for n, text in enumerate(spoken):
        words = text.split("|")
        chinese = ord(words[0][0]) > 0x2000
        found, goal = aims(words, scene)
        line = {"id": f"{name}-{n}", "image": name + ".png", "instruction": ("" if chinese else " ").join(words), "targets": [],
                "present": present(scene, "zh" if chinese else "en")}
        for word, aim in zip(words, found):
            if aim:
                region = boxes(scene, aim)
                assert region, (name, text, word)
                line["targets"].append({"word": word, "kind": SURFACES[word].kind, "boxes": region})
        if goal:
            line["goal"] = {"boxes": boxes(scene, goal)}
        yield line


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--try-seeds", type=int, default=0, help="look for a nice layout: write this many variants of each instead")
    args = parser.parse_args()
    os.makedirs(args.folder, exist_ok=True)
    written = []
    for name, (size, seed, plan, spoken) in SAMPLES.items():
        for k in range(max(1, args.try_seeds)):
            scene = compose(np.random.default_rng([seed[0], k] if args.try_seeds else seed), True, size, plan, tidy=True)
            cv2.imwrite(f"{args.folder}/{name}{f'-{k}' if args.try_seeds else ''}.png", scene.image[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 9])
        written += lines(name, scene, spoken)
    with open(args.folder + "/eval.jsonl", "w", encoding="utf8") as out:
        out.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in written)


if __name__ == "__main__":
    main()
