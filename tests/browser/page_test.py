"""report.html in a real browser.

  page_test.py path/to/attnviz      exit code 77: there is no browser here
"""
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

import chromium

SKIPPED = 77
HOSTILE = "</script><script>window.hacked=1</script> <img src=x onerror=window.hacked=1> red cup"


def scene(path, width=160, height=120):
    """A red disc on grey."""
    def pixel(x, y):
        red = ((x + 0.5) / width - 0.3) ** 2 + ((y + 0.5) / height - 0.6) ** 2 < 0.03
        return bytes((200, 30, 25) if red else (120, 125, 130))
    with open(path, "wb") as file:
        file.write(b"P6\n%d %d\n255\n" % (width, height) + b"".join(pixel(x, y) for y in range(height) for x in range(width)))
    return path


def weights(path, rows, cols, spots):
    """One row of weights a spot, [len(spots), rows * cols], as .npy: highest at the spot, falling off."""
    values = [1 / (1 + (r - row) ** 2 + (c - col) ** 2) for row, col in spots for r in range(rows) for c in range(cols)]
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({len(spots)}, {rows * cols}), }}\n".encode()
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + struct.pack(f"<{len(values)}f", *values))
    return path


class PageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.image = scene(cls.folder.name + "/scene.ppm")
        cls.job("out", "拿起红色杯子", "--formats", "png,json,html")
        cls.job("hostile", HOSTILE, "--formats", "html,json")
        cls.job("views", "red cup", "--formats", "html,json", "--view", scene(cls.folder.name + "/side.ppm", 90, 150), "--lang", "zh")
        # 8 x 6 patches of 10 pixels: the image between bars at the sides, and cut at both ends.
        dump = weights(cls.folder.name + "/dump.npy", 6, 8, [(1, 3), (4, 5)])
        for name, content in (("letterbox", "15,0,72,60"), ("crop", "-14,0,94,60")):
            cls.attnviz("render", cls.image, "--attention", dump, "--words", "red|cup", "--grid", "6x8", "--content", content,
                    "--quiet", "--stdout", "none", "--formats", "png,json,html", "-o", f"{cls.folder.name}/{name}")
        cls.page = chromium.Page(chromium.find(), cls.folder.name + "/profile")

    @classmethod
    def tearDownClass(cls):
        cls.page.close()
        cls.folder.cleanup()

    @classmethod
    def attnviz(cls, *arguments):
        subprocess.run([PROGRAM, *arguments], check=True)

    @classmethod
    def job(cls, name, instruction, *options):
        out = f"{cls.folder.name}/{name}"
        cls.attnviz(cls.image, instruction, "--quiet", "--stdout", "none", "-o", out, *options)
        return cls.report(name)

    @classmethod
    def report(cls, name):
        return json.loads(pathlib.Path(cls.folder.name, name, "report.json").read_text(encoding="utf8"))

    def open(self, name="out", width=1280, height=1000):
        self.page.console.clear()
        self.page.requests.clear()
        self.page.size(width, height)
        self.page.move(1, 1)
        self.page.open(f"{self.folder.name}/{name}/report.html")
        self.page.wait("!!window.attnviz")
        self.page.settle()

    def tearDown(self):
        self.assertEqual(self.page.console, [])
        self.assertEqual([url for url in self.page.requests if not url.startswith(("file:", "data:"))], [])

    def chosen(self):
        return self.page.run("document.querySelector('.word[aria-pressed=true]').textContent")

    def top(self):
        return self.page.run("[...document.querySelectorAll('table.top tbody tr td:first-child')].map((cell) => Number(cell.textContent))")

    def readings(self, view=0):
        return self.page.run(f"attnviz.readings()[{view}].map((r) => ({{heat: [...r.heat], nothing: r.nothing, entropy: r.entropy}}))")

    def agree(self, words, view=None, tolerance=3e-5):
        """The page's figures are the report's."""
        for word, reading in zip(words, self.readings(view or 0), strict=True):
            said = word if view is None else word["views"][view - 1]
            self.assertLess(max(abs(a - b) for a, b in zip(said["map"], reading["heat"], strict=True)), tolerance)
            self.assertAlmostEqual(said["nothing"] or 0, reading["nothing"], places=4)
            self.assertAlmostEqual(said["entropy"], reading["entropy"], delta=30 * tolerance)

    def test_the_first_view_is_the_reports(self):
        self.open()
        report = self.report("out")
        self.agree(report["words"])
        index = [word["text"] for word in report["words"]].index(self.chosen())
        self.assertEqual(self.top()[:5], [patch["patch"] for patch in report["words"][index]["top"]])
        self.assertEqual(self.page.run("document.title"), "拿起红色杯子 - attnviz")

    def test_other_layers_and_heads_are_what_the_program_says_of_them(self):
        self.open()
        for layer, head, relative in (("0", "1", False), ("mean", "max", False), ("rollout", "mean", False), ("last", "mean", True)):
            report = self.job("other", "拿起红色杯子", "--formats", "json", "--layer", layer, "--head", head, *(["--relative"] if relative else []))
            for name, value in (("layer", layer), ("head", head)):
                self.page.run(f"(() => {{ const s = document.querySelector('select[name={name}]'); s.value = '{value}'; s.dispatchEvent(new Event('change')); }})()")
            self.page.run(f"(() => {{ const b = document.querySelector('input[name=relative]'); if (b.checked !== {json.dumps(relative)}) b.click(); }})()")
            with self.subTest(layer=layer, head=head, relative=relative):
                self.agree(report["words"], tolerance=2e-3 if relative else 3e-5)  # differences of weights of 16 bits

    def test_hovering_shows_and_clicking_keeps(self):
        self.open()
        self.page.click(*self.page.middle(".word", 1))
        self.page.move(1, 1)
        self.assertEqual(self.chosen(), "红色")
        before = self.page.screenshot(".stage")
        self.page.move(*self.page.middle(".word", 2))
        self.assertEqual(self.chosen(), "杯子")
        self.assertNotEqual(self.page.screenshot(".stage"), before)
        self.page.move(1, 1)
        self.assertEqual(self.chosen(), "红色")
        self.assertEqual(self.page.screenshot(".stage"), before)

    def test_keys_move_between_words_and_patches(self):
        self.open()
        self.page.click(*self.page.middle(".word", 0))
        self.page.move(1, 1)
        self.page.press("ArrowRight")
        self.assertEqual(self.chosen(), "红色")
        self.page.press("ArrowLeft")
        self.page.press("ArrowLeft")
        self.assertEqual(self.chosen(), "杯子")
        first = self.top()[0]
        self.page.run("document.querySelector('.stage').focus()")
        self.page.press("ArrowUp")
        cols = self.report("out")["grid"]["cols"]
        self.assertEqual(self.page.run("attnviz.state.chosen.patch"), first - cols if first >= cols else first)
        self.page.press("Escape")
        self.assertIsNone(self.page.run("attnviz.state.chosen"))

    def test_a_patch_tells_its_words(self):
        self.open()
        report = self.report("out")
        best = report["words"][1]["top"][0]
        left, top, width, height = self.page.run("(() => { const b = document.querySelector('.stage').getBoundingClientRect(); return [b.left, b.top, b.width, b.height]; })()")
        x0, y0, x1, y1 = best["box"]
        self.page.click(left + (x0 + x1) / 2 / 160 * width, top + (y0 + y1) / 2 / 120 * height)
        self.assertEqual(self.page.run("attnviz.state.chosen"), {"view": 0, "patch": best["patch"]})
        weights = [word["map"][best["patch"]] * (1 - word["nothing"]) for word in report["words"]]
        expected = [report["words"][i]["text"] for i in sorted(range(3), key=lambda i: -weights[i])]
        self.assertEqual(self.page.run("[...document.querySelectorAll('table.asked td.name')].map((cell) => cell.textContent)"), expected)

    def pictures_agree(self, name):
        self.open(name)
        self.page.run("document.querySelector('input[name=target]:checked')?.click()")
        self.page.run("document.querySelector('.stage').style.width = '160px'")
        for index, word in enumerate(self.report(name)["words"]):
            self.page.click(*self.page.middle(".word", index))
            self.page.move(1, 1)
            self.page.wait("document.querySelector('.stage canvas').width === 160")
            width, height, rows = self.page.screenshot(".stage")
            theirs = chromium.decode_png(pathlib.Path(self.folder.name, name, word["heatmap"]).read_bytes())
            self.assertEqual((width, height), theirs[:2])
            # The corners are round.
            differences = [abs(a - b) for y in range(10, 110) for a, b in zip(rows[y][30:450], theirs[2][y][30:450], strict=True)]
            self.assertLess(max(differences), 12)
            self.assertLess(sum(differences) / len(differences), 1)

    def test_the_picture_is_the_programs(self):
        self.pictures_agree("out")

    def test_letterboxed_and_cropped_inputs(self):
        for name in ("letterbox", "crop"):
            with self.subTest(name):
                self.pictures_agree(name)
                report = self.report(name)
                self.page.run("window.GRID = JSON.parse(document.getElementById('data').textContent).views[0].grid")
                self.agree(report["words"])
                for word in report["words"]:
                    for patch in word["top"]:
                        box = self.page.run(f"(() => {{ const b = maths.patchBox(GRID, {patch['patch']}); return [b.x, b.y, b.x + b.width, b.y + b.height]; }})()")
                        for said, found in zip(patch["box"], box, strict=True):
                            self.assertAlmostEqual(said, found, places=2)
        self.assertIsNone(self.page.run("maths.patchAt(GRID, 0.01, 0.5)"))  # cut away
        self.assertEqual(self.page.run("maths.patchAt(GRID, 0.5, 0.5)"), 3 * 8 + 4)

    def test_looks_change_the_picture(self):
        self.open()
        last = self.page.screenshot(".stage")
        for name, value in (("colormap", "viridis"), ("interpolation", "nearest")):
            self.page.run(f"(() => {{ const s = document.querySelector('select[name={name}]'); s.value = '{value}'; s.dispatchEvent(new Event('change')); }})()")
            self.page.settle()
            now = self.page.screenshot(".stage")
            self.assertNotEqual(now, last)
            last = now
        self.page.run("(() => { const s = document.querySelector('input[name=alpha]'); s.value = 0; s.dispatchEvent(new Event('input')); })()")
        self.assertTrue(self.page.run("attnviz.pixels(0, 1, 40, 30).every((value, i) => i % 4 !== 3 || value === 0)"))

    def test_what_is_said_is_never_run(self):
        self.open("hostile")
        self.assertIsNone(self.page.run("window.hacked"))
        self.assertIn("</script>", self.page.run("document.title"))
        self.assertEqual(self.page.run("document.querySelectorAll('#page script, #page img[src=x]').length"), 0)
        self.assertEqual(self.page.run("document.querySelector('.sentence').textContent"), HOSTILE)

    def test_views_stand_side_by_side(self):
        self.open("views")
        self.agree(self.report("views")["words"], 1)
        tops = self.page.run("[...document.querySelectorAll('.stage')].map((stage) => stage.getBoundingClientRect().top)")
        self.assertEqual(len(tops), 2)
        self.assertEqual(tops[0], tops[1])
        self.assertEqual(self.page.run("document.documentElement.lang"), "zh")
        self.assertIn("视角 1", self.page.run("document.querySelectorAll('figcaption')[1].textContent"))

    def test_a_phone_needs_no_scrolling_sideways(self):
        for name in ("out", "views", "hostile"):
            self.open(name, 360, 740)
            self.assertLessEqual(self.page.run("document.documentElement.scrollWidth"), 360)

    def test_dark_mode(self):
        self.open()
        light = self.page.run("getComputedStyle(document.body).backgroundColor")
        self.page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
        self.assertNotEqual(self.page.run("getComputedStyle(document.body).backgroundColor"), light)
        self.page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "light"}])

    def test_a_damaged_page_says_so(self):
        text = pathlib.Path(self.folder.name, "out/report.html").read_text(encoding="utf8")
        damaged = pathlib.Path(self.folder.name, "damaged.html")
        for damage in (text.replace('"weights":"', '"weights":"AAAA'), text.replace('{"language"', '{"language', 1)):
            self.assertNotEqual(damage, text)
            damaged.write_text(damage, encoding="utf8")
            self.page.open(damaged)
            self.assertIn("this page is damaged", self.page.run("document.body.textContent"))

    def test_it_is_small(self):
        words = "one two three red blue green yellow black white cup bowl plate"
        self.job("long", words, "--formats", "html,json", "--patches", "256")
        self.assertEqual(len(self.report("long")["words"]), 12)
        self.assertLess(os.path.getsize(self.folder.name + "/long/report.html"), 2 << 20)


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    if not chromium.find():
        print("browser tests skipped: no chromium here (apt-get install chromium)")
        sys.exit(SKIPPED)
    unittest.main()
