"""What ``import sagemaker_tensorflow`` gives a script: ``PipeModeDataset``, whose default folders are those of its job.

Source: the package ``sagemaker_tensorflow``, whose wheels end at TensorFlow 2.12 and Python 3.10.
"""

from __future__ import annotations

from types import ModuleType

from smtf_core.models import TrainingEnvironment
from smtf_core.runtime.channels.pipe.dataset import PipeModeDataset, PipeModeDatasetV1
from smtf_core.runtime.channels.pipe.source import PipeModeDatasetException


def sagemaker_tensorflow(environment: TrainingEnvironment) -> ModuleType:
    """The module for one job's script.

    Args:
        environment: the job: a job in this process has no ``/opt/ml``, and a script of generation 1.x expects the
            methods of TensorFlow 1's data sets.
    """
    genuine = PipeModeDatasetV1 if environment.framework_version.generation == 1 else PipeModeDataset
    module = ModuleType("sagemaker_tensorflow", __doc__)
    module.__dict__.update(
        PipeModeDataset=type("PipeModeDataset", (genuine,), {"layout": environment.layout, "__doc__": genuine.__doc__}),
        PipeModeDatasetException=PipeModeDatasetException,
        __all__=["PipeModeDataset", "PipeModeDatasetException"],
    )
    return module
