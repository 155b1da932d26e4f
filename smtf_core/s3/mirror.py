"""A local copy of an S3 folder that is kept in step with it, for programs that read local files only."""

from __future__ import annotations

import logging
import tempfile
import threading
from pathlib import Path
from types import TracebackType

from smtf_core.errors import StorageError
from smtf_core.s3.download import download
from smtf_core.s3.folder import S3Folder, S3Object

_log = logging.getLogger("smtf")
_PAUSE_SECONDS = 10.0


class Mirror:
    """Brings what is new or changed every ten seconds; a context manager that gives the local folder.

    The folder is removed in the end. A file appears when it is complete. One that has grown grows in place, because who
    reads event files keeps them open.

    Args:
        uri: the folder on S3; nothing has to be there yet.
    """

    def __init__(self, uri: str) -> None:
        self._folder = S3Folder(uri)
        self._etags: dict[str, str] = {}
        self._over = threading.Event()
        self._told = ""

    def __enter__(self) -> Path:
        self._temporary = tempfile.TemporaryDirectory(prefix="smtf-mirror-")
        self._target = Path(self._temporary.name, "files")
        self._target.mkdir()
        self._thread = threading.Thread(target=self._go_on, name="smtf-mirror", daemon=True)
        self._thread.start()
        return self._target

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        self._temporary.cleanup()

    def bring(self) -> None:
        """Bring what has changed, and remove what is not there any more.

        Raises:
            StorageError: S3 failed; what has been brought stays.
        """
        found = {item.name: item for item in self._folder.list()}
        for name, item in found.items():
            if self._over.is_set():
                return
            if self._etags.get(name) != item.etag:
                self._bring(item)
                self._etags[name] = item.etag
        for name in set(self._etags) - set(found):
            (self._target / name).unlink(missing_ok=True)
            del self._etags[name]

    def _bring(self, item: S3Object) -> None:
        arrived, target = Path(self._temporary.name, "arriving"), self._target / item.name
        download(self._folder, item, arrived)
        target.parent.mkdir(parents=True, exist_ok=True)
        before = target.stat().st_size if target.exists() else 0
        with arrived.open("rb") as new:
            if before and before < arrived.stat().st_size and new.read(before) == target.read_bytes():
                with target.open("ab") as grown:
                    grown.write(new.read())
                return
        arrived.replace(target)

    def _go_on(self) -> None:
        while True:
            try:
                self.bring()
                self._told = ""
            except StorageError as error:
                if str(error) != self._told:  # said once, not every ten seconds
                    _log.warning("the copy for TensorBoard stays behind: %s", error)
                    self._told = str(error)
            if self._over.wait(_PAUSE_SECONDS):
                return
