"""One cross-attention layer as all peers get it: shape, numbers, and the shared library that runs it."""

import ctypes
import functools
import math
from pathlib import Path
from typing import NamedTuple

import numpy as np


class Shape(NamedTuple):
    words: int
    patches: int
    dim: int
    heads: int

    def __str__(self):
        return f"{self.words}x{self.patches}x{self.dim}x{self.heads}"


class Inputs(NamedTuple):
    words: np.ndarray  # [words, dim]
    patches: np.ndarray  # [patches, dim]
    weight: list  # query, key, value, output: [dim, dim], row = output
    bias: list  # [dim] each


def aligned(values):
    """A copy that starts on a cache line, as every peer's own buffers do."""
    memory = np.empty(values.nbytes + 64, np.uint8)
    start = -memory.ctypes.data % 64
    copy = memory[start:start + values.nbytes].view(values.dtype).reshape(values.shape)
    copy[...] = values
    return copy


@functools.lru_cache(maxsize=1)
def weights(dim):
    random = np.random.default_rng(dim)
    scale = np.float32(1 / math.sqrt(dim))
    weight = [aligned(random.standard_normal((dim, dim), np.float32) * scale) for _ in range(4)]
    bias = [aligned(random.standard_normal(dim, np.float32) * np.float32(0.1)) for _ in range(4)]
    return weight, bias


@functools.lru_cache(maxsize=2)
def tokens(rows, dim):
    return aligned(np.random.default_rng((rows, dim)).standard_normal((rows, dim), np.float32))


def inputs(shape):
    """The same in every process."""
    return Inputs(tokens(shape.words, shape.dim), tokens(shape.patches, shape.dim), *weights(shape.dim))


FloatPointer = ctypes.POINTER(ctypes.c_float)


class PeerShape(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in ("words", "patches", "dim", "heads", "threads")]


class PeerInputs(ctypes.Structure):
    _fields_ = [("words", FloatPointer), ("patches", FloatPointer), ("weight", FloatPointer * 4), ("bias", FloatPointer * 4)]


def pointer(array):
    return array.ctypes.data_as(FloatPointer)


class NativeLibrary:
    """A shared library with the C face of peers/interface.cpp."""

    def __init__(self, path: Path):
        self.lib = ctypes.CDLL(str(path))
        self.lib.peer_create.restype = ctypes.c_void_p
        self.lib.peer_run.argtypes = [ctypes.c_void_p, ctypes.c_int]
        self.lib.peer_result.argtypes = [ctypes.c_void_p, FloatPointer, FloatPointer]
        self.lib.peer_path.argtypes = [ctypes.c_void_p]
        self.lib.peer_destroy.argtypes = [ctypes.c_void_p]
        self.lib.peer_path.restype = self.lib.peer_library_version.restype = ctypes.c_char_p

    def version(self):
        return self.lib.peer_library_version().decode()


class NativeLayer:
    def __init__(self, library, shape, threads, with_weights):
        self.lib, self.shape, self.with_weights = library.lib, shape, with_weights
        self.inputs = inputs(shape)
        values = PeerInputs(pointer(self.inputs.words), pointer(self.inputs.patches),
                            (FloatPointer * 4)(*map(pointer, self.inputs.weight)),
                            (FloatPointer * 4)(*map(pointer, self.inputs.bias)))
        self.peer = self.lib.peer_create(ctypes.byref(PeerShape(*shape, threads)), ctypes.byref(values), with_weights)
        if not self.peer:
            raise RuntimeError("the peer could not be made")

    def run(self, count):
        self.lib.peer_run(self.peer, count)

    def result(self):
        output = np.empty((self.shape.words, self.shape.dim), np.float32)
        weights = np.empty((self.shape.words, self.shape.patches), np.float32) if self.with_weights else None
        self.lib.peer_result(self.peer, pointer(output), None if weights is None else pointer(weights))
        return output, weights

    def path(self):
        return self.lib.peer_path(self.peer).decode()

    def __del__(self):
        if getattr(self, "peer", None):
            self.lib.peer_destroy(self.peer)
