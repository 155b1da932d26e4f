"""Strategies that break one law each."""

import importlib
import time

from attrs import evolve
from fakes import Fakes

from smtf_core.interfaces import Cluster, HostProcess, StrategySpec
from smtf_core.models import TrainingResult
from smtf_core.testing import StrategyConformance

FAKES = Fakes(StrategyConformance, "smtf_register_strategies", StrategySpec)


@FAKES.right(min_hosts=2)
class Right:
    """Trains on every host, beside a process that serves."""

    def processes(self, environment):
        return HostProcess(), HostProcess(role="keeper", trains=False, port=2223)

    def serve(self, environment):
        time.sleep(600)

    def run(self, environment, train):
        return train(Cluster(is_chief=environment.is_chief))


@FAKES.breaks("test_a_host_has_processes_with_names_and_ports_of_their_own")
class OnePort(Right):
    def processes(self, environment):
        return HostProcess(), HostProcess(role="keeper", trains=False)


@FAKES.breaks("test_the_first_process_of_the_first_host_trains")
class KeeperFirst(Right):
    def processes(self, environment):
        return super().processes(environment)[::-1]


@FAKES.breaks("test_it_is_light_until_it_runs")
class ImportsEarly(Right):
    def processes(self, environment):
        importlib.import_module("numpy")
        return super().processes(environment)


@FAKES.breaks("test_it_trains_once")
class TrainsTwice(Right):
    def run(self, environment, train):
        super().run(environment, train)
        return super().run(environment, train)


@FAKES.breaks("test_it_returns_what_the_training_returned")
class ReturnsItsOwn(Right):
    def run(self, environment, train):
        return evolve(super().run(environment, train), global_step=0)


@FAKES.breaks("test_it_hides_no_error_of_the_training")
class Hides(Right):
    def run(self, environment, train):
        try:
            return super().run(environment, train)
        except ValueError:
            return TrainingResult(state="Stopped")


@FAKES.breaks("test_one_process_is_the_chief", min_hosts=2)
class AllChiefs(Right):
    def run(self, environment, train):
        return train(Cluster(is_chief=True))


@FAKES.breaks("test_processes_that_serve_go_on_until_they_are_ended")
class Returns(Right):
    def serve(self, environment):
        pass
