"""The log of a sweep: the only truth on which blocks are finished.

One line a block, written last, once all that belongs to it is on disk. A line begins with the checksum of the rest, so one
that was torn or damaged counts for nothing, and its block is computed again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

SUM = 16
"""Hex digits of the checksum of a line."""


def framed(record: Mapping[str, Any]) -> bytes:
    """A record as a line with its checksum."""
    text = json.dumps(record, sort_keys=True, allow_nan=False).encode()
    return hashlib.sha256(text).hexdigest()[:SUM].encode() + b" " + text + b"\n"


def records(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a log whose lines are whole, in the order in which they were written."""
    for line in path.read_bytes().split(b"\n"):
        checksum, _, text = line.partition(b" ")
        if text and hashlib.sha256(text).hexdigest()[:SUM].encode() == checksum:
            yield json.loads(text)


class Log:
    """A log that is being written, by one process alone."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("r+b")
        try:
            _lock(self._file)
            whole = self._file.read()
            self._file.truncate(whole.rfind(b"\n") + 1)  # a torn last line
            self._file.seek(0, os.SEEK_END)
        except BaseException:
            self._file.close()
            raise

    def append(self, record: Mapping[str, Any]) -> None:
        """Add a record; it is on disk when this returns, or, where that fails, cut off again."""
        before = self._file.tell()
        try:
            self._file.write(framed(record))
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError:
            try:
                self._file.truncate(before)
            finally:
                self._file.seek(before)
            raise

    def close(self) -> None:
        """End writing; the lock goes with it."""
        self._file.close()


def _lock(file: BinaryIO) -> None:
    """Hold the log for this process until it ends, however it ends; raises ``BlockingIOError`` where another one holds it."""
    try:
        import fcntl
    except ImportError:  # Windows has no such lock: two sweeps into one folder are then not told apart
        return
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
