"""The nouns of smtf as frozen attrs classes: all that client and runtime share. Of smtf imports only its errors."""

from smtf_core.models.endpoint import EndpointState, Hosting
from smtf_core.models.environment import ChannelInput, TrainingEnvironment
from smtf_core.models.handle import JobHandle, JobRecord, JobState, JobStatus, LogLine, Progress, Transition
from smtf_core.models.job import Access, Channel, Job, Resources
from smtf_core.models.layout import Layout
from smtf_core.models.results import Checkpoint, Evaluation, ExportedModel, TrainingResult
from smtf_core.models.versions import FrameworkVersion

__all__ = [
    "Access",
    "Channel",
    "ChannelInput",
    "Checkpoint",
    "EndpointState",
    "Evaluation",
    "ExportedModel",
    "FrameworkVersion",
    "Hosting",
    "Job",
    "JobHandle",
    "JobRecord",
    "JobState",
    "JobStatus",
    "Layout",
    "LogLine",
    "Progress",
    "Resources",
    "TrainingEnvironment",
    "TrainingResult",
    "Transition",
]
