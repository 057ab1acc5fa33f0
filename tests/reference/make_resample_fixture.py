"""Images resized by Pillow, for tests/reference/resample_test.cpp. Needs numpy, pillow and safetensors:

    python make_resample_fixture.py data/resample.safetensors
"""

import sys

import numpy as np
from PIL import Image
from safetensors.numpy import save_file

FILTERS = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC, "lanczos": Image.LANCZOS}
SIZES = [(23, 17, 8, 9), (23, 17, 46, 17), (16, 31, 16, 5), (5, 3, 37, 40), (64, 48, 1, 1), (1, 1, 3, 2), (90, 60, 61, 59)]


def main(path):
    generator = np.random.default_rng(7)
    arrays = {}
    for number, (width, height, to_width, to_height) in enumerate(SIZES):
        pixels = generator.integers(0, 256, (height, width, 3), dtype=np.uint8)
        if number % 2:  # hard edges, where filters overshoot
            pixels = np.where(pixels > 127, 255, 0).astype(np.uint8)
        arrays[f"{number}.image"] = pixels
        for name, kind in FILTERS.items():
            arrays[f"{number}.{name}"] = np.asarray(Image.fromarray(pixels).resize((to_width, to_height), kind))
    save_file({name: np.ascontiguousarray(value) for name, value in arrays.items()}, path)


main(sys.argv[1])
