"""What lies behind the objects: drawn textures, table tops, walls, and crops of wallpapers without things of the lexicon."""
import functools
import glob

import cv2
import numpy as np

PHOTOS = ["/usr/share/wallpapers/*/contents/images/1920x1080.*", "/usr/share/wallpapers/*/contents/images/*3840*",
          "/usr/share/wallpapers/*/contents/images/2560x1440.*", "/usr/share/backgrounds/mate/*/*.jpg",
          "/usr/share/backgrounds/[BPagps]*_by_*.jpg", "/usr/share/tuxpaint/templates/*.jpg", "/usr/share/palapeli/backgrounds/*.jpg"]


@functools.lru_cache(None)
def photos():
    """Small copies of the wallpapers; (every fifth, the rest): the first are kept for held-out scenes."""
    pictures = []
    for path in sorted({p for pattern in PHOTOS for p in glob.glob(pattern)}):
        image = cv2.imread(path)
        if image is not None:
            scale = 900 / max(image.shape[:2])
            pictures.append(cv2.cvtColor(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2RGB))
    return pictures[::5], [p for i, p in enumerate(pictures) if i % 5]


def _noise(w, h, cell_x, cell_y, rng):
    small = rng.random((max(2, int(h / cell_y) + 2), max(2, int(w / cell_x) + 2))).astype(np.float32)
    return cv2.resize(small, (w, h), interpolation=cv2.INTER_CUBIC)


def _tone(rng):
    """A colour that rooms and tables have: mostly soft."""
    kind = rng.random()
    if kind < 0.45:    # wood and earth
        hsv = [rng.uniform(15, 40), rng.uniform(.2, .6), rng.uniform(.35, .9)]
    elif kind < 0.8:   # white to grey
        hsv = [rng.uniform(0, 360), rng.uniform(0, .12), rng.uniform(.25, 1)]
    else:
        hsv = [rng.uniform(0, 360), rng.uniform(.1, .7), rng.uniform(.3, 1)]
    return cv2.cvtColor(np.float32([[hsv]]), cv2.COLOR_HSV2RGB)[0, 0] * 255


def _plain(w, h, rng):
    low, high = _tone(rng), rng.uniform(-35, 35)
    ramp = np.linspace(-1, 1, w)[None, :] * rng.uniform(-1, 1) + np.linspace(-1, 1, h)[:, None] * rng.uniform(-1, 1)
    return low + (ramp * high)[..., None]


def _wood(w, h, rng):
    base = _tone(rng)
    long = rng.uniform(60, 300)
    grain = _noise(w, h, long, rng.uniform(3, 9), rng) - 0.5 + 0.6 * (_noise(w, h, long / 3, 2.5, rng) - 0.5)
    if rng.random() < 0.6:  # planks
        step = rng.uniform(50, 130)
        row = (np.arange(h) / step).astype(int)
        grain += rng.uniform(-.4, .4, row.max() + 1)[row][:, None]
        grain[np.abs(np.arange(h) % step) < 1.5] -= 0.7
    picture = base * (1 + grain[..., None] * rng.uniform(.15, .45))
    return picture if rng.random() < 0.8 else np.ascontiguousarray(cv2.resize(picture.transpose(1, 0, 2), (w, h)))


def _speckle(w, h, rng):
    cell = rng.uniform(2, 60)
    return _tone(rng) + ((_noise(w, h, cell, cell, rng) - 0.5) * rng.uniform(10, 70))[..., None]


def _cloth(w, h, rng):
    a, b = _tone(rng), _tone(rng)
    step = rng.uniform(18, 90)
    stripes = ((np.arange(w) / step).astype(int) % 2)[None, :, None] * 0.5
    if rng.random() < 0.5:
        stripes = stripes + ((np.arange(h) / step).astype(int) % 2)[:, None, None] * 0.5
    return a + (b - a) * rng.uniform(.2, .8) * stripes + np.zeros((h, w, 3))


def _photo(w, h, rng, held_out):
    pictures = photos()[0 if held_out else 1]
    if not pictures:
        return _speckle(w, h, rng)
    image = pictures[rng.integers(len(pictures))]
    ch = int(rng.uniform(.45, 1) * min(image.shape[0], image.shape[1] * h / w))
    cw = int(ch * w / h)
    y, x = rng.integers(image.shape[0] - ch + 1), rng.integers(max(1, image.shape[1] - cw + 1))
    return cv2.resize(image[y:y + ch, x:x + cw], (w, h)).astype(np.float32)


def surface(w, h, rng):
    return [_plain, _wood, _wood, _speckle, _cloth][rng.integers(5)](w, h, rng)


def room(w, h, rng):
    """A quiet wall and a wooden table, for scenes that people look at."""
    horizon = int(h * rng.uniform(.3, .45))
    picture = np.zeros((h, w, 3), np.float32) + np.float32([rng.uniform(205, 235)] * 3) * (1 + rng.normal(0, .02, 3))
    picture *= np.linspace(.92, 1.04, w)[None, :, None]
    grain = _noise(w, h, 240, 5, rng) - 0.5 + 0.5 * (_noise(w, h, 90, 2.5, rng) - 0.5)
    wood = cv2.cvtColor(np.float32([[[rng.uniform(26, 34), rng.uniform(.22, .3), rng.uniform(.74, .86)]]]), cv2.COLOR_HSV2RGB)[0, 0] * 255
    picture[horizon:] = (wood * (1 + .14 * grain[..., None]))[horizon:] * np.linspace(.88, 1.05, h - horizon)[:, None, None]
    picture[horizon:horizon + 3] *= .85
    return np.clip(picture, 0, 255).astype(np.uint8), horizon


def make(w, h, rng, held_out=False):
    """(picture uint8 [h, w, 3], horizon): below the horizon lies a table; 0 where all is one surface."""
    kind = rng.random()
    if kind < 0.3:
        return np.clip(_photo(w, h, rng, held_out), 0, 255).astype(np.uint8), 0
    if kind < 0.6:
        return np.clip(surface(w, h, rng), 0, 255).astype(np.uint8), 0
    horizon = int(h * rng.uniform(.2, .55))
    wall = _photo(w, h, rng, held_out) if rng.random() < .3 else surface(w, h, rng)
    if rng.random() < .5:
        wall = cv2.GaussianBlur(np.float32(wall), (0, 0), rng.uniform(1, 6))
    picture = np.array(wall, np.float32)
    table = surface(w, h, rng)[: h - horizon]
    picture[horizon:] = table * np.linspace(rng.uniform(.75, 1), 1, h - horizon)[:, None, None]
    return np.clip(picture, 0, 255).astype(np.uint8), horizon
