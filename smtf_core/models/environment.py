"""TrainingEnvironment: what one host knows of its job, read from the ``/opt/ml`` tree."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import field, frozen

from smtf_core.errors import InvalidInputError
from smtf_core.models.cluster import Network
from smtf_core.models.layout import Layout
from smtf_core.models.settings import RunSettings, injected_defaults, parse_settings, parse_steps
from smtf_core.models.versions import FrameworkVersion

#: Defaults of the legacy container when the hyperparameter is absent (not when it is null).
DEFAULT_TRAINING_STEPS = 1000
DEFAULT_EVALUATION_STEPS = 100

# The tuning service writes this one without JSON quotes.
_RAW_KEY = "_tuning_objective_metric"
# Reserved keys of ours; scripts do not see them. The one of resourceconfig.json bears the same prefix.
_OWN_PREFIX = "smtf_"
_NETWORK_KEY = "smtf_network"


@frozen(kw_only=True)
class ChannelInput:
    """A channel as a host sees it.

    Args:
        name: the channel's name.
        directory: its folder; for Pipe, where ``<directory>_<epoch>`` FIFOs appear.
        input_mode: ``'File'``, ``'Pipe'``, ….
        content_type: MIME type, or ``None``.
        sharded: whether each host has files of its own.
    """

    name: str
    directory: Path
    input_mode: str = "File"
    content_type: str | None = None
    sharded: bool = False


@frozen(kw_only=True)
class TrainingEnvironment:
    """Everything that the runtime reads before it runs a script.

    Args:
        layout: the tree that it was read from.
        job_name: the job's name.
        hosts: all hosts' names; the first one is the chief.
        current_host: this host's name.
        entry_point: the script, relative to the code folder.
        requirements_file: relative to the code folder, or ``None``.
        hyperparameters: what the script gets: the user's, the ``sagemaker_*`` ones and the injected defaults.
        channels: the inputs by name.
        checkpoint_path: path or URI, or ``None`` for the model folder.
        training_steps: see :class:`~smtf_core.models.Job`.
        evaluation_steps: see :class:`~smtf_core.models.Job`.
        settings: the training loop's settings.
        framework_version: the release that the script is written for.
        py_version: ``'py2'`` or ``'py3'``: which Python the script is for; ``None``: as its source tells.
        distribution: name of the strategy, or ``None`` for the default.
        script_loader: name of the loader, or ``None`` for the default.
        log_level: a :mod:`logging` level.
        network: how the hosts reach each other.
        cluster_token: secret that the hosts know each other by.
        role: which of its host's processes this is (see :class:`~smtf_core.interfaces.HostProcess`).
        listening: host → role → ``'address:port'``, once the hosts have found each other.
    """

    layout: Layout
    job_name: str
    hosts: tuple[str, ...]
    current_host: str
    entry_point: str
    requirements_file: str | None = None
    hyperparameters: Mapping[str, Any] = field(factory=dict)
    channels: Mapping[str, ChannelInput] = field(factory=dict)
    checkpoint_path: str | None = None
    training_steps: int | None = DEFAULT_TRAINING_STEPS
    evaluation_steps: int | None = DEFAULT_EVALUATION_STEPS
    settings: RunSettings
    framework_version: FrameworkVersion
    py_version: str | None = None
    distribution: str | None = None
    script_loader: str | None = None
    log_level: int = 20
    network: Network = field(factory=Network)
    cluster_token: str = field(default="", repr=False)
    role: str = "trainer"
    listening: Mapping[str, Mapping[str, str]] = field(factory=dict)

    @property
    def is_chief(self) -> bool:
        """Whether this host evaluates, exports and writes the job's results."""
        return self.current_host == self.hosts[0]

    @property
    def channel_dirs(self) -> dict[str, str]:
        """Channel name → folder, as handed to ``input_channels`` parameters."""
        return {name: str(channel.directory) for name, channel in self.channels.items()}

    @property
    def training_dir(self) -> str | None:
        """What ``training_dir`` parameters get.

        The folder of channel ``training``; else that of the only channel, whatever its name (the legacy container gave
        ``None`` there and scripts read from wrong paths); else ``None``.
        """
        directories = self.channel_dirs
        if "training" in directories:
            return directories["training"]
        return next(iter(directories.values())) if len(directories) == 1 else None


def encode_hyperparameters(values: Mapping[str, Any]) -> dict[str, str]:
    """JSON-encode every value, as the SDK does for ``hyperparameters.json``.

    Args:
        values: name → JSON value.

    Returns:
        name → JSON text.

    Raises:
        InvalidInputError: a value cannot be written as JSON; the message names the key and the type.
    """
    encoded = {}
    for key, value in values.items():
        try:
            encoded[str(key)] = value if key == _RAW_KEY and isinstance(value, str) else json.dumps(value)
        except (TypeError, ValueError) as error:
            raise InvalidInputError(
                f"hyperparameter {key!r} of type {type(value).__name__} cannot be written as JSON ({error}); "
                "pass numbers, strings, lists or dicts, e.g. array.tolist()"
            ) from error
    return encoded


def decode_hyperparameters(encoded: Mapping[str, Any]) -> dict[str, Any]:
    """The opposite of :func:`encode_hyperparameters`; text that is not JSON is taken as a plain string."""
    decoded: dict[str, Any] = {}
    for key, text in encoded.items():
        try:
            decoded[key] = text if key == _RAW_KEY or not isinstance(text, str) else json.loads(text)
        except ValueError:
            decoded[key] = text
    return decoded


def _read_object(path: Path, default: dict[str, Any] | None = None) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if default is not None:
            return default
        raise InvalidInputError(f"{path} does not exist: this is not the /opt/ml tree of a training job") from None
    except ValueError as error:
        raise InvalidInputError(f"{path} is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise InvalidInputError(f"{path} must hold a JSON object, not {type(value).__name__}")
    return value


def read_environment(layout: Layout, role: str = "trainer") -> TrainingEnvironment:
    """Read what the client wrote.

    Args:
        layout: the tree.
        role: which of its host's processes this is.

    Returns:
        The environment of this host.

    Raises:
        InvalidInputError: a file or a key is missing or malformed; the message names it.
    """
    from smtf_core.models.converter import from_data  # here: clients import this module, and cattrs is not small

    everything = decode_hyperparameters(_read_object(layout.hyperparameters))
    own = {key.removeprefix(_OWN_PREFIX): value for key, value in everything.items() if key.startswith(_OWN_PREFIX)}
    visible = {key: value for key, value in everything.items() if not key.startswith(_OWN_PREFIX)}
    version = FrameworkVersion.parse(own.get("framework_version"))
    resources = _read_object(layout.resource_config, {"current_host": "algo-1", "hosts": ["algo-1"]})
    if "program" in own:  # the container was told to start something else, which started us
        visible["sagemaker_program"] = own["program"]
    if not visible.get("sagemaker_program"):
        raise InvalidInputError(f"{layout.hyperparameters} has no 'sagemaker_program': which script is to run?")
    job_name = str(visible.get("sagemaker_job_name") or layout.root.name)
    return TrainingEnvironment(
        layout=layout,
        job_name=job_name,
        hosts=tuple(resources["hosts"]),
        current_host=resources["current_host"],
        entry_point=visible["sagemaker_program"],
        requirements_file=visible.get("sagemaker_requirements") or None,
        hyperparameters={**visible, **injected_defaults(visible, version)},
        channels={
            name: ChannelInput(
                name=name,
                directory=layout.channel(name),
                input_mode=described.get("TrainingInputMode", "File"),
                content_type=described.get("ContentType"),
                sharded=described.get("S3DistributionType") == "ShardedByS3Key",
            )
            for name, described in _read_object(layout.input_data_config, {}).items()
        },
        checkpoint_path=_checkpoint_path(visible, job_name),
        training_steps=parse_steps("training_steps", visible.get("training_steps", DEFAULT_TRAINING_STEPS)),
        evaluation_steps=parse_steps("evaluation_steps", visible.get("evaluation_steps", DEFAULT_EVALUATION_STEPS)),
        settings=parse_settings(visible, version),
        framework_version=version,
        py_version=own.get("py_version"),
        distribution=own.get("distribution"),
        script_loader=own.get("script_loader"),
        log_level=int(visible.get("sagemaker_container_log_level") or 20),
        network=from_data(resources.get(_NETWORK_KEY, {}), Network, f"{layout.resource_config}: {_NETWORK_KEY}"),
        # Where nobody wrote a secret, the network between the hosts has to be theirs alone.
        cluster_token=str(own.get("cluster_token") or job_name),
        role=role,
        listening=_read_object(layout.processes, {}),
    )


def _checkpoint_path(hyperparameters: Mapping[str, Any], job_name: str) -> str | None:
    path = hyperparameters.get("checkpoint_path")
    if not path:
        return None
    # The jobs of one tuning job share their hyperparameters, so the job's name keeps their checkpoints apart.
    return f"{str(path).rstrip('/')}/{job_name}/checkpoints" if _RAW_KEY in hyperparameters else str(path)
