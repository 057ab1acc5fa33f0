"""Writes the small fixtures in tests/reference/data/ with PyTorch (any 2.x):

    python tests/reference/make_fixtures.py

tiny.safetensors           a small random model in the format of training/FORMAT.md
tiny_forward.safetensors   every stage of that model on one image, computed here by plain PyTorch calls
mixed.safetensors, mixed_forward.safetensors   the same with patch mixers

The forward pass is written down from FORMAT.md alone, so that it checks the program and the training code alike.
(attention.safetensors is written by make_attention_fixture.py.)
"""

import json
import math
import struct
from pathlib import Path

import torch
import torch.nn.functional as F

OUT = Path(__file__).parent / "data"
DTYPES = {torch.float32: "F32", torch.float16: "F16", torch.uint8: "U8", torch.int64: "I64"}

DIM, PATCH_PX, HEADS, TEXT_HEADS = 16, 16, 4, 2
STEM, HEAD = 8, 24
BLOCKS = [[3, 1, 1, 4], [3, 2, 2, 6], [5, 2, 3, 8], [3, 2, 2, 12], [5, 1, 2, 12], [5, 2, 2, 16]]
MEAN, STD = [120.0, 115.0, 100.0], [60.0, 58.0, 61.0]
IMAGE_WIDTH, IMAGE_HEIGHT, PATCHES = 64, 40, 16  # scale 1: an input of 64 x 64 with padding below
ROWS = 7


def save(path, tensors, metadata=None):
    header, data = {}, b""
    if metadata:
        header["__metadata__"] = metadata
    for name, tensor in tensors.items():
        raw = tensor.detach().contiguous().numpy().tobytes()
        header[name] = {"dtype": DTYPES[tensor.dtype], "shape": list(tensor.shape),
                        "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, ensure_ascii=False).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


class RandomModel:
    """The tensors of a model: float16 in the file, their float32 values for the forward pass."""

    def __init__(self):
        self.stored = {}

    def add(self, name, shape, deviation, mean=0.0):
        self.stored[name] = (torch.randn(shape) * deviation + mean).half()

    def __getitem__(self, name):
        return self.stored[name].float()

    def linear(self, name, *shape):
        self.add(name + ".weight", shape, 1.4 / math.sqrt(math.prod(shape[1:])))
        self.add(name + ".bias", shape[:1], 0.1)

    def norm(self, name):
        self.add(name + ".weight", (DIM,), 0.2, 1.0)
        self.add(name + ".bias", (DIM,), 0.2)

    def transformer(self, name, hidden):
        for part in ("query", "key", "value", "output"):
            self.linear(f"{name}.attention.{part}", DIM, DIM)
        self.norm(name + ".norm1")
        self.linear(name + ".ffn.up", hidden, DIM)
        self.linear(name + ".ffn.down", DIM, hidden)
        self.norm(name + ".norm2")


def random_model(mixers):
    torch.manual_seed(7)
    m = RandomModel()
    m.linear("trunk.stem", STEM, 3, 3, 3)
    channels = STEM
    for i, (kernel, _, ratio, out) in enumerate(BLOCKS):
        wide = channels * ratio
        if ratio > 1:
            m.linear(f"trunk.blocks.{i}.expand", wide, channels)
        m.linear(f"trunk.blocks.{i}.depthwise", wide, kernel, kernel)
        m.linear(f"trunk.blocks.{i}.project", out, wide)
        channels = out
    m.linear("trunk.head", HEAD, channels)
    m.add("patches.s16.weight", (DIM, 12), 0.2)
    m.add("patches.s32.weight", (DIM, HEAD), 0.2)
    m.add("patches.rgb.weight", (DIM, 48), 0.2)
    m.add("patches.bias", (DIM,), 0.2)
    m.add("patches.place.weight", (DIM, 4), 0.3)
    m.norm("patches.norm_in")
    m.linear("patches.ffn.up", 20, DIM)
    m.linear("patches.ffn.down", DIM, 20)
    m.norm("patches.norm_out")
    for i in range(mixers):
        m.linear(f"patches.mixers.{i}.depthwise", DIM, 5, 5)
        m.linear(f"patches.mixers.{i}.ffn.up", 20, DIM)
        m.linear(f"patches.mixers.{i}.ffn.down", DIM, 20)
        m.norm(f"patches.mixers.{i}.norm")
    m.add("words.embedding.weight", (ROWS, DIM), 1.0)
    m.add("words.position_gain", (1,), 0.0, 0.3)
    m.norm("words.norm_in")
    m.transformer("words.layers.0", 28)
    m.add("fusion.nothing", (1, DIM), 1.0)
    m.transformer("fusion.layers.0", 24)
    m.transformer("fusion.layers.1", 24)
    m.linear("action.query", DIM, DIM)
    m.linear("action.key", DIM, DIM)
    m.linear("action.box1", DIM, 2 * DIM)
    m.linear("action.box2", 4, DIM)
    return m


def linear(m, name, x):
    return F.linear(x, m[name + ".weight"], m[name + ".bias"])


def norm(m, name, x):
    return F.layer_norm(x, (DIM,), m[name + ".weight"], m[name + ".bias"], 1e-5)


def ffn(m, name, x):
    return linear(m, name + ".down", F.relu(linear(m, name + ".up", x)))


def same_conv(x, weight, bias, stride, groups=1):
    """TensorFlow "same" padding: the odd cell goes after."""
    pads = []
    for size in (x.shape[3], x.shape[2]):
        total = max((math.ceil(size / stride) - 1) * stride + weight.shape[-1] - size, 0)
        pads += [total // 2, total - total // 2]
    return F.conv2d(F.pad(x, pads), weight, bias, stride, groups=groups)


def tokens(x):
    return x[0].flatten(1).T  # [1, c, h, w] -> [h * w, c]


def trunk(m, x):
    x = F.relu6(same_conv(x, m["trunk.stem.weight"], m["trunk.stem.bias"], 2))
    total_stride, f16 = 2, None
    for i, (_, stride, ratio, out) in enumerate(BLOCKS):
        name, before = f"trunk.blocks.{i}", x
        if ratio > 1:
            x = F.relu6(F.conv2d(x, m[name + ".expand.weight"][:, :, None, None], m[name + ".expand.bias"]))
        depthwise = m[name + ".depthwise.weight"]
        x = F.relu6(same_conv(x, depthwise[:, None], m[name + ".depthwise.bias"], stride, depthwise.shape[0]))
        x = F.conv2d(x, m[name + ".project.weight"][:, :, None, None], m[name + ".project.bias"])
        if stride == 1 and before.shape[1] == out:
            x = x + before
        total_stride *= stride
        if total_stride == 16:
            f16 = x
    return f16, F.relu6(F.conv2d(x, m["trunk.head.weight"][:, :, None, None], m["trunk.head.bias"]))


def positions(count, width):
    wave = 10000.0 ** (torch.arange(0, width, 2).double() / width)
    angle = torch.arange(count).double()[:, None] / wave
    return torch.stack((angle.sin(), angle.cos()), -1).flatten(1).float()


def patch_tokens(m, x, f16, f32):
    rows, cols = f16.shape[2:]
    up = F.interpolate(f32, scale_factor=2, mode="bilinear", align_corners=False)
    colours = F.avg_pool2d(x, 4)[0].reshape(3, rows, 4, cols, 4).permute(1, 3, 2, 4, 0).reshape(rows * cols, 48)
    t = (tokens(f16) @ m["patches.s16.weight"].T + tokens(up) @ m["patches.s32.weight"].T
         + colours @ m["patches.rgb.weight"].T + m["patches.bias"])
    t = norm(m, "patches.norm_in", t)
    return norm(m, "patches.norm_out", t + ffn(m, "patches.ffn", t))


def place(m, v, rows, cols):
    at = [[(2 * c + 1) / cols - 1, (2 * r + 1) / rows - 1] for r in range(rows) for c in range(cols)]
    return v + torch.tensor([[x, y, x * x, y * y] for x, y in at]) @ m["patches.place.weight"].T


def mix(m, name, v, content, cols):
    """Patches without content are zeros to their neighbours."""
    image = (v * content[:, None]).T.reshape(1, DIM, -1, cols)
    around = F.conv2d(image, m[name + ".depthwise.weight"][:, None], m[name + ".depthwise.bias"], padding=2, groups=DIM)
    return norm(m, name + ".norm", v + ffn(m, name + ".ffn", tokens(around)))


def attend(m, name, x, keys, heads, mask=None):
    def split(y):
        return y.reshape(len(y), heads, -1).transpose(0, 1)

    q, k, v = (split(linear(m, f"{name}.{part}", y)) for part, y in (("query", x), ("key", keys), ("value", keys)))
    scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    weights = scores.softmax(-1)
    return linear(m, name + ".output", (weights @ v).transpose(0, 1).reshape(len(x), -1)), weights


def block(m, name, x, keys, heads, mask=None):
    out, weights = attend(m, name + ".attention", x, keys, heads, mask)
    x = norm(m, name + ".norm1", x + out)
    return norm(m, name + ".norm2", x + ffn(m, name + ".ffn", x)), weights


def action(m, fused, v, content, cols):
    g = fused.mean(0)
    scores = linear(m, "action.key", v) @ linear(m, "action.query", g) / math.sqrt(DIM)
    p = scores.masked_fill(~content, -math.inf).softmax(0)
    best = int(p.argmax())
    rows = len(v) // cols
    centres = torch.tensor([[(i % cols + 0.5) * PATCH_PX, (i // cols + 0.5) * PATCH_PX] for i in range(len(v))])
    window = [r * cols + c for r in range(best // cols - 1, best // cols + 2)
              for c in range(best % cols - 1, best % cols + 2) if 0 <= r < rows and 0 <= c < cols]
    point = (p[window, None] * centres[window]).sum(0) / p[window].sum()
    u = linear(m, "action.box2", F.relu(linear(m, "action.box1", torch.cat((g, v[best])))))
    reach = PATCH_PX * u.clamp(-4, 4).exp()
    low = (centres[best] - reach[:2]).clamp(min=0)
    high = torch.minimum(centres[best] + reach[2:], torch.tensor([float(IMAGE_WIDTH), float(IMAGE_HEIGHT)]))
    return p, point, torch.cat((low, high)), p[window].sum()[None]


def model_fixture(name, mixers):
    m = random_model(mixers)
    image = torch.randint(0, 256, (IMAGE_HEIGHT, IMAGE_WIDTH, 3), dtype=torch.uint8)
    normalised = (image.float() - torch.tensor(MEAN)) / torch.tensor(STD)
    x = F.pad(normalised.permute(2, 0, 1), (0, 0, 0, 64 - IMAGE_HEIGHT))[None]
    f16, f32 = trunk(m, x)
    v = patch_tokens(m, x, f16, f32)
    cols = f16.shape[3]
    content = torch.arange(len(v)) // cols * PATCH_PX < IMAGE_HEIGHT
    for i in range(mixers):
        v = mix(m, f"patches.mixers.{i}", v, content, cols)
    v = place(m, v, *f16.shape[2:])

    token_rows = [[3], [1, 2], [6], [3]]  # the second word has two tokens
    words = torch.stack([m["words.embedding.weight"][rows].mean(0) for rows in token_rows])
    words = norm(m, "words.norm_in", words + m["words.position_gain"] * positions(len(words), DIM))
    words, _ = block(m, "words.layers.0", words, words, TEXT_HEADS)

    keys, mask = torch.cat((v, m["fusion.nothing"])), torch.cat((content, torch.tensor([True])))
    fused, weights = words, []
    for i in range(2):
        fused, layer_weights = block(m, f"fusion.layers.{i}", fused, keys, HEADS, mask)
        weights.append(layer_weights)
    p, point, box, score = action(m, fused, v, content, cols)

    config = {"name": name,
              "vision": {"trunk": "efficientnet-lite0", "patch_px": PATCH_PX, "patches": [PATCHES, PATCHES], "mean": MEAN,
                         "std": STD, "stem": STEM, "blocks": BLOCKS, "head": HEAD},
              "dim": DIM, "text": {"layers": 1, "heads": TEXT_HEADS, "ffn": 28, "max_words": 8},
              "fusion": {"type": "cross", "layers": 2, "heads": HEADS, "ffn": 24},
              "view": {"layer": "last", "head": "mean"}}
    if mixers:
        config["vision"]["mixers"] = mixers
    vocabulary = [{"row": row, "kind": "noun", "texts": [f"word{row}"]} for row in range(1, ROWS)]
    save(OUT / f"{name}.safetensors", m.stored, {"format": "attnviz.model/1", "config": json.dumps(config),
                                                 "vocabulary": json.dumps(vocabulary)})
    flat = [[w, row] for w, rows in enumerate(token_rows) for row in rows]
    save(OUT / f"{name}_forward.safetensors", {
        "image": image, "f16": tokens(f16), "f32": tokens(f32), "v": v,
        "token_rows": torch.tensor(flat), "words": words, "fused": fused, "weights": torch.stack(weights), "p": p,
        "point": point, "box": box, "score": score})


if __name__ == "__main__":
    OUT.mkdir(exist_ok=True)
    with torch.no_grad():
        model_fixture("tiny", mixers=0)
        model_fixture("mixed", mixers=2)
