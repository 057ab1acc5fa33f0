"""Files of tensors that are whole or not there at all, whenever a run is stopped."""
import os

import torch


def keep(state, path):
    part = f"{path}.{os.getpid()}"
    torch.save(state, part)
    os.replace(part, path)
