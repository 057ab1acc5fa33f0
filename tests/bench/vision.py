"""Times a vision tower, ViT-B/16 on 224 x 224 pixels, in attnviz, PyTorch and ONNX Runtime: the same random weights in a
checkpoint folder, the same image, the same number of threads, results compared first, in turns. It is BLIP's, of which
attnviz runs every layer; of CLIP's last layer it needs less than the others compute. Called by `./dev bench peers vision`.
"""

import argparse
import datetime
import importlib.metadata
import os
import signal
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import results

ROUNDS = 7
TOLERANCE = 1e-4  # of the largest value
SPARE_MIB = 200  # that may be used beside the weights


def make_checkpoint(folder):
    """BLIP for image-text matching with random weights, an image, and its tower as ONNX."""
    import torch
    import transformers
    torch.manual_seed(1)
    words = dict(vocab_size=30524, num_attention_heads=12, encoder_hidden_size=768)
    model = transformers.BlipForImageTextRetrieval(transformers.BlipConfig(text_config=words, vision_config=dict(image_size=224)))
    for parameter in model.vision_model.parameters():
        if parameter.dim() > 1:  # the original's own beginning is all but zero there
            torch.nn.init.normal_(parameter, std=0.02)
    model.eval().save_pretrained(folder)
    transformers.BlipImageProcessor(size={"height": 224, "width": 224}).save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + list("abc")) + "\n")
    (folder / "IMAGE").write_bytes(np.random.default_rng(1).integers(0, 256, 224 * 224 * 3, np.uint8).tobytes())
    torch.onnx.export(model.vision_model, (torch.zeros(1, 3, 224, 224),), folder / "tower.onnx", input_names=["pixels"],
                      output_names=["tokens", "pooled"], dynamo=False)


class Peer:
    """A process of its own, stopped while others are timed."""

    def __init__(self, label, command, threads):
        environment = dict(os.environ, OMP_NUM_THREADS=str(threads))
        self.label, self.turns = label, []
        self.process = subprocess.Popen([*map(str, command), str(threads)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env=environment, stderr=subprocess.DEVNULL)
        self.ask("facts")  # has loaded and run once

    def ask(self, what):
        os.kill(self.process.pid, signal.SIGCONT)
        try:
            self.process.stdin.write(what + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
            if not answer:
                raise SystemExit(f"bench: {self.label} died at '{what}'")
            return answer.strip()
        finally:
            if self.process.poll() is None:
                os.kill(self.process.pid, signal.SIGSTOP)

    def result(self, folder):
        path = Path(folder) / "tokens"
        self.ask(f"result {path}")
        return np.fromfile(path, np.float32)


def compare(peers):
    with tempfile.TemporaryDirectory() as folder:
        ours, *others = [peer.result(folder) for peer in peers]
    for peer, theirs in zip(peers[1:], others):
        error = float(np.abs(ours - theirs).max() / np.abs(theirs).max()) if ours.shape == theirs.shape else np.inf
        if not error <= TOLERANCE:
            raise SystemExit(f"bench: the tokens of {peer.label} differ from ours by {error:.1e}")


def measure(build_dir, folder, threads):
    """[label, milliseconds, milliseconds of loading, peak MiB] of each library, ours first."""
    python = [sys.executable, Path(__file__).with_name("vision_peer.py")]
    peers = [Peer("attnviz", [build_dir / "vision", folder], threads), Peer("PyTorch", [*python, "pytorch", folder], threads),
             Peer("ONNX Runtime", [*python, "onnxruntime", folder], threads)]
    try:
        compare(peers)
        for _ in range(ROUNDS):
            for peer in peers:
                peer.turns.append(float(peer.ask("turn")))
        facts = [map(float, peer.ask("facts").split()) for peer in peers]
        return [(peer.label, statistics.median(peer.turns), load_ms, kilobytes / 1024) for peer, (load_ms, kilobytes) in zip(peers, facts)]
    finally:
        for peer in peers:
            peer.process.kill()


def page(tables, weights_mib):
    versions = ", ".join(f"{name} {importlib.metadata.version(package)}" for name, package in (("PyTorch", "torch"), ("ONNX Runtime", "onnxruntime")))
    lines, verdicts = [], []
    for threads, rows in tables.items():
        ours = rows[0]
        fastest = min(rows[1:], key=lambda row: row[1])
        lines += [[str(threads), label, f"{ms:.1f}", f"{ms / ours[1]:.2f}", f"{load_ms:.0f}", f"{peak:.0f}"] for label, ms, load_ms, peak in rows]
        verdicts.append(["not slower than the fastest of the others", str(threads), f"{fastest[1] / ours[1]:.2f}x ({fastest[0]})",
                         results.verdict(ours[1] <= fastest[1])])
        verdicts.append([f"peak memory at most the weights and {SPARE_MIB} MiB", str(threads), f"{ours[3] - weights_mib:+.0f} MiB",
                         results.verdict(ours[3] <= weights_mib + SPARE_MIB)])
    return "\n".join([
        "# A vision tower: attnviz and its peers", "", "Written by `./dev bench peers vision --write`.", "",
        f"ViT-B/16 on 224 x 224 pixels (BLIP's), random weights, float32; the whole checkpoint's weights are {weights_mib:.0f} MiB, and attnviz has "
        "all of them open.", "",
        f"- Machine: {results.machine()}", f"- Date: {datetime.date.today()}", f"- Versions: {versions}", "",
        *results.table(["target", "threads", "measured", "holds"], verdicts), "",
        *results.table(["threads", "library", "ms", "times ours", "load ms", "peak MiB"], lines), ""])


def main():
    parser = argparse.ArgumentParser(prog="./dev bench peers vision", description=__doc__)
    parser.add_argument("--build-dir", required=True, type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--threads", default="1,2", help="separated by commas (1,2)")
    parser.add_argument("--write", action="store_true", help="write tests/bench/VISION.md")
    arguments = parser.parse_args()
    folder = arguments.build_dir.resolve() / "vit-b16"
    if not (folder / "tower.onnx").exists():
        make_checkpoint(folder)
    tables = {threads: measure(arguments.build_dir, folder, threads) for threads in map(int, arguments.threads.split(","))}
    text = page(tables, (folder / "model.safetensors").stat().st_size / 2**20)
    if arguments.write:
        Path(__file__).with_name("VISION.md").write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
