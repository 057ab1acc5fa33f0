"""The world of the table tops: one compiled model, of which a scene shows what it needs; placing, measuring and rendering. See tables.py.

Compiling takes about fifteen seconds, once a process. Pictures are rendered without anti-aliasing, for callers to render them at
twice the size and shrink them: so masks fit them to the pixel.
"""
import hashlib
import os
import re
from dataclasses import dataclass

import numpy as np

import lexicon
import table_model
from table_model import LARGEST, LIBERO, ROOMS, TWIN, body_name, mujoco, objects  # its mujoco knows that there is no display

SHOWN, HIDDEN = 0, 5      # groups of geometries
# what a word names among the rooms' furniture, by mesh
FURNITURE = {"kitchen_background_hot_pot": "pot", "kitchen_background_pot": "kettle", "kitchen_background_fridge": "fridge", "plant": "potted plant",
             "kitchen_background_stove": "stove", "office_book_shelf": "bookshelf", "black_book": "book", "floor_lamp": "lamp", "desk": "desk",
             "study_wall_painting": "picture frame", "living_room_table": "table", "short_coffee_table": "table", "coffee_table_seats": "stool"}
# colours that a person names in any light; those of the other objects are measured
CALLED = {"white": "porcelain_mug white_bowl red_bowl white_storage_box white_cabinet glazed_rim_porcelain_ramekin simple_rack bowl_drainer",
          "red": "red_coffee_mug red_ramekin red_akita_black_bowl red_yellow_book red_basket", "yellow": "yellow_moka_pot yellow_desk_caddy",
          "black": "black_book wine_bottle chefmate_8_frypan microwave", "blue": "blue_ketchup", "green": "green_ketchup white_bottle"}


@dataclass
class Item:
    name: str
    nouns: list
    group: str            # one for all repaints of a mesh
    file: str
    body: int             # its mocap body; -1 for furniture, which stays where it is
    geoms: np.ndarray
    low: np.ndarray = None       # bounds of the geometry in the body's frame
    high: np.ndarray = None
    y_up: bool = False
    colour: str = None    # as CALLED


class World:
    """The compiled model with its renderer, everything hidden."""

    def __init__(self):
        self.model = m = table_model.spec().compile()
        self.data = mujoco.MjData(m)
        self._context = mujoco.GLContext(LARGEST, LARGEST)
        self._context.make_current()
        self._drawer = mujoco.MjrContext(m, mujoco.mjtFontScale.mjFONTSCALE_100)
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN, self._drawer)
        self._picture = mujoco.MjvScene(m, 1000)
        self._options = mujoco.MjvOption()
        self._options.geomgroup[:] = [g == SHOWN for g in range(6)]
        self.camera = mujoco.MjvCamera()
        mujoco.mj_forward(m, self.data)
        self._names = [self._geom_name(g) for g in range(m.ngeom)]
        self.materials = {m.material(k).name: k for k in range(m.nmat)}
        bodies = {m.body(k).name: k for k in range(m.nbody)}
        self.items = [self._item(path, bodies[name]) for path in objects() for name in (body_name(path), body_name(path) + TWIN) if name in bodies]
        self.furniture = {room: list(self._furniture(room)) for room in ROOMS}
        self.table = Item("table", lexicon.with_hypernyms("table"), "", "room/table", -1, self.geoms("shell/table"))
        self.hide()

    def _geom_name(self, geom):
        """Names tell where a geometry comes from; unnamed ones are called as their mesh or body."""
        m, mesh = self.model, self.model.geom_dataid[geom]
        return m.geom(geom).name or (m.mesh(mesh) if mesh >= 0 else m.body(m.geom_bodyid[geom])).name

    def geoms(self, start):
        return np.array([k for k, n in enumerate(self._names) if n.startswith(start)], int)

    def _item(self, path, body):
        m = self.model
        geoms = np.where(m.body_rootid[m.geom_bodyid] == body)[0]
        corners = np.concatenate([self._corners(g) for g in geoms])
        low, high = corners.min(0), corners.max(0)
        called = next((c for c, files in CALLED.items() if os.path.basename(path)[:-4] in files.split()), None)
        name = re.sub(r"^new | yellow$", "", os.path.basename(path)[:-4].replace("_", " "))
        meshes = sorted(m.mesh_vert[m.mesh_vertadr[k]:][:m.mesh_vertnum[k]].tobytes() for k in m.geom_dataid[geoms] if k >= 0)
        group = hashlib.md5(b"".join(meshes)).hexdigest()[:8]
        return Item(name, lexicon.nouns_of("libero", name), group, "libero/" + path[len(LIBERO) + 1:-4], m.body_mocapid[body], geoms,
                    low, high, "hope" in path and (high - low)[2] < (high - low).max(), called)

    def _corners(self, geom):
        """Points that bound a geometry, in the frame of the world as compiled, where every item stands at the origin."""
        m, mesh = self.model, self.model.geom_dataid[geom]
        points = m.mesh_vert[m.mesh_vertadr[mesh]:][:m.mesh_vertnum[mesh]] if mesh >= 0 else m.geom_aabb[geom, 3:] * np.array(
            np.meshgrid([-1, 1], [-1, 1], [-1, 1])).reshape(3, -1).T
        return points @ self.data.geom_xmat[geom].reshape(3, 3).T + self.data.geom_xpos[geom]

    def _furniture(self, room):
        """Each mesh of a room as an item, most without a name."""
        for geom in self.geoms(room + "/"):
            noun = FURNITURE.get(self.model.mesh(self.model.geom_dataid[geom]).name[len(room) + 1:-4])
            yield Item(noun or "", lexicon.with_hypernyms(noun) if noun else [], "", "room/" + room, -1, np.array([geom]))

    def hide(self):
        self.model.geom_group[:] = HIDDEN

    def show(self, geoms, shown=True):
        self.model.geom_group[geoms] = SHOWN if shown else HIDDEN

    def place(self, item, position, turn):
        self.data.mocap_pos[item.body], self.data.mocap_quat[item.body] = position, turn

    def middle(self, item):
        """Middle of an object's footprint."""
        turned = np.empty(3)
        mujoco.mju_rotVecQuat(turned, (item.low + item.high) / 2, self.data.mocap_quat[item.body])
        return (self.data.mocap_pos[item.body] + turned)[:2]

    def settle(self):
        """Works out where everything is, after placing and before looking."""
        mujoco.mj_kinematics(self.model, self.data)
        mujoco.mj_comPos(self.model, self.data)
        mujoco.mj_camlight(self.model, self.data)

    def height(self, x, y):
        """Where something let down at (x, y) would come to lie; None beside everything."""
        hit = np.array([-1], np.int32)
        group = np.array([g == SHOWN for g in range(6)], np.uint8)
        way = mujoco.mj_ray(self.model, self.data, np.array([x, y, 1.9]), np.array([0., 0, -1]), group, 1, -1, hit)
        return 1.9 - way if hit[0] >= 0 else None

    def _draw(self, size, identify):
        for flag in (mujoco.mjtRndFlag.mjRND_SEGMENT, mujoco.mjtRndFlag.mjRND_IDCOLOR):
            self._picture.flags[flag] = identify
        mujoco.mjr_render(mujoco.MjrRect(0, 0, *size), self._picture, self._drawer)
        pixels = np.empty((size[1], size[0], 3), np.uint8)
        mujoco.mjr_readPixels(pixels, None, mujoco.MjrRect(0, 0, *size), self._drawer)
        return pixels[::-1]

    def _look(self):
        mujoco.mjv_updateScene(self.model, self.data, self._options, None, self.camera, mujoco.mjtCatBit.mjCAT_ALL, self._picture)

    def owners(self, size):
        """Which geometry each pixel shows, -1 for none: int [h, w]."""
        self._look()
        ids = self._draw(size, True).astype(np.int32) @ [1, 256, 65536]
        geoms = np.full(self._picture.ngeom + 1, -1)
        for g in self._picture.geoms[:self._picture.ngeom]:
            if g.segid >= 0 and g.objtype == mujoco.mjtObj.mjOBJ_GEOM:
                geoms[g.segid + 1] = g.objid
        return geoms[ids]

    def photo(self, size):
        self._look()
        return self._draw(size, False)
