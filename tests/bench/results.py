"""What was measured, as a page: targets first, then every cell."""

import datetime
import os
from pathlib import Path

from peer_process import OURS, PEERS

FEW_WORDS = 16
TARGET_FEW, TARGET_MANY, TARGET_BEHIND = 3.0, 1.1, 1.05
TARGET_SHARE = {1: 0.80, 2: 0.75}
TARGET_MEMORY_MIB, TARGET_FUSION_MS = 48, 1.5
WORST_NAMED = 6
LIBRARY_NAMES = {"attnviz": "attnviz", "onednn": "oneDNN", "openblas": "OpenBLAS", "libtorch": "libtorch",
                 "pytorch": "PyTorch", "onnxruntime": "ONNX Runtime"}


def fastest(row, with_weights):
    peers = [peer for peer in PEERS if peer.key != OURS and peer.with_weights == with_weights]
    return min(peers, key=lambda peer: row.ms[peer.key])


def ratio(row, with_weights):
    """How many times as fast as the fastest peer of its kind."""
    return row.ms[fastest(row, with_weights).key] / row.ms[OURS]


def one_line(row):
    return (f"{row.shape}: {row.ms[OURS]:.3f} ms, {ratio(row, True):.2f}x the fastest with weights, "
            f"{ratio(row, False):.2f}x without")


def gflop(row):
    """Of the path that was taken (ARCHITECTURE.md has the formula)."""
    words, patches, dim, heads = row.shape
    if row.path == "plain":
        return 2e-9 * (2 * words * dim**2 + 2 * patches * dim**2 + 2 * words * patches * dim)
    return 2e-9 * (4 * words * dim**2 + 2 * heads * words * patches * dim)


class Target:
    def __init__(self, text, with_weights, wanted, applies=lambda row: True):
        self.text, self.with_weights, self.wanted, self.applies = text, with_weights, wanted, applies

    def cells(self, rows):
        return sorted((ratio(row, self.with_weights), row) for row in rows if self.applies(row))

    def missed(self, rows):
        return [(value, row) for value, row in self.cells(rows) if value < self.wanted]

    def summary(self, rows):
        cells = self.cells(rows)
        if not cells:
            return "not measured"
        met = len(cells) - len(self.missed(rows))
        worst, row = cells[0]
        return f"{met} of {len(cells)} cells; worst {worst:.2f}x ({row.shape})"


TARGETS = [
    Target(f"at least {TARGET_FEW:g}x the fastest peer that returns weights, up to {FEW_WORDS} words", True, TARGET_FEW,
           lambda row: row.shape.words <= FEW_WORDS),
    Target(f"at least {TARGET_MANY:g}x the fastest peer that returns weights, more words", True, TARGET_MANY,
           lambda row: row.shape.words > FEW_WORDS),
    Target("at most 5 % behind the fastest peer that returns none", False, 1 / TARGET_BEHIND),
]


def table(header, lines):
    rows = [header, ["---"] * len(header), *lines]
    return ["| " + " | ".join(row) + " |" for row in rows]


def machine():
    cpu = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.split(": ", 1)[1]
            break
    return f"{cpu}, {os.cpu_count()} cores"


def on(threads):
    return f"{threads} thread" + ("s" if threads > 1 else "")


def head(own, versions):
    figures = next(iter(own.values()))
    peaks = ", ".join(f"{figure.peak_gflops:.0f} GFLOP/s on {on(threads)}"
                      for threads, figure in own.items())
    libraries = ", ".join(f"{LIBRARY_NAMES[library]} {version}" for library, version in versions.items())
    return ["# One cross-attention layer: attnviz and its peers", "",
            "Written by `./dev bench peers --write`; [README.md](README.md) says what is timed and how.", "",
            f"- Machine: {machine()}; {figures.isa}; peak of multiply-adds {peaks}", f"- Date: {datetime.date.today()}",
            f"- Versions: {libraries}", ""]


def verdict(holds):
    return "yes" if holds else "**no**"


def own_lines(own):
    lines = []
    for threads, figures in own.items():
        share, wanted = figures.plain_gflops / figures.peak_gflops, TARGET_SHARE.get(threads)
        lines.append(["plain path, 1024 words, 1024 patches, width 1024, 16 heads: share of the peak", str(threads),
                      f"at least {wanted:.0%}" if wanted else "", f"{share:.1%} ({figures.plain_gflops:.1f} GFLOP/s)",
                      verdict(share >= wanted) if wanted else ""])
        lines.append(["65,536 patches, 64 words, width 256, 16 heads, head mean and top 5: peak memory of the call",
                      str(threads), f"at most {TARGET_MEMORY_MIB} MiB", f"{figures.memory_mib:.1f} MiB",
                      verdict(figures.memory_mib <= TARGET_MEMORY_MIB)])
        wanted_ms = TARGET_FUSION_MS if threads == 1 else None
        lines.append(["4-layer cross fusion, 8 words, 196 patches, width 256, 8 heads", str(threads),
                      f"at most {wanted_ms} ms" if wanted_ms else "", f"{figures.fusion_ms:.3f} ms",
                      verdict(figures.fusion_ms <= wanted_ms) if wanted_ms else ""])
    return lines


def missed_line(target, threads, rows):
    missed, named = target.missed(rows), []
    for value, row in missed[:WORST_NAMED]:
        rival = fastest(row, target.with_weights)
        named.append(f"{row.shape} {value:.2f}x ({row.path}; {rival.label} {row.ms[rival.key]:.3f} ms)")
    more = f" and {len(missed) - WORST_NAMED} more" if len(missed) > WORST_NAMED else ""
    return f"- Missed, {on(threads)}, {target.text}: {'; '.join(named)}{more}."


def summary(tables, own):
    lines = [[target.text, str(threads), target.summary(rows), verdict(not target.missed(rows))]
             for target in TARGETS for threads, rows in tables.items()]
    text = ["## Targets", "", *table(["one layer, head-mean weights returned", "threads", "met by", "holds"], lines), "",
            *table(["attnviz alone", "threads", "target", "measured", "holds"], own_lines(own)), ""]
    text += [missed_line(target, threads, rows) for target in TARGETS for threads, rows in tables.items()
             if target.missed(rows)]
    return [*text, ""]


def cells(threads, rows, peak):
    peers = [peer for peer in PEERS if peer.key != OURS]
    header = ["N_l", "N_v", "d", "h", "**attnviz** ms", "path", "of peak",
              *(f"{peer.label}{' + weights' if peer.with_weights else ''}" for peer in peers), "x with", "x without"]
    lines = []
    for row in rows:
        share = gflop(row) / row.ms[OURS] * 1e3 / peak
        lines.append([*map(str, row.shape), f"**{row.ms[OURS]:.3f}**", row.path, f"{share:.0%}",
                      *(f"{row.ms[peer.key]:.3f}" for peer in peers), f"{ratio(row, True):.2f}", f"{ratio(row, False):.2f}"])
    return [f"## {on(threads)}", "", *table(header, lines), ""]


def markdown(tables, own, versions):
    text = head(own, versions) + summary(tables, own)
    text += ["Milliseconds; a shape is N_l words x N_v patches x width d x h heads. \"x with\" is the time of the fastest peer that",
             "returns weights divided by ours, \"x without\" that of the fastest peer that returns none.", ""]
    for threads, rows in tables.items():
        text += cells(threads, rows, own[threads].peak_gflops)
    return "\n".join(text)
