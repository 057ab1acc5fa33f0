#!/usr/bin/env bash
# The published torch for Linux is linked against a dozen CUDA libraries, gigabytes that a processor never runs. This puts
# empty libraries with the same names and symbols beside it, so that it loads; its code for the processor stays as it
# is. Usage: torch_cpu.sh TORCH_LIB_FOLDER
set -euo pipefail
cd "$1"
missing=$(ldd libtorch_python.so libtorch_cuda.so | awk '/not found/ {print $1}' | sort -u)
symbols=$(nm -D --undefined-only libtorch*.so | sed 's/@.*//' |
  awk '$1 == "U" && $2 ~ /^(cublas|cudnn|cufft|cuFile|cupti|cusparse|nccl|nvrtc|nvshmem)/ {print $2}' | sort -u)
needs=$(objdump -p libtorch*.so)

for name in $missing; do
  version=$(awk -v from="from $name:" 'next_one {print $4; next_one = 0} index($0, from) {next_one = 1}' <<<"$needs" | sort -u)
  printf '%s {*;};\n' "${version:-$name}" >"$name.map"
  awk '{print ".globl " $1 "\n" $1 ":"} END {print "hlt"}' <<<"$symbols" |
    gcc -shared -nostdlib -x assembler - -Wl,-soname,"$name" -Wl,--version-script="$name.map" -o "$name"
  rm "$name.map"
done
