"""StrategyConformance: the laws of distribution strategies."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from subprocess import Popen, TimeoutExpired
from typing import Any, ClassVar

import pytest

from smtf_core.client.staging import stage
from smtf_core.interfaces import HostProcess, StrategySpec, processes_of
from smtf_core.models import FrameworkVersion, Job, Layout, Resources
from smtf_core.models.cluster import Network
from smtf_core.models.environment import read_environment
from smtf_core.models.layout import write_json
from smtf_core.testing import apart
from smtf_core.testing.conformance import Conformance
from smtf_core.testing.hygiene import HEAVY
from smtf_core.testing.scripts import LINE_SCRIPT

# How long a process that serves is watched after the others have ended.
_SETTLE_SECONDS = 2.0


class StrategyConformance(Conformance[StrategySpec]):
    """Any strategy keeps these laws; needs what the strategy needs. Every host's processes are real ones.

    Attributes:
        name: what ``distribution=`` says.
        framework_version: the release that the script is written for.
        patience: seconds within which a cluster that trains nothing has come and gone.

    Example::

        class TestHorovod(StrategyConformance):
            name = "horovod"
            framework_version = "2.16"
    """

    registry = "strategies"
    framework_version: ClassVar[str] = "1.11"
    patience: ClassVar[float] = 240.0

    @pytest.fixture(scope="class")
    @classmethod
    def hosts(cls, spec: StrategySpec) -> tuple[str, ...]:
        """The fewest hosts that it works with."""
        return tuple(f"algo-{number + 1}" for number in range(spec.min_hosts))

    @pytest.fixture(scope="class")
    @classmethod
    def layouts(cls, hosts: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Layout]:
        """The trees of a job's hosts."""
        folder = tmp_path_factory.mktemp("hosts")
        (folder / "line.py").write_text(LINE_SCRIPT, encoding="utf-8")
        job = Job(
            name="conformance",
            backend="process",
            entry_point=str(folder / "line.py"),
            framework_version=FrameworkVersion.parse(cls.framework_version),
            output_path=str(folder),
            resources=Resources(instance_count=len(hosts)),
            distribution=cls.name,
        )
        network = Network(addresses=dict.fromkeys(hosts, "127.0.0.1"), free_ports=True)
        layouts = {host: Layout(folder / host) for host in hosts}
        for host, layout in layouts.items():
            stage(job, layout, host, hosts, network)
        return layouts

    @pytest.fixture(scope="class")
    @classmethod
    def processes(cls, factory: Any, layouts: dict[str, Layout]) -> dict[str, tuple[HostProcess, ...]]:
        """What runs on every host; every tree has been told where all of it listens."""
        made = {host: processes_of(factory(), read_environment(layout)) for host, layout in layouts.items()}
        with ExitStack() as stack:
            listening: dict[str, dict[str, str]] = {}
            for host, processes in made.items():
                listening[host] = {}
                for process in processes:
                    if process.port is not None:
                        held = stack.enter_context(socket.socket())
                        held.bind(("127.0.0.1", 0))
                        listening[host][process.role] = f"127.0.0.1:{held.getsockname()[1]}"
        for layout in layouts.values():
            write_json(layout.processes, listening)
        return made

    @pytest.fixture(scope="class")
    @classmethod
    def told(
        cls, spec: StrategySpec, layouts: dict[str, Layout], processes: dict[str, tuple[HostProcess, ...]]
    ) -> Iterator[dict[str, dict[str, Any]]]:
        """What the processes that train tell of it, by host; the last host's training raises."""
        hosts = list(layouts)
        trainers: list[tuple[str, Popen[str]]] = []
        servers: list[tuple[str, Popen[str]]] = []
        told: dict[str, dict[str, Any]] = {}
        try:
            for host, layout in layouts.items():
                what = "both" if len(hosts) == 1 else "raise" if host == hosts[-1] else "return"
                for process in processes[host]:
                    mode = what if process.trains else "serve"
                    arguments = (spec.factory, str(layout.root), process.role, mode)
                    started = apart.start("host", *arguments, variables=process.variables)
                    (trainers if process.trains else servers).append((f"{host} {process.role}", started))
            for name, trainer in trainers:
                try:
                    printed, said = trainer.communicate(timeout=cls.patience)
                except TimeoutExpired:
                    trainer.kill()
                    printed, said = trainer.communicate()
                assert trainer.returncode == 0, f"{name} failed or did not end:\n{said}"
                told[name] = json.loads(printed.splitlines()[-1])
            time.sleep(_SETTLE_SECONDS if servers else 0)
            for name, server in servers:
                told[name] = {"serving": server.poll() is None}
            yield told
        finally:
            for _, one in (*trainers, *servers):
                one.kill()
                one.communicate()

    def test_a_host_has_processes_with_names_and_ports_of_their_own(
        self, processes: dict[str, tuple[HostProcess, ...]]
    ) -> None:
        for host, those in processes.items():
            roles = [process.role for process in those]
            assert len(roles) == len(set(roles)), f"{host} has several processes called {roles}"
            ports = [process.port for process in those if process.port is not None]
            assert len(ports) == len(set(ports)), f"several processes of {host} listen on the same of ports {ports}"

    def test_the_first_process_of_the_first_host_trains(self, processes: dict[str, tuple[HostProcess, ...]]) -> None:
        first = next(iter(processes.values()))
        assert first, "there must be a process"
        assert first[0].trains, f"the first process is the chief, and {first[0].role!r} does not train"

    def test_it_is_light_until_it_runs(
        self, spec: StrategySpec, layouts: dict[str, Layout], processes: dict[str, tuple[HostProcess, ...]]
    ) -> None:
        """Supervisors construct strategies and ask them for their processes, without TensorFlow."""
        root = str(next(iter(layouts.values())).root)
        asked = json.loads(apart.run("host", spec.factory, root, "trainer", "look", *HEAVY))["heavy"]
        assert not asked, f"constructing the strategy and asking for its processes imports {asked}"

    def test_it_trains_once(self, told: dict[str, dict[str, Any]]) -> None:
        for name, one in told.items():
            assert one.get("calls", 1) == 1, f"on {name}, run called train {one['calls']} times"

    def test_it_returns_what_the_training_returned(self, told: dict[str, dict[str, Any]]) -> None:
        for name, one in told.items():
            assert one.get("returned", True), f"on {name}, run did not return what train had returned"

    def test_it_hides_no_error_of_the_training(self, told: dict[str, dict[str, Any]]) -> None:
        raised = [one["raised"] for one in told.values() if "raised" in one]
        assert raised == ["ValueError: the training's own"], "train raised on the last host, and run did not"

    def test_one_process_is_the_chief(self, told: dict[str, dict[str, Any]]) -> None:
        chiefs = [name for name, one in told.items() if one.get("chief")]
        first = next(iter(told))
        assert chiefs == [first], f"the chief is {first}, but {chiefs or 'none'} would save, evaluate and export"

    def test_processes_that_serve_go_on_until_they_are_ended(self, told: dict[str, dict[str, Any]]) -> None:
        ended = [name for name, one in told.items() if not one.get("serving", True)]
        assert not ended, f"serve must not return: {ended}"
