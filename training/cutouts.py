"""One cut-out: an RGBA picture of one object, trimmed and of a common size, in the cache folder."""
import os
import re

import cv2
import numpy as np
from PIL import Image

from lexicon import CACHE

SIDE = 256  # longest side of a cut-out


def crop_to_visible(rgba, above):
    """The crop to where alpha is above `above`; all of it where it nowhere is."""
    ys, xs = np.where(rgba[..., 3] > above)
    return rgba[ys.min():ys.max() + 1, xs.min():xs.max() + 1] if len(ys) else rgba


def trim(rgba):
    """Crops to the visible part and shrinks to SIDE; None for what is no usable cut-out."""
    if (rgba[..., 3] > 24).sum() < 200:
        return None
    cut = crop_to_visible(rgba, 24)
    if (cut[..., 3] > 128).mean() < 0.08 or min(cut.shape[:2]) < 8:
        return None
    scale = SIDE / max(cut.shape[:2])
    size = max(4, round(cut.shape[1] * scale)), max(4, round(cut.shape[0] * scale))
    return cv2.resize(cut, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)


def file_of(item, suffix=""):
    """Objects in several forms (poses, versions) share a group; each form has a `file_stem` of its own."""
    return "objects/" + re.sub(r"[^a-z0-9]+", "-", item.get("file_stem", item["group"]).lower()) + suffix + ".png"


def record(item, nouns, suffix=""):
    return {"file": file_of(item, suffix), "nouns": nouns, **{k: item[k] for k in ("source", "group", "name", "photo")}}


def save(item, rgba, nouns, suffix=""):
    Image.fromarray(rgba).save(os.path.join(CACHE, file_of(item, suffix)))
    return record(item, nouns, suffix)
