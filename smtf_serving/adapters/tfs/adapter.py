"""The adapter itself: finds models and handlers of a deployment, and loads them."""

from __future__ import annotations

from pathlib import Path

from smtf_core.errors import InvalidInputError
from smtf_core.interfaces import Deployment
from smtf_serving.adapters.packages import install_packages
from smtf_serving.adapters.tfs.catalogue import Catalogue, load_all
from smtf_serving.adapters.tfs.handlers import DEFAULT_SCRIPT, Handlers
from smtf_serving.adapters.tfs.server import TfsServer
from smtf_serving.adapters.tfs.settings import Settings
from smtf_serving.model.loaded import load_model


class TfsAdapter:
    """See :class:`~smtf_core.interfaces.ServingAdapter`."""

    def load(self, deployment: Deployment) -> TfsServer:
        """Load all versions of all models below ``deployment.path``, and ``code/inference.py`` if it is there."""
        settings = Settings.from_environment(deployment.environment)
        root = Path(deployment.path)
        script = _script(deployment, root)
        catalogue = Catalogue(load_model, deployment.labels)
        handlers = None
        if script is not None:
            usual = deployment.entry_point is None
            handlers = Handlers(script, install_packages(script.parent, deployment.environment, usual=usual))
        try:
            if not settings.multi_model:
                load_all(catalogue, root)
                _check_default(settings.default_model, catalogue)
        except BaseException:
            catalogue.close()
            if handlers is not None:
                handlers.close()
            raise
        return TfsServer(catalogue, settings, handlers)


def _script(deployment: Deployment, root: Path) -> Path | None:
    if deployment.entry_point is not None:
        return Path(deployment.entry_point)
    # A version's folder has no place for handlers, its parents have.
    candidates = [root / "code" / DEFAULT_SCRIPT, *(parent / "code" / DEFAULT_SCRIPT for parent in root.parents[:2])]
    usual = candidates if (root / "saved_model.pb").is_file() else candidates[:1]
    return next((path for path in usual if path.is_file()), None)


def _check_default(name: str | None, catalogue: Catalogue) -> None:
    if name is not None and name not in catalogue.names:
        raise InvalidInputError(
            f"SAGEMAKER_TFS_DEFAULT_MODEL_NAME is {name!r}, but the models are: {', '.join(catalogue.names)}"
        )
