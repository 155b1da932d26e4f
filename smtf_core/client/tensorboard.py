"""``run_tensorboard_locally``: TensorBoard on a job's checkpoints, for as long as ``fit`` waits."""

from __future__ import annotations

import importlib.util
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType

from smtf_core.errors import InvalidInputError, MissingExtraError
from smtf_core.models import Job
from smtf_core.models.uri import local_path

# Source: the SDK looked for the first free port among these.
_PORTS = range(6006, 6106)


class TensorBoard:
    """A TensorBoard process; a context manager that gives its address.

    Args:
        folder: what it shows.
        port: where it listens, on 127.0.0.1.
    """

    def __init__(self, folder: Path, port: int) -> None:
        self._folder = folder
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def prepare(cls, job: Job) -> TensorBoard:
        """Find a port and the folder to show, before the job starts.

        Raises:
            MissingExtraError: TensorBoard is not installed.
            InvalidInputError: no port is free, or the checkpoints are not on this machine.
        """
        if importlib.util.find_spec("tensorboard") is None:
            raise MissingExtraError(
                "run_tensorboard_locally needs TensorBoard, which is not installed. Run: pip install tensorboard"
            )
        checkpoints = job.checkpoint_path or str(Path(job.output_path) / job.name / "model")
        folder = local_path(checkpoints)
        if folder is None:
            raise InvalidInputError(f"run_tensorboard_locally shows local checkpoints only, not {checkpoints!r}")
        return cls(folder, _free_port())

    def __enter__(self) -> str:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._log = tempfile.TemporaryFile()
        command = [
            sys.executable,
            "-m",
            "tensorboard.main",
            "--logdir",
            str(self._folder),
            "--host",
            "127.0.0.1",
            "--port",
            str(self._port),
        ]
        # In a session of its own: Ctrl-C at the terminal is for the job, and ends TensorBoard only with it.
        self._process = subprocess.Popen(command, stdout=self._log, stderr=subprocess.STDOUT, start_new_session=True)
        return f"http://127.0.0.1:{self._port}"

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()


def _free_port() -> int:
    for port in _PORTS:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise InvalidInputError(
        f"run_tensorboard_locally: no port from {_PORTS.start} to {_PORTS.stop - 1} is free; end another TensorBoard"
    )
