"""CheckpointStore: where checkpoints live, chosen by the URI scheme of ``checkpoint_path``."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from attrs import frozen

from smtf_core.interfaces.spec import Spec
from smtf_core.models import Checkpoint


@frozen(kw_only=True)
class CheckpointStoreSpec(Spec):
    """Declares a checkpoint store. ``name`` is the URI scheme; ``'file'`` stands for plain paths as well.

    Args:
        in_flight: the most checkpoints that may still be on their way in the background when ``save`` has returned.
    """

    in_flight: int = 0


class CheckpointStore(Protocol):
    """Keeps the checkpoints of one ``checkpoint_path``. Constructed as ``factory(uri)``; must not touch anything yet.

    The engine writes into a local folder with TensorFlow's own saver; the store brings that folder's checkpoints to
    safety and back. Whatever the moment of a kill, :meth:`restore` finds a complete checkpoint: the newest one whose
    :meth:`save` had returned, or one of the :attr:`~CheckpointStoreSpec.in_flight` before it. After :meth:`close` it is
    the newest one.
    """

    def __init__(self, uri: str) -> None: ...

    def folder(self, scratch: Path) -> Path:
        """The local folder that the engine writes to.

        Args:
            scratch: an empty folder of the job's own, for stores that are not local folders themselves.
        """
        ...

    def restore(self, folder: Path) -> Checkpoint | None:
        """Put the newest complete checkpoint and its state file into ``folder``; ``None`` when there is none."""
        ...

    def save(self, checkpoint: Checkpoint) -> None:
        """Bring a checkpoint that TensorFlow has just finished writing to safety. May go on in the background.

        Raises:
            OSError: it could not be saved now or in the background before; training fails rather than going on unsaved.
        """
        ...

    def close(self) -> None:
        """Wait until everything is saved.

        Raises:
            OSError: something could not be saved.
        """
        ...
