"""Prints the model card's tables: makes the held-out sets that are missing (make_eval.py) and has the program evaluate a model on each.

  python report.py /tmp/report --photos PHOTOS/eval.jsonl          sets are kept in the folder: take another after words or objects changed
  python report.py /tmp/report --only tables --model cross-1
"""
import argparse
import json
import os
import re
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


def in_language(path, folder, lang):
    """The lines of one language, with absolute paths, as a set of its own."""
    base, out = os.path.dirname(os.path.abspath(path)), f"{folder}/{lang}.jsonl"
    with open(out, "w", encoding="utf8") as lines:
        for line in map(json.loads, open(path, encoding="utf8")):
            if bool(CHINESE.search(line["instruction"])) != (lang == "zh"):
                continue
            line["image"] = os.path.join(base, line["image"])
            for region in [*line["targets"], line.get("goal") or {}]:
                if "mask" in region:
                    region["mask"] = os.path.join(base, region["mask"])
            lines.write(json.dumps(line, ensure_ascii=False) + "\n")
    return out


class Measure:
    def __init__(self, args, name, path):
        self.args, self.folder = args, f"{args.folder}/{args.model}-{name}"
        os.makedirs(self.folder, exist_ok=True)
        self.whole, self.alone = self.figures(path, "whole"), self.figures(path, "alone", "--alone")
        self.of = {lang: self.figures(in_language(path, self.folder, lang), lang) for lang in ("zh", "en")}

    def figures(self, path, name, *options):
        out = f"{self.folder}/{name}.json"
        subprocess.run([self.args.program, "eval", path, "--quiet", "--model", self.args.model, "--json", out, *options],
                       check=True, stdout=subprocess.DEVNULL)
        return json.load(open(out, encoding="utf8"))

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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--program", default=f"{HERE}/../build/release/attnviz")
    parser.add_argument("--model", default="base")
    parser.add_argument("--only", default=",".join(SETS))
    parser.add_argument("--photos", help="eval.jsonl of real photographs")
    args = parser.parse_args()
    sets = {kind: (SETS[kind][0], data_set(args.folder, kind)) for kind in args.only.split(",")}
    if args.photos:
        sets["photos"] = "photographs", args.photos
    measured = {title: Measure(args, kind, path) for kind, (title, path) in sets.items()}
    table(["set", "words", "n", "mass", "pointing", "IoU", "chance", "centre", "alone", "control", "discrimination", "zh - en, mass / pointing"],
          [row for title, m in measured.items() for row in m.rows(title)])
    table(["set", "n", "success", "chance", "zh - en", "discrimination", "nothing: AUC", "precision", "recall"],
          [m.summary(title) for title, m in measured.items()])


if __name__ == "__main__":
    main()
