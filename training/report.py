"""Prints the model card's tables: makes the held-out sets that are missing (make_eval.py) and has the program evaluate a model on each.

  python report.py /tmp/report --photos PHOTOS/eval.jsonl          sets are kept in the folder: take another after words or objects changed
  python report.py /tmp/report --only tables --model cross-1
  python report.py /tmp/report --model all          the zoo side by side, on the first lines of every set
  python report.py /tmp/report --speed              how long each of them takes to fuse; keep the machine idle
"""
import argparse
import itertools
import json
import os
import re
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SETS = {  # kind of make_eval.py: what the card calls it, scenes
    "objects": ("generated, unseen objects", 2000), "tables": ("table tops, unseen scenes", 400), "seen": ("generated, seen objects", 400),
    "pairs": ("the same, unseen colour-noun pairs", 400), "places": ("generated, size or place decides", 400)}
CHINESE = re.compile("[\u4e00-\u9fff]")


def data_set(folder, kind):
    """Path of a set's eval.jsonl; made where it is missing."""
    path = f"{folder}/{kind}/eval.jsonl"
    if not os.path.exists(f"{folder}/{kind}/objects.txt"):  # which is written last
        command = [sys.executable, f"{HERE}/make_eval.py", f"{folder}/{kind}", "--kind", kind, "--scenes", str(SETS[kind][1])]
        subprocess.run(command, check=True, cwd=HERE, stdout=sys.stderr)
    return path


def part(path, out, keep=lambda line: True, count=None):
    """The lines of a set that are kept, the first `count` of them, with absolute paths as a set of its own."""
    base = os.path.dirname(os.path.abspath(path))
    kept = filter(keep, map(json.loads, open(path, encoding="utf8")))
    with open(out, "w", encoding="utf8") as lines:
        for line in itertools.islice(kept, count):
            line["image"] = os.path.join(base, line["image"])
            for region in [*line["targets"], line.get("goal") or {}]:
                if "mask" in region:
                    region["mask"] = os.path.join(base, region["mask"])
            lines.write(json.dumps(line, ensure_ascii=False) + "\n")
    return out


def figures(args, path, out, *options):
    """What `attnviz eval` says of a set, kept in `out`."""
    subprocess.run([args.program, "eval", path, "--quiet", "--model", args.model, "--json", out, *options], check=True, stdout=subprocess.DEVNULL)
    return json.load(open(out, encoding="utf8"))


class Measure:
    def __init__(self, args, name, path):
        folder = f"{args.folder}/{args.model}-{name}"
        os.makedirs(folder, exist_ok=True)
        self.whole, self.alone = figures(args, path, f"{folder}/whole.json"), figures(args, path, f"{folder}/alone.json", "--alone")
        self.of = {}
        for lang in ("zh", "en"):
            lines = part(path, f"{folder}/{lang}.jsonl", lambda line: bool(CHINESE.search(line["instruction"])) == (lang == "zh"))
            self.of[lang] = figures(args, lines, f"{folder}/{lang}.json")

    def rows(self, title):
        for kind in ("colour", "noun", "verb"):
            k, alone = (m["kinds"].get(kind, {}) for m in (self.whole, self.alone))
            if not k:
                continue
            gaps = [abs(self.of["zh"]["kinds"][kind][m] - self.of["en"]["kinds"][kind][m]) for m in ("mass", "pointing")]
            cells = [k["mass"], k["pointing"], k["iou"], k["chance"], k["centre"], alone.get("pointing"), alone.get("control"), k["discrimination"]]
            yield [title, kind, str(k["n"]), *(number(c) for c in cells), " / ".join(map(number, gaps))]

    def summary(self, title):
        success, nothing = self.whole["success"], self.whole["nothing"]
        gap = abs(self.of["zh"]["success"]["rate"] - self.of["en"]["success"]["rate"])
        cells = [success["rate"], success["chance"], gap, self.whole["kinds"]["all"]["discrimination"], nothing["auc"], nothing["precision"], nothing["recall"]]
        return [title, str(success["n"]), *(number(c) for c in cells)]


def number(x):
    return "" if x is None else f"{x:.2f}"


def table(head, rows):
    print("\n" + "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows]))


def compare(args, sets):
    """A row a model: parameters, milliseconds, and on every set pointing of colours, nouns and verbs, and success."""
    rows = {}
    for kind, (_, path) in sets.items():
        lines = part(path, f"{args.folder}/all-{kind}.jsonl", count=args.lines)
        for model in figures(args, lines, f"{args.folder}/all-{kind}.json")["models"]:
            row = rows.setdefault(model["model"], [model["model"], f"{model['params'] / 1e6:.2f} M", f"{model['ms']:.0f}"])
            scores = [model["kinds"].get(name, {}).get("pointing") for name in ("colour", "noun", "verb")]
            row.append(" / ".join(map(number, [*scores, model["success"]["rate"]])))
    table(["model", "parameters", "ms", *(title for title, _ in sets.values())], rows.values())


def speed(args):
    """Milliseconds of words, fusion and target alone, by the number of patches: medians of 15 runs on a sample."""
    image, grids = f"{HERE}/../assets/samples/red-cup-table.png", (196, 400, 784, 1024)
    command = [args.program, image, "拿起红色杯子", "--formats", "json", "--quiet", "--force", "--out", f"{args.folder}/speed"]

    def attend(model, patches):
        subprocess.run([*command, "--model", model, "--patches", str(patches)], check=True, stdout=subprocess.DEVNULL)
        return json.load(open(f"{args.folder}/speed/report.json", encoding="utf8"))["timing_ms"]["attend"]

    listed = subprocess.run([args.program, "models"], check=True, capture_output=True, text=True).stdout
    names = [line.split()[0] for line in listed.splitlines()]
    table(["model", *(f"{n} patches" for n in grids)],
          [[name, *(f"{statistics.median(attend(name, n) for _ in range(15)):.1f}" for n in grids)] for name in names])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--program", default=f"{HERE}/../build/release/attnviz")
    parser.add_argument("--model", default="base")
    parser.add_argument("--only", default=",".join(SETS))
    parser.add_argument("--photos", help="eval.jsonl of real photographs")
    parser.add_argument("--lines", type=int, default=400, help="of every set, where all models are compared")
    parser.add_argument("--speed", action="store_true")
    args = parser.parse_args()
    if args.speed:
        return speed(args)
    sets = {kind: (SETS[kind][0], data_set(args.folder, kind)) for kind in args.only.split(",")}
    if args.photos:
        sets["photos"] = "photographs", args.photos
    if args.model == "all":
        return compare(args, sets)
    measured = {title: Measure(args, kind, path) for kind, (title, path) in sets.items()}
    table(["set", "words", "n", "mass", "pointing", "IoU", "chance", "centre", "alone", "control", "discrimination", "zh - en, mass / pointing"],
          [row for title, m in measured.items() for row in m.rows(title)])
    table(["set", "n", "success", "chance", "zh - en", "discrimination", "nothing: AUC", "precision", "recall"],
          [m.summary(title) for title, m in measured.items()])


if __name__ == "__main__":
    main()
