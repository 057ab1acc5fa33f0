"""Times one cross-attention layer in attnviz and in its peers, all in one run: same inputs, same weights, same number of
threads, results compared first. Called by `./dev bench peers layer`; README.md says what is timed and how.
"""

import argparse
import statistics
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np

import results
from layer import Shape
from peer_process import OURS, PEERS, PeerProcess

WORDS = (1, 4, 8, 16, 64, 256)
PATCHES = (196, 576, 1024, 4096)
WIDTHS = ((256, 8), (768, 12), (1024, 16))
TOLERANCE = 1e-4  # of the largest value
ROUNDS, SLOW_ROUNDS = 5, 3
SLOW_ROUND_MS = 500


class Row(NamedTuple):
    shape: Shape
    path: str
    ms: dict  # peer key -> milliseconds


class OwnFigures(NamedTuple):
    isa: str
    peak_gflops: float
    plain_gflops: float
    fusion_ms: float
    memory_mib: float


def all_shapes():
    return [Shape(words, patches, *width) for width in WIDTHS for patches in PATCHES for words in WORDS]


def parse_arguments():
    parser = argparse.ArgumentParser(prog="./dev bench peers layer", description=__doc__)
    parser.add_argument("--build-dir", required=True, type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--shapes", help="only these, WORDSxPATCHESxDIMxHEADS separated by commas")
    parser.add_argument("--threads", default="1,2", help="separated by commas (1,2)")
    parser.add_argument("--write", action="store_true", help="write tests/bench/RESULTS.md")
    arguments = parser.parse_args()
    try:
        arguments.threads = [int(number) for number in arguments.threads.split(",")]
        if arguments.shapes:
            arguments.shapes = [Shape(*map(int, text.split("x"))) for text in arguments.shapes.split(",")]
    except (TypeError, ValueError) as error:
        parser.error(str(error))
    return arguments


def run_program(path, *arguments):
    return subprocess.run([path, *map(str, arguments)], check=True, capture_output=True, text=True).stdout


def own_figures(build_dir, threads):
    lines = dict(line.split(" ", 1) for line in run_program(build_dir / "speed", threads).splitlines())
    kilobytes = [int(run_program(build_dir / "memory", threads, what)) for what in ("call", "nothing")]
    return OwnFigures(lines["isa"], float(lines["peak_gflops"]), float(lines["plain_gflops"]), float(lines["fusion_ms"]),
                      (kilobytes[0] - kilobytes[1]) / 1024)


def compare(shape, key, got, ours):
    for name, a, b in zip(("output", "weights"), got, ours):
        if a is None:
            continue
        error = float(np.abs(a - b).max() / np.abs(b).max())
        if not error <= TOLERANCE:
            raise SystemExit(f"bench: {shape}: the {name} of {key} differ from ours by {error:.1e}")


def time_shape(processes, shape):
    answers = {key: process.ask("make", shape) for key, process in processes.items()}
    for key, answer in answers.items():
        compare(shape, key, answer, answers[OURS])
    turns = {key: [] for key in processes}
    rounds = ROUNDS
    while len(turns[OURS]) < rounds:
        for key, process in processes.items():  # in turn: a slower minute of the machine is one for all
            turns[key].append(process.ask("turn"))
        if sum(times[-1] for times in turns.values()) > SLOW_ROUND_MS:
            rounds = SLOW_ROUNDS
    return Row(shape, processes[OURS].ask("path"), {key: statistics.median(times) for key, times in turns.items()})


def run(threads, shapes, build_dir):
    """The rows of one number of threads, and the versions of the libraries."""
    processes = {peer.key: PeerProcess(peer, threads, build_dir) for peer in PEERS}
    try:
        versions = {peer.library: processes[peer.key].ask("version") for peer in PEERS}
        rows = []
        for shape in shapes:
            rows.append(time_shape(processes, shape))
            print(f"bench: threads {threads}: {len(rows)}/{len(shapes)} {results.one_line(rows[-1])}", file=sys.stderr)
        return rows, versions
    finally:
        for process in processes.values():
            process.end()


def main():
    arguments = parse_arguments()
    tables, own = {}, {}
    for threads in arguments.threads:
        own[threads] = own_figures(arguments.build_dir, threads)
        tables[threads], versions = run(threads, arguments.shapes or all_shapes(), arguments.build_dir)
    text = results.markdown(tables, own, versions)
    if arguments.write:
        Path(__file__).with_name("RESULTS.md").write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
