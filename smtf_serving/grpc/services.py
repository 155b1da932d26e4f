"""PredictionService and ModelService over a catalogue.

Source: ``prediction_service.proto`` and ``model_service.proto`` of TensorFlow Serving, and what its server answers.
"""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    inference_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
    regression_pb2,
)

from smtf_serving.adapters.tfs.calls import class_rows, regression_values
from smtf_serving.adapters.tfs.catalogue import Catalogue
from smtf_serving.adapters.tfs.errors import ServingError, from_tensorflow
from smtf_serving.adapters.tfs.metrics import GRPC, Metrics
from smtf_serving.adapters.tfs.tensors import check_shapes
from smtf_serving.model.loaded import LoadedModel
from smtf_serving.model.signatures import CLASSIFY, PREDICT, REGRESS, Signature, default_signature

logger = logging.getLogger(__name__)

_CODES = {code.value[0]: code for code in grpc.StatusCode}
_OF_HTTP = {
    400: grpc.StatusCode.INVALID_ARGUMENT,
    404: grpc.StatusCode.NOT_FOUND,
    429: grpc.StatusCode.RESOURCE_EXHAUSTED,
    501: grpc.StatusCode.UNIMPLEMENTED,
    503: grpc.StatusCode.UNAVAILABLE,
    504: grpc.StatusCode.DEADLINE_EXCEEDED,
}
_METADATA = "signature_def"
_RELOAD = "this server serves what is in its folder: put models and versions there"


def _answered(method: Callable[[Any, Any], Any]) -> Callable[[Any, Any, Any], Any]:
    """A service's method: whatever goes wrong becomes a status with its cause; what nobody foresaw goes to the log."""

    @functools.wraps(method)
    def answer(self: Any, request: Any, context: Any) -> Any:
        try:
            return method(self, request)
        except ServingError as error:
            context.abort(_OF_HTTP.get(error.status, grpc.StatusCode.INTERNAL), error.message)
        except tf.errors.OpError as error:
            context.abort(_CODES[error.error_code], str(error.message))
        except Exception as error:
            logger.exception("gRPC %s failed", method.__name__)
            context.abort(grpc.StatusCode.INTERNAL, f"Internal error: {type(error).__name__}")

    return answer


def _counted(method: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """A method that asks one model, whatever comes of it."""

    @functools.wraps(method)
    def count(self: PredictionService, request: Any) -> Any:
        began, status = time.perf_counter(), 500
        try:
            response = method(self, request)
            status = 200
            return response
        except ServingError as error:
            status = error.status
            raise
        except tf.errors.OpError as error:
            status = from_tensorflow(error).status
            raise
        finally:
            self.count(request.model_spec.name, method.__name__, status, time.perf_counter() - began)

    return count


class PredictionService(prediction_service_pb2_grpc.PredictionServiceServicer):  # type: ignore[misc]
    """See the module.

    Args:
        catalogue: the models.
        metrics: count the requests.
    """

    def __init__(self, catalogue: Catalogue, metrics: Metrics) -> None:
        self._catalogue = catalogue
        self._metrics = metrics

    def count(self, model: str, method: str, status: int, seconds: float) -> None:
        """Count a request; see :meth:`Metrics.observe`."""
        name = model if model in self._catalogue.names else ""
        self._metrics.observe(name, method, status, seconds, GRPC)

    @_answered
    @_counted
    def Predict(self, request: Any) -> Any:  # noqa: N802 - the protocol's name
        """Tensors in, tensors out."""
        version, model = _find(self._catalogue, request.model_spec)
        name = request.model_spec.signature_name or default_signature(model.signatures)
        signature = model.signatures.get(name)
        if signature is None:
            raise ServingError(f'Serving signature name: "{name}" not found in signature def', 400)
        wanted = list(request.output_filter) or list(signature.outputs)
        for output in wanted:
            if output not in signature.outputs:
                raise ServingError(f"output tensor alias not found in signature: {output}")
        outputs = _call(model, signature, _arrays(request.inputs, signature))
        response = predict_pb2.PredictResponse()
        for output in wanted:
            response.outputs[output].CopyFrom(tf.make_tensor_proto(np.asarray(outputs[output])))
        _tell(response.model_spec, request.model_spec, version, name)
        return response

    @_answered
    @_counted
    def Classify(self, request: Any) -> Any:  # noqa: N802
        """Examples in, classes out."""
        response = classification_pb2.ClassificationResponse()
        self._infer(request.model_spec, request.input, CLASSIFY, response)
        return response

    @_answered
    @_counted
    def Regress(self, request: Any) -> Any:  # noqa: N802
        """Examples in, numbers out."""
        response = regression_pb2.RegressionResponse()
        self._infer(request.model_spec, request.input, REGRESS, response)
        return response

    @_answered
    def MultiInference(self, request: Any) -> Any:  # noqa: N802
        """The same examples for several signatures."""
        response = inference_pb2.MultiInferenceResponse()
        if not request.tasks:
            raise ServingError("Inference request tasks is empty")
        for task in request.tasks:
            if task.method_name not in (CLASSIFY, REGRESS):
                raise ServingError(f"Unsupported signature method_name: {task.method_name}", 501)
            one = response.results.add()
            kind = _Classification(one) if task.method_name == CLASSIFY else _Regression(one)
            self._infer(task.model_spec, request.input, task.method_name, kind)
        return response

    @_answered
    def GetModelMetadata(self, request: Any) -> Any:  # noqa: N802
        """The signatures, as the SavedModel has them."""
        version, model = _find(self._catalogue, request.model_spec)
        if not request.metadata_field:
            raise ServingError("GetModelMetadataRequest must specify at least one metadata_field")
        response = get_model_metadata_pb2.GetModelMetadataResponse()
        signatures = get_model_metadata_pb2.SignatureDefMap()
        for field in request.metadata_field:
            if field != _METADATA:
                raise ServingError(f"Metadata field {field} is not supported")
        for name in model.signatures:
            signatures.signature_def[name].ParseFromString(model.meta_graph.signature_def[name].SerializeToString())
        response.metadata[_METADATA].Pack(signatures)
        response.model_spec.name = request.model_spec.name
        response.model_spec.version.value = version
        return response

    def _infer(self, spec: Any, given: Any, method: str, response: Any) -> None:
        version, model = _find(self._catalogue, spec)
        name = spec.signature_name or default_signature(model.signatures)
        signature = model.signatures.get(name)
        if signature is None:
            raise ServingError(f"No signature was found with the name: {name}")
        if signature.method != method:
            noun = "classification" if method == CLASSIFY else "regression"
            raise ServingError(f"Expected {noun} signature method_name to be {method}. Was: {signature.method}")
        examples = _examples(given)
        array = np.empty(len(examples), dtype=object)
        array[:] = examples
        outputs = _call(model, signature, [array])
        if method == CLASSIFY:
            for row in class_rows(outputs):
                classes = response.result.classifications.add().classes
                for label, score in row:
                    classes.add(label=label if isinstance(label, str) else label["b64"], score=score)
        else:
            for value in regression_values(outputs, len(examples)):
                response.result.regressions.add(value=value)
        _tell(response.model_spec, spec, version, name)


class _Classification:
    """A result of several, with the fields of one."""

    def __init__(self, result: Any) -> None:
        self.result, self.model_spec = result.classification_result, result.model_spec


class _Regression:
    """See :class:`_Classification`."""

    def __init__(self, result: Any) -> None:
        self.result, self.model_spec = result.regression_result, result.model_spec


class ModelService(model_service_pb2_grpc.ModelServiceServicer):  # type: ignore[misc]
    """See the module.

    Args:
        catalogue: the models.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    @_answered
    def GetModelStatus(self, request: Any) -> Any:  # noqa: N802
        """Which versions there are."""
        name, version, label = _asked(request.model_spec)
        response = get_model_status_pb2.GetModelStatusResponse()
        states = get_model_status_pb2.ModelVersionStatus.State
        for number, failure in self._catalogue.status(name, version, label):
            status = response.model_version_status.add(
                version=number, state=states.AVAILABLE if failure is None else states.END
            )
            if failure is not None:
                status.status.error_code = grpc.StatusCode.INTERNAL.value[0]
                status.status.error_message = failure
        return response

    @_answered
    def HandleReloadConfigRequest(self, request: Any) -> Any:  # noqa: N802
        """Not here: the folder is the configuration."""
        raise ServingError(f"{type(request).__name__}: {_RELOAD}", 501)


def _asked(spec: Any) -> tuple[str, int | None, str | None]:
    if not spec.name:
        raise ServingError("Missing ModelSpec: it must name a model")
    choice = spec.WhichOneof("version_choice")
    version = spec.version.value if choice == "version" else None
    return spec.name, version, spec.version_label if choice == "version_label" else None


def _find(catalogue: Catalogue, spec: Any) -> tuple[int, LoadedModel]:
    return catalogue.find(*_asked(spec))


def _tell(spec: Any, asked: Any, version: int, signature: str) -> None:
    """Which model has answered."""
    spec.name, spec.signature_name, spec.version.value = asked.name, signature, version


def _arrays(inputs: Mapping[str, Any], signature: Signature) -> list[Any]:
    """The request's tensors, in the order of the signature's inputs."""
    if signature.method not in (PREDICT, CLASSIFY, REGRESS):
        raise ServingError(f"Expected prediction signature method_name to be one of {PREDICT}, {CLASSIFY}, {REGRESS}")
    extra, missing = sorted(set(inputs) - set(signature.inputs)), sorted(set(signature.inputs) - set(inputs))
    if extra or missing:
        raise ServingError(
            f"input size does not match signature: {len(inputs)}!={len(signature.inputs)}. "
            f"Sent extra: {{{','.join(extra)}}}. Missing but required: {{{','.join(missing)}}}."
        )
    arrays = {}
    for name, spec in signature.inputs.items():
        tensor = inputs[name]
        if tensor.dtype != spec.dtype.as_datatype_enum:
            sent = tf.as_dtype(tensor.dtype).name if tensor.dtype else "no type"
            raise ServingError(f"input {name} must be {spec.dtype.name}, not {sent}")
        try:
            arrays[name] = np.asarray(tf.make_ndarray(tensor), spec.numpy_dtype)
        except (TypeError, ValueError) as error:
            raise ServingError(f"input {name} holds no tensor: {error}") from error
    check_shapes(arrays, signature)
    return list(arrays.values())


def _call(model: LoadedModel, signature: Signature, arrays: Sequence[Any]) -> dict[str, Any]:
    return dict(zip(signature.outputs, model.call(signature.name, arrays), strict=True))


def _examples(given: Any) -> list[bytes]:
    """Serialized Examples; those that share a context with it before them, as fields that follow each other merge."""
    kind = given.WhichOneof("kind")
    if kind is None or not getattr(given, kind).examples:
        raise ServingError("Input is empty.")
    context = given.example_list_with_context.context.SerializeToString() if kind.endswith("context") else b""
    return [context + example.SerializeToString() for example in getattr(given, kind).examples]
