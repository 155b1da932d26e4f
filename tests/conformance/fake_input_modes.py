"""Input modes that break one law each."""

import os
import shutil
import threading
from contextlib import contextmanager, suppress
from pathlib import Path

from fakes import Fakes

from smtf_core.errors import InvalidInputError
from smtf_core.interfaces import InputModeSpec
from smtf_core.testing import InputModeConformance


class Laws(InputModeConformance):
    patience = 3.0


FAKES = Fakes(Laws, "smtf_register_input_modes", InputModeSpec)


@FAKES.right()
class Right:
    """Copies the files."""

    def check(self, channel):
        if not Path(channel.uri).is_dir():
            raise InvalidInputError(f"channel {channel.name!r}: {channel.uri} is no folder")

    @contextmanager
    def feed(self, channel, data, host, hosts):
        folder = data / channel.name
        folder.mkdir()
        for file in self.files(channel, host, hosts):
            shutil.copy(file, folder)
        yield

    def files(self, channel, host, hosts):
        files = sorted(Path(channel.uri).iterdir())
        if channel.distribution == "ShardedByS3Key":
            return files[hosts.index(host) :: len(hosts)]
        return files


@FAKES.breaks("test_a_channel_that_can_be_fed_passes_the_check")
class RefusesAll(Right):
    def check(self, channel):
        raise InvalidInputError(f"channel {channel.name!r}: no")


@FAKES.breaks("test_a_channel_that_is_not_there_is_refused_by_the_check")
class ChecksNothing(Right):
    def check(self, channel):
        pass


@FAKES.breaks("test_everything_arrives_once_and_in_order")
class LosesTheLast(Right):
    def files(self, channel, host, hosts):
        return super().files(channel, host, hosts)[: -1 if len(hosts) == 1 else None]


@FAKES.breaks("test_every_host_gets_everything_of_a_replicated_channel")
class AlwaysShares(Right):
    def files(self, channel, host, hosts):
        return super().files(channel, host, hosts)[hosts.index(host) if len(hosts) == 2 else 0 :]


@FAKES.breaks("test_every_file_of_a_sharded_channel_arrives_at_one_host")
class NeverShares(Right):
    def files(self, channel, host, hosts):
        return sorted(Path(channel.uri).iterdir())


@FAKES.breaks("test_the_source_stays_as_it_is")
class LeavesAMark(Right):
    @contextmanager
    def feed(self, channel, data, host, hosts):
        with super().feed(channel, data, host, hosts):
            yield
        if len(hosts) == 1:
            (Path(channel.uri) / "_READ").touch()


@FAKES.breaks("test_it_ends_though_nobody_reads")
class WaitsForAReader(Right):
    @contextmanager
    def feed(self, channel, data, host, hosts):
        fifo = data / f"{channel.name}_0"
        content = b"".join(file.read_bytes() for file in self.files(channel, host, hosts))
        os.mkfifo(fifo)
        writer = threading.Thread(target=fifo.write_bytes, args=(content,), daemon=True)
        writer.start()
        yield
        writer.join()


@FAKES.breaks("test_it_hides_no_error_of_the_training")
class Hides(Right):
    @contextmanager
    def feed(self, channel, data, host, hosts):
        with super().feed(channel, data, host, hosts), suppress(ValueError):
            yield
