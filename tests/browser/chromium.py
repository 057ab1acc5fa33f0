"""Chromium without a window, driven through a pipe (Chrome DevTools Protocol): standard library only."""
import base64
import json
import os
import select
import shutil
import struct
import subprocess
import time
import zlib

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


def find():
    """Path of a browser, or None."""
    return next((path for path in map(shutil.which, PROGRAMS) if path), None)


class Page:
    """One page in a browser of its own. `console`: what it complained of; `requests`: addresses that it asked for."""

    def __init__(self, path, profile, width=1280, height=900, dark=False):
        self.console, self.requests, self._last, self._buffer = [], [], 0, b""
        to_browser, from_browser = os.pipe(), os.pipe()

        def wire():  # the browser reads descriptor 3 and writes 4
            read, write = os.dup(to_browser[0]), os.dup(from_browser[1])
            os.dup2(read, 3)
            os.dup2(write, 4)

        command = [path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                   f"--user-data-dir={profile}", "--remote-debugging-pipe"]
        self._process = subprocess.Popen(command, preexec_fn=wire, close_fds=False, stdout=subprocess.DEVNULL,
                                         stderr=subprocess.DEVNULL)
        os.close(to_browser[0])
        os.close(from_browser[1])
        self._write, self._read, self._session = to_browser[1], from_browser[0], None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Runtime", "Page", "Network", "Log"):
            self.call(domain + ".enable")
        self.size(width, height)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def close(self):
        self._process.kill()
        self._process.wait()
        os.close(self._write)
        os.close(self._read)

    def _notice(self, message):
        method, params = message.get("method"), message.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.console.append(json.dumps(params["exceptionDetails"])[:400])
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
            self.console.append(json.dumps(params["args"])[:400])
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.console.append(params["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"][:100])

    def _receive(self, deadline):
        while b"\0" not in self._buffer:
            if not select.select([self._read], [], [], max(0, deadline - time.monotonic()))[0]:
                raise TimeoutError("the browser does not answer")
            part = os.read(self._read, 1 << 20)
            if not part:
                raise RuntimeError("the browser is gone")
            self._buffer += part
        message, self._buffer = self._buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **params):
        self._last += 1
        message = {"id": self._last, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + 60
        while True:
            answer = self._receive(deadline)
            if answer.get("id") == self._last:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self._notice(answer)

    def size(self, width, height, mobile=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)

    def open(self, path):
        self.call("Page.navigate", url="file://" + os.path.abspath(path))
        self.wait("document.readyState === 'complete'")

    def run(self, expression):
        """The value of a JavaScript expression."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise AssertionError(json.dumps(result["exceptionDetails"])[:600])
        return result["result"].get("value")

    def wait(self, condition):
        deadline = time.monotonic() + 20
        while not self.run(condition):
            if time.monotonic() > deadline:
                raise TimeoutError("never true: " + condition)
            time.sleep(0.05)

    def settle(self):
        """Until what was asked for is drawn."""
        self.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def middle(self, selector, index=0):
        box = self.run(f"(() => {{ const b = document.querySelectorAll({json.dumps(selector)})[{index}].getBoundingClientRect();"
                       " return [b.left + b.width / 2, b.top + b.height / 2]; })()")
        return box[0], box[1]

    def move(self, x, y):
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        self.settle()

    def click(self, x, y):
        self.move(x, y)
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
        self.settle()

    def press(self, key):
        extra = {"text": "\r", "windowsVirtualKeyCode": 13} if key == "Enter" else {}  # or buttons do not notice
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, **extra)
        self.settle()

    def screenshot(self, selector=None):
        """(width, height, rows of RGB bytes) of an element or of the window."""
        clip = {}
        if selector:
            box = self.run(f"(() => {{ const b = document.querySelector({json.dumps(selector)}).getBoundingClientRect();"
                           " return [b.left, b.top, b.width, b.height]; })()")
            clip = {"clip": {"x": box[0], "y": box[1], "width": box[2], "height": box[3], "scale": 1}}
        return decode_png(base64.b64decode(self.call("Page.captureScreenshot", format="png", **clip)["data"]))


def _unfilter(kind, row, above, step):
    for i, value in enumerate(row):
        left = row[i - step] if i >= step else 0
        up, corner = above[i], above[i - step] if i >= step else 0
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = up
        elif kind == 3:
            guess = (left + up) // 2
        elif kind == 4:
            distances = [(abs(up - corner), left), (abs(left - corner), up), (abs(left + up - 2 * corner), corner)]
            guess = min(distances, key=lambda pair: pair[0])[1]
        else:
            guess = 0
        row[i] = (value + guess) & 255
    return row


def decode_png(data):
    """(width, height, rows of RGB bytes) of an 8-bit RGB or RGBA file."""
    at, packed, width, height, step = 8, b"", 0, 0, 3
    while at < len(data):
        length, name = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        if name == b"IHDR":
            width, height, _, colour = struct.unpack(">IIBB", body[:10])
            step = {2: 3, 6: 4}[colour]
        elif name == b"IDAT":
            packed += body
        at += length + 12
    flat, rows, above = zlib.decompress(packed), [], bytearray(width * step)
    for y in range(height):
        begin = y * (width * step + 1)
        above = _unfilter(flat[begin], bytearray(flat[begin + 1:begin + 1 + width * step]), above, step)
        rows.append(b"".join(bytes(above[i:i + 3]) for i in range(0, len(above), step)))
    return width, height, rows
