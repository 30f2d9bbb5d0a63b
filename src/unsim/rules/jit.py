"""How rules are compiled: the only import of numba's ``njit``.

The compiled code is cached in a folder named by a hash of all sources that go into it. numba itself looks only
at the file of the function that is called, so an edited rule would go on running in its old form inside an
unchanged caller; a new hash means a new folder, and the edited rule is compiled.
"""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

import numba
from numba.core import config
from platformdirs import user_cache_dir

Function = TypeVar("Function", bound=Callable[..., object])

PACKAGE = Path(__file__).resolve().parents[1]
COMPILED_SOURCES = ("rules/*.py", "engines/kernel/*.py", "parameters.py")


def source_hash() -> str:
    """Hash of every source file that is compiled, and of the versions that compile it (16 hex digits)."""
    digest = hashlib.sha256(f"{numba.__version__} {platform.python_version()}".encode())
    for pattern in COMPILED_SOURCES:
        for path in sorted(PACKAGE.glob(pattern)):
            digest.update(path.relative_to(PACKAGE).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """Folder of the compiled code; ``UNSIM_CACHE_DIR`` moves its parent."""
    parent = os.environ.get("UNSIM_CACHE_DIR") or user_cache_dir("unsim")
    return Path(parent) / source_hash()


def is_compiled() -> bool:
    """Whether an earlier process has left the compiled kernel in the cache."""
    return any(cache_folder().glob("**/simulate.simulate-*.nbc"))


def _usable(folder: Path) -> bool:
    """Whether the folder of the compiled code can be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


_CACHE = str(cache_folder())
# Where it cannot be written, numba would fall back to a folder beside the sources that no hash protects: then no cache.
_CACHED = _usable(cache_folder())


def _compile(function: Function, cache: bool = _CACHED, **options: bool) -> Function:
    """Compile without numba's runtime, so nothing compiled can allocate memory: it works in what it is given."""
    before = config.CACHE_DIR
    config.CACHE_DIR = _CACHE  # read by numba when a cached function is declared, so set for that moment only
    try:
        return cast(Function, numba.njit(cache=cache, error_model="numpy", no_cfunc_wrapper=True, _nrt=False, **options)(function))
    finally:
        config.CACHE_DIR = before


def rule(function: Function) -> Function:
    """Compile a pure rule, into its caller. With ``NUMBA_DISABLE_JIT=1`` it stays plain Python and gives the same bits."""
    return _compile(function, forceinline=True)


def part(function: Function) -> Function:
    """A part of a phase, written into its caller when that is compiled: never compiled by itself."""
    return cast(Function, numba.njit(inline="always", error_model="numpy")(function))


def inner(function: Function) -> Function:
    """Compile what the kernel alone calls, without a door from Python.

    Into its caller: a call would hand over each number of the case by itself, some 450 of them.
    """
    return _compile(function, cache=False, no_cpython_wrapper=True, forceinline=True)


def kernel(function: Function) -> Function:
    """Compile the loop over all runs; it lets other threads run meanwhile."""
    return _compile(function, nogil=True)
