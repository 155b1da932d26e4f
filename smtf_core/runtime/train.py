"""Training on one host, from the ``/opt/ml`` tree to its results. :func:`train` tells the whole story."""

from __future__ import annotations

import importlib
import logging
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from attrs import evolve

from smtf_core.errors import InvalidInputError, JobStoppedError
from smtf_core.interfaces import CheckpointStore, Cluster, StrategySpec, UserScript, processes_of
from smtf_core.models import Layout, TrainingEnvironment, TrainingResult
from smtf_core.models.converter import to_data
from smtf_core.models.environment import read_environment
from smtf_core.models.layout import write_json
from smtf_core.models.uri import local_path
from smtf_core.plugins import PluginManager
from smtf_core.registry import Registries
from smtf_core.runtime.engines.engine import Training
from smtf_core.runtime.failure import record_failure
from smtf_core.runtime.reporting import Reporter
from smtf_core.runtime.requirements import installed_requirements
from smtf_core.runtime.script.calling import check_channels
from smtf_core.runtime.stop import StopSignal
from smtf_core.runtime.strategies.choice import choose
from smtf_core.selection import choose_checkpoint_store

_log = logging.getLogger("smtf")


def train(layout: Layout, plugins: PluginManager, stop: StopSignal, role: str | None = None) -> TrainingResult:
    """Run this host's share of a job, or one process's share of that.

    Args:
        layout: the job's tree, written by a client.
        plugins: everything that is pluggable.
        stop: ends the training early, with a checkpoint.
        role: which of the host's processes this is; ``None``: the only one, without a supervisor.

    Returns:
        How it ended; also in ``output/result.json``, beside the empty file ``output/success``.

    Raises:
        Exception: whatever went wrong; also in ``output/failure``.
    """
    try:
        environment = read_environment(layout, role or "trainer")
        try:
            result = _train(environment, plugins, stop, alone=role is None)
            plugins.observe("smtf_after_training", environment=environment, result=result)
        except BaseException as error:
            record_failure(layout, error)
            plugins.observe("smtf_on_training_error", environment=environment, error=error)
            raise
    except BaseException as error:
        record_failure(layout, error)
        raise
    layout.success.touch()
    return result


def _train(
    environment: TrainingEnvironment, plugins: PluginManager, stop: StopSignal, *, alone: bool
) -> TrainingResult:
    for note in environment.settings.notes:
        _log.info("%s", note)
    try:
        result = _run_strategy(environment, plugins, stop, alone=alone)
    except JobStoppedError:
        # Before there was anything to save; what is stopped later ends in _run_engine.
        result = TrainingResult(state="Stopped", stop_reason=stop.reason)
    write_json(environment.layout.result, to_data(result))
    return result


def _run_strategy(
    environment: TrainingEnvironment, plugins: PluginManager, stop: StopSignal, *, alone: bool
) -> TrainingResult:
    with _requirements(environment):
        plugins.observe("smtf_before_training", environment=environment)
        stop.check()
        strategy, spec = choose(environment, plugins)
        processes = processes_of(strategy, environment)
        if alone and len(processes) > 1:
            raise InvalidInputError(
                f"distribution strategy {spec.name!r} needs {len(processes)} processes on a host, and this job is one; "
                "choose a backend that has them, such as train_instance_type='process'"
            )
        # The strategy comes first: parts of TensorFlow's runtime can be set up only before a script has used it.
        return strategy.run(environment, lambda cluster: _run_script(environment, plugins, spec, cluster, stop))


def _run_script(
    environment: TrainingEnvironment, plugins: PluginManager, spec: StrategySpec, cluster: Cluster, stop: StopSignal
) -> TrainingResult:
    with _load_script(environment, plugins) as script:
        check_channels(script, environment)
        if not spec.trains(environment.framework_version.generation, script.kind):
            raise InvalidInputError(f"distribution strategy {spec.name!r} cannot train {script.kind} scripts")
        store = _open_store(environment, plugins)
        stop.check()
        return _run_engine(environment, script, cluster, store, plugins, stop)


def _requirements(environment: TrainingEnvironment) -> AbstractContextManager[None]:
    if environment.requirements_file is None:
        return nullcontext()
    return installed_requirements(environment.layout.code / environment.requirements_file, environment.layout.packages)


def _load_script(environment: TrainingEnvironment, plugins: PluginManager) -> AbstractContextManager[UserScript]:
    name = plugins.hook.smtf_load_script(environment=environment)
    loader: AbstractContextManager[UserScript] = Registries(plugins).script_loaders.make(name).load(environment)
    return loader


def _open_store(environment: TrainingEnvironment, plugins: PluginManager) -> CheckpointStore:
    registry = Registries(plugins).checkpoint_stores
    uri = environment.checkpoint_path or str(environment.layout.model)
    store: CheckpointStore = registry.make(choose_checkpoint_store(registry, uri).name, uri)
    return store


def _run_engine(
    environment: TrainingEnvironment,
    script: UserScript,
    cluster: Cluster,
    store: CheckpointStore,
    plugins: PluginManager,
    stop: StopSignal,
) -> TrainingResult:
    # The other hosts of a cluster get their variables from the chief and its parameter servers.
    folder = store.folder(environment.layout.checkpoints) if cluster.is_chief else environment.layout.model
    model_dir = _local_folder(folder)
    reporter = Reporter(environment, plugins, store, chief=cluster.is_chief)
    restored = store.restore(model_dir) if cluster.is_chief else None
    if restored is not None:
        reporter.checkpoint = restored
        _log.info("resuming at step %d from %s", restored.step, restored.path)
    native = script.kind == "keras_model_fn" and environment.framework_version.generation >= 2
    engine = importlib.import_module(f"smtf_core.runtime.engines.{'keras' if native else 'estimator'}")
    training = Training(
        environment=environment, script=script, cluster=cluster, model_dir=model_dir, reporter=reporter, stop=stop
    )
    result: TrainingResult
    try:
        result, servable = engine.train(training)
    except JobStoppedError:
        result, servable = training.result(), None
    except BaseException:
        if not stop.interrupted:
            _close_after_failure(store)
            raise
        _log.warning(
            "the training was interrupted where it was; the newest checkpoint is the last one that it had saved",
            exc_info=True,
        )
        result, servable = training.result(), None
    store.close()
    if cluster.is_chief and result.state == "Completed":
        result = _export(environment, plugins, result, servable)
    reporter.finish()
    return result


def _close_after_failure(store: CheckpointStore) -> None:
    """Let saves in progress end; what the store says now must not hide why the training failed."""
    try:
        store.close()
    except Exception:  # noqa: BLE001 - logged, and the original error is raised
        _log.exception("the checkpoint store could not be closed; the original error follows")


def _export(
    environment: TrainingEnvironment, plugins: PluginManager, result: TrainingResult, servable: str | None
) -> TrainingResult:
    if servable is None:
        _log.warning("the script has no serving_input_fn, so no model is exported; define one to deploy the model")
    exported = plugins.hook.smtf_export_model(environment=environment, servable=servable, step=result.global_step)
    if exported is None:
        return result
    plugins.observe("smtf_after_export", environment=environment, exported=exported)
    return evolve(result, exported=exported)


def _local_folder(folder: Path) -> Path:
    absolute = local_path(folder)
    assert absolute is not None
    absolute.mkdir(parents=True, exist_ok=True)
    return absolute
