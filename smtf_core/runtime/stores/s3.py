"""Checkpoint store ``s3``: the engine writes to a local folder; a thread brings what it writes to S3 meanwhile.

A checkpoint counts on S3 when the ``checkpoint`` state file there names it; that object is written last, in one piece,
so whatever the moment of a kill, the newest checkpoint that was brought there whole is the one that is restored.
"""

from __future__ import annotations

import logging
import os
import shutil
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from attrs import frozen

from smtf_core.errors import StorageError
from smtf_core.models import Checkpoint
from smtf_core.runtime.logs import in_this_log
from smtf_core.s3 import S3Folder
from smtf_core.s3.download import download
from smtf_core.s3.patience import patiently
from smtf_core.stores import (
    STATE_FILE,
    CheckpointState,
    complete_checkpoints,
    files_of,
    is_checkpoint_file,
    read_state,
    step_of,
    write_state,
)

T = TypeVar("T")

_log = logging.getLogger("smtf")

#: How many checkpoints may wait while one is on its way, which are ``in_flight`` of the store's Spec together; training
#: waits rather than leaving one out.
MOST_WAITING = 2
#: How long S3 may be away before the training fails. Seconds.
PATIENCE = 900.0

# Where links to the files on their way lie, so that TensorFlow may delete its own meanwhile.
_OUTBOX = ".outbox"


class S3Store:
    """Keeps checkpoints below an ``s3://`` URI. See :class:`~smtf_core.interfaces.CheckpointStore`.

    With every checkpoint go the folder's other files that have changed (graph, events), for TensorBoard. Checkpoints
    that TensorFlow deletes here (``keep_checkpoint_max``) are deleted there; those of an earlier run go as soon as it
    begins to delete its own.

    Args:
        uri: ``s3://bucket/prefix``.
    """

    def __init__(self, uri: str) -> None:
        self._remote = S3Folder(uri)
        self._courier: _Courier | None = None
        self._folder: Path | None = None
        self._sent: dict[str, tuple[int, float]] = {}  # other files: name -> size and time when they were sent
        self._kept: tuple[str, ...] = ()  # checkpoints that are on S3
        self._brought: set[str] = set()  # those of them that this run has brought there
        self._older_may_go = False

    def folder(self, scratch: Path) -> Path:
        """See :class:`~smtf_core.interfaces.CheckpointStore`: the job's own scratch folder."""
        return scratch

    def restore(self, folder: Path) -> Checkpoint | None:
        """Bring the newest complete checkpoint here.

        Raises:
            StorageError: S3 cannot be read.
        """
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(folder / _OUTBOX, ignore_errors=True)
        return self._patiently(lambda: self._restore(folder))

    def _restore(self, folder: Path) -> Checkpoint | None:
        try:
            self._remote.give_up_uploads()
        except StorageError as error:
            if error.transient:
                raise
            _log.warning("%s. What uploads that were cut off have left there stays", error)
        objects = {found.name: found for found in self._remote.list() if "/" not in found.name}
        complete = complete_checkpoints(objects)
        state = CheckpointState.parse(self._remote.read(STATE_FILE).decode()) if STATE_FILE in objects else None
        # Older tools wrote whole paths into the state file.
        newest = None if state is None else Path(state.newest).name
        if newest not in complete:
            newest = complete[-1] if complete else None
        if newest is None:
            return None
        self._kept = tuple(complete)
        for found in (found for name, found in objects.items() if name.startswith(f"{newest}.")):
            download(self._remote, found, folder / found.name)
        write_state(folder, newest)
        return Checkpoint(path=str(folder / newest), step=step_of(newest))

    def save(self, checkpoint: Checkpoint) -> None:
        """Send a checkpoint off; waits only when :data:`MOST_WAITING` others wait already.

        Raises:
            StorageError: an earlier one could not be brought to S3, for longer than :data:`PATIENCE`.
        """
        if self._courier is None:
            self._courier = _Courier(lambda parcel: self._patiently(lambda: self._deliver(parcel)))
        self._courier.send(self._parcel(Path(checkpoint.path)))

    def close(self) -> None:
        """Wait until everything is on S3, the last words of event files included.

        Raises:
            StorageError: something could not be brought there.
        """
        if self._courier is not None:
            self._courier.finish()
            self._patiently(self._deliver_others)
            assert self._folder is not None
            shutil.rmtree(self._folder / _OUTBOX, ignore_errors=True)

    def _patiently(self, action: Callable[[], T]) -> T:
        return patiently(action, PATIENCE)

    # --- in the training's thread -------------------------------------------------------------------------------

    def _parcel(self, prefix: Path) -> _Parcel:
        """Links to a checkpoint's files as they are now."""
        self._folder = prefix.parent
        outbox = prefix.parent / _OUTBOX / prefix.name
        shutil.rmtree(outbox, ignore_errors=True)
        outbox.mkdir(parents=True)
        for file in files_of(prefix):
            os.link(file, outbox / file.name)
        state = read_state(prefix.parent)
        kept = () if state is None else tuple(Path(name).name for name in state.kept)
        return _Parcel(prefix.name, outbox, kept if prefix.name in kept else (*kept, prefix.name))

    # --- in the courier's thread --------------------------------------------------------------------------------

    def _deliver(self, parcel: _Parcel) -> None:
        """Bring one checkpoint there: its files, then the other ones, then the state file; then delete old ones.

        May be called again for the same parcel after it failed anywhere.
        """
        for file in sorted(parcel.folder.iterdir()):
            self._remote.upload(file, file.name)
        self._deliver_others()
        kept = self._to_keep(parcel)
        self._remote.write(STATE_FILE, CheckpointState(parcel.checkpoint, kept).text().encode())
        gone = set(self._kept) - set(kept)
        if gone:
            self._remote.delete(found.name for name in sorted(gone) for found in self._remote.list(f"{name}."))
        self._kept = kept
        shutil.rmtree(parcel.folder, ignore_errors=True)
        _log.debug("%s is at %s", parcel.checkpoint, self._remote.uri())

    def _to_keep(self, parcel: _Parcel) -> tuple[str, ...]:
        """What is to stay on S3: what TensorFlow keeps here, and while it has deleted nothing yet, older ones."""
        gone = [name for name in self._kept if name not in parcel.kept]
        if any(name in self._brought for name in gone):
            self._older_may_go = True
        older = () if self._older_may_go else tuple(gone)
        self._brought.add(parcel.checkpoint)
        return (*older, *(name for name in parcel.kept if name != parcel.checkpoint), parcel.checkpoint)

    def _deliver_others(self) -> None:
        """Bring there what has changed of the files that are no checkpoint: the graph, events for TensorBoard."""
        assert self._folder is not None
        for path in sorted(self._folder.rglob("*")):
            name = path.relative_to(self._folder).as_posix()
            if not _is_other(name) or not path.is_file():
                continue
            found = path.stat()
            version = (found.st_size, found.st_mtime)
            if self._sent.get(name) != version:
                self._remote.upload(path, name)
                self._sent[name] = version


@frozen
class _Parcel:
    """A checkpoint to bring to S3.

    Args:
        checkpoint: its name.
        folder: links to its files.
        kept: all checkpoints that TensorFlow keeps at that time, itself included.
    """

    checkpoint: str
    folder: Path
    kept: tuple[str, ...]


def _is_other(name: str) -> bool:
    """Whether a file of the training folder goes to S3 beside the checkpoints; exports have their own way."""
    top, *rest = name.split("/")
    if top in (_OUTBOX, "export") or name == STATE_FILE or name.startswith("."):
        return False
    return bool(rest) or not is_checkpoint_file(name)


class _Courier:
    """Delivers parcels one after the other, each as often as it takes.

    Args:
        deliver: brings one parcel there; may be called again for the same one.
    """

    def __init__(self, deliver: Callable[[_Parcel], None]) -> None:
        self._deliver = deliver
        self._waiting: deque[_Parcel] = deque()
        self._changed = threading.Condition()
        self._ends = False
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=in_this_log(self._run), name="smtf-s3-store", daemon=True)
        self._thread.start()

    def send(self, parcel: _Parcel) -> None:
        """Take a parcel; waits while too many others wait.

        Raises:
            BaseException: why an earlier one could not be delivered.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._error is not None or len(self._waiting) < MOST_WAITING)
            self._fail()
            self._waiting.append(parcel)
            self._changed.notify_all()

    def finish(self) -> None:
        """Deliver what waits, and end.

        Raises:
            BaseException: why something could not be delivered.
        """
        with self._changed:
            self._ends = True
            self._changed.notify_all()
        self._thread.join()
        self._fail()

    def _fail(self) -> None:
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        while (parcel := self._next()) is not None:
            try:
                self._deliver(parcel)
            except BaseException as error:  # noqa: BLE001 - raised in the training's thread
                with self._changed:
                    self._error = error
                    self._changed.notify_all()
                return

    def _next(self) -> _Parcel | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._ends)
            parcel = self._waiting.popleft() if self._waiting else None
            self._changed.notify_all()
            return parcel
