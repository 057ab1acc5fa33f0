"""Makes one object look like others of its name: there are few objects a noun, and the next one is shaped, lit and drawn differently."""
import cv2
import numpy as np

from cutouts import crop_to_visible


def _bent(rgba, rng):
    """Seen from elsewhere, stretched or squeezed: each corner moves inwards by up to a fifth of the side."""
    h, w = rgba.shape[:2]
    corners = np.float32([[0, 0], [w, 0], [w, h], [0, h]])
    inwards = np.float32([[1, 1], [-1, 1], [-1, -1], [1, -1]]) * rng.uniform(0, .2, (4, 2)) * (w, h)
    turn = cv2.getPerspectiveTransform(corners, corners + np.float32(inwards))
    return crop_to_visible(cv2.warpPerspective(rgba, turn, (w, h), flags=cv2.INTER_LINEAR), 40)


def _ramp(rgb, rng):
    """Light from one side."""
    h, w = rgb.shape[:2]
    y, x = np.linspace(-1, 1, h)[:, None], np.linspace(-1, 1, w)[None]
    angle = rng.uniform(0, 2 * np.pi)
    return rgb * (1 + rng.uniform(.2, .5) * (x * np.cos(angle) + y * np.sin(angle)))[..., None]


def _drawn(rgb, rng):
    """Few tones, no texture."""
    rgb = cv2.edgePreservingFilter(rgb, flags=cv2.RECURS_FILTER, sigma_s=20, sigma_r=.35)
    step = rng.integers(24, 56)
    return rgb // step * step + step / 2.0


def _rough(rgb, rng):
    """Spots of light and dark."""
    h, w = rgb.shape[:2]
    spots = rng.normal(0, 1, (max(2, h // rng.integers(4, 16)), max(2, w // rng.integers(4, 16)))).astype(np.float32)
    return rgb * (1 + rng.uniform(.08, .2) * cv2.resize(spots, (w, h), interpolation=cv2.INTER_CUBIC))[..., None]


def vary(rgba, rng):
    """The same cut-out, RGBA uint8, as another object of its name might look; often as it is."""
    if rng.random() < .5:
        rgba = _bent(np.ascontiguousarray(rgba), rng)
    if rng.random() < .4:
        look = (_ramp, _drawn, _rough)[rng.integers(3)]
        rgba = np.dstack([np.clip(look(np.ascontiguousarray(rgba[..., :3]), rng), 0, 255).astype(np.uint8), rgba[..., 3]])
    return rgba
