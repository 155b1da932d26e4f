"""``run_tensorboard_locally``: TensorBoard on a job's checkpoints, for as long as ``fit`` waits."""

from __future__ import annotations

import importlib
import importlib.util
import socket
import subprocess
import sys
import tempfile
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from types import TracebackType

from smtf_core.errors import InvalidInputError, MissingExtraError
from smtf_core.models import Job
from smtf_core.models.uri import local_path, scheme_of

# Source: the SDK looked for the first free port among these.
_PORTS = range(6006, 6106)


class TensorBoard:
    """A TensorBoard process; a context manager that gives its address.

    Args:
        folder: what it shows; entered for as long as TensorBoard runs.
        port: where it listens, on 127.0.0.1.
    """

    def __init__(self, folder: AbstractContextManager[Path], port: int) -> None:
        self._folder = folder
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def prepare(cls, job: Job) -> TensorBoard:
        """Find a port and the folder to show, before the job starts.

        Raises:
            MissingExtraError: TensorBoard, or what reads the checkpoints' place, is not installed.
            InvalidInputError: no port is free, or the checkpoints lie neither on this machine nor on S3.
        """
        if importlib.util.find_spec("tensorboard") is None:
            raise MissingExtraError(
                "run_tensorboard_locally needs TensorBoard, which is not installed. Run: pip install tensorboard"
            )
        checkpoints = job.checkpoint_path or f"{job.output_path.rstrip('/')}/{job.name}/model"
        return cls(_brought(checkpoints), _free_port())

    def __enter__(self) -> str:
        self._started = ExitStack()
        folder = self._started.enter_context(self._folder)
        folder.mkdir(parents=True, exist_ok=True)
        self._log = tempfile.TemporaryFile()
        command = [
            sys.executable,
            "-m",
            "tensorboard.main",
            "--logdir",
            str(folder),
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
        self._started.close()


def _brought(checkpoints: str) -> AbstractContextManager[Path]:
    """The folder that TensorBoard reads: the checkpoints' own, or a copy that is kept in step with them."""
    folder = local_path(checkpoints)
    if folder is not None:
        return nullcontext(folder)
    if scheme_of(checkpoints) != "s3":
        raise InvalidInputError(
            f"run_tensorboard_locally shows checkpoints on this machine or on S3, not {checkpoints!r}"
        )
    try:
        mirror = importlib.import_module("smtf_core.s3.mirror")  # by name: clients do not import boto3
    except ImportError as error:
        raise MissingExtraError(f"checkpoints on S3 need boto3 ({error}). Run: pip install 'smtf[s3]'") from error
    made: AbstractContextManager[Path] = mirror.Mirror(checkpoints)
    return made


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
