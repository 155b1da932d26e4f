"""Plugin ``export``: the core's own answer to where a trained model goes."""

from __future__ import annotations

from smtf_core.hookspecs import hookimpl
from smtf_core.models.environment import TrainingEnvironment
from smtf_core.models.results import ExportedModel


@hookimpl(trylast=True)
def smtf_export_model(environment: TrainingEnvironment, servable: str | None, step: int) -> ExportedModel | None:
    """Put the SavedModel into the job's model folder, as ``export/Servo/<timestamp>``."""
    if servable is None:
        return None
    from smtf_core.runtime.export import install_servable

    return ExportedModel(path=str(install_servable(servable, environment.layout.model)), step=step)
