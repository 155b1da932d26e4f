"""The ``/opt/ml`` tree of a SageMaker training container: the written contract between client and runtime.

Source: AWS documentation, "How Amazon SageMaker Provides Training Information"; the legacy container's own code folder
``/opt/ml/code``. Every path that crosses from client to runtime or back is named here and nowhere else.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from attrs import field, frozen


def _absolute(path: Path | str) -> Path:
    return Path(path).absolute()


@frozen
class Layout:
    """The tree below one root: ``/opt/ml`` in a container, ``<output_path>/<job name>`` on local backends.

    Args:
        root: an absolute folder.
    """

    root: Path = field(converter=_absolute)

    @classmethod
    def of_data(cls, data: Path) -> Layout:
        """The tree whose :attr:`data` this is."""
        return cls(data.parent.parent)

    @property
    def config(self) -> Path:
        """``input/config``: the JSON files that describe the job to the runtime."""
        return self.root / "input" / "config"

    @property
    def hyperparameters(self) -> Path:
        """Object string → string, each value JSON-encoded."""
        return self.config / "hyperparameters.json"

    @property
    def resource_config(self) -> Path:
        """``current_host`` and ``hosts``."""
        return self.config / "resourceconfig.json"

    @property
    def input_data_config(self) -> Path:
        """Channel name → its content type, input mode, ….."""
        return self.config / "inputdataconfig.json"

    @property
    def environment(self) -> Path:
        """Object name → value: variables of the host that must not stand where others can read them; may be missing."""
        return self.config / "smtf_environment.json"

    @property
    def processes(self) -> Path:
        """Where the processes of a cluster listen in this attempt, written by the host's supervisor."""
        return self.config / "smtf_processes.json"

    @property
    def stop_request(self) -> Path:
        """Why the job is asked to stop; a backend that knows writes it before it sends SIGTERM."""
        return self.config / "smtf_stop"

    @property
    def data(self) -> Path:
        """``input/data``: one folder (File) or FIFO series (Pipe) a channel."""
        return self.root / "input" / "data"

    @property
    def pipe_state(self) -> Path:
        """``pipe_state``: which pass over each channel in Pipe mode comes next (:mod:`smtf_core.models.pipes`)."""
        return self.root / "pipe_state"

    @property
    def code(self) -> Path:
        """``code``: the user's script and what lies beside it; ``sys.path[0]`` of the script."""
        return self.root / "code"

    @property
    def packages(self) -> Path:
        """``packages``: what ``requirements_file`` installs, when it must not touch the interpreter's own packages."""
        return self.root / "packages"

    @property
    def checkpoints(self) -> Path:
        """``checkpoints``: where the engine writes when checkpoints live somewhere that is no local folder."""
        return self.root / "checkpoints"

    @property
    def model(self) -> Path:
        """``model``: becomes ``model.tar.gz``."""
        return self.root / "model"

    @property
    def output(self) -> Path:
        """``output``: success, failure, result and pictures."""
        return self.root / "output"

    @property
    def output_data(self) -> Path:
        """``output/data``: whatever the script leaves there becomes ``output.tar.gz``."""
        return self.output / "data"

    @property
    def success(self) -> Path:
        """Empty file, there when the training succeeded."""
        return self.output / "success"

    @property
    def failure(self) -> Path:
        """Text of the failure, there when it failed."""
        return self.output / "failure"

    @property
    def result(self) -> Path:
        """The :class:`~smtf_core.models.TrainingResult` as JSON."""
        return self.output / "result.json"

    @property
    def metrics(self) -> Path:
        """Every evaluation as JSON: ``[{"step": …, "metrics": {…}}, …]``."""
        return self.output / "metrics.json"

    @property
    def loss_curve(self) -> Path:
        """The training loss as CSV: ``step,loss,seconds``."""
        return self.output / "loss.csv"

    @property
    def loss_picture(self) -> Path:
        """The loss curve as a picture."""
        return self.output / "loss.png"

    @property
    def progress(self) -> Path:
        """The newest :class:`~smtf_core.models.Progress` as JSON, replaced a few times a second."""
        return self.output / "progress.json"

    @property
    def log(self) -> Path:
        """The job's log, a line a record."""
        return self.output / "log.txt"

    def channel(self, name: str) -> Path:
        """The folder of channel ``name``."""
        return self.data / name

    def create(self) -> None:
        """Make every folder of the tree that the runtime expects to exist."""
        for folder in (self.config, self.data, self.model, self.output_data):
            folder.mkdir(parents=True, exist_ok=True)


def write_atomically(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` so that a reader sees the old content or the new one, never a part.

    Args:
        path: the file; its folder is made when missing.
        text: its content, encoded as UTF-8.

    Raises:
        OSError: the disk is full, or the folder cannot be written; ``path`` is as it was.
    """
    replace_atomically(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def replace_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Let ``write`` make a temporary file beside ``path``, then rename it to ``path``.

    Args:
        path: the file to replace; its folder is made when missing.
        write: called with the temporary path, which has the same suffix.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_json(path: Path, value: Any) -> None:
    """Write ``value`` as JSON with :func:`write_atomically`."""
    write_atomically(path, json.dumps(value, indent=2, sort_keys=False) + "\n")
