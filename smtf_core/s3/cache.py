"""The cache: objects that have been downloaded, by exactly what they were, for all jobs of a user.

``$SMTF_CACHE``, else ``$XDG_CACHE_HOME/smtf``, else ``~/.cache/smtf``. An entry is complete or not there. A job gets a
hard link to it, or a copy where the cache is on another file system; so entries may go at any time, and the job keeps
what it has. Entries are read-only, for a script that wrote into one would write into other jobs' data; one that was
written to all the same is brought anew. They go, the one that was used longest ago first, when the cache is larger than
``$SMTF_CACHE_GB`` (50) after something has been brought; the files of the channel that has just been brought stay.
"""

from __future__ import annotations

import contextlib
import errno
import math
import os
import shutil
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from pathlib import Path

from attrs import frozen

from smtf_core.errors import InvalidInputError
from smtf_core.s3.connection import MOST_REQUESTS
from smtf_core.s3.download import CancelledError, Downloads, nanoseconds, taken, version_of
from smtf_core.s3.folder import S3Folder, S3Object

_FOLDER, _LIMIT = "SMTF_CACHE", "SMTF_CACHE_GB"
_DEFAULT_LIMIT = "50"
_PARTIAL = ".partial"
# What is left of downloads that nobody has gone on with for so long is thrown away. Seconds.
_FORGOTTEN = 7 * 86400.0
# How often others are told how far it is, and how often one looks whether another job has finished. Seconds.
_TELL, _LOOK = 0.5, 0.2
_OBJECTS_AT_ONCE = MOST_REQUESTS // 2


@frozen
class Wanted:
    """An object and where a job wants it.

    Args:
        folder: the folder that it is in.
        found: the object as it was listed.
        target: the file that is to have its content; its folder is there.
    """

    folder: S3Folder
    found: S3Object
    target: Path


Tell = Callable[[int, int, int], object]
Wrap = Callable[[Callable[[], None]], Callable[[], None]]


class Cache:
    """See the module.

    Raises:
        InvalidInputError: it cannot be made where the environment says, or its limit is no number.
    """

    def __init__(self) -> None:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        self.root = Path(os.environ.get(_FOLDER) or Path(base) / "smtf").absolute() / "s3"
        try:
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise InvalidInputError(
                f"downloads go to {self.root}, which cannot be made ({error}); set {_FOLDER} to a folder"
            ) from error
        limit = os.environ.get(_LIMIT) or _DEFAULT_LIMIT
        try:
            self._limit = float(limit) * 1e9
        except ValueError:
            self._limit = math.nan
        if not self._limit >= 0:
            raise InvalidInputError(f"{_LIMIT} must be a number of gigabytes, not {limit!r}")

    def bring(self, wanted: Sequence[Wanted], tell: Tell, as_thread: Wrap = lambda work: work) -> None:
        """Put objects where a job wants them; safe with other jobs that do the same.

        Args:
            wanted: the objects.
            tell: called now and then, in this thread, with three numbers of bytes: those that are there, all that are
                wanted, and those that were not in the cache.
            as_thread: wraps what other threads do for this one, such as logging.

        Raises:
            StorageError: one of them cannot be read.
            InvalidInputError: there is no room for them.
            OSError: one of them cannot be written.
        """
        entries = {item.target: self._entry(item) for item in wanted}
        missing = {entry: item.found.size for item in wanted if not _is_whole(entry := entries[item.target], item)}
        self._check_room(sum(missing.values()))
        total = sum(item.found.size for item in wanted)
        counter = _Counter()
        with Downloads(counter.add) as downloads:

            def bring(item: Wanted) -> bool:
                entry = entries[item.target]
                if _give(entry, item):
                    counter.add_cached(item.found.size)
                    return True
                return _bring(entry, item, downloads, counter)

            rest: Sequence[Wanted] = wanted
            while rest:
                rest = _in_parallel(bring, rest, as_thread, downloads, lambda: counter.tell(tell, total))
                if rest:
                    time.sleep(_LOOK)
        counter.tell(tell, total)
        if missing:
            self._clean(set(entries.values()))

    def _entry(self, item: Wanted) -> Path:
        version = version_of(item.folder, item.found)
        folder = self.root / version[:2]
        folder.mkdir(exist_ok=True)
        return folder / version[2:]

    def _check_room(self, needed: int) -> None:
        free = shutil.disk_usage(self.root).free
        if needed > free:
            raise InvalidInputError(
                f"{needed / 1e9:.1f} GB are to be downloaded to {self.root}, where {free / 1e9:.1f} GB are free; make "
                f"room, set {_FOLDER} to a folder on a larger disk, or stream the channel with input_mode='Pipe'"
            )

    def _clean(self, just_used: set[Path]) -> None:
        total, old = 0, []
        for path, found in _files(self.root):
            if path.suffix == _PARTIAL:
                if time.time() - found.st_mtime > _FORGOTTEN:
                    _forget(path)
                continue
            total += found.st_size
            if path not in just_used:
                old.append((found.st_atime_ns, found.st_size, path))
        for _, size, path in sorted(old):
            if total <= self._limit:
                break
            path.unlink(missing_ok=True)
            total -= size


def _files(root: Path) -> Iterator[tuple[Path, os.stat_result]]:
    for path in root.glob("??/*"):
        with contextlib.suppress(FileNotFoundError):  # another job is cleaning, too
            yield path, path.stat()


def _forget(partial: Path) -> None:
    with taken(partial) as descriptor:
        if descriptor is not None:
            partial.unlink()


def _is_whole(entry: Path, item: Wanted) -> bool:
    """Whether the object is in the cache as it was brought there."""
    try:
        found = entry.stat()
    except FileNotFoundError:
        return False
    return found.st_size == item.found.size and found.st_mtime_ns == nanoseconds(item.found.modified)


def _give(entry: Path, item: Wanted) -> bool:
    """Put what is in the cache where it is wanted; tells whether it was there."""
    if not _is_whole(entry, item):
        return False
    try:
        os.utime(entry, ns=(time.time_ns(), nanoseconds(item.found.modified)))
        _link(entry, item.target)
    except FileNotFoundError:
        return False  # another job is cleaning
    return True


def _bring(entry: Path, item: Wanted, downloads: Downloads, counter: _Counter) -> bool:
    """Download an object; tells whether it is done: another job may be doing the same right now."""
    partial = entry.with_suffix(_PARTIAL)
    with taken(partial) as descriptor:
        if descriptor is None:
            return False
        if _give(entry, item):
            counter.add_cached(item.found.size)
            partial.unlink()
            return True
        downloads.fill(item.folder, item.found, descriptor)
        os.fchmod(descriptor, 0o444)
        _link(partial, item.target)
        partial.replace(entry)
    return True


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in (errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP):
            raise
        shutil.copyfile(source, target)
        shutil.copystat(source, target)


def _in_parallel(
    bring: Callable[[Wanted], bool],
    wanted: Sequence[Wanted],
    as_thread: Wrap,
    downloads: Downloads,
    tell: Callable[[], object],
) -> list[Wanted]:
    """Bring objects, several at a time; returns those that other jobs are bringing."""
    waiting = deque(wanted)
    others: list[Wanted] = []
    errors: list[BaseException] = []

    def work() -> None:
        while not errors:
            try:
                item = waiting.popleft()
            except IndexError:
                return
            try:
                if not bring(item):
                    others.append(item)
            except BaseException as error:  # noqa: BLE001 - raised in the thread that waits
                errors.append(error)

    with ThreadPoolExecutor(_OBJECTS_AT_ONCE, thread_name_prefix="smtf-download-object") as pool:
        try:
            working = [pool.submit(as_thread(work)) for _ in range(min(_OBJECTS_AT_ONCE, len(wanted)))]
            while wait_for(working, timeout=_TELL).not_done:
                tell()
                if errors:
                    downloads.cancel()
        except BaseException:  # this thread is to leave what it does
            waiting.clear()
            downloads.cancel()
            raise
    # Those that were only cancelled come last.
    for error in sorted(errors, key=lambda error: isinstance(error, CancelledError)):
        raise error
    return others


class _Counter:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._downloaded = self._cached = 0

    def add(self, count: int) -> None:
        with self._lock:
            self._downloaded += count

    def add_cached(self, count: int) -> None:
        with self._lock:
            self._cached += count

    def tell(self, listener: Tell, total: int) -> None:
        with self._lock:
            downloaded, done = self._downloaded, self._downloaded + self._cached
        listener(done, total, downloaded)
