"""Checkpoint stores that break one law each."""

import contextlib
import shutil
import time
from pathlib import Path

import pytest
from fakes import Fakes

from smtf_core.interfaces import CheckpointStoreSpec
from smtf_core.models import Checkpoint
from smtf_core.stores import files_of, write_state
from smtf_core.testing import CheckpointStoreConformance


class Laws(CheckpointStoreConformance):
    kills = 2

    @pytest.fixture
    def uri(self, tmp_path):
        return str(tmp_path / "place")

    @pytest.fixture
    def unwritable_uri(self, tmp_path):
        (tmp_path / "file").touch()
        return str(tmp_path / "file" / "place")


FAKES = Fakes(Laws, "smtf_register_checkpoint_stores", CheckpointStoreSpec)


@FAKES.right()
class Right:
    """A folder for each checkpoint."""

    def __init__(self, uri):
        self.place = Path(uri)

    def folder(self, scratch):
        return scratch

    def steps(self):
        return sorted(int(path.name) for path in self.place.glob("[0-9]*"))

    def restore(self, folder):
        steps = self.steps()
        if not steps:
            return None
        for file in (self.place / str(steps[-1])).iterdir():
            shutil.copy(file, folder)
        write_state(folder, f"model.ckpt-{steps[-1]}")
        return Checkpoint(path=str(folder / f"model.ckpt-{steps[-1]}"), step=steps[-1])

    def save(self, checkpoint):
        self.put(checkpoint, checkpoint.step)

    def put(self, checkpoint, number):
        temporary = self.place / f".{number}"
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        for file in files_of(Path(checkpoint.path)):
            shutil.copy(file, temporary)
        shutil.rmtree(self.place / str(number), ignore_errors=True)
        temporary.rename(self.place / str(number))

    def close(self):
        pass


@FAKES.breaks("test_constructing_it_touches_nothing")
class MakesItsFolder(Right):
    def __init__(self, uri):
        super().__init__(uri)
        if self.place.parent.is_dir():
            self.place.mkdir(exist_ok=True)


@FAKES.breaks("test_where_nothing_was_saved_there_is_no_checkpoint")
class AlwaysHasOne(Right):
    def restore(self, folder):
        return super().restore(folder) or Checkpoint(path=str(folder / "model.ckpt-0"), step=0)


@FAKES.breaks("test_the_newest_checkpoint_comes_back_elsewhere")
class StopsAtAGap(Right):
    def steps(self):
        steps = super().steps()
        return [step for number, step in enumerate(steps) if step == steps[0] + number]


@FAKES.breaks("test_the_newest_checkpoint_comes_back_elsewhere", {"kills": 1}, in_flight=1)
class DropsWhatIsOnItsWay(Right):
    """Saves some in the background, and ``close`` does not wait."""

    waiting = None

    def save(self, checkpoint):
        if checkpoint.step == 100:
            self.waiting = checkpoint
        else:
            super().save(checkpoint)


@FAKES.breaks("test_a_job_that_goes_on_saves_newer_ones", {"kills": 1})
class NumbersItsSaves(Right):
    saves = 0

    def restore(self, folder):
        found = super().restore(folder)
        if found is None:
            return None
        (index,) = folder.glob("*.index")
        write_state(folder, index.stem)
        return Checkpoint(path=str(folder / index.stem), step=int(index.stem.partition("-")[2]))

    def save(self, checkpoint):
        self.saves += 1
        self.put(checkpoint, self.saves)


@FAKES.breaks("test_an_interrupted_save_is_never_the_latest", {"kills": 4})
class WritesInPlace(Right):
    def put(self, checkpoint, number):
        place = self.place / str(number)
        place.mkdir(parents=True)
        for file in files_of(Path(checkpoint.path)):
            shutil.copy(file, place)
            if 4 <= number <= 7:
                time.sleep(0.3)


@FAKES.breaks("test_what_cannot_be_saved_is_said")
class Swallows(Right):
    def put(self, checkpoint, number):
        with contextlib.suppress(OSError):
            super().put(checkpoint, number)
