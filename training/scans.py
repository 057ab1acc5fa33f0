"""Scanned groceries and plain household shapes out of robot simulators (the models of picked.tsv), for render.py."""
import os

import numpy as np
from PIL import Image

import picked

UPRIGHT = [1, 0, 0, 0, 0, 1, 0, -1, 0]  # they have z up
PAINTS = {  # base colour as seen, and roughness, of shapes that come without
    "white": (.9, .9, .87, .5), "black": (.06, .06, .07, .4), "gray": (.5, .5, .52, .6), "steel": (.66, .67, .7, .25), "brass": (.75, .57, .25, .3),
    "red": (.75, .08, .07, .4), "orange": (.92, .42, .06, .5), "yellow": (.95, .78, .1, .5), "green": (.12, .5, .16, .5), "cyan": (.1, .6, .66, .4),
    "blue": (.08, .2, .65, .4), "purple": (.4, .14, .55, .5), "pink": (.93, .5, .62, .5), "brown": (.4, .22, .1, .7), "cream": (.9, .83, .66, .6),
    "skin": (.85, .62, .5, .6),
}
ANY = [name for name in PAINTS if name not in ("steel", "brass", "skin")]


def models():
    for row in picked.rows("ycb", "robosuite", "myosuite"):
        for path in row["paths"]:
            yield {**row, "path": path, "rotation": UPRIGHT, "views": 12}


def _texture(path):
    """meshes/NAME.msh has textures/NAME.png in its own collection's folder or one above."""
    folder, name = os.path.split(path[:-4] + ".png")
    near = [f"{folder}/{up}/textures/{name}" for up in ("..", "../..")]
    return Image.open(next(p for p in near if os.path.exists(p))).convert("RGB")


def _msh(path):
    """MuJoCo's own format: counts of vertices, normals, texture points and faces, then their arrays."""
    import trimesh
    blob = open(path, "rb").read()
    vertices, normals, points, faces = np.frombuffer(blob, np.int32, 4)
    floats = np.frombuffer(blob, np.float32, 3 * vertices + 3 * normals + 2 * points, 16)
    uv = floats[3 * (vertices + normals):].reshape(-1, 2) * [1, -1] + [0, 1]  # MuJoCo counts from the top
    material = trimesh.visual.material.PBRMaterial(baseColorTexture=_texture(path), metallicFactor=0, roughnessFactor=.6)
    return trimesh.Trimesh(floats[:3 * vertices].reshape(-1, 3), np.frombuffer(blob, np.int32, 3 * faces, 16 + floats.nbytes).reshape(-1, 3),
                           process=False, visual=trimesh.visual.TextureVisuals(uv=uv, material=material))


def load(path):
    """A trimesh scene of any model."""
    import trimesh
    if path.endswith(".msh"):
        return trimesh.Scene(_msh(path))
    if path.endswith(".stl"):
        return trimesh.Scene(trimesh.load(path).smooth_shaded)
    return trimesh.load(path, force="scene")


def paint(meshes, colours, rng):
    """Gives shapes without colours one of those that they may have, another at each call."""
    import pyrender
    name = colours[rng.integers(len(colours))]
    *base, roughness = PAINTS[ANY[rng.integers(len(ANY))] if name == "any" else name]
    base = np.clip(np.array(base) * rng.uniform(.8, 1.15) + rng.normal(0, .03, 3), .02, .95) ** 2.2  # light adds up linearly
    material = pyrender.MetallicRoughnessMaterial(baseColorFactor=[*base, 1], metallicFactor=.1, roughnessFactor=roughness)
    for mesh in meshes:
        for part in mesh.primitives:
            part.material = material
