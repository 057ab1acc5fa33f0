"""From image to model input and patches, as FORMAT.md says."""
import math

import cv2
import numpy as np

PATCH = 16
BUDGET = [288, 784]  # the fewest and the most patches that the program gives an image: FORMAT.md


def grid(width, height, patches):
    """(content_w, content_h, cols, rows) of the input: content in pixels, cols and rows in patches."""
    best, cells = None, patches // 4
    for i in range(1, cells + 1):
        for s in (32 * i / width, 32 * i / height):
            s = min(s, PATCH)
            cols, rows = math.ceil(width * s / 32 - 1e-9), math.ceil(height * s / 32 - 1e-9)
            if cols * rows <= cells and (best is None or s > best[0]):
                best = s, cols, rows
    s, cols, rows = best if best else (math.sqrt(cells * 1024 / (width * height)), 1, 1)
    return max(1, round(width * s)), max(1, round(height * s)), 2 * cols, 2 * rows


def to_input(image, layout):
    """Resized picture at the top left of the padded input; also used for masks (uint8)."""
    content_w, content_h, cols, rows = layout
    shrink = content_w < image.shape[1]
    small = cv2.resize(image, (content_w, content_h), interpolation=cv2.INTER_AREA if shrink else cv2.INTER_LINEAR)
    padded = np.zeros((rows * PATCH, cols * PATCH) + image.shape[2:], image.dtype)
    padded[:content_h, :content_w] = small
    return padded


def coverage(mask, layout):
    """Share of each patch that a 0..255 mask covers, as uint8 [rows * cols]."""
    _, _, cols, rows = layout
    return cv2.resize(to_input(mask, layout), (cols, rows), interpolation=cv2.INTER_AREA).ravel()


def content_patches(layout):
    """Which patches hold any of the image, bool [rows * cols]."""
    content_w, content_h, cols, rows = layout
    inside = np.zeros((rows, cols), bool)
    inside[:math.ceil(content_h / PATCH), :math.ceil(content_w / PATCH)] = True
    return inside.ravel()
