"""report.html in a real browser.

  page_test.py path/to/attnviz      exit code 77: there is no browser here
"""
import json
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import unittest

import chromium

SKIPPED = 77
HOSTILE = "</script><script>window.hacked=1</script> <img src=x onerror=window.hacked=1> red cup"


def scene(path, width=160, height=120, at=(0.3, 0.6)):
    """A red disc on grey."""
    def pixel(x, y):
        red = ((x + 0.5) / width - at[0]) ** 2 + ((y + 0.5) / height - at[1]) ** 2 < 0.03
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


def short(weight):
    """As the page writes weights."""
    return f"{weight:.2f}" if weight >= 0.0995 else f"{weight:.3f}" if weight >= 0.00095 else "<0.001" if weight > 0 else "0"


def contrast(*colours):
    """Of two CSS colours (WCAG 2)."""
    def luminance(colour):
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    dark, light = sorted(map(luminance, colours))
    return (light + 0.05) / (dark + 0.05)


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
            subprocess.run([PROGRAM, "render", cls.image, "--attention", dump, "--words", "red|cup", "--grid", "6x8", "--content", content,
                            "--quiet", "--stdout", "none", "--formats", "png,json,html", "-o", f"{cls.folder.name}/{name}"], check=True)
        cls.page = chromium.Page(chromium.find(), cls.folder.name + "/profile")

    @classmethod
    def tearDownClass(cls):
        cls.page.close()
        cls.folder.cleanup()

    @classmethod
    def job(cls, name, instruction, *options):
        out = f"{cls.folder.name}/{name}"
        subprocess.run([PROGRAM, cls.image, instruction, "--quiet", "--stdout", "none", "-o", out, *options], check=True)
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
        return self.page.run("document.querySelector('.word.shown').textContent")

    def choose(self, name, value):
        self.page.run(f"(() => {{ const s = document.querySelector('[name={name}]'); s.value = '{value}'; s.dispatchEvent(new Event('change')); }})()")

    def texts(self, selector):
        return self.page.run(f"[...document.querySelectorAll({json.dumps(selector)})].map((element) => element.textContent)")

    def place(self, selector):
        return self.page.run(f"(() => {{ const b = document.querySelector({json.dumps(selector)}).getBoundingClientRect(); return [b.left, b.top, b.width, b.height]; }})()")

    def click_pixel(self, x, y, width=160, height=120):
        left, top, across, down = self.place(".stage")
        self.page.click(left + x / width * across, top + y / height * down)

    def framed(self, name):
        """What the frames of that name lie around, in pixels of the image: x0, y0, x1, y1 each."""
        return self.page.run(f"[...document.querySelectorAll('rect.{name}')].map((r) => ['x', 'y', 'width', 'height'].map((n) => Number(r.getAttribute(n))))"
                             ".map(([x, y, w, h]) => [x, y, x + w, y + h])")

    def top(self):
        return self.page.run("[...document.querySelectorAll('table.top tbody tr button')].map((button) => Number(button.textContent))")

    def readings(self, view=0):
        return self.page.run(f"attnviz.readings()[{view}].map((r) => ({{heat: [...r.heat], nothing: r.nothing, entropy: r.entropy}}))")

    def agree(self, words, view=None, tolerance=2e-6):
        """The page's figures are the report's."""
        for word, reading in zip(words, self.readings(view or 0), strict=True):
            said = word if view is None else word["views"][view - 1]
            self.assertLess(max(abs(a - b) for a, b in zip(said["map"], reading["heat"], strict=True)), tolerance)
            self.assertAlmostEqual(said["nothing"] or 0, reading["nothing"], places=4)
            self.assertAlmostEqual(said["entropy"], reading["entropy"], places=4)

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
            self.choose("layer", layer)
            self.choose("head", head)
            self.page.run(f"(() => {{ const b = document.querySelector('input[name=relative]'); if (b.checked !== {json.dumps(relative)}) b.click(); }})()")
            with self.subTest(layer=layer, head=head, relative=relative):
                self.agree(report["words"])

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
        x0, y0, x1, y1 = best["box"]
        self.click_pixel((x0 + x1) / 2, (y0 + y1) / 2)
        self.assertEqual(self.page.run("attnviz.state.chosen"), {"view": 0, "patch": best["patch"]})
        shares = [word["map"][best["patch"]] * (1 - word["nothing"]) for word in report["words"]]
        order = sorted(range(3), key=lambda i: -shares[i])
        self.assertEqual(self.texts("table.asked button"), [report["words"][i]["text"] for i in order])
        cells = self.texts("table.asked tbody td")
        self.assertEqual(cells[1::3], [short(report["words"][i]["map"][best["patch"]]) for i in order])
        self.assertEqual(cells[2::3], [short(shares[i]) for i in order])
        self.assertIn(str(best["patch"]), self.page.run("document.querySelector('.spoken').textContent"))
        for a, b in zip(self.framed("chosen")[0], best["box"], strict=True):
            self.assertAlmostEqual(a, b, places=3)

    def test_what_is_said_of_a_word_is_the_reports(self):
        self.open()
        for index, word in enumerate(self.report("out")["words"]):
            self.page.click(*self.page.middle(".word", index))
            self.page.move(1, 1)
            facts = dict(zip(self.texts("dt"), self.texts("dd"), strict=True))
            self.assertEqual(facts["entropy"], f"{word['entropy']:.2f}")
            self.assertEqual(facts["looks at nothing here"], f"{100 * word['nothing']:.0f} %")
            self.assertEqual(self.texts("table.top tbody td:last-child")[:5], [short(patch["weight"]) for patch in word["top"]])
            self.assertEqual(self.page.run("document.querySelector('.bar').textContent"), "0" + short(max(word["map"])))

    def test_the_target_is_the_reports(self):
        self.open()
        target = self.report("out")["target"]
        for a, b in zip(self.framed("target")[0], target["box"], strict=True):
            self.assertAlmostEqual(a, b, places=3)
        left, top, width, height = self.place(".stage")
        x, y, across, down = self.place(".dot")
        self.assertAlmostEqual((x + across / 2 - left) / width * 160, target["point"][0], delta=0.5)
        self.assertAlmostEqual((y + down / 2 - top) / height * 120, target["point"][1], delta=0.5)
        self.page.run("document.querySelector('input[name=target]').click()")
        self.assertEqual(self.framed("target"), [])

    def test_rows_are_chosen_with_the_keyboard_and_stay_where_they_are(self):
        self.open()
        self.page.click(*self.page.middle(".word", 1))
        before = self.place("table.top")
        self.page.run("document.querySelector('table.top button').focus()")
        self.page.press("ArrowDown")
        self.page.press("Enter")
        self.assertEqual(self.page.run("attnviz.state.chosen.patch"), self.top()[1])
        self.assertEqual(self.page.run("document.activeElement.dataset.key"), "top 0 1")
        self.assertEqual(self.place("table.top"), before)  # or a second click would meet another row
        self.page.press("Enter")
        self.assertIsNone(self.page.run("attnviz.state.chosen"))

    def test_the_picture_is_the_programs(self):
        # A quarter of the last row of patches is left by the image's edge, where the disc is.
        scene(self.folder.name + "/cut.ppm", 160, 98, at=(0.4, 0.95))
        for interpolation in ("nearest", "linear", "cubic"):
            for scale in ("word", "shared"):
                out = f"{self.folder.name}/cut"
                subprocess.run([PROGRAM, self.folder.name + "/cut.ppm", "拿起红色杯子", "--quiet", "--stdout", "none", "-o", out, "--force", "--formats",
                                "png,json,html", "--interp", interpolation, "--scale", scale], check=True)
                self.open("cut")
                if self.page.run("attnviz.state.target"):
                    self.page.run("document.querySelector('input[name=target]').click()")
                with self.subTest(interpolation=interpolation, scale=scale):
                    self.compare_words("cut")

    def test_letterboxed_and_cropped_inputs(self):
        for name in ("letterbox", "crop"):
            with self.subTest(name):
                self.open(name)
                self.compare_words(name)
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

    def compare_words(self, name):
        """The open page at 160 pixels, a word after the other, and the program's pictures of them."""
        self.page.run("document.querySelector('.stage').style.width = '160px'")
        for index, word in enumerate(self.report(name)["words"]):
            with self.subTest(word=word["text"]):
                self.page.click(*self.page.middle(".word", index))
                self.page.move(1, 1)
                self.page.wait("document.querySelector('.stage canvas').width === 160")
                self.compare_pictures(pathlib.Path(self.folder.name, name, word["heatmap"]))

    def compare_pictures(self, path):
        width, height, rows = self.page.screenshot(".stage")
        theirs = chromium.decode_png(path.read_bytes())
        self.assertEqual((width, height), theirs[:2])
        differences = [abs(a - b) for ours, of_them in zip(rows, theirs[2], strict=True) for a, b in zip(ours, of_them, strict=True)]
        self.assertLess(max(differences), 5)
        self.assertLess(sum(differences) / len(differences), 1)

    def test_looks_change_the_picture(self):
        self.open()
        last = self.page.screenshot(".stage")
        for name, value in (("colormap", "viridis"), ("interpolation", "nearest")):
            self.choose(name, value)
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
        first, second = self.page.run("[...document.querySelectorAll('.stage')].map((s) => s.getBoundingClientRect()).map((b) => [b.top, b.height])")
        self.assertEqual(first[0], second[0])
        self.assertAlmostEqual(first[1], second[1], delta=2)
        self.assertEqual(len(self.texts("aside h3")), 2)
        report = self.report("views")
        shown = next(word for word in report["words"] if word["text"] == self.chosen())
        self.assertEqual([text for text in self.texts("dd") if text.startswith("0.")],
                         [f"{shown['entropy']:.2f}", f"{shown['views'][0]['entropy']:.2f}"])
        self.assertEqual(self.page.run("document.documentElement.lang"), "zh")
        self.assertIn("视角 1", self.page.run("document.querySelectorAll('figcaption')[1].textContent"))

    def test_a_phone_needs_no_scrolling_sideways(self):
        for name in ("out", "views", "hostile"):
            self.open(name, 360, 740)
            self.assertLessEqual(self.page.run("document.documentElement.scrollWidth"), 360)
        self.open("out", 360, 740)
        self.click_pixel(48, 72)
        left, top, width, height = self.place(".patch-card h2")
        self.assertTrue(0 <= top and top + height <= 740, "what a patch says is to be seen at once")

    def test_dark_mode(self):
        self.open()
        light = self.page.run("getComputedStyle(document.body).backgroundColor")
        self.page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
        self.assertNotEqual(self.page.run("getComputedStyle(document.body).backgroundColor"), light)
        colours = [self.page.run(f"getComputedStyle(document.querySelector('.facts')).{what}") for what in ("color", )]
        paper = self.page.run("getComputedStyle(document.body).backgroundColor")
        self.assertGreater(contrast(colours[0], paper), 4.5)
        self.assertGreater(contrast(self.page.run("getComputedStyle(document.body).color"), paper), 7)
        self.page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "light"}])

    def test_a_damaged_page_says_so(self):
        text = pathlib.Path(self.folder.name, "out/report.html").read_text(encoding="utf8")
        damaged = pathlib.Path(self.folder.name, "damaged.html")
        cut_in_data, cut_in_script = text.index('"weights"') + 500, text.index("function startPage")
        for damage in (text.replace('"weights":"', '"weights":"AAAA'), text.replace('{"language"', '{"language', 1),
                       text.replace('"layer":"last"', '"layer":"99"'), text[:cut_in_data], text[:cut_in_script]):
            self.assertNotEqual(damage, text)
            damaged.write_text(damage, encoding="utf8")
            self.page.open(damaged)
            self.assertIn("this page is damaged", self.page.run("document.body.textContent"))

    def test_it_is_small(self):
        # Noise is what compresses least.
        noise = self.folder.name + "/noise.ppm"
        pathlib.Path(noise).write_bytes(b"P6\n2000 1500\n255\n" + os.urandom(2000 * 1500 * 3))
        words = "one two three red blue green yellow black white cup bowl plate"
        subprocess.run([PROGRAM, noise, words, "--quiet", "--stdout", "none", "-o", self.folder.name + "/long", "--formats", "html,json", "--patches", "256"], check=True)
        self.assertEqual(len(self.report("long")["words"]), 12)
        self.assertLess(os.path.getsize(self.folder.name + "/long/report.html"), 2 << 20)


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    if not chromium.find():
        print("browser tests skipped: no chromium here (apt-get install chromium)")
        sys.exit(SKIPPED)
    unittest.main()
