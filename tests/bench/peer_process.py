"""Every peer runs in a process of its own, so that no thread pool, allocator or OpenMP runtime disturbs another, and is
stopped (SIGSTOP) while others are timed, so that threads that spin while they wait take no processor from them. When it goes on,
the system may wake all of its threads on one processor, where those that spin keep the others from working for many
milliseconds; so each thread is bound to a processor of its own.
"""

import ctypes
import multiprocessing
import os
import signal
import time
from pathlib import Path
from typing import NamedTuple

from layer import NativeLayer, NativeLibrary


class Peer(NamedTuple):
    key: str
    library: str
    label: str
    with_weights: bool


OURS = "attnviz"
PEERS = [
    Peer(OURS, "attnviz", "attnviz", True),
    Peer("onednn", "onednn", "oneDNN", True),
    Peer("openblas", "openblas", "OpenBLAS", True),
    Peer("libtorch_weights", "libtorch", "libtorch MHA", True),
    Peer("torch_weights", "pytorch", "PyTorch MHA", True),
    Peer("ort_mha_weights", "onnxruntime", "ORT MultiHead", True),
    Peer("ort_attention_weights", "onnxruntime", "ORT Attention", True),
    Peer("libtorch", "libtorch", "libtorch MHA", False),
    Peer("torch", "pytorch", "PyTorch MHA", False),
    Peer("sdpa", "pytorch", "PyTorch SDPA", False),
    Peer("ort_mha", "onnxruntime", "ORT MultiHead", False),
    Peer("ort_attention", "onnxruntime", "ORT Attention", False),
]
TURN_SECONDS = 0.02
BATCH_SECONDS = 0.0005  # timed at once, so that reading the clock costs nothing
SLOW_SECONDS = 0.02  # a run that takes this long needs no other to warm up


def make_layer(peer, shape, threads, native):
    if native is not None:
        return NativeLayer(native, shape, threads, peer.with_weights)
    import python_layers
    if peer.key == "sdpa":
        return python_layers.SdpaLayer(shape)
    if peer.library == "pytorch":
        return python_layers.TorchLayer(shape, peer.with_weights)
    operator = "Attention" if "attention" in peer.key else "MultiHeadAttention"
    return python_layers.OrtLayer(shape, threads, operator, peer.with_weights)


class Contestant:
    """A peer's layer with the number of runs that make a batch."""

    def __init__(self, layer):
        self.layer = layer
        for _ in range(2):  # the first run may still allocate
            began = time.perf_counter()
            layer.run(1)
            self.run_seconds = time.perf_counter() - began
            if self.run_seconds > SLOW_SECONDS:
                break
        self.batch = max(1, int(BATCH_SECONDS / self.run_seconds))

    def turn(self):
        """Milliseconds of one run: the fastest batch of a turn."""
        if self.run_seconds < SLOW_SECONDS:
            self.layer.run(self.batch)
        best, began = float("inf"), time.perf_counter()
        while True:
            start = time.perf_counter()
            self.layer.run(self.batch)
            end = time.perf_counter()
            best = min(best, (end - start) / self.batch)
            if end - began > TURN_SECONDS:
                return best * 1e3


def own_threads():
    return {int(name) for name in os.listdir("/proc/self/task")}


def bind_threads(others, processors):
    """This thread to the first processor, the library's threads (all but `others`) to the rest in turn."""
    first, rest = processors[:1], processors[1:] or processors
    os.sched_setaffinity(0, first)
    for index, thread in enumerate(sorted(own_threads() - others)):
        os.sched_setaffinity(thread, [rest[index % len(rest)]])


def library_version(library, native):
    if native is not None:
        return native.version()
    if library == "pytorch":
        import torch
        return torch.__version__
    import onnxruntime
    return onnxruntime.__version__


def serve(connection, peer, threads, build_dir):
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: no stopped process outlives the driver
    others, processors = own_threads(), sorted(os.sched_getaffinity(0))[:threads]
    path = Path(build_dir) / f"{peer.library}.so"
    native = NativeLibrary(path) if path.exists() else None
    if peer.library == "pytorch":
        import torch
        torch.set_num_threads(threads)
    contestant = None
    while True:
        what, shape = connection.recv()
        if what == "version":
            connection.send(library_version(peer.library, native))
        elif what == "make":
            contestant = None  # its memory and threads go first
            os.sched_setaffinity(0, processors)  # which threads inherit that are made now
            contestant = Contestant(make_layer(peer, shape, threads, native))
            bind_threads(others, processors)
            connection.send(contestant.layer.result())
        elif what == "path":
            connection.send(contestant.layer.path())
        else:
            connection.send(contestant.turn())


class PeerProcess:
    def __init__(self, peer, threads, build_dir):
        for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
            os.environ[name] = str(threads)
        context = multiprocessing.get_context("spawn")
        self.peer = peer
        self.connection, other_end = context.Pipe()
        self.process = context.Process(target=serve, args=(other_end, peer, threads, build_dir), daemon=True)
        self.process.start()
        other_end.close()

    def ask(self, what, shape=None):
        os.kill(self.process.pid, signal.SIGCONT)
        try:
            self.connection.send((what, shape))
            return self.connection.recv()
        except (EOFError, ConnectionError):
            raise SystemExit(f"bench: the process of {self.peer.key} died at {what} {shape or ''}") from None
        finally:
            os.kill(self.process.pid, signal.SIGSTOP)

    def end(self):
        self.process.kill()
        self.process.join()
