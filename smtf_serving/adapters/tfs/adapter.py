"""The adapter itself: finds models and handlers of a deployment, and loads them."""

from __future__ import annotations

from pathlib import Path

from smtf_core.interfaces import Deployment
from smtf_serving.adapters.tfs.catalogue import Catalogue, load_all
from smtf_serving.adapters.tfs.handlers import load_handlers
from smtf_serving.adapters.tfs.server import TfsServer
from smtf_serving.adapters.tfs.settings import Settings, check_default
from smtf_serving.model.loaded import load_model


class TfsAdapter:
    """See :class:`~smtf_core.interfaces.ServingAdapter`."""

    def load(self, deployment: Deployment) -> TfsServer:
        """Load all versions of all models below ``deployment.path``, and ``code/inference.py`` if it is there."""
        settings = Settings.from_environment(deployment.environment)
        root = Path(deployment.path)
        catalogue = Catalogue(load_model, deployment.labels)
        handlers = load_handlers(deployment)
        try:
            if not settings.multi_model:
                load_all(catalogue, root)
                check_default(settings.default_model, catalogue.names)
        except BaseException:
            catalogue.close()
            if handlers is not None:
                handlers.close()
            raise
        return TfsServer(catalogue, settings, handlers)
