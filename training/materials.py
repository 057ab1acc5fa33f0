"""Objects in another material: procedural textures under the object's own light and shade."""
import cv2
import numpy as np

MATERIALS = ("wooden", "metal", "stone", "fabric")  # those of the lexicon that can be drawn


def _noise(h, w, cell_y, cell_x, rng):
    small = rng.random((max(2, int(h / cell_y) + 2), max(2, int(w / cell_x) + 2))).astype(np.float32)
    return cv2.resize(small, (w, h), interpolation=cv2.INTER_CUBIC) - 0.5


def _hsv(h, s, v):
    return cv2.cvtColor(np.float32([[[h, s, v]]]), cv2.COLOR_HSV2RGB)[0, 0] * 255


def _wooden(h, w, rng):
    """Long grain and fine fibres, along or across."""
    long, fine = rng.uniform(.6, 1.5) * max(h, w), rng.uniform(.02, .05) * max(h, w) + 2
    grain = _noise(h, w, fine, long, rng) + .6 * _noise(h, w, 2.5, long / 3, rng)
    if rng.random() < .5:
        grain = cv2.resize(np.ascontiguousarray(grain.T), (w, h))
    return _hsv(rng.uniform(18, 36), rng.uniform(.3, .6), rng.uniform(.45, .9)) * (1 + rng.uniform(.3, .6) * grain[..., None])


def _metal(h, w, rng):
    """Bands of bright and dark, as round polished things have, finely brushed."""
    across = np.linspace(0, rng.uniform(1.5, 3.5) * np.pi, w) + rng.uniform(0, 6)
    bands = .5 + .32 * np.sin(across) + .14 * np.sin(2.3 * across + 1)
    light = np.clip(bands[None] + .12 * _noise(h, w, 1.5, w / 2, rng), .12, 1)[..., None]
    tint = _hsv(rng.choice([210, 210, 40, 20]), rng.uniform(0, .12), 1) if rng.random() < .7 else _hsv(rng.choice([22, 45]), rng.uniform(.35, .55), 1)
    return tint * light


def _stone(h, w, rng):
    """Speckles and veins."""
    base = _hsv(rng.uniform(0, 360), rng.uniform(0, .12), rng.uniform(.45, .9))
    cell = rng.uniform(.03, .2) * max(h, w) + 2
    cloud = _noise(h, w, cell, cell, rng) + .5 * _noise(h, w, 2, 2, rng)
    veins = np.exp(-(np.abs(_noise(h, w, 3 * cell, 3 * cell, rng)) * rng.uniform(20, 60)) ** 2) * rng.uniform(0, .5)
    return base * (1 + .5 * cloud - veins)[..., None]


def _fabric(h, w, rng):
    """A weave, often checked or striped."""
    a, b = (_hsv(rng.uniform(0, 360), rng.uniform(.1, .8), rng.uniform(.3, .95)) for _ in range(2))
    step = rng.uniform(.05, .18) * max(h, w) + 3
    cols, rows = (np.arange(w) / step).astype(int) % 2, (np.arange(h) / step).astype(int) % 2
    mix = np.zeros((h, w)) + [cols[None] * .8, (cols[None] + rows[:, None]) * .5, rows[:, None] * .8, 0][rng.integers(4)]
    weave = 1 + .16 * ((np.arange(w)[None] // 2 + np.arange(h)[:, None] // 2) % 2 - .5) + .2 * _noise(h, w, 2, 2, rng)
    return (a + (b - a) * mix[..., None]) * weave[..., None]


def dress(rgba, material, rng):
    """The same shape in the material: texture times the object's own shading."""
    h, w = rgba.shape[:2]
    texture = {"wooden": _wooden, "metal": _metal, "stone": _stone, "fabric": _fabric}[material](h, w, rng)
    light = rgba[..., :3].astype(np.float32) @ np.float32([0.3, 0.59, 0.11])
    shade = np.clip(light / max(20.0, np.median(light[rgba[..., 3] > 128])), .45, 1.5)
    out = rgba.copy()
    out[..., :3] = np.clip(texture * (0.35 + 0.65 * shade)[..., None], 0, 255)
    return out
