"""Cuts objects out of free collections: RGBA pictures and assets.jsonl in the cache folder.

Each line of assets.jsonl: {"file", "source", "group", "name", "nouns", "photo"}. All views of one model share a `group`;
training and held-out objects are divided by group, so no view of a held-out object is ever trained on.
"""
import glob
import io
import json
import multiprocessing
import os
import re
import xml.etree.ElementTree as ET

import numpy as np
from PIL import Image, ImageDraw, ImageFont

import cutouts
import lexicon
import picked
import render
from lexicon import CACHE
from picked import MORE

STAMPS = "/usr/share/tuxpaint/stamps"
CLIPART = "/usr/share/openclipart/png"
EMOJI_FONT = "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf"
CLIPART_FOLDERS = "animals containers education electronics food office plants recreation tools transportation computer people".split()


def clean(name):
    name = re.sub(r"[.!].*", "", name.lower().strip()).replace("“", "").replace("”", "").replace("'", "’")
    name = re.sub(r"^(a|an|the|some|two)\s+", "", name)
    name = re.sub(r"^(pair|bunch|cluster|head|bulb) of ", "", name)
    if re.match(r"(cup|glass|tube|model) of ", name):
        name = name.split(" of ")[0]
    return name.strip()


def svg_to_rgba(path):
    import cairosvg
    png = cairosvg.svg2png(url=path, output_width=2 * cutouts.SIDE)
    return np.array(Image.open(io.BytesIO(png)).convert("RGBA"))


def stamps():
    for path in sorted(glob.glob(STAMPS + "/**/*.png", recursive=True) + glob.glob(STAMPS + "/**/*.svg", recursive=True)):
        stem = os.path.splitext(path)[0]
        folder = path[len(STAMPS) + 1:].split("/")[0]
        if folder in ("symbols", "military", "town") or stem.endswith("_mirror") or not os.path.exists(stem + ".txt"):
            continue
        if path.endswith(".svg") and os.path.exists(stem + ".png"):
            continue
        name = clean(open(stem + ".txt", encoding="utf8", errors="replace").readline())
        yield {"source": "stamp", "name": name, "group": "stamp/" + path[len(STAMPS) + 1:], "path": path,
               "photo": path.endswith(".png") and "/cartoon/" not in path}


def emoji():
    tree = ET.parse("/usr/share/unicode/cldr/common/annotations/en.xml").getroot()
    for item in tree.iter("annotation"):
        char = item.get("cp")
        if item.get("type") == "tts" and len(char) == 1 and ord(char) >= 0x2600:
            name = re.sub(r"^(red|green|running) (?=apple)", "", item.text.lower())
            yield {"source": "emoji", "name": name, "group": "emoji/%x" % ord(char), "char": char, "photo": False}


def clipart():
    for folder in CLIPART_FOLDERS:
        for path in sorted(glob.glob(f"{CLIPART}/{folder}/**/*.png", recursive=True)):
            stem = os.path.splitext(os.path.basename(path))[0]
            if re.search(r"(^|_)(bw|b_w|contour|outline|symbol|silhouet|aiga|sign|black_and_white|sketch|contorno)", stem):
                continue
            yield {"source": "clipart", "name": stem.replace("_", " ").lower(), "group": "clipart/" + stem, "path": path, "photo": False}


def fluent():
    """Shaded emoji under the names of Unicode, which the sheets of emojibase join to code points."""
    names = {e["hexcode"].replace("-FE0F", ""): e["label"] for e in json.load(open(f"{MORE}/emojibase-data/en/data.json", encoding="utf8")) if "group" in e}
    for path in sorted(glob.glob(f"{MORE}/fluent-emoji-3d/assets/*.webp")):
        code = os.path.basename(path)[:-5].upper().replace("-FE0F", "")
        if code in names:
            yield {"source": "fluent", "name": names[code].lower(), "group": "fluent/" + code.lower(), "path": path, "photo": False}


def picture(item):
    if "char" in item:
        font = ImageFont.truetype(EMOJI_FONT, 109)
        image = Image.new("RGBA", (136, 128))
        ImageDraw.Draw(image).text((0, 0), item["char"], font=font, embedded_color=True)
        return np.array(image)
    if item["path"].endswith(".svg"):
        return svg_to_rgba(item["path"])
    return np.array(Image.open(item["path"]).convert("RGBA"))


def cut(item):
    """One flat picture to one cut-out file, or what an earlier run made of it; returns its record or None."""
    nouns = lexicon.nouns_of(item["source"], item["name"])
    if not nouns and item["source"] in ("emoji", "fluent", "clipart"):  # others that no word means serve as clutter
        return None
    if os.path.exists(f"{CACHE}/{cutouts.file_of(item)}"):
        return cutouts.record(item, nouns)
    try:
        rgba = cutouts.trim(picture(item))
    except Exception as problem:  # some SVG files are broken; a missing object does no harm
        print("skipped", item["group"], type(problem).__name__)
        return None
    if rgba is None or (rgba[..., 3] > 250).mean() > 0.97:  # a full rectangle has no outline to cut along
        return None
    return cutouts.save(item, rgba, nouns)


def rendered():
    """{group: records} of models that an earlier run has rendered; with names more views are wanted than without."""
    groups = {}
    if os.path.exists(CACHE + "/assets.jsonl"):
        for record in map(json.loads, open(CACHE + "/assets.jsonl", encoding="utf8")):
            groups.setdefault((record["source"], record["group"], bool(record["nouns"])), []).append(record)
    return groups


def main():
    os.makedirs(CACHE + "/objects", exist_ok=True)
    flat = [*stamps(), *emoji(), *fluent(), *clipart(), *picked.pictures()]
    solid = render.models()
    done, todo, old = rendered(), [], []
    for item in solid:
        found = done.get((item["source"], item["group"], bool(item["nouns"])))
        old += found or []
        todo += [] if found else [item]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        records = [r for r in pool.map(cut, flat, chunksize=16) if r]
        print(len(records), "flat cut-outs;", len(todo), "of", len(solid), "models to render", flush=True)
        for views in pool.imap_unordered(render.views, todo, chunksize=4):
            records += views
    records += old
    records = sorted({r["file"]: r for r in records}.values(), key=lambda r: r["file"])  # some clip art is in two folders
    with open(CACHE + "/assets.jsonl", "w", encoding="utf8") as out:
        for r in records:
            out.write(json.dumps(r, ensure_ascii=False) + "\n")
    print(len(records), "cut-outs of", len({r["group"] for r in records}), "objects")


if __name__ == "__main__":
    main()
