"""PyTorch or ONNX Runtime as a peer of vision.py; own/vision.cpp says what it answers. Usage:

    vision_peer.py pytorch|onnxruntime CHECKPOINT_FOLDER THREADS
"""

import sys
import time
from pathlib import Path

import numpy as np


def pixels(folder):
    """As the model's processor makes them, from an image that already has its size."""
    image = np.fromfile(folder / "IMAGE", np.uint8).reshape(224, 224, 3).astype(np.float32) / 255
    mean, std = np.float32([0.48145466, 0.4578275, 0.40821073]), np.float32([0.26862954, 0.26130258, 0.27577711])
    return np.ascontiguousarray(((image - mean) / std).transpose(2, 0, 1)[None])


def torch_tower(folder, threads):
    import torch
    import transformers
    torch.set_num_threads(threads)
    tower = transformers.BlipForImageTextRetrieval.from_pretrained(folder).vision_model.eval()
    values = torch.from_numpy(pixels(folder))

    def run():
        with torch.inference_mode():
            return tower(pixel_values=values).last_hidden_state[0].numpy()
    return run


def ort_tower(folder, threads):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = onnxruntime.InferenceSession(folder / "tower.onnx", options, providers=["CPUExecutionProvider"])
    values = pixels(folder)
    return lambda: session.run(None, {"pixels": values})[0][0]


def timed(run):
    began = time.perf_counter()
    run()
    return (time.perf_counter() - began) * 1e3


def peak_kilobytes():
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return line.split()[1]
    return "unknown"


def main(library, folder, threads):
    began = time.perf_counter()
    run = {"pytorch": torch_tower, "onnxruntime": ort_tower}[library](Path(folder), int(threads))
    load_ms = (time.perf_counter() - began) * 1e3
    run()
    for line in sys.stdin:
        what, *path = line.split()
        if what == "turn":
            print(f"{min(timed(run) for _ in range(3)):.4f}", flush=True)
        elif what == "result":
            np.ascontiguousarray(run(), np.float32).tofile(path[0])
            print("done", flush=True)
        else:
            print(f"{load_ms:.1f} {peak_kilobytes()}", flush=True)


main(*sys.argv[1:])
