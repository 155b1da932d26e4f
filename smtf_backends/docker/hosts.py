"""The hosts of one job as containers: what each of them sees, is told and may use."""

from __future__ import annotations

import contextlib
import getpass
import hashlib
import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import docker
from docker.errors import NotFound

from smtf_backends.docker.binds import ML, Bind, LinksAsBinds
from smtf_backends.docker.container import ContainerHost
from smtf_backends.docker.engine import (
    LABEL_JOB,
    LABEL_LOCATION,
    LABEL_USER,
    connect,
    container_user,
    explained,
    gpu_requests,
)
from smtf_backends.docker.images import CONTRACT, Image
from smtf_backends.docker.leftovers import remove_leftovers
from smtf_backends.docker.lib import EXTRA, LIB, mounted
from smtf_backends.docker.results import conclude_contract, contract_output, with_local_paths, withdraw_stop
from smtf_core.client.launch import Launch
from smtf_core.client.launcher import RunningHost
from smtf_core.errors import SmtfError
from smtf_core.models import Job, Layout
from smtf_core.models.converter import from_data
from smtf_core.models.layout import write_json
from smtf_core.models.uri import local_path, scheme_of

_log = logging.getLogger("smtf")

# Source: SageMaker gives a job that it stops so long to save what it has.
_GRACE_SECONDS = 120.0
_LOG = {"type": "json-file", "config": {"max-size": "10m", "max-file": "2"}}


class ContainerHosts:
    """See :class:`~smtf_core.client.launcher.Hosts`."""

    noun = "container"

    def __init__(self) -> None:
        self._client: docker.DockerClient = connect()
        self.tell_each_other = True
        self._network: Any = None
        self._links: list[LinksAsBinds] = []
        self._binds: dict[str, list[Bind]] = {}
        self._started: list[ContainerHost] = []

    def prepare(self, launch: Launch, trees: dict[str, Layout]) -> None:
        """See :class:`~smtf_core.client.launcher.Hosts`."""
        self._job, self._trees = launch.job, trees
        self._image = from_data(json.loads(launch.details["image"]), Image, "image")
        self._contract = self._image.kind == CONTRACT
        self.tell_each_other = not self._contract
        self._user = container_user(self._client)
        self._first = launch.hosts[0]
        self._root = trees[self._first].root
        mark = hashlib.sha256(str(self._root).encode()).hexdigest()[:8]
        self._name = f"smtf-{self._job.name}-{mark}"
        self._labels = {LABEL_JOB: self._job.name, LABEL_LOCATION: str(self._root), LABEL_USER: str(os.getuid())}
        remove_leftovers(self._client, str(self._root))  # of a launcher that was killed
        for host, tree in trees.items():
            links = LinksAsBinds(tree)
            self._links.append(links)
            self._binds[host] = [*self._tree_of(host), *self._of_the_job(), *links.replace()]
            if self._contract:
                _as_sagemaker_does(tree)
            else:
                self._write_environment(tree)
        if len(trees) > 1:
            with explained("the hosts' network"):
                self._network = self._client.networks.create(self._name, driver="bridge", labels=self._labels)

    def start(self, host: str) -> RunningHost:
        """See :class:`~smtf_core.client.launcher.Hosts`."""
        name = f"{self._name}-{host}"
        with explained(f"host {host}"):
            with contextlib.suppress(NotFound):
                self._client.containers.get(name).remove(force=True, v=True)
            container = self._client.containers.create(
                self._image.id,
                name=name,
                hostname=host,
                user=self._user,
                labels=self._labels,
                mounts=[bind.mount() for bind in self._binds[host]],
                security_opt=["no-new-privileges"],
                log_config=_LOG,
                **self._command(),
                **self._limits(),
                **self._networking(host),
            )
            running = ContainerHost(
                self._client,
                container,
                self._root,
                self._job.resources.memory,
                _GRACE_SECONDS if self._contract else None,
            )
            self._started.append(running)
            container.start()
        return running

    def conclude(self, hosts: Mapping[str, RunningHost], stop_reason: str | None) -> None:
        """See :class:`~smtf_core.client.launcher.Hosts`."""
        for links in self._links:
            links.restore()
        for tree in self._trees.values():
            tree.environment.unlink(missing_ok=True)
        containers = {name: host for name, host in hosts.items() if isinstance(host, ContainerHost)}
        if self._contract and len(containers) == len(self._trees):
            conclude_contract(self._trees[self._first], containers, stop_reason)
        elif not self._contract:
            if stop_reason is None and any(host.lost for host in containers.values()):
                withdraw_stop(self._trees[self._first])
            with_local_paths(self._trees[self._first])
        self._give_back()

    def _give_back(self) -> None:
        """Remove containers and network; how the job ended does not depend on it."""
        try:
            with explained("removing the job's containers"):
                for container in self._started:
                    container.remove()
                if self._network is not None:
                    self._network.remove()
        except SmtfError as error:
            _log.warning("%s. Remove what is left with: smtf clean", error)

    def _tree_of(self, host: str) -> list[Bind]:
        """A host's tree; the model folder and ``output/data`` are the same for all."""
        tree, first = self._trees[host], self._trees[self._first]
        if self._contract:
            # Root and output of the job's folder have files of smtf's own, which SageMaker would not show.
            output = contract_output(self._root, host)
            (output / "data").mkdir(parents=True, exist_ok=True)
            folders = (tree.root / "input", tree.code, first.model, output)
            binds = [Bind(folder, f"{ML}/{folder.name}", read_only=False) for folder in folders]
            binds.append(Bind(first.output_data, f"{ML}/output/data", read_only=False))
        else:
            binds = [Bind(tree.root, ML, read_only=False)]
            if host != self._first:
                binds.append(Bind(first.model, f"{ML}/model", read_only=False))
                binds.append(Bind(first.output_data, f"{ML}/output/data", read_only=False))
        return binds

    def _of_the_job(self) -> list[Bind]:
        """What the job names by its path on this machine, and smtf itself."""
        binds = []
        checkpoints = local_path(self._job.checkpoint_path) if self._job.checkpoint_path else None
        if checkpoints is not None:
            checkpoints.mkdir(parents=True, exist_ok=True)
            binds.append(Bind(checkpoints, str(checkpoints), read_only=False))
        if not self._contract:
            binds += (Bind(folder, place) for place, folder in mounted(self._image, s3=speaks_s3(self._job)).items())
            keys = Path("~/.aws").expanduser()
            if speaks_s3(self._job) and keys.is_dir():
                binds.append(Bind(keys, "/opt/smtf/aws"))
        return binds

    def _write_environment(self, tree: Layout) -> None:
        """Variables go through a file: those of a container can be read by everybody who may ask the engine."""
        variables = dict(self._job.environment)
        if speaks_s3(self._job):
            files = {
                "AWS_SHARED_CREDENTIALS_FILE": "/opt/smtf/aws/credentials",
                "AWS_CONFIG_FILE": "/opt/smtf/aws/config",
            }
            variables = {**files, **{key: os.environ[key] for key in os.environ if key.startswith("AWS_")}, **variables}
        write_json(tree.environment, variables)
        tree.environment.chmod(0o600)

    def _command(self) -> dict[str, Any]:
        variables = {"TRAINING_JOB_NAME": self._job.name}
        if region := os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION"):
            variables["AWS_REGION"] = region
        if self._contract:
            return {"command": ["train"], "environment": {**variables, **self._job.environment}}
        return {
            "entrypoint": [self._image.interpreter, "-m", "smtf_core.runtime", "train", ML],
            "command": [],
            "working_dir": "/tmp",
            # Ends what the script leaves behind, and hands signals on.
            "init": True,
            "cap_drop": ["ALL"],
            "environment": {
                **variables,
                "PYTHONPATH": f"{LIB}:{EXTRA}",
                "PYTHONUNBUFFERED": "1",
                "PYTHONDONTWRITEBYTECODE": "1",
                # TensorFlow's C++ remarks would bury the log; errors stay.
                "TF_CPP_MIN_LOG_LEVEL": "2",
                # The caller has no account in the image.
                "HOME": "/tmp",
                "USER": _account(),
            },
        }

    def _limits(self) -> dict[str, Any]:
        resources = self._job.resources
        limits: dict[str, Any] = {}
        if resources.memory is not None:
            limits |= {"mem_limit": resources.memory, "memswap_limit": resources.memory}
        if resources.cpus is not None:
            limits["nano_cpus"] = int(resources.cpus * 1e9)
        gpus = resources.gpus or ("all" if resources.instance_type == "local_gpu" else None)
        return limits | {"device_requests": gpu_requests(self._client, gpus)}

    def _networking(self, host: str) -> dict[str, Any]:
        if self._network is None:
            return {}
        endpoint = self._client.api.create_endpoint_config(aliases=[host])
        return {"network": self._name, "networking_config": {self._name: endpoint}}


def speaks_s3(job: Job) -> bool:
    """Whether a job's hosts read or write S3 themselves; channels are fed from this machine."""
    return job.checkpoint_path is not None and scheme_of(job.checkpoint_path) == "s3"


def _account() -> str:
    """The caller's name; callers that are in containers themselves often have none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _as_sagemaker_does(tree: Layout) -> None:
    """Take out of a tree what smtf's own runtime reads, and SageMaker does not write."""
    told = json.loads(tree.hyperparameters.read_text(encoding="utf-8"))
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    told["sagemaker_region"] = json.dumps(region)
    write_json(tree.hyperparameters, {key: value for key, value in told.items() if not key.startswith("smtf_")})
    tree.config.chmod(0o755)  # there is no secret in it any more
