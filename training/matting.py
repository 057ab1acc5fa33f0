"""Cuts photographs of one thing out of GCompris' pictures (Debian's gcompris-qt-data; free licences by picture).

  python matting.py        called by make_assets.sh; about 2.5 s a picture, those that are there are kept
Which of them are used, and under which name, picked.tsv says.
The matting network is ISNet, declared MIT, out of the npm package @imgly/background-removal-data; it is a tool, nothing of it is shipped.
"""
import glob
import json
import os
import re
import struct
import zlib

import cv2
import numpy as np

from lexicon import CACHE

PACKAGE, NETWORK, OUT = (f"{CACHE}/more/{folder}" for folder in ("gcompris-qt-data", "background-removal", "gcompris-mattes"))
SIDE = 1024  # longest side of what is kept: the whole photograph, its thing opaque
FOLDERS = ("categorization/resource/images/others", "categorization/resource/images/tools", "explore_farm_animals/resource/animals",
           "explore_world_animals/resource/animals", "erase/resource", "categorization/resource/images/fishes")
LEFT_OUT = re.compile(r"measuringTape|papilio_demodocus|gazelle|[Ww]hite_shark|kangaroo")  # under the GFDL alone


def unpack(resource, out):
    """All files of a Qt resource collection."""
    blob = open(resource, "rb").read()
    version, tree, data, names = struct.unpack(">4I", blob[4:20])
    entry = 22 if version >= 2 else 14

    def walk(node, path):
        at = tree + node * entry
        name_at, flags = struct.unpack(">IH", blob[at:at + 6])
        if node:
            length, = struct.unpack(">H", blob[names + name_at:names + name_at + 2])
            path = os.path.join(path, blob[names + name_at + 6:names + name_at + 6 + 2 * length].decode("utf-16-be"))
        if flags & 2:
            count, first = struct.unpack(">II", blob[at + 6:at + 14])
            for child in range(first, first + count):
                walk(child, path)
            return
        offset, = struct.unpack(">I", blob[at + 10:at + 14])
        size, = struct.unpack(">I", blob[data + offset:data + offset + 4])
        content = blob[data + offset + 4:data + offset + 4 + size]
        os.makedirs(os.path.dirname(path), exist_ok=True)
        open(path, "wb").write(zlib.decompress(content[4:]) if flags & 1 else content)

    walk(0, out)


def clean(matte):
    """A matte with all but the largest piece and faint halos removed; None where nothing is left."""
    _, pieces, stats, _ = cv2.connectedComponentsWithStats((matte > .5).astype(np.uint8))
    if len(stats) < 2:
        return None
    largest = pieces == 1 + stats[1:, cv2.CC_STAT_AREA].argmax()
    return np.where(cv2.dilate(largest.astype(np.uint8), np.ones((3, 3))) > 0, np.clip(matte * 1.25 - .15, 0, 1), 0)


def matte_of(session, image):
    x = (cv2.resize(image, (1024, 1024))[..., ::-1].astype(np.float32) - 128) / 256
    matte = session.run(["output"], {"input": np.ascontiguousarray(x.transpose(2, 0, 1)[None])})[0][0, 0]
    return cv2.resize(matte, image.shape[1::-1])


def network():
    """The package keeps the file in pieces."""
    import onnxruntime
    chunks = json.load(open(NETWORK + "/dist/resources.json"))["/models/small"]["chunks"]
    return onnxruntime.InferenceSession(b"".join(open(f"{NETWORK}/dist/{c['hash']}", "rb").read() for c in chunks))


def main():
    pictures = PACKAGE + "/files"
    if not os.path.isdir(pictures):
        for resource in glob.glob(PACKAGE + "/usr/share/gcompris-qt/rcc/*.rcc"):
            unpack(resource, pictures)
    os.makedirs(OUT, exist_ok=True)
    session = network()
    for folder in FOLDERS:
        for path in sorted(glob.glob(f"{pictures}/gcompris/src/activities/{folder}/*.webp")):
            file = f"{OUT}/{folder.split('/')[-1]}-{os.path.basename(path)[:-5]}.png"
            if LEFT_OUT.search(file) or os.path.exists(file):
                continue
            image = cv2.imread(path)
            scale = min(1, SIDE / max(image.shape[:2]))
            image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            alpha = clean(matte_of(session, image))
            if alpha is not None:
                cv2.imwrite(file, np.dstack([image, (alpha * 255).astype(np.uint8)]))
    print(len(glob.glob(OUT + "/*.png")), "photographs cut out")


if __name__ == "__main__":
    main()
