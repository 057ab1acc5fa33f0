"""Pictures and models picked by hand out of mixed collections: picked.tsv says which, and what each shows.

The collections' own names are no help: icons are named for programs, photographs for actors, and most of what lies beside is drawn.
"""
import glob
import os
import re

from lexicon import CACHE, HERE

MORE = CACHE + "/more"
SIMHIVE = MORE + "/myosuite/myosuite/simhive"
PLACES = {  # where the files of a source lie
    "gcompris": MORE + "/gcompris-mattes/%s.png",                                          # cut out by matting.py
    "scratch": MORE + "/scratch/usr/share/scratch/Media/Costumes/%s",                      # photographs among the drawings
    "oxygen": MORE + "/oxygen-icon-theme/usr/share/icons/oxygen/base/256x256/%s.png",      # near-photographic icons of devices
    "ycb": SIMHIVE + "/YCB_sim/meshes/%s.msh",                                             # scans with their textures
    "robosuite": CACHE + "/tables/robosuite/models/assets/objects/meshes/%s.msh",
    "myosuite": SIMHIVE + "/object_sim/%s/%s.stl",                                         # shapes without colours
}


def rows(*sources):
    """Items of these sources: source, name, group, file as listed, paths (several poses of one thing), colours."""
    for line in open(HERE + "/picked.tsv", encoding="utf8"):
        if line.startswith("#"):
            continue
        source, file, name, *colours = line.rstrip("\n").split("\t")
        if source in sources:
            stem = re.sub(r"[-*]*(\.\w+)?$", "", os.path.basename(file))
            paths = sorted(glob.glob(PLACES[source].replace("%s", file)))
            yield {"source": source, "name": name, "group": f"{source}/{stem}", "file": file, "paths": paths,
                   "colours": colours[0].split() if colours else [], "photo": True}


def pictures():
    for row in rows("gcompris", "scratch", "oxygen"):
        for path in row["paths"]:
            pose = os.path.splitext(os.path.basename(path))[0]
            yield {"path": path, "file_stem": f"{row['source']}/{pose}", **{k: row[k] for k in ("source", "name", "group", "photo")}}
