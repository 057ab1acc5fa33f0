"""Small files of arrays as NumPy, ml_dtypes and safetensors write them: tests/reference/data/arrays_*.

  python make_array_fixtures.py      needs numpy, ml_dtypes, torch and safetensors

Every array of floating-point numbers is [2, 3, 4] with value i / 32 at place i: exact in every format, bfloat16 too.
"""
import pathlib

import ml_dtypes
import numpy as np
import torch
from numpy.lib import format as npy
from safetensors.torch import save_file

DATA = pathlib.Path(__file__).parent / "data"
VALUES = (np.arange(24, dtype=np.float32) / 32).reshape(2, 3, 4)


def npy_files():
    for version in ((1, 0), (2, 0), (3, 0)):
        with open(DATA / f"arrays_v{version[0]}.npy", "wb") as file:
            npy.write_array(file, VALUES, version=version)
    for name, dtype in (("f16", np.float16), ("f64", np.float64), ("bf16", ml_dtypes.bfloat16), ("big", ">f4"), ("i32", np.int32)):
        np.save(DATA / f"arrays_{name}.npy", VALUES.astype(dtype))
    np.save(DATA / "arrays_fortran.npy", np.asfortranarray(VALUES))
    np.save(DATA / "arrays_object.npy", np.array([None, "a"], dtype=object), allow_pickle=True)


def npz_files():
    arrays = {"attention": VALUES, "half": VALUES.astype(np.float16), "words": np.array(["拿起", "red", ""]),
              "grid": np.array([2, 2]), "small": np.array([-1, 7], dtype=np.int32)}
    np.savez(DATA / "arrays_stored.npz", **arrays)
    np.savez_compressed(DATA / "arrays_deflated.npz", **arrays)


def others():
    tensor = torch.from_numpy(VALUES.copy())
    save_file({"a": tensor, "b": tensor.to(torch.bfloat16), "c": tensor.half(), "d": tensor.double(),
               "whole": torch.arange(3)}, DATA / "arrays.safetensors")
    torch.save({"a": tensor[0, 0]}, DATA / "arrays_torch.pt")
    torch.save({"a": tensor[0, 0]}, DATA / "arrays_legacy.pt", _use_new_zipfile_serialization=False)


if __name__ == "__main__":
    npy_files()
    npz_files()
    others()
