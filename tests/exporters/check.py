"""Runs every exporter of this folder on small random models (models.py), then `attnviz render` on what it wrote, and
compares report.json and attnviz's own attention.npz with what NumPy makes of the dump. No part of `./dev test`, which
needs no Python packages: needs torch, transformers 4.57 and pillow, and for the SmolVLA policy lerobot 0.4 (without it
that one is left out).

    python check.py ../../build/release/attnviz           checks
    python check.py ../../build/release/attnviz --write    ... and renews ../reference/data/exporters, which `./dev test` reads
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error"}
import numpy as np
import torch
from PIL import Image

HERE = Path(__file__).resolve().parent
DATA = HERE.parent / "reference/data/exporters"
sys.path.insert(0, str(HERE))
import lerobot_policy
import models


def run_script(name, *arguments):
    subprocess.run([sys.executable, HERE / name, *map(str, arguments)], check=True)


def dump_of(name, build, folder):
    """The file that an exporter writes for the model."""
    build(folder / "model")
    run_script(name, folder / "model", "top.png", models.TEXT)


def observation(size=None):
    """Of two cameras. `size`: of their images, where it is not their own."""
    seen = {"observation.state": torch.zeros(6)}
    for name in ("top", "wrist"):
        image = Image.open(name + ".png")
        pixels = np.array(image.resize(size) if size else image)
        seen[f"observation.images.{name}"] = torch.from_numpy(pixels).permute(2, 0, 1) / 255
    return seen


def smolvla(folder):
    policy, words = models.smolvla(folder / "model")
    from lerobot.policies.smolvla.processor_smolvla import make_smolvla_pre_post_processors
    preprocess, _ = make_smolvla_pre_post_processors(policy.config)
    lerobot_policy.dump(policy, preprocess({**observation(), "task": models.TEXT}), words)


def pi0(folder):
    policy, words = models.pi0()
    batch = {name: value[None] for name, value in observation((224, 224)).items()}
    ids = torch.tensor([words.encode(models.TEXT + "\n")])
    batch["observation.language.tokens"] = torch.nn.functional.pad(ids, (0, 12 - ids.shape[1]))  # padded to 12
    batch["observation.language.attention_mask"] = torch.arange(12)[None] < ids.shape[1]
    lerobot_policy.dump(policy, batch, words, patches=256, behind=0)


def with_content(rows, cols, x0, y0, x1, y1):
    """Of a grid whose input is 1 x 1, the image at that part of it."""
    mask = np.zeros((rows, cols), bool)
    mask[int(np.floor(y0 * rows + 1e-9)):int(np.ceil(y1 * rows - 1e-9)), int(np.floor(x0 * cols + 1e-9)):int(np.ceil(x1 * cols - 1e-9))] = True
    return mask.ravel()


ALL = (0, 0, 1, 1)
TWO = ["--view", "wrist.png"]
# Name, who writes it, the options of render, and of each view the patches with content.
CASES = [
    ("llava", lambda f: dump_of("hf_output_attentions.py", models.llava, f), ["--preset", "llava"], [with_content(24, 24, *ALL)]),
    ("qwen2-vl", lambda f: dump_of("hf_hook.py", models.qwen2_vl, f), ["--preset", "qwen2-vl"], [with_content(4, 6, *ALL)]),
    # 160 x 120 in 224: 168 rows from 28 on; 90 x 150: 134 columns from 45 on. In 512: 384 rows from 128 on, 307 columns from 205 on.
    ("pi0", pi0, ["--preset", "pi0", *TWO], [with_content(16, 16, 0, 28 / 224, 1, 196 / 224), with_content(16, 16, 45 / 224, 0, 179 / 224, 1)]),
    ("smolvla", smolvla, ["--preset", "smolvla", *TWO], [with_content(8, 8, 0, 128 / 512, 1, 1), with_content(8, 8, 205 / 512, 0, 1, 1)]),
]


def expected(dump, masks):
    """Of each word, of each view: the map of the last layer's mean head, and the highest patch."""
    last, begin, views = dump["attention"][-1].astype(np.float64), 0, []  # [heads, words, columns]
    for mask in masks:
        weights = last[..., begin:begin + mask.size] * mask
        begin += mask.size
        maps = weights.mean(0)
        views.append(maps / maps.sum(-1, keepdims=True))
    assert begin == last.shape[-1]
    return [{"text": str(word), "views": [{"patch": int(maps[i].argmax()), "weight": float(maps[i].max()), "map": maps[i]} for maps in views]}
            for i, word in enumerate(dump["words"])]


def compare(report, words, masks):
    assert [word["text"] for word in report["words"]] == [word["text"] for word in words]
    for said, word in zip(report["words"], words, strict=True):
        for view, made in zip([said, *said.get("views", [])], word["views"], strict=True):
            np.testing.assert_allclose(view["map"], made["map"], atol=2e-6)
            assert view["top"][0]["patch"] == made["patch"], (said["text"], view["top"][0], made["patch"])


def compare_archive(path, report, dump, masks):
    """attnviz's own attention.npz: names, shapes and values, against report.json and the dump."""
    archive, layers_heads = np.load(path), dump["attention"].shape[:2]
    assert list(archive["words"]) == [word["text"] for word in report["words"]]
    begin = 0
    for i, mask in enumerate(masks):
        end, of_view = "" if i == 0 else f".view{i}", report if i == 0 else report["views"][i - 1]
        grid, image, weights = of_view["grid"], of_view["image"] if i == 0 else of_view, archive["attention" + end]
        assert weights.dtype == np.float32 and weights.shape == (*layers_heads, len(report["words"]), mask.size)
        np.testing.assert_array_equal(weights, dump["attention"][..., begin:begin + mask.size] * mask)
        begin += mask.size
        assert list(archive["grid" + end]) == [grid["rows"], grid["cols"]]
        assert list(archive["content" + end]) == grid["content"]
        assert list(archive["input_size" + end]) == [grid["input_width"], grid["input_height"]]
        assert list(archive["image_size" + end]) == [image["width"], image["height"]]
        maps = weights[-1].astype(np.float64).mean(0)
        maps = maps / maps.sum(-1, keepdims=True)
        for said, made in zip(report["words"], maps, strict=True):
            np.testing.assert_allclose((said if i == 0 else said["views"][i - 1])["map"], made, atol=2e-6)


def check(attnviz, name, write, options, masks, keep):
    os.makedirs(name)
    try:
        write(Path(name))
    except ImportError as error:
        print(f"{name}: left out: {error}")
        return
    dump = np.load("attention.npz")
    render = [attnviz, "render", "top.png", "--attention", "attention.npz", *options, "-o", name + "/out", "--formats", "png,json,npz"]
    subprocess.run(render, check=True)
    report, words = json.loads(Path(name, "out/report.json").read_text()), expected(dump, masks)
    compare(report, words, masks)
    compare_archive(name + "/out/attention.npz", report, dump, masks)
    # What it wrote opens again, on its own, to the same maps.
    again = [attnviz, "render", "top.png", "--attention", name + "/out/attention.npz", "-o", name + "/again", *[o for o in options if o not in ("--preset", name)]]
    subprocess.run([*again, "--stdout", "none"], check=True)
    compare(json.loads(Path(name, "again/report.json").read_text()), words, masks)
    print(f"{name}: attention {dump['attention'].shape}, as NumPy has it")
    if keep:
        DATA.mkdir(exist_ok=True)
        shutil.copy("attention.npz", DATA / f"{name}.npz")
        facts = [{"text": word["text"], "views": [[view["patch"], round(view["weight"], 6)] for view in word["views"]]} for word in words]
        (DATA / f"{name}.json").write_text(json.dumps(facts, ensure_ascii=False) + "\n")


def main():
    attnviz, keep = str(Path(sys.argv[1]).resolve()), "--write" in sys.argv
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        models.picture("top.png", 160, 120, 1)
        models.picture("wrist.png", 90, 150, 2)
        for name, write, options, masks in CASES:
            check(attnviz, name, write, options, masks, keep)
        # Both ways to the same numbers.
        run_script("hf_hook.py", "llava/model", "top.png", models.TEXT)
        hook = np.load("attention.npz")["attention"]
        run_script("hf_output_attentions.py", "llava/model", "top.png", models.TEXT)
        np.testing.assert_allclose(hook, np.load("attention.npz")["attention"], atol=1e-6)
        os.chdir("/")


if __name__ == "__main__":
    main()
