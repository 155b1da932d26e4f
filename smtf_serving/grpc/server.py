"""The gRPC port: listens, limits what is accepted, turns errors into status codes, ends after its last answer."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from smtf_core.errors import InvalidInputError, MissingExtraError
from smtf_core.interfaces import ModelServer
from smtf_serving.adapters.tfs.server import TfsServer
from smtf_serving.http.settings import HttpSettings

try:
    import grpc
    from tensorflow_serving.apis import model_service_pb2_grpc, prediction_service_pb2_grpc

    from smtf_serving.grpc.drain import Drain
    from smtf_serving.grpc.services import ModelService, PredictionService
except ImportError as error:
    raise MissingExtraError(
        f"a gRPC port needs a package that is not installed ({error}). Run: pip install 'smtf[grpc]'"
    ) from error

logger = logging.getLogger(__name__)


class GrpcServer:
    """A started server.

    Args:
        model_server: what answers.
        settings: port, and how much it puts up with.
        shared: whether several processes listen on the port.

    Raises:
        InvalidInputError: the adapter has no such API.
        OSError: the port cannot be had.
    """

    def __init__(self, model_server: ModelServer, settings: HttpSettings, *, shared: bool) -> None:
        if not isinstance(model_server, TfsServer):
            raise InvalidInputError("adapter 'tfs' alone has TensorFlow Serving's gRPC API; leave --grpc-port out")
        options = [
            ("grpc.so_reuseport", int(shared)),
            ("grpc.max_receive_message_length", settings.max_body),
            ("grpc.max_send_message_length", -1),
        ]
        self._drain = Drain()
        self._server: Any = grpc.server(
            ThreadPoolExecutor(settings.threads, "smtf-grpc"),
            interceptors=[self._drain],
            options=options,
            maximum_concurrent_rpcs=settings.max_waiting,  # more are answered RESOURCE_EXHAUSTED
        )
        catalogue = model_server.catalogue
        predictions = PredictionService(catalogue, model_server.metrics)
        prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(predictions, self._server)
        model_service_pb2_grpc.add_ModelServiceServicer_to_server(ModelService(catalogue), self._server)
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        try:
            self.port: int = self._server.add_insecure_port(f"{host}:{settings.grpc_port}")
        except RuntimeError as error:
            raise OSError(f"the gRPC port {host}:{settings.grpc_port} cannot be had: {error}") from error
        self._server.start()
        logger.info("gRPC on %s:%d", host, self.port)

    def stop(self, seconds: float) -> None:
        """See :class:`~smtf_serving.http.server.Companion`."""
        self._drain.stop(self._server, seconds)
