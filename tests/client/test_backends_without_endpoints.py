"""Where no endpoint can be, the error names where one can: what is installed, not what smtf brings."""

from __future__ import annotations

import re

import pytest

from smtf_core import TensorFlowModel, hookimpl
from smtf_core.client.endpoints import Endpoints
from smtf_core.errors import InvalidInputError
from smtf_core.interfaces import BackendSpec
from smtf_core.plugins import PluginManager


class Trains:
    def __init__(self, plugins):
        pass

    def submit(self, job): ...
    def status(self, handle): ...
    def logs(self, handle, follow=False): ...
    def stop(self, handle, reason): ...
    def result(self, handle): ...


class Serves(Trains):
    def deploy(self, plan): ...
    def endpoints(self): ...


class Plugin:
    @hookimpl
    def smtf_register_backends(self):
        return [
            BackendSpec(name="gym", factory=f"{__name__}:Trains", instance_types=("gym",)),
            BackendSpec(name="bar", factory=f"{__name__}:Serves", instance_types=("bar.*", "pub")),
            BackendSpec(name="lost", factory="not_installed:Serves", instance_types=("lost",), extra="lost"),
        ]


class OnlyTrains:
    @hookimpl
    def smtf_register_backends(self):
        return [BackendSpec(name="gym", factory=f"{__name__}:Trains", instance_types=("gym",))]


def test_those_that_can_are_named_with_their_instance_types(tmp_path):
    plugins = PluginManager(plugins=[Plugin(), "smtf_backends.process.hooks", "smtf_serving.hooks"], autoload=False)
    message = re.escape(
        "backend 'gym' runs no endpoints; these do: bar (instance type 'bar.*' or 'pub'), process (instance type 'process')"
    )
    with pytest.raises(InvalidInputError, match=rf"^{message}$"):
        TensorFlowModel(tmp_path, plugins=plugins).deploy(instance_type="gym")
    with pytest.raises(InvalidInputError, match=rf"^{message}$"):
        Endpoints(plugins, "gym")


def test_where_nobody_can_it_says_so(tmp_path):
    plugins = PluginManager(plugins=[OnlyTrains(), "smtf_serving.hooks"], autoload=False)
    with pytest.raises(InvalidInputError, match="runs no endpoints; no installed plugin brings one that does"):
        TensorFlowModel(tmp_path, plugins=plugins).deploy(instance_type="gym")
