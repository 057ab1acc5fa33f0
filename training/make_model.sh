#!/usr/bin/env bash
# From nothing to the exported models: objects, scenes, base, its warnings, the zoo. Every step keeps what it has done, so a
# run that was stopped goes on.
#   training/make_model.sh [OUT]        OUT: the folder of the models (assets/models)
set -euo pipefail
out=$(realpath "${1:-$(dirname "$0")/../assets/models}")
cd "$(dirname "$0")"
python=${ATTNVIZ_TRAINING_VENV:-/opt/attnviz-train}/bin/python
# Otherwise glibc hands every large buffer back to the kernel and gets it zeroed again, which doubles the time of a step.
export MALLOC_MMAP_THRESHOLD_=2000000000 MALLOC_TRIM_THRESHOLD_=4000000000

./make_assets.sh
scenes() { "$python" cache.py "$@"; }
scenes valid objects 256 --seed 2 --patches 784  # as many as the program gives such an image
scenes valid tables 192 --seed 2 --patches 784
scenes valid photos 64 --seed 2 --patches 784
scenes train objects 20480 --seed 1 --patches 400  # fewer train faster
scenes train tables 4096 --seed 1 --patches 400
scenes train photos 1024 --seed 1 --patches 400
scenes train objects 5120 --seed 4 --patches 784
scenes train tables 1280 --seed 4 --patches 784
scenes train photos 512 --seed 4 --patches 784

"$python" train.py --name base --steps 20000 --tail-from 0.6
"$python" polish.py --name base
"$python" calibrate.py --name base
"$python" zoo.py
"$python" export.py --out "$out"
