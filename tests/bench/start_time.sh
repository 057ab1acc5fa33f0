#!/usr/bin/env bash
# Cold start of the whole program: the main job on one 640x480 sample with three words, all files written.
# Prints minimum, median and maximum of 20 runs in milliseconds. Usage: start_time.sh BINARY [IMAGE]
set -euo pipefail
binary=$(realpath "$1")
image=$(realpath "${2:-$(dirname "$0")/../../assets/samples/red-cup-table.png}")
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

times=()
for _ in {1..20}; do
  begin=$(date +%s%N)
  "$binary" "$image" "拿起红色杯子" --out "$out/result" --quiet --stdout none
  times+=($((($(date +%s%N) - begin) / 10000)))
done
printf '%s\n' "${times[@]}" | sort -n | awk '
  { t[NR] = $1 / 100 }
  END { printf "start to all files: min %.1f ms, median %.1f ms, max %.1f ms (%d runs)\n", t[1], (t[10] + t[11]) / 2, t[NR], NR }'
