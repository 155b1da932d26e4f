"""The ``TensorFlow`` estimator: the SageMaker SDK's façade over a Job, its backend and its results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from smtf_core.client.arguments import StrPath, job_name_of, positional_arguments, with_hyperparameters
from smtf_core.client.checks import check_job
from smtf_core.client.detached import DetachedJobs
from smtf_core.client.display import Display
from smtf_core.client.inputs import Inputs, channels_of
from smtf_core.client.job_arguments import arguments_of, job_of
from smtf_core.client.model import TensorFlowModel
from smtf_core.client.predictor import Predictor
from smtf_core.client.records import check_records
from smtf_core.client.tensorboard import TensorBoard
from smtf_core.client.trained import Trained
from smtf_core.client.waiting import wait_for
from smtf_core.errors import InvalidInputError, UnexpectedStatusException
from smtf_core.interfaces import Backend, BackendSpec, CompletingBackend
from smtf_core.models import (
    Channel,
    FrameworkVersion,
    Job,
    JobHandle,
    JobState,
    JobStatus,
    TrainingResult,
)
from smtf_core.plugins import PluginManager
from smtf_core.registry import Registries
from smtf_core.selection import choose_backend


class TensorFlow:
    """Trains a script that keeps the script contract, on any backend.

    The first positional argument may be the entry point, as the SDK's documentation showed it, or ``training_steps``,
    as the SDK's code had it (then ``evaluation_steps`` and ``checkpoint_path`` may follow).

    Args:
        *positional: see above.
        entry_point: the script; relative to ``source_dir`` when that is given.
        role: IAM role, for backends that need one.
        train_instance_count: number of hosts.
        train_instance_type: chooses the backend: ``'inprocess'`` (the default) runs here.
        training_steps: train until the global step reaches this; ``None``: until the input ends.
        evaluation_steps: steps of each evaluation; ``None``: until the evaluation input ends.
        checkpoint_path: path or URI to keep checkpoints in and to resume from; ``None``: the job's own model folder.
        source_dir: folder with the script and what it needs; or the URI of an archive of it, ``s3://…/sourcedir.tar.gz``.
        dependencies: folders or files put beside the script.
        requirements_file: relative to ``source_dir``; installed for the job.
        hyperparameters: handed to the script; some steer training (see the script contract). JSON values.
        environment: variables that the script finds in ``os.environ``.
        framework_version: TensorFlow release that the script is written for: ``'1.11'``, ``'1.4.1'``, ``'2.16'``, ….
        py_version: ``'py2'`` or ``'py3'``: which Python the script is for; ``None``: as its source tells. A source that
            both can read divides and maps as Python 2 with ``'py2'``. Also chooses between legacy images, on backends
            that use those.
        input_mode: ``'File'``, ``'Pipe'``, … for channels that do not say.
        output_path: folder or URI; results go to ``<output_path>/<job name>``. On this machine ``smtf-jobs`` by
            default.
        output_kms_key: key that encrypts the output, on backends that can.
        code_location: where uploaded code goes, on backends that upload it.
        base_job_name: beginning of generated job names; by default the image's name where one is given to a backend
            that uses images, else what the backend says, else the script's name.
        image_name: container image, on backends that use one.
        runtime: who runs the script on backends that use images: ``'container'`` (the image's own code, as the SDK had
            it) or ``'smtf'``, which goes along with the code; ``None``: the image where it can.
        train_volume_size: data volume in GiB, on backends that create one.
        train_volume_kms_key: key that encrypts the data volume, on backends that can.
        train_max_run: seconds after which the job is stopped.
        train_use_spot_instances: use spare capacity, on backends that have such.
        train_max_wait: with spot instances, the most seconds for waiting and training together.
        checkpoint_s3_uri: where a service that copies a local folder of checkpoints keeps them; besides
            ``checkpoint_path``, which smtf and the legacy images keep theirs in.
        checkpoint_local_path: that folder on the hosts.
        metric_definitions: ``{"Name": …, "Regex": …}`` records, for services that read metrics from the log.
        enable_network_isolation: let the hosts reach nothing but their channels and each other, on backends that can.
        enable_cloudwatch_metrics: had been given up by the SDK before its legacy mode was; nothing uses it.
        encrypt_inter_container_traffic: encrypt what the hosts say to each other, on backends that can.
        model_uri: a model to begin with, as a channel.
        model_channel_name: that channel's name.
        memory: most memory of a host, for example ``'8g'``, on backends that can limit it.
        cpus: most processors of a host, on backends that can limit them.
        gpus: ``'all'``, a number, or ``'device=0,2'``, on backends that hand GPUs out.
        container_log_level: a :mod:`logging` level for the job's log.
        tags: ``{"Key": …, "Value": …}`` records, on backends that have them.
        subnets: VPC subnets, together with ``security_group_ids``.
        security_group_ids: VPC security groups.
        distribution: name of a distribution strategy; ``None``: the default for the number of hosts.
        on_host_failure: ``'fail'`` (the default): a host that fails ends the job. ``'restart'``: training goes on from
            the newest checkpoint. Also a hyperparameter.
        max_restarts: how often, 3 by default. Also a hyperparameter.
        backend: name of a backend, instead of choosing it by ``train_instance_type``.
        script_loader: name of a script loader; ``None``: the one for the framework generation.
        plugins: the plugins to use; ``None``: those that are installed.

    Raises:
        InvalidInputError: an argument is not what it must be; names it.

    Attributes:
        latest_training_job: handle of the newest job, after ``fit``.
        result: its :class:`~smtf_core.models.TrainingResult`, once it has been waited for.
        model_data: where its exported model is, or ``None``.

    Example::

        estimator = TensorFlow("iris.py", training_steps=1000, evaluation_steps=None)
        estimator.fit({"training": "data/iris"})
        print(estimator.result.metrics)
    """

    def __init__(
        self,
        *positional: Any,
        entry_point: StrPath | None = None,
        role: str | None = None,
        train_instance_count: int = 1,
        train_instance_type: str = "inprocess",
        training_steps: int | None = None,
        evaluation_steps: int | None = None,
        checkpoint_path: StrPath | None = None,
        source_dir: StrPath | None = None,
        dependencies: Sequence[StrPath] | None = None,
        requirements_file: str | None = None,
        hyperparameters: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] | None = None,
        framework_version: str | None = None,
        py_version: str | None = None,
        input_mode: str = "File",
        output_path: StrPath | None = None,
        output_kms_key: str | None = None,
        code_location: str | None = None,
        base_job_name: str | None = None,
        image_name: str | None = None,
        runtime: str | None = None,
        train_volume_size: int = 30,
        train_volume_kms_key: str | None = None,
        train_max_run: float = 24 * 60 * 60,
        train_use_spot_instances: bool = False,
        train_max_wait: float | None = None,
        checkpoint_s3_uri: str | None = None,
        checkpoint_local_path: str | None = None,
        metric_definitions: Sequence[Mapping[str, str]] | None = None,
        enable_network_isolation: bool = False,
        enable_cloudwatch_metrics: bool = False,
        encrypt_inter_container_traffic: bool = False,
        model_uri: str | None = None,
        model_channel_name: str = "model",
        memory: str | None = None,
        cpus: float | None = None,
        gpus: str | int | None = None,
        container_log_level: int = 20,
        tags: Sequence[Mapping[str, str]] | None = None,
        subnets: Sequence[str] | None = None,
        security_group_ids: Sequence[str] | None = None,
        distribution: str | None = None,
        on_host_failure: str | None = None,
        max_restarts: int | None = None,
        backend: str | None = None,
        script_loader: str | None = None,
        plugins: PluginManager | None = None,
    ) -> None:
        arguments = {key: value for key, value in locals().items() if key not in ("self", "positional", "plugins")}
        arguments |= positional_arguments(positional, arguments)
        if arguments["entry_point"] is None:
            raise InvalidInputError("entry_point is missing: which script is to be trained?")
        if py_version not in (None, "py2", "py3"):
            raise InvalidInputError(f"py_version must be 'py2' or 'py3', not {py_version!r}")
        for name in ("tags", "metric_definitions"):
            check_records(name, arguments[name])
        self._arguments = with_hyperparameters(arguments)
        self._plugins = plugins if plugins is not None else PluginManager()
        self._registries = Registries(self._plugins)
        FrameworkVersion.parse(framework_version)  # told now, not when a job is made of it
        self._spec: BackendSpec = choose_backend(self._registries.backends, backend, train_instance_type)
        self.latest_training_job: JobHandle | None = None
        self.result: TrainingResult | None = None

    @classmethod
    def attach(
        cls,
        training_job_name: str,
        backend: str | None = None,
        wait: bool = True,
        logs: bool = True,
        display: Display | None = None,
        plugins: PluginManager | None = None,
    ) -> TensorFlow:
        """An estimator for a job that was submitted before, by this process or another one.

        Args:
            training_job_name: the job's name.
            backend: the backend that runs it; ``None``: whichever knows the name.
            wait: return when the job has ended.
            logs: show the job's log, from its beginning, while waiting.
            display: where log and progress are shown; stderr by default.
            plugins: the plugins to use; ``None``: those that are installed.

        Returns:
            An estimator that would submit the job again, with ``result`` where the job has ended.

        Raises:
            UnknownNameError: no backend knows the job; names those that could not be asked.
            InvalidInputError: several backends have a job of that name.
            UnexpectedStatusException: with ``wait``, the job failed.
            KeyboardInterrupt: Ctrl-C while waiting; the job goes on.
        """
        plugins = plugins if plugins is not None else PluginManager()
        owner, handle = DetachedJobs(plugins, backend).find(training_job_name)
        estimator = cls(**arguments_of(owner.describe(handle)), plugins=plugins)
        estimator.latest_training_job = handle
        if wait:
            shown = display if display is not None else Display()
            _raise_unless_fine(handle, estimator._wait(handle, logs, shown, stop_on_interrupt=False))
        else:
            estimator.result = owner.result(handle)
        return estimator

    @property
    def model_data(self) -> str | None:
        """Where the newest job's exported model is; ``None`` before that, and when nothing was exported."""
        return self.result.exported.path if self.result and self.result.exported else None

    def hyperparameters(self) -> dict[str, Any]:
        """A copy of the user's hyperparameters."""
        return dict(self._arguments["hyperparameters"] or {})

    def fit(
        self,
        inputs: Inputs = None,
        wait: bool = True,
        logs: bool = True,
        run_tensorboard_locally: bool = False,
        job_name: str | None = None,
        display: Display | None = None,
    ) -> None:
        """Train.

        Args:
            inputs: a path, URI or :class:`~smtf_core.s3_input` (channel ``training``), or a dict of them by channel
                name.
            wait: return when the job has ended, not when it has started.
            logs: show the job's log while waiting.
            run_tensorboard_locally: run TensorBoard on the checkpoints while waiting; needs ``wait``.
            job_name: the job's name; generated from ``base_job_name`` and the time when omitted.
            display: where log and progress are shown; stderr by default.

        Raises:
            InvalidInputError: something is wrong; nothing has started.
            UnexpectedStatusException: the job failed; the message is its failure.
            KeyboardInterrupt: Ctrl-C while waiting; a job that cannot outlive this process has saved a checkpoint and
                ended.
        """
        if run_tensorboard_locally and not wait:
            raise InvalidInputError("run_tensorboard_locally=True needs wait=True: TensorBoard ends with fit")
        job = self.job(inputs, job_name)
        spec = self._registries.backends.find(job.backend)  # a plugin may have chosen another one than the arguments do
        check_job(job, spec, self._registries)
        shown = display if display is not None else Display()
        for note in self._unused(spec):
            shown.note(note)
        backend = self._backend(job.backend)
        if isinstance(backend, CompletingBackend):
            job = backend.complete(job)
        tensorboard = TensorBoard.prepare(job) if run_tensorboard_locally else None
        handle = self._submit(job)
        if not wait:
            return
        stops = spec.stops_on_interrupt or not spec.outlives_client
        if tensorboard is not None:
            with tensorboard as address:
                shown.note(f"TensorBoard: {address}")
                status = self._wait(handle, logs, shown, stops)
        else:
            status = self._wait(handle, logs, shown, stops)
        _raise_unless_fine(handle, status)

    def deploy(
        self,
        initial_instance_count: int = 1,
        instance_type: str = "inprocess",
        endpoint_type: str = "python",
        endpoint_name: str | None = None,
        entry_point: StrPath | None = None,
        env: Mapping[str, str] | None = None,
        detach: bool = False,
        source_dir: StrPath | None = None,
        dependencies: Sequence[StrPath] = (),
        requirements_file: str | None = None,
        role: str | None = None,
        image_name: str | None = None,
        model_name: str | None = None,
        model_server_workers: int | None = None,
        accelerator_type: str | None = None,
        tags: Sequence[Mapping[str, str]] | None = None,
        kms_key: str | None = None,
        update_endpoint: bool = False,
        wait: bool = True,
    ) -> Predictor:
        """Deploy the newest job's exported model.

        Args:
            initial_instance_count: number of instances.
            instance_type: chooses the backend, as ``train_instance_type`` does.
            endpoint_type: ``'python'`` (functions of the training script, or of ``entry_point``) or
                ``'tensorflow-serving'`` (TensorFlow Serving's API; handlers of ``entry_point``).
            endpoint_name: the job's name when omitted.
            entry_point: script with handlers.
            env: the container's variables, ``SAGEMAKER_…``.
            detach: let the endpoint go on when this process ends.
            source_dir: folder with ``entry_point``, which is relative to it, and what it needs.
            dependencies: folders or files put beside ``entry_point``.
            requirements_file: relative to ``source_dir``; installed for ``entry_point``.
            role: the estimator's when omitted.
            image_name: container image, on backends that use one; for ``'python'``, the estimator's when omitted.
            model_name: the job's name when omitted.
            model_server_workers: processes that answer, on each instance.
            accelerator_type: see :meth:`TensorFlowModel.deploy <smtf_core.TensorFlowModel.deploy>`.
            tags: the estimator's when omitted.
            kms_key: key that encrypts what is uploaded and, on a service, the instances' volumes.
            update_endpoint: put the model into the place of an endpoint's of that name, on backends that can.
            wait: return when the endpoint answers, not when it has been asked for; on backends where these differ.

        Raises:
            InvalidInputError: there is no exported model, or an argument is not what it must be.
            SmtfError: the model or the handlers cannot be loaded.
        """
        trained, model_data = self._exported()
        code = {
            "entry_point": entry_point,
            "source_dir": source_dir,
            "dependencies": dependencies,
            "requirements_file": requirements_file,
        }
        of_the_script = endpoint_type == "python" and entry_point is None
        if of_the_script and (source_dir is not None or dependencies or requirements_file):
            raise InvalidInputError(
                "source_dir, dependencies and requirements_file belong to an entry_point; give that"
            )
        spec = choose_backend(self._registries.backends, None, instance_type)
        given = {"role": role, "image_name": image_name, "model_name": model_name, "tags": tags}
        model = TensorFlowModel(
            model_data,
            **(trained.code() if of_the_script else code),
            framework_version=trained.release(spec, endpoint_type),
            env=env,
            model_server_workers=model_server_workers,
            container_log_level=self._arguments["container_log_level"],
            plugins=self._plugins,
            **trained.options(spec, endpoint_type)
            | {name: value for name, value in given.items() if value is not None},
        )
        return model.deploy(
            initial_instance_count,
            instance_type,
            endpoint_type,
            endpoint_name or trained.handle.job_name,
            detach,
            accelerator_type=accelerator_type,
            kms_key=kms_key,
            update_endpoint=update_endpoint,
            wait=wait,
        )

    def _exported(self) -> tuple[Trained, str]:
        """The newest job and its exported model.

        Raises:
            InvalidInputError: there is none.
        """
        handle = self.latest_training_job
        if handle is None:
            raise InvalidInputError("there is no exported model to deploy: call fit first")
        backend = self._backend(handle.backend)
        if self.result is None:  # nobody has waited for it
            self.result = backend.result(handle)
        if self.model_data is None:
            status = backend.status(handle)
            if not status.state.terminal:
                raise InvalidInputError(f"job {handle.job_name!r} has not ended; its model can be deployed when it has")
            raise InvalidInputError(
                f"job {handle.job_name!r} ({status.state.value}) has exported no model to deploy; call fit, with a "
                f"serving_input_fn in the script"
            )
        return Trained(handle, backend, self._arguments), self.model_data

    def stop_training_job(self, reason: str = "stopped by the user") -> None:
        """Ask the newest job to save a checkpoint and end; returns at once.

        Raises:
            InvalidInputError: there is no job yet.
        """
        if self.latest_training_job is None:
            raise InvalidInputError("there is no job to stop: call fit first")
        self._backend(self.latest_training_job.backend).stop(self.latest_training_job, reason)

    def job(self, inputs: Inputs = None, job_name: str | None = None) -> Job:
        """The job that ``fit`` would submit, after the plugins' ``smtf_configure_job``; nothing is started.

        Args:
            inputs: see :meth:`fit`.
            job_name: see :meth:`fit`.
        """
        name = job_name or job_name_of(self._arguments, self._spec)
        job = job_of(self._arguments, name, self._spec, self._channels(inputs))
        return self._plugins.hook.smtf_configure_job(job=job) or job

    def outlives_client(self, job: Job) -> bool:
        """Whether a job of :meth:`job` goes on when this process ends."""
        return self._registries.backends.find(job.backend).outlives_client

    def _channels(self, inputs: Inputs) -> tuple[Channel, ...]:
        channels = channels_of(inputs)
        uri, name = self._arguments["model_uri"], self._arguments["model_channel_name"]
        if uri is None:
            return channels
        if any(channel.name == name for channel in channels):
            raise InvalidInputError(
                f"channel {name!r} is given twice, by model_uri and by fit(); set model_channel_name to another name"
            )
        model = Channel(name=name, uri=uri, content_type="application/x-sagemaker-model", input_mode="File")
        return (*channels, model)

    def _submit(self, job: Job) -> JobHandle:
        backend = self._backend(job.backend)
        self._plugins.observe("smtf_before_submit", job=job)
        try:
            handle = backend.submit(job)
        except BaseException as error:
            self._plugins.observe("smtf_on_submit_error", job=job, error=error)
            raise
        self.latest_training_job, self.result = handle, None
        try:
            self._plugins.observe("smtf_after_submit", job=job, handle=handle)
        except BaseException:
            backend.stop(handle, "an observer of the submission failed")
            raise
        return handle

    def _wait(self, handle: JobHandle, logs: bool, display: Display, stop_on_interrupt: bool) -> JobStatus:
        backend = self._backend(handle.backend)
        status, interrupt = wait_for(backend, handle, display, show_log=logs, stop_on_interrupt=stop_on_interrupt)
        self.result = backend.result(handle)
        self._plugins.observe("smtf_after_job", handle=handle, status=status)
        if interrupt is not None and status.state is not JobState.FAILED:
            raise interrupt
        return status

    def _backend(self, name: str) -> Backend:
        backend: Backend = self._registries.backends.shared(name)
        return backend

    def _unused(self, spec: BackendSpec) -> list[str]:
        defaults = {"train_volume_size": 30}
        given = [name for name in spec.unused_options if self._arguments[name] not in (None, False, defaults.get(name))]
        return [f"backend {spec.name!r} does not use: {', '.join(given)}"] if given else []


def _raise_unless_fine(handle: JobHandle, status: JobStatus) -> None:
    if status.state is JobState.FAILED:
        raise UnexpectedStatusException(
            f"job {handle.job_name!r} failed: {status.failure or status.message}",
            [JobState.COMPLETED.value, JobState.STOPPED.value],
            status.state.value,
            status.failure or status.message,
        )
