"""Lays a table: the room and its light, the arm, what stands where, and where the camera looks from. See tables.py."""
import functools
import zlib

import cv2
import numpy as np

from lexicon import COLOURS, without_held_pair
from table_model import mujoco, surfaces  # its mujoco knows that there is no display
from table_world import World

ROOMS = {False: ["kitchen", "kitchen", "living_room", "living_room", "plain", "plain", "floor"], True: ["study", "coffee", "plain"]}
# where things stand: middle and half length along x (away from the arm), half length along y
TOPS = {"kitchen": (0, .36, .44), "plain": (0, .36, .44), "living_room": (-.08, .27, .45), "study": (0, .34, .5), "coffee": (-.08, .26, .45),
        "floor": (0, .4, .5)}
READY = [0, -.161, 0, -2.444, 0, 2.227, np.pi / 4]   # LIBERO's first pose of the arm
CARRIERS = {"plate", "tray", "cabinet", "stove", "microwave", "fridge"}   # things stand on them at times
LARGE = .2       # metres across: of these there are few
LIE_DOWN = {"book", "wine bottle", "bottle"}         # besides packages, which all do at times
HALF = .5 ** .5


@functools.lru_cache(None)
def world():
    return World()


@functools.lru_cache(None)
def held_groups():
    """Objects that training never sees (scenes.HELD_ON_TABLES has their cut-outs): of nouns with several meshes a fifth of them, at least one, by a hash."""
    groups = {}
    for item in world().items:
        groups.setdefault(item.nouns[0], set()).add(item.group)
    order = lambda found: sorted(found, key=lambda g: zlib.crc32(g.encode()))
    return {g for found in groups.values() if len(found) > 1 for g in order(found)[:max(1, round(.22 * len(found)))]}


@functools.lru_cache(None)
def _pool(kind):
    """{primary noun: items} of "seen", "new" or "all" objects."""
    pool = {}
    for item in world().items:
        if kind == "all" or (item.group in held_groups()) == (kind == "new"):
            pool.setdefault(item.nouns[0], []).append(item)
    return pool


def _surface(part, rng, held_out):
    """A texture's name; tables are mostly of wood or stone."""
    names = [n for n in surfaces() if (zlib.crc32(n.encode()) % 5 == 0) == held_out]
    fitting = [n for n in names if any(s in n for s in ("wood", "rustic", "marble", "ceramic"))] if part in ("table", "leg") else []
    names = fitting if fitting and rng.random() < .6 else names
    return names[rng.integers(len(names))]


def room(rng, held_out):
    """Shows a room; its name, the height of its table top, and the furniture in it that has names."""
    w, name = world(), ROOMS[held_out][rng.integers(len(ROOMS[held_out]))]
    w.hide()
    furniture = list(w.furniture.get(name, []))
    parts = [("floor", "flat"), ("wall", "flat")]
    if name in ("kitchen", "plain"):
        furniture.append(w.table)
        parts += [("table", "cube"), ("leg", "cube")]
    for part, use in parts:
        geoms = w.geoms("shell/" + part)
        w.show(geoms)
        w.model.geom_matid[geoms] = w.materials[f"{use}/{_surface(part, rng, held_out)}"]
    for item in furniture:
        w.show(item.geoms)
    w.settle()
    return name, w.height(TOPS[name][0], 0), [f for f in furniture if f.nouns]


def light(rng):
    """A lamp from afar that may throw shadows, one from near, and light from everywhere; each may be a little coloured."""
    m = world().model
    m.light_dir[0] = np.array([*rng.normal(0, .9, 2), -1.2])
    m.light_pos[1] = rng.uniform([-1, -1.5, 2.2], [1.5, 1.5, 3])
    m.light_dir[1] = [0, 0, .6] - m.light_pos[1]
    m.light_dir[:] /= np.linalg.norm(m.light_dir, axis=1, keepdims=True)
    m.light_diffuse[:] = np.array([[rng.uniform(.2, .5)], [rng.uniform(0, .4)]]) * (1 + rng.normal(0, .04, (2, 3)))
    m.light_specular[:] = rng.uniform(0, .3)
    m.light_castshadow[0] = rng.random() < .55
    m.vis.headlight.ambient[:] = rng.uniform(.3, .55)
    m.vis.headlight.diffuse[:] = rng.uniform(.25, .5)
    m.vis.headlight.specular[:] = rng.uniform(0, .2)


def arm(name, top, rng):
    """Shows the arm; where its hand is."""
    w, m = world(), world().model
    m.body_pos[[m.body("panda/base").id, m.body("mount/base").id]] = [TOPS[name][0] - .66, 0, top + .012]
    w.show(w.geoms("panda/"))
    if name in ("kitchen", "plain"):
        w.show(w.geoms("mount/"))
    while True:
        w.data.qpos[:] = READY + rng.normal(0, [.35, .15, .1, .15, .1, .15, .4])
        w.settle()
        hand = w.data.xpos[m.body("panda/hand/eef").id]
        if top + .16 < hand[2] < top + .5:
            return hand.copy()


def _large(item):
    return max(item.high - item.low) > LARGE


def plan(rng, held_out):
    """(item, paint or None) of each object: random ones, others of the same name, others of the same colour."""
    pool = _pool("all" if held_out else "seen")
    def pick(pool):
        nouns = sorted(pool)
        odds = np.array([.35 if _large(pool[n][0]) else 1 for n in nouns])
        return pool[nouns[rng.choice(len(nouns), p=odds / odds.sum())]]
    paint = lambda: COLOURS[rng.integers(len(COLOURS))] if rng.random() < .4 else None
    wanted = [(pick(pool), paint()) for _ in range(rng.integers(2, 6))]
    if held_out and rng.random() < .65:
        wanted[0] = pick(_pool("new")), paint()
    items, colour = wanted[0]
    if rng.random() < .5:
        wanted.append((pool[items[0].nouns[0]], paint()))
    if rng.random() < .4:
        wanted.append((pick(pool), colour or paint()))
    if rng.random() < .2:
        wanted.append((items, colour))
    chosen = {}
    for items, paint in wanted:
        left = [i for i in items if i.body not in chosen]
        crowded = sum(_large(i) for i, _ in chosen.values()) > 1
        if left and not (crowded and _large(left[0])):
            item = left[rng.integers(len(left))]
            chosen[item.body] = item, paint if held_out else without_held_pair(paint, item.nouns[0])
    return list(chosen.values())


def _pose(item, rng):
    """A stable rotation, and the corners of the object so turned."""
    turns = [np.array([HALF, HALF, 0, 0])] if item.y_up else []
    if (item.y_up or item.nouns[0] in LIE_DOWN) and rng.random() < .3:
        turns.append(np.array([HALF, 0, HALF, 0]))
    angle = rng.uniform(0, np.pi)
    turn, matrix = np.array([1., 0, 0, 0]), np.empty(9)
    for t in [*turns, np.array([np.cos(angle), 0, 0, np.sin(angle)])]:
        mujoco.mju_mulQuat(turn, t, turn.copy())
    mujoco.mju_quat2Mat(matrix, turn)
    corners = np.array(np.meshgrid(*zip(item.low, item.high))).reshape(3, -1).T
    return turn, corners @ matrix.reshape(3, 3).T


def _stand(item, centre, level, taken, rng):
    """Sets an object down; its footprint, or None where something is in the way or the ground is not of this level."""
    w = world()
    turn, corners = _pose(item, rng)
    low, high = corners.min(0), corners.max(0)
    shift = np.array([*centre, 0]) - [*(low + high)[:2] / 2, 0]
    footprint = cv2.minAreaRect((corners + shift)[:, :2].astype(np.float32))
    if any(cv2.rotatedRectangleIntersection(footprint, other)[0] != cv2.INTERSECT_NONE for other in taken):
        return None
    ground = [w.height(*p) for p in [centre, *cv2.boxPoints(footprint)]]
    if None in ground or max(abs(g - level) for g in ground) > .006:
        return None
    shift[2] = level - low[2] + .0005
    w.place(item, shift, turn)
    w.show(item.geoms)
    w.settle()
    return footprint


def _stack(item, carrier, rng):
    """Sets a small object on the middle of a larger one; whether it fits."""
    w = world()
    turn, corners = _pose(item, rng)
    low, high = corners.min(0), corners.max(0)
    wide, room_there = high - low, carrier.high - carrier.low
    middle = w.middle(carrier)
    if max(wide[:2]) > .8 * min(room_there[:2]) or wide[2] > .16:
        return False
    ground = [w.height(*(middle + .3 * wide[:2] * side)) for side in ((0, 0), (1, 1), (1, -1), (-1, 1), (-1, -1))]
    w.place(item, [*(middle - (low + high)[:2] / 2), max(ground) - low[2] + .0005], turn)
    w.show(item.geoms)
    w.settle()
    return True


def lay(planned, name, top, hand, close, rng):
    """Sets the planned objects down, large ones first, near the hand where the camera is `close`.

    [(item, paint, what it stands on where that is no table)] of those that found room, a point in their midst, and how far they reach."""
    w = world()
    x, half_x, half_y = TOPS[name]
    low, high = np.array([x - half_x, -half_y]), np.array([x + half_x, half_y])
    spread = .2 if close else rng.uniform(.22, .5)
    focus = np.clip(hand[:2] if close and hand is not None else rng.uniform(low, high), low + .12, high - .12)
    low, high = np.maximum(low, focus - spread), np.minimum(high, focus + spread)
    placed, taken = [], []
    for item, paint in sorted(planned, key=lambda p: -np.prod((p[0].high - p[0].low)[:2])):
        carriers = [p[0] for p in placed if CARRIERS & set(p[0].nouns)]
        if carriers and rng.random() < .35 and _stack(item, carriers[0], rng):
            placed.append((item, paint, carriers[0]))
            continue
        for _ in range(12):
            centre = rng.uniform(low, high)
            under = hand is not None and np.linalg.norm(centre - hand[:2]) < .16 and top + max(item.high - item.low) > hand[2] - .12
            footprint = None if under else _stand(item, centre, top, taken, rng)
            if footprint:
                placed.append((item, paint, None))
                taken.append(footprint)
                break
    middles = np.array([w.middle(p[0]) for p in placed] or [focus])
    centre = (middles.min(0) + middles.max(0)) / 2
    reach = max([np.linalg.norm(m - centre) + max(p[0].high - p[0].low) / 2 for m, p in zip(middles, placed)], default=0)
    return placed, np.array([*centre, top + .04]), max(reach, .15)


def camera(focus, reach, size, hand, close, rng, held_out):
    """Looks at the table as LIBERO's cameras do, from the front, a side, above or near; the arm's own eye where it is `close`."""
    w = world()
    aspect = size[0] / size[1]
    if close and hand is not None and not held_out:
        w.camera.type, w.camera.fixedcamid = mujoco.mjtCamera.mjCAMERA_FIXED, w.model.camera("panda/eye_in_hand").id
        w.model.cam_fovy[w.camera.fixedcamid] = rng.uniform(60, 80)
        return
    w.camera.type = mujoco.mjtCamera.mjCAMERA_FREE
    half = np.radians(rng.uniform(20, 32))
    w.model.vis.global_.fovy = 2 * np.degrees(np.arctan(np.tan(half) * max(1, .8 / aspect)))
    kind = rng.choice(["front", "low", "side", "high"], p=[.4, .2, .25, .15])
    aside = {"front": rng.normal(0, 7), "low": rng.normal(0, 12), "side": rng.uniform(55, 105), "high": rng.uniform(0, 20)}[kind]
    if held_out and rng.random() < .6:
        aside = rng.uniform(28, 47)     # between front and side, where no camera stands in training
    w.camera.azimuth = 180 + aside * rng.choice([-1, 1])
    w.camera.elevation = -{"front": rng.uniform(28, 45), "low": rng.uniform(14, 26), "side": rng.uniform(20, 45), "high": rng.uniform(52, 80)}[kind]
    w.camera.distance = reach * (rng.uniform(.7, 1) if close else rng.uniform(1, 1.6)) / np.tan(half)
    w.camera.lookat[:] = focus + rng.normal(0, .04, 3)
