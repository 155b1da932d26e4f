"""Writing a job's ``/opt/ml`` tree on this machine, for backends that run jobs here."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

from smtf_core.client.code import is_remote, unpack_remote_code
from smtf_core.errors import MissingExtraError
from smtf_core.models import Channel, Job, Layout
from smtf_core.models.cluster import Network
from smtf_core.models.converter import to_data
from smtf_core.models.environment import encode_hyperparameters
from smtf_core.models.layout import write_json


def stage(
    job: Job,
    layout: Layout,
    host: str = "algo-1",
    hosts: tuple[str, ...] = ("algo-1",),
    network: Network | None = None,
    token: str | None = None,
    *,
    code: str | None = None,
    interface: str = "lo",
    copy_code: bool = False,
) -> None:
    """Write everything that the runtime reads, except the channels' data.

    What an earlier run of the same job left is replaced, but for its model folder, which may hold the checkpoints to
    resume from.

    Args:
        job: the job.
        layout: where.
        host: the host that the tree is for.
        hosts: all hosts.
        network: how they reach each other, where that is not by name and at the contract's ports.
        token: a secret that they know each other by; a new one for each job.
        code: the code folder as the host sees it; ``None``: as it is here.
        interface: the host's network interface.
        copy_code: copy the user's files, for hosts that cannot see this machine's; otherwise the code folder has links
            to them, so that tracebacks and debuggers name those, and large folders are not copied.
    """
    for stale in (
        layout.root / "input",
        layout.output,
        layout.code,
        layout.packages,
        layout.checkpoints,
        layout.pipe_state,
    ):
        shutil.rmtree(stale, ignore_errors=True) if not stale.is_symlink() else stale.unlink()
    layout.create()
    _put_code(job, layout.code, copy=copy_code)
    if token is not None:
        layout.config.chmod(0o700)  # it holds the secret
    write_json(layout.hyperparameters, runtime_hyperparameters(job, code or str(layout.code), token))
    write_resources(layout, host, hosts, network, interface)
    write_json(layout.input_data_config, {channel.name: _describe(channel, job) for channel in job.channels})


def write_resources(
    layout: Layout, host: str, hosts: tuple[str, ...], network: Network | None, interface: str = "lo"
) -> None:
    """Write who the hosts are and how they reach each other; again, for backends that know where only later."""
    resources = {"current_host": host, "hosts": list(hosts), "network_interface_name": interface}
    write_json(layout.resource_config, resources | ({"smtf_network": to_data(network)} if network else {}))


def runtime_hyperparameters(job: Job, code: str, token: str | None = None, region: str | None = None) -> dict[str, str]:
    """Content of ``hyperparameters.json``: the user's own, the SDK's ten reserved ones, ours for the smtf runtime."""
    return encode_hyperparameters(
        {
            **job.hyperparameters,
            "sagemaker_submit_directory": code,
            "sagemaker_program": script_in_code(job),
            "sagemaker_requirements": job.requirements_file or "",
            "sagemaker_container_log_level": job.log_level,
            "sagemaker_enable_cloudwatch_metrics": False,
            "sagemaker_job_name": job.name,
            "sagemaker_region": region,
            "checkpoint_path": job.checkpoint_path,
            "training_steps": job.training_steps,
            "evaluation_steps": job.evaluation_steps,
            "smtf_framework_version": str(job.framework_version),
            "smtf_py_version": job.py_version,
            "smtf_distribution": job.distribution,
            "smtf_script_loader": job.script_loader,
            **({"smtf_cluster_token": token} if token is not None else {}),
        }
    )


def require_tensorflow(backend: str) -> None:
    """See to it that a backend that runs scripts with this interpreter can.

    Raises:
        MissingExtraError: something is not installed.
    """
    needed = ("tensorflow", "tensorflow_estimator", "tf_keras")
    missing = [name for name in needed if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f"backend {backend!r} needs {', '.join(missing)}, not installed. Run: pip install 'smtf[tensorflow]'"
        )


def script_in_code(job: Job) -> str:
    """The script's path inside the code folder."""
    return job.entry_point if job.source_dir is not None else Path(job.entry_point).name


def _put_code(job: Job, code: Path, *, copy: bool) -> None:
    if is_remote(job.source_dir):
        unpack_remote_code(str(job.source_dir), code)
    else:
        _put_local_code(job, code, copy=copy)


def _put_local_code(job: Job, code: Path, *, copy: bool) -> None:
    code.mkdir()
    if job.source_dir is None:
        members = [Path(job.entry_point)]
    else:
        members = sorted(path for path in Path(job.source_dir).iterdir() if path.name != "__pycache__")
    for member in (*members, *map(Path, job.dependencies)):
        if not copy:
            (code / member.name).symlink_to(member.resolve(), target_is_directory=member.is_dir())
        elif member.is_dir():
            shutil.copytree(member, code / member.name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(member, code)


def _describe(channel: Channel, job: Job) -> dict[str, str]:
    described = {
        "TrainingInputMode": channel.input_mode or job.input_mode,
        "S3DistributionType": channel.distribution,
        "RecordWrapperType": channel.record_wrapping or "None",
    }
    return {**described, **({"ContentType": channel.content_type} if channel.content_type else {})}
