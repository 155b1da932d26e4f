"""One module per plugin kind: the Protocol that an implementation fulfils and the Spec record that declares it."""

from smtf_core.interfaces.backend import Backend, BackendSpec, CompletingBackend
from smtf_core.interfaces.checkpoint_store import CheckpointStore, CheckpointStoreSpec
from smtf_core.interfaces.detached import DetachedBackend
from smtf_core.interfaces.endpoint import Endpoint, EndpointPlan, ServingBackend
from smtf_core.interfaces.input_mode import InputMode, InputModeSpec
from smtf_core.interfaces.script_loader import ScriptLoader, ScriptLoaderSpec, UserScript
from smtf_core.interfaces.serving_adapter import (
    BatchingModelServer,
    CallDescription,
    Deployment,
    DescribedModelServer,
    ModelServer,
    Reply,
    Request,
    ServingAdapter,
    ServingAdapterSpec,
    TensorDescription,
)
from smtf_core.interfaces.spec import Spec
from smtf_core.interfaces.strategy import (
    Cluster,
    HostProcess,
    MultiProcessStrategy,
    Strategy,
    StrategySpec,
    processes_of,
)

__all__ = [
    "Backend",
    "BackendSpec",
    "BatchingModelServer",
    "CallDescription",
    "CheckpointStore",
    "CheckpointStoreSpec",
    "Cluster",
    "CompletingBackend",
    "Deployment",
    "DescribedModelServer",
    "DetachedBackend",
    "Endpoint",
    "EndpointPlan",
    "HostProcess",
    "InputMode",
    "InputModeSpec",
    "ModelServer",
    "MultiProcessStrategy",
    "Reply",
    "Request",
    "ScriptLoader",
    "ScriptLoaderSpec",
    "ServingAdapter",
    "ServingAdapterSpec",
    "ServingBackend",
    "Spec",
    "Strategy",
    "StrategySpec",
    "TensorDescription",
    "UserScript",
    "processes_of",
]
