"""CheckpointStoreConformance: the laws of checkpoint stores."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, ClassVar

import pytest

from smtf_core.interfaces import CheckpointStoreSpec
from smtf_core.models import Checkpoint
from smtf_core.testing import apart
from smtf_core.testing.checkpoints import check_restored, write_checkpoint
from smtf_core.testing.conformance import Conformance


class CheckpointStoreConformance(Conformance[CheckpointStoreSpec]):
    """Any store keeps these laws; needs no TensorFlow.

    Attributes:
        name: the URI scheme.
        kills: how many savers are killed.

    Example::

        class TestZipStore(CheckpointStoreConformance):
            name = "zip"

            @pytest.fixture
            def uri(self, tmp_path):
                return f"zip://{tmp_path}/checkpoints"
    """

    registry = "checkpoint_stores"
    kills: ClassVar[int] = 4

    @pytest.fixture
    def uri(self) -> str:
        """A ``checkpoint_path`` at which there is nothing yet; another one for each test."""
        raise NotImplementedError("define a fixture `uri` that returns a new checkpoint_path")

    @pytest.fixture
    def unwritable_uri(self) -> str:
        """A ``checkpoint_path`` at which nothing can be saved."""
        pytest.skip("no fixture `unwritable_uri` says where nothing can be saved")

    @pytest.fixture
    def scratch(self, tmp_path: Path) -> Path:
        """Where the folders of this test's jobs are."""
        made = tmp_path / "jobs of this test"
        made.mkdir()
        return made

    def test_constructing_it_touches_nothing(self, factory: Any, uri: str, tmp_path: Path, scratch: Path) -> None:
        before = sorted(tmp_path.rglob("*"))
        store = factory(uri)
        store.folder(scratch / "job")
        new = [path for path in sorted(tmp_path.rglob("*")) if path not in before]
        assert not new, f"clients construct stores to check a job; this one made {new}"

    def test_where_nothing_was_saved_there_is_no_checkpoint(self, factory: Any, uri: str, scratch: Path) -> None:
        store = factory(uri)
        folder = _made(store.folder(scratch / "job"))
        assert store.restore(folder) is None
        store.close()

    def test_the_newest_checkpoint_comes_back_elsewhere(self, factory: Any, uri: str, scratch: Path) -> None:
        """9, 10, 100: the newest is told by the step, not by how its name sorts."""
        _save(factory(uri), scratch / "first", 8, 9, 10, 100)
        assert _restore(factory(uri), scratch / "second").step == 100

    def test_a_job_that_goes_on_saves_newer_ones(self, factory: Any, uri: str, scratch: Path) -> None:
        _save(factory(uri), scratch / "first", 1, 2)
        store = factory(uri)
        folder = _made(store.folder(scratch / "second"))
        store.restore(folder)
        store.save(write_checkpoint(folder, 3))
        store.close()
        assert _restore(factory(uri), scratch / "third").step == 3

    def test_an_interrupted_save_is_never_the_latest(
        self, factory: Any, spec: CheckpointStoreSpec, uri: str, scratch: Path
    ) -> None:
        """Kill a process that saves, again and again, each time at another moment; look what comes back.

        Only what the store says may still be on its way may be lost.
        """
        saved = 0
        for number in range(self.kills):
            restored, newest = _kill_while_saving(
                spec.factory, uri, scratch / f"job-{number}", 3 + spec.in_flight, 0.01 + 0.013 * number
            )
            assert restored >= saved, f"step {saved} had come back before, now step {restored}"
            checkpoint = _restore(factory(uri), scratch / f"look-{number}")
            assert checkpoint.step >= newest - spec.in_flight, (
                f"save had returned for step {newest}, and after a kill step {checkpoint.step} came back"
            )
            saved = checkpoint.step

    def test_what_cannot_be_saved_is_said(self, factory: Any, unwritable_uri: str, scratch: Path) -> None:
        with pytest.raises(OSError):  # noqa: PT011 - whichever the store's medium has
            _save(factory(unwritable_uri), scratch / "job", 1)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _save(store: Any, scratch: Path, *steps: int) -> None:
    folder = _made(store.folder(scratch))
    store.restore(folder)
    for step in steps:
        store.save(write_checkpoint(folder, step))
    store.close()


def _restore(store: Any, scratch: Path) -> Checkpoint:
    folder = _made(store.folder(scratch))
    checkpoint = store.restore(folder)
    store.close()
    assert isinstance(checkpoint, Checkpoint), f"a checkpoint was saved, and restore returned {checkpoint!r}"
    check_restored(checkpoint, folder)
    return checkpoint


def _kill_while_saving(factory: str, uri: str, scratch: Path, saves: int, pause: float) -> tuple[int, int]:
    """The step that the saver began at, and the last one of which it said that it was saved."""
    process = apart.start("save", factory, uri, str(scratch))
    assert process.stdout is not None
    lines = []
    try:
        for line in process.stdout:
            lines.append(line)
            if len(lines) > saves:  # the first one says what was restored
                time.sleep(pause)
                break
        process.kill()
        rest, said = process.communicate()
    finally:
        process.kill()
    steps = [int(line.split()[1]) for line in "".join([*lines, rest]).split("\n")[:-1]]
    assert len(steps) > saves, f"the saver failed:\n{said}"
    return steps[0], steps[-1]
