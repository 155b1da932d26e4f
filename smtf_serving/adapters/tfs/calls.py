"""One request's way through a model: document → arrays → signature → answer; alone, or several in one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from attrs import define

from smtf_serving.adapters.tfs import json_text
from smtf_serving.adapters.tfs.errors import ServingError, from_tensorflow, shown
from smtf_serving.adapters.tfs.examples import make_example, serialized_examples
from smtf_serving.adapters.tfs.tensors import (
    arrays_to_columns,
    arrays_to_rows,
    check_shapes,
    columns_to_arrays,
    rows_to_arrays,
    text_of,
)
from smtf_serving.model.loaded import LoadedModel
from smtf_serving.model.signatures import CLASSIFY, PREDICT, REGRESS, Signature, default_signature
from smtf_serving.model.synthetic import parses_examples

_WANTED = {"classify": ("classification", CLASSIFY), "regress": ("regression", REGRESS)}


@define(eq=False)
class Call:
    """A request that is ready for its model.

    Args:
        model: the model.
        signature: what of it is called.
        arrays: in the order of the signature's inputs.
        form: of the answer: ``'predictions'``, ``'outputs'``, ``'classify'`` or ``'regress'``.
    """

    model: LoadedModel
    signature: Signature
    arrays: list[Any]
    form: str

    @property
    def rows(self) -> int:
        """The size of the batch."""
        return len(self.arrays[0]) if self.arrays else 0

    @property
    def group(self) -> object:
        """Equal for calls that can share one; ``None`` for a call that cannot."""
        if self.form == "outputs" or not self.signature.batched or not self.arrays:
            return None
        return id(self.model), self.signature.name, tuple(array.shape[1:] for array in self.arrays)

    def run(self) -> bytes:
        """Call the model.

        Returns:
            The answer's JSON.

        Raises:
            ServingError: the model refuses the values.
        """
        return self.answer(_call(self.model, self.signature, self.arrays))

    def answer(self, outputs: Sequence[Any]) -> bytes:
        """The JSON of a signature's outputs."""
        named = dict(zip(self.signature.outputs, outputs, strict=True))
        if self.form == "predictions":
            return json_text.dumps({"predictions": arrays_to_rows(named)})
        if self.form == "outputs":
            return json_text.dumps({"outputs": arrays_to_columns(named)})
        results = class_rows(named) if self.form == "classify" else regression_values(named, self.rows)
        return json_text.dumps({"results": results})


def prepare(model: LoadedModel, document: Any, method: str) -> Call:
    """Read a document.

    Args:
        model: the model that it is for.
        document: the request's JSON.
        method: predict, classify or regress.

    Raises:
        ServingError: the document is not what the method or the signature takes.
    """
    if not isinstance(document, dict):
        raise ServingError(f"JSON Value: {shown(document)} Is not object")
    name = document.get("signature_name", "")
    if not isinstance(name, str):
        raise ServingError(
            f"JSON Value: {shown(document)} not formatted correctly. 'signature_name' key must be a string value."
        )
    name = name or default_signature(model.signatures)
    if method == "predict":
        return _prepare_predict(model, document, name)
    examples = serialized_examples(document)
    signature = model.signatures.get(name)
    if signature is None:
        raise ServingError(f"No signature was found with the name: {name}")
    noun, wanted = _WANTED[method]
    if signature.method != wanted:
        raise ServingError(f"Expected {noun} signature method_name to be {wanted}. Was: {signature.method}")
    array = np.empty(len(examples), dtype=object)
    array[:] = examples
    return Call(model, signature, [array], method)


def run_together(calls: Sequence[Call], max_rows: int) -> list[bytes | ServingError]:
    """Run several calls, those that can with one call of the model.

    Args:
        calls: what to run.
        max_rows: the most rows of one shared call; with 1 the bits of an answer do not depend on other calls.

    Returns:
        For every call its answer, or what is wrong with it.
    """
    answers: dict[int, bytes | ServingError] = {}
    groups: dict[object, list[int]] = {}
    sizes = [call.rows for call in calls]
    apart = max_rows == 1
    for index, call in enumerate(calls):
        group = (id(call.model), call.signature.name) if apart else call.group
        groups.setdefault(index if group is None else group, []).append(index)
    run = _run_each if apart else _run_batch
    for members in groups.values():
        for batch in [members] if apart else batches(members, sizes, max_rows):
            answers.update(zip(batch, run([calls[index] for index in batch]), strict=True))
    return [answers[index] for index in range(len(calls))]


def batches(members: Sequence[int], sizes: Sequence[int], max_rows: int) -> list[list[int]]:
    """Members in groups, in their order, none of more than so many rows unless a member alone has more.

    Args:
        members: indices into ``sizes``.
        sizes: numbers of rows.
        max_rows: the most rows of a group.
    """
    made: list[list[int]] = []
    rows = max_rows + 1
    for index in members:
        if rows + sizes[index] > max_rows:
            made.append([])
            rows = 0
        made[-1].append(index)
        rows += sizes[index]
    return made


def _run_each(calls: list[Call]) -> list[bytes | ServingError]:
    first = calls[0]
    outcomes = first.model.call_each(first.signature.name, [call.arrays for call in calls])
    return [
        from_tensorflow(outcome) if isinstance(outcome, tf.errors.OpError) else _answered(call, outcome)
        for call, outcome in zip(calls, outcomes, strict=True)
    ]


def _run_batch(calls: list[Call]) -> list[bytes | ServingError]:
    if len(calls) > 1:
        first = calls[0]
        arrays = [np.concatenate(columns) for columns in zip(*(call.arrays for call in calls), strict=True)]
        try:
            outputs = _call(first.model, first.signature, arrays)
        except ServingError:
            pass  # one of them is to blame: each is tried alone
        else:
            if all(len(output) == len(arrays[0]) for output in outputs):
                return _split(calls, outputs)
    return [_attempt(call) for call in calls]


def _split(calls: list[Call], outputs: Sequence[Any]) -> list[bytes | ServingError]:
    answers: list[bytes | ServingError] = []
    start = 0
    for call in calls:
        end = start + call.rows
        answers.append(_answered(call, [output[start:end] for output in outputs]))
        start = end
    return answers


def _attempt(call: Call) -> bytes | ServingError:
    try:
        return call.run()
    except ServingError as error:
        return error


def _answered(call: Call, outputs: Sequence[Any]) -> bytes | ServingError:
    try:
        return call.answer(outputs)
    except ServingError as error:
        return error


def _call(model: LoadedModel, signature: Signature, arrays: list[Any]) -> Sequence[Any]:
    try:
        return model.call(signature.name, arrays)
    except tf.errors.OpError as error:
        raise from_tensorflow(error) from error


def _prepare_predict(model: LoadedModel, document: Mapping[str, Any], name: str) -> Call:
    signature = model.signatures.get(name)
    if signature is None:
        raise ServingError(f'Serving signature name: "{name}" not found in signature def')
    if signature.method not in (PREDICT, CLASSIFY, REGRESS):
        raise ServingError(
            f"Expected prediction signature method_name to be one of {{{PREDICT}, {CLASSIFY}, {REGRESS}}}. Was: "
            f"{signature.method}"
        )
    if not signature.inputs:
        raise ServingError(f"Failed to get input map for signature: {name}")
    if "instances" in document:
        if "inputs" in document:
            raise ServingError(
                f"JSON Value: {shown(document)} Not formatted correctly expecting only one of 'inputs' or 'instances' "
                "keys to exist "
            )
        instances = document["instances"]
        if not isinstance(instances, list):
            raise ServingError(f"JSON Value: {shown(document)} Excepting 'instances' to be an list/array")
        if not instances:
            raise ServingError(f"JSON Value: {shown(document)} No values in 'instances' array")
        arrays = rows_to_arrays(_as_examples(instances, model, signature), signature)
        form = "predictions"
    elif "inputs" in document:
        arrays = columns_to_arrays(document["inputs"], signature)
        form = "outputs"
    else:
        raise ServingError("Missing 'inputs' or 'instances' key")
    check_shapes(arrays, signature)
    return Call(model, signature, [arrays[name] for name in signature.inputs], form)


def _as_examples(instances: list[Any], model: LoadedModel, signature: Signature) -> list[Any]:
    """Objects of features as serialized Examples, where the signature's only input is those.

    TensorFlow Serving would want each as ``{"b64": …}``; nothing that it accepts is touched.
    """
    if len(signature.inputs) != 1 or not isinstance(instances[0], dict):
        return instances
    name, spec = next(iter(signature.inputs.items()))
    if spec.dtype != tf.string or _is_text(instances[0], name) or not parses_examples(spec, model.meta_graph.graph_def):
        return instances
    return [{"b64": _b64(instance)} for instance in instances]


def _is_text(instance: Mapping[str, Any], name: str) -> bool:
    if instance.keys() == {"b64"}:
        return True
    value = instance.get(name)
    return instance.keys() == {name} and (
        isinstance(value, str) or (isinstance(value, dict) and value.keys() == {"b64"})
    )


def _b64(instance: Any) -> str:
    text: str = text_of(make_example(instance).SerializeToString(), as_bytes=True)["b64"]
    return text


def class_rows(outputs: Mapping[str, Any]) -> list[Any]:
    """``[[label, score], …]`` for every example; one of the two may be missing from the signature."""
    classes, scores = outputs.get("classes"), outputs.get("scores")
    for name, array in (("classes", classes), ("scores", scores)):
        if array is not None and array.ndim != 2:
            raise ServingError(f"Expected Tensor shape: [batch_size num_{name}] but got {list(array.shape)}")
    if scores is None:
        if classes is None:
            raise ServingError(
                'Expected classification signature outputs to contain at least one of "classes" or "scores".'
            )
        return [[[text_of(label), 0.0] for label in row] for row in classes]
    if classes is None:
        return [[["", score] for score in row] for row in scores]
    if classes.shape != scores.shape:
        raise ServingError(f"Tensors of scores and classes differ in shape: {scores.shape} and {classes.shape}")
    return [
        [[text_of(label), score] for label, score in zip(labels, row, strict=True)]
        for labels, row in zip(classes, scores, strict=True)
    ]


def regression_values(outputs: Mapping[str, Any], batch: int) -> Any:
    """One number for every example."""
    if "outputs" not in outputs:
        raise ServingError("Expected regression signature outputs to contain: outputs")
    values = outputs["outputs"]
    if values.shape not in ((batch,), (batch, 1)):
        raise ServingError(
            f"Expected output Tensor shape to be either [batch_size] or [batch_size, 1] but got {list(values.shape)}"
        )
    return np.ascontiguousarray(values.reshape(batch))
