"""Names of colours: per-pixel classes, dominant colours, and recolouring objects."""
import cv2
import numpy as np

from lexicon import COLOURS

INDEX = {c: i for i, c in enumerate(COLOURS)}
NONE = 255  # a pixel between colours that nobody would name


def _classify_hsv(hsv):
    """Class of each HSV pixel (hue in degrees, s and v in 0..1)."""
    h, s, v = hsv[..., 0], hsv[..., 1], hsv[..., 2]
    out = np.full(h.shape, NONE, np.uint8)
    between = lambda a, b: (h >= a) & (h < b)
    chroma = s * v
    grey = (s < 0.16) | (chroma < 0.09)
    out[grey & (v >= 0.30) & (v < 0.72)] = INDEX["gray"]
    out[grey & (v >= 0.80)] = INDEX["white"]
    out[(v < 0.22) | (grey & (v < 0.25))] = INDEX["black"]
    vivid = ~grey & (v >= 0.22)
    warm = vivid & (between(8, 47))
    out[warm & (v * s > 0.58) & (h >= 17)] = INDEX["orange"]
    out[warm & (v <= 0.68) & (s > 0.25)] = INDEX["brown"]
    out[vivid & ((h >= 348) | (h < 12)) & (s > 0.5) & (v > 0.35)] = INDEX["red"]
    out[vivid & ((h >= 335) | (h < 12)) & (s <= 0.5) & (v > 0.7)] = INDEX["pink"]
    out[vivid & between(47, 68) & (v > 0.6) & (s > 0.35)] = INDEX["yellow"]
    out[vivid & between(72, 162) & (s > 0.2)] = INDEX["green"]
    out[vivid & between(168, 198) & (s > 0.3)] = INDEX["cyan"]
    out[vivid & between(203, 252) & (s > 0.25)] = INDEX["blue"]
    out[vivid & between(257, 300) & (s > 0.2)] = INDEX["purple"]
    out[vivid & between(304, 343) & (v > 0.5)] = INDEX["pink"]
    return out


def _table():
    levels = np.arange(32) * 8 + 4
    rgb = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), -1).astype(np.float32) / 255
    return _classify_hsv(cv2.cvtColor(rgb.reshape(32, 1024, 3), cv2.COLOR_RGB2HSV).reshape(32, 32, 32, 3))


TABLE = _table()


def classify(rgb):
    """Colour class of each pixel of an RGB uint8 picture."""
    q = rgb >> 3
    return TABLE[q[..., 0], q[..., 1], q[..., 2]]


def shares(classes, mask):
    """Share of each colour among the pixels in the mask, [12]."""
    inside = classes[mask]
    return np.bincount(inside[inside != NONE], minlength=len(COLOURS))[:len(COLOURS)] / max(1, len(inside))


# hue range in degrees, saturation range, value range of what a person calls so
PAINT = {"red": ((350, 368), (.75, .95), (.6, .95)), "orange": ((20, 33), (.8, 1), (.9, 1)), "yellow": ((48, 58), (.75, 1), (.9, 1)),
         "green": ((90, 150), (.5, .9), (.4, .85)), "cyan": ((174, 190), (.6, .9), (.7, .95)), "blue": ((208, 240), (.65, .95), (.55, .95)),
         "purple": ((265, 288), (.5, .8), (.5, .85)), "pink": ((322, 342), (.35, .65), (.9, 1)), "brown": ((18, 32), (.55, .8), (.3, .52)),
         "black": ((0, 360), (0, .15), (.08, .16)), "white": ((0, 360), (0, .05), (.9, .99)), "gray": ((0, 360), (0, .06), (.42, .62))}


def sample(colour, rng):
    (h0, h1), (s0, s1), (v0, v1) = PAINT[colour]
    hsv = np.array([[[rng.uniform(h0, h1) % 360, rng.uniform(s0, s1), rng.uniform(v0, v1)]]], np.float32)
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)[0, 0] * 255


def recolour(rgba, colour, rng):
    """The object in another paint: its own light and shade on a new base colour, a little of the old colour left."""
    rgb, mask = rgba[..., :3].astype(np.float32), rgba[..., 3] > 128
    light = rgb @ np.float32([0.3, 0.59, 0.11])
    ratio = np.clip(light / max(20.0, np.median(light[mask])), 0.35, 1.8)
    if colour in ("white", "black"):  # strong shading would turn them grey
        ratio = 1 + (np.minimum(ratio, 1.3) - 1) * 0.45
    base = sample(colour, rng)
    ratio = ratio[..., None]
    painted = np.where(ratio <= 1, base * ratio, base + (255 - base) * (ratio - 1) * 0.6)
    keep = rng.uniform(0, 0.12)
    out = rgba.copy()
    out[..., :3] = np.clip(painted * (1 - keep) + rgb * keep, 0, 255)
    return out
