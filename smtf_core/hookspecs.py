"""Every hook of smtf. Read from top to bottom, this file is the timeline of a job.

Three families, told apart by their verb:

* ``smtf_register_<kind>`` declares implementations *by name*: returns a list of Spec records, imports nothing heavy.
* ``smtf_<verb>_<noun>`` is a *decision*: the first plugin that returns something other than ``None`` decides
  (``firstresult``); the core's own answer, where it has one, is an ordinary plugin that comes last.
* ``smtf_before_…``, ``smtf_after_…`` and ``smtf_on_…_error`` *observe*: they get frozen objects and return ``None``. An
  observer that raises fails the job, except in ``on_…_error``, where it is logged and never hides the original error.

An implementation may take any subset of a hook's arguments. Mark it with :data:`hookimpl`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from smtf_core.interfaces import (
        BackendSpec,
        CheckpointStoreSpec,
        InputModeSpec,
        ScriptLoaderSpec,
        ServingAdapterSpec,
        StrategySpec,
    )
    from smtf_core.models import (
        Checkpoint,
        Evaluation,
        ExportedModel,
        Job,
        JobHandle,
        JobStatus,
        Progress,
        TrainingEnvironment,
        TrainingResult,
    )

PROJECT = "smtf"

hookspec = pluggy.HookspecMarker(PROJECT)
#: Marks a function or method as an implementation of the hook that bears its name.
hookimpl = pluggy.HookimplMarker(PROJECT)


# --- register: what there is, by name -------------------------------------------------------------------------------


@hookspec
def smtf_register_backends() -> Sequence[BackendSpec]:  # type: ignore[empty-body]
    """Declare places where jobs execute.

    Runs in: client.

    Called when: a backend is chosen for the first time, or plugins are listed.

    Returns:
        Backend specs; the factory's objects fulfil :class:`~smtf_core.interfaces.Backend`.

    Errors: a plugin that raises here is listed as broken; the others stay usable.

    Example::

        @hookimpl
        def smtf_register_backends():
            return [BackendSpec(name="ray", factory="smtf_ray.backend:Ray", instance_types=("ray",), extra="smtf-ray")]
    """


@hookspec
def smtf_register_input_modes() -> Sequence[InputModeSpec]:  # type: ignore[empty-body]
    """Declare ways in which a channel's data reaches the script.

    Runs in: client (and in whatever process feeds the channels).

    Called when: an input mode is chosen for the first time, or plugins are listed.

    Returns:
        Input mode specs; the factory's objects fulfil :class:`~smtf_core.interfaces.InputMode`.

    Errors: a plugin that raises here is listed as broken; the others stay usable.

    Example::

        @hookimpl
        def smtf_register_input_modes():
            return [InputModeSpec(name="Arrow", factory="smtf_arrow.feed:ArrowMode", schemes=("file", "flight"))]
    """


@hookspec
def smtf_register_strategies() -> Sequence[StrategySpec]:  # type: ignore[empty-body]
    """Declare ways to spread one training over hosts and devices.

    Runs in: client (to check what was asked for) and every host (to run it).

    Called when: a strategy is chosen for the first time, or plugins are listed.

    Returns:
        Strategy specs; the factory's objects fulfil :class:`~smtf_core.interfaces.Strategy`.

    Errors: a plugin that raises here is listed as broken; the others stay usable.

    Example::

        @hookimpl
        def smtf_register_strategies():
            return [StrategySpec(name="horovod", factory="smtf_horovod.strategy:Horovod", min_hosts=2)]
    """


@hookspec
def smtf_register_checkpoint_stores() -> Sequence[CheckpointStoreSpec]:  # type: ignore[empty-body]
    """Declare where checkpoints can live, by URI scheme.

    Runs in: client (to check the scheme) and chief only (to use it).

    Called when: a checkpoint path with a scheme is used for the first time, or plugins are listed.

    Returns:
        Store specs, named by scheme; the factory's objects fulfil :class:`~smtf_core.interfaces.CheckpointStore`.

    Errors: a plugin that raises here is listed as broken; the others stay usable.

    Example::

        @hookimpl
        def smtf_register_checkpoint_stores():
            return [CheckpointStoreSpec(name="gs", factory="smtf_gcs.store:GcsStore", extra="smtf-gcs[gcs]")]
    """


@hookspec
def smtf_register_script_loaders() -> Sequence[ScriptLoaderSpec]:  # type: ignore[empty-body]
    """Declare ways to turn a user's file into functions.

    Runs in: client (to check what was asked for) and every host (to use it).

    Called when: a script is about to be loaded, or plugins are listed.

    Returns:
        Loader specs; the factory's objects fulfil :class:`~smtf_core.interfaces.ScriptLoader`.

    Errors: a plugin that raises here is listed as broken; the others stay usable.

    Example::

        @hookimpl
        def smtf_register_script_loaders():
            return [ScriptLoaderSpec(name="notebook", factory="smtf_notebook.loader:NotebookLoader")]
    """


@hookspec
def smtf_register_serving_adapters() -> Sequence[ServingAdapterSpec]:  # type: ignore[empty-body]
    """Declare ways to answer invocations with an exported model.

    Runs in: serving (and client, to check what was asked for).

    Called when: a serving adapter is chosen for the first time, or plugins are listed.

    Returns:
        Adapter specs; the factory's objects fulfil :class:`~smtf_core.interfaces.ServingAdapter`.

    Errors: a plugin that raises here is listed as broken; the others stay usable.

    Example::

        @hookimpl
        def smtf_register_serving_adapters():
            return [ServingAdapterSpec(name="onnx", factory="smtf_onnx.adapter:Onnx", extra="smtf-onnx[runtime]")]
    """


# --- the job on the client ------------------------------------------------------------------------------------------


@hookspec(firstresult=True)
def smtf_configure_job(job: Job) -> Job | None:
    """Decide the final job: add tags, force an output path, raise to forbid it.

    Runs in: client.

    Called when: ``fit`` has built the job, before anything is checked against the backend.

    Args:
        job: the job as the user described it.

    Returns:
        The job to submit instead (``attrs.evolve(job, …)``), or ``None`` to leave it to the next plugin. When
        nobody answers, the job is submitted unchanged.

    Errors: an exception ends ``fit`` before anything has started.

    Example::

        @hookimpl
        def smtf_configure_job(job):
            return attrs.evolve(job, environment={**job.environment, "TEAM": "vision"})
    """


@hookspec
def smtf_before_submit(job: Job) -> None:
    """Observe a job that passed all checks.

    Runs in: client.

    Called when: right before the backend's ``submit``.

    Args:
        job: what is submitted.

    Errors: an exception ends ``fit``; nothing has started.

    Example::

        @hookimpl
        def smtf_before_submit(job):
            print("submitting", job.name)
    """


@hookspec
def smtf_after_submit(job: Job, handle: JobHandle) -> None:
    """Observe a job that a backend has accepted.

    Runs in: client.

    Called when: right after the backend's ``submit``.

    Args:
        job: what was submitted.
        handle: names the job on its backend.

    Errors: an exception stops the job and ends ``fit``.

    Example::

        @hookimpl
        def smtf_after_submit(handle):
            registry.write(handle.job_name, handle.location)
    """


@hookspec
def smtf_on_submit_error(job: Job, error: BaseException) -> None:
    """Observe a job that its backend refused.

    Runs in: client.

    Called when: ``submit`` raised.

    Args:
        job: what was to be submitted.
        error: what was raised; it is raised again afterwards.

    Errors: an exception is logged and does not hide ``error``.

    Example::

        @hookimpl
        def smtf_on_submit_error(job, error):
            pager.notify(f"{job.name}: {error}")
    """


# --- the training on its hosts --------------------------------------------------------------------------------------


@hookspec
def smtf_before_training(environment: TrainingEnvironment) -> None:
    """Observe a host that is about to load the script.

    Runs in: every host.

    Called when: the environment is read and the requirements are installed; the script has not run a line, and smtf has
    not imported TensorFlow for this job.

    Args:
        environment: what this host knows of its job.

    Errors: an exception fails the job.

    Example::

        @hookimpl
        def smtf_before_training(environment):
            mlflow.log_params(environment.hyperparameters)
    """


@hookspec(firstresult=True)
def smtf_load_script(environment: TrainingEnvironment) -> str | None:
    """Decide which script loader loads the script.

    Runs in: every host.

    Called when: the script is about to be loaded.

    Args:
        environment: what this host knows of its job.

    Returns:
        The name of a registered script loader, or ``None`` to leave it to the next plugin. The core's own answer is
        ``environment.script_loader``, else ``tensorflow-1`` or ``tensorflow-2`` by the framework generation.

    Errors: an exception, or a name that nobody registered, fails the job.

    Example::

        @hookimpl
        def smtf_load_script(environment):
            return "notebook" if environment.entry_point.endswith(".ipynb") else None
    """


@hookspec
def smtf_after_steps(environment: TrainingEnvironment, progress: Progress) -> None:
    """Observe the training's progress.

    Runs in: chief only.

    Called when: every ``log_step_count_steps`` steps (100 unless the hyperparameter says otherwise), and for the
    last step when training has ended.

    Args:
        environment: what this host knows of its job.
        progress: step, loss and speed.

    Errors: an exception fails the job.

    Example::

        @hookimpl
        def smtf_after_steps(progress):
            mlflow.log_metric("loss", progress.loss, step=progress.step)
    """


@hookspec
def smtf_after_checkpoint(environment: TrainingEnvironment, checkpoint: Checkpoint) -> None:
    """Observe a checkpoint.

    Runs in: chief only.

    Called when: TensorFlow has written it and the checkpoint store has taken it.

    Args:
        environment: what this host knows of its job.
        checkpoint: the checkpoint.

    Errors: an exception fails the job; the checkpoint stays.

    Example::

        @hookimpl
        def smtf_after_checkpoint(checkpoint):
            print("saved", checkpoint.path)
    """


@hookspec
def smtf_after_evaluation(environment: TrainingEnvironment, evaluation: Evaluation) -> None:
    """Observe an evaluation.

    Runs in: chief only.

    Called when: an evaluation during training, or the final one, has ended.

    Args:
        environment: what this host knows of its job.
        evaluation: step and metrics.

    Errors: an exception fails the job.

    Example::

        @hookimpl
        def smtf_after_evaluation(evaluation):
            mlflow.log_metrics(evaluation.metrics, step=evaluation.step)
    """


@hookspec(firstresult=True)
def smtf_export_model(environment: TrainingEnvironment, servable: str | None, step: int) -> ExportedModel | None:
    """Decide how the trained model is put into the job's model folder.

    Runs in: chief only.

    Called when: training and the final evaluation have ended, and the engine has written its newest SavedModel.

    Args:
        environment: what this host knows of its job.
        servable: the SavedModel folder that the engine wrote, ``<model_dir>/export/Servo/<timestamp>``; ``None`` when
            the script has no ``serving_input_fn`` and its model cannot be exported without one.
        step: global step of the model.

    Returns:
        The exported model, or ``None`` to leave it to the next plugin. The core's own answer copies ``servable`` to
        ``model/export/Servo/<timestamp>`` of the job's tree unless it is there already.

    Errors: an exception fails the job; the checkpoints stay.

    Example::

        @hookimpl
        def smtf_export_model(environment, servable, step):
            return convert_to_tflite(servable, environment.layout.model) if servable else None
    """


@hookspec
def smtf_after_export(environment: TrainingEnvironment, exported: ExportedModel) -> None:
    """Observe the exported model.

    Runs in: chief only.

    Called when: the model is complete in the job's model folder.

    Args:
        environment: what this host knows of its job.
        exported: where it is.

    Errors: an exception fails the job; the model stays.

    Example::

        @hookimpl
        def smtf_after_export(exported):
            mlflow.log_artifacts(exported.path, "model")
    """


@hookspec
def smtf_after_training(environment: TrainingEnvironment, result: TrainingResult) -> None:
    """Observe the end of a training that did not fail.

    Runs in: every host.

    Called when: all results are written; the job has not been reported as ended yet.

    Args:
        environment: what this host knows of its job.
        result: how it ended, ``'Completed'`` or ``'Stopped'``.

    Errors: an exception fails the job; its results stay.

    Example::

        @hookimpl
        def smtf_after_training(result):
            print("reached step", result.global_step)
    """


@hookspec
def smtf_on_training_error(environment: TrainingEnvironment, error: BaseException) -> None:
    """Observe a training that failed.

    Runs in: every host.

    Called when: the failure file is written, whoever raised: the script, TensorFlow or smtf. Not when the job's
    tree cannot even be read, because then there is no environment to show.

    Args:
        environment: what this host knows of its job.
        error: what was raised.

    Errors: an exception is logged and does not hide ``error``.

    Example::

        @hookimpl
        def smtf_on_training_error(environment, error):
            pager.notify(f"{environment.job_name}: {error}")
    """


# --- the client again ------------------------------------------------------------------------------------------------


@hookspec
def smtf_after_job(handle: JobHandle, status: JobStatus) -> None:
    """Observe the end of a job that the client waited for.

    Runs in: client.

    Called when: the job has reached a terminal state, before ``fit`` returns or raises.

    Args:
        handle: names the job.
        status: its final status.

    Errors: an exception ends ``fit`` with it; the job's results stay.

    Example::

        @hookimpl
        def smtf_after_job(handle, status):
            print(handle.job_name, status.state.value)
    """
