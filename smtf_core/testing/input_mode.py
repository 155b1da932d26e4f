"""InputModeConformance: the laws of input modes."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from smtf_core.errors import InvalidInputError
from smtf_core.interfaces import InputModeSpec
from smtf_core.models import Channel, Layout, pipes
from smtf_core.testing.conformance import Conformance

HOSTS = ("algo-1", "algo-2", "algo-3")


class InputModeConformance(Conformance[InputModeSpec]):
    """Any input mode keeps these laws; needs no TensorFlow.

    Attributes:
        name: what ``input_mode=`` says.
        patience: seconds within which a small channel is fed, read and ended.

    Example::

        class TestArrowMode(InputModeConformance):
            name = "Arrow"

            def received(self, data, name):
                return {path.name: unpack(path) for path in (data / name).glob("*.arrow")}
    """

    registry = "input_modes"
    patience: ClassVar[float] = 60.0

    #: The files of a channel, by name.
    files: ClassVar[Mapping[str, bytes]] = {
        f"{name}.csv": f"{name} says {name * 20}\n".encode() * 50 for name in ("a", "b", "c", "d", "e")
    }

    def channel(self, folder: Path, **options: Any) -> Channel:
        """A channel ``birds`` over ``files``, which are in ``folder``. Override it where a mode reads other places."""
        return Channel(name="birds", uri=str(folder), input_mode=self.name, **options)

    def received(self, data: Path, name: str) -> bytes:
        """All bytes of one pass over a channel, in the order in which a script gets them.

        Reads files of the channel's folder, and else the channel's FIFO. Override it for a mode of another kind.
        """
        folder = data / name
        if folder.is_dir():
            return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
        fifo = pipes.fifo(data, name, 0)
        deadline = threading.Event()
        for _ in range(int(self.patience / 0.01)):
            if fifo.exists():
                return fifo.read_bytes()
            deadline.wait(0.01)
        raise AssertionError(f"below {data} there is neither a folder {name!r} nor a FIFO {fifo.name!r}")

    @pytest.fixture
    def source(self, tmp_path: Path) -> Path:
        """The folder with ``files``."""
        folder = tmp_path / "source"
        folder.mkdir()
        for name, content in self.files.items():
            (folder / name).write_bytes(content)
        return folder

    def test_a_channel_that_can_be_fed_passes_the_check(self, factory: Any, source: Path) -> None:
        factory().check(self.channel(source))

    def test_a_channel_that_is_not_there_is_refused_by_the_check(self, factory: Any, source: Path) -> None:
        with pytest.raises(InvalidInputError) as refused:
            factory().check(self.channel(source / "nowhere"))
        message = str(refused.value)
        assert "birds" in message or "nowhere" in message, f"which channel is it? {message}"

    def test_everything_arrives_once_and_in_order(self, factory: Any, source: Path, tmp_path: Path) -> None:
        received = self._receive(factory(), self.channel(source), tmp_path / "algo-1", "algo-1", ("algo-1",))
        assert received == b"".join(content for _, content in sorted(self.files.items()))

    def test_every_host_gets_everything_of_a_replicated_channel(
        self, factory: Any, source: Path, tmp_path: Path
    ) -> None:
        everything = b"".join(content for _, content in sorted(self.files.items()))
        for host in HOSTS[:2]:
            assert self._receive(factory(), self.channel(source), tmp_path / host, host, HOSTS[:2]) == everything

    def test_every_file_of_a_sharded_channel_arrives_at_one_host(
        self, factory: Any, source: Path, tmp_path: Path
    ) -> None:
        channel = self.channel(source, distribution="ShardedByS3Key")
        received = [self._receive(factory(), channel, tmp_path / host, host, HOSTS) for host in HOSTS]
        for name, content in self.files.items():
            owners = [host for host, got in zip(HOSTS, received, strict=True) if content in got]
            assert len(owners) == 1, f"{name} arrived at {owners or 'no host'}"
        assert sum(map(len, received)) == sum(map(len, self.files.values()))

    def test_the_source_stays_as_it_is(self, factory: Any, source: Path, tmp_path: Path) -> None:
        self._receive(factory(), self.channel(source), tmp_path / "algo-1", "algo-1", ("algo-1",))
        assert {path.name: path.read_bytes() for path in source.iterdir()} == self.files

    def test_it_ends_though_nobody_reads(self, factory: Any, source: Path, tmp_path: Path) -> None:
        """A training that fails leaves its channels unread."""
        before = set(threading.enumerate())
        self._in_time(lambda: self._feed(factory(), self.channel(source), tmp_path / "algo-1"))
        left = [thread.name for thread in threading.enumerate() if thread not in before and not thread.daemon]
        assert not left, f"threads go on after the end: {left}"

    def test_it_hides_no_error_of_the_training(self, factory: Any, source: Path, tmp_path: Path) -> None:
        error = ValueError("the training's own")
        with pytest.raises(ValueError, match="the training's own"):
            self._in_time(lambda: self._feed(factory(), self.channel(source), tmp_path / "algo-1", error))

    def _feed(self, mode: Any, channel: Channel, root: Path, error: Exception | None = None) -> None:
        with mode.feed(channel, _data(root), "algo-1", ("algo-1",)):
            if error is not None:
                raise error

    def _receive(self, mode: Any, channel: Channel, root: Path, host: str, hosts: tuple[str, ...]) -> bytes:
        data = _data(root)

        def receive() -> bytes:
            with mode.feed(channel, data, host, hosts):
                return self.received(data, channel.name)

        received: bytes = self._in_time(receive)
        return received

    def _in_time(self, work: Any) -> Any:
        """What ``work`` returns or raises; fails when it takes too long."""
        outcome: list[Any] = []

        def call() -> None:
            try:
                outcome.append((work(), None))
            except BaseException as error:  # noqa: BLE001 - raised again in the test's thread
                outcome.append((None, error))

        thread = threading.Thread(target=call, daemon=True)
        thread.start()
        thread.join(self.patience)
        assert outcome, f"not over after {self.patience:g} s"
        value, error = outcome[0]
        if error is not None:
            raise error
        return value


def _data(root: Path) -> Path:
    layout = Layout(root)
    layout.create()
    return layout.data
