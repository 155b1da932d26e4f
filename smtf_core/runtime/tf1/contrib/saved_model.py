"""``tf.contrib.saved_model``: signatures of SavedModels, and Keras models as SavedModels.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.saved_model``.
"""

from __future__ import annotations

from typing import Any


def get_signature_def_by_key(meta_graph_def: Any, signature_def_key: str) -> Any:
    """A signature of a graph.

    Args:
        meta_graph_def: a ``MetaGraphDef``.
        signature_def_key: name of the signature.

    Returns:
        The ``SignatureDef``.

    Raises:
        ValueError: there is no such signature.
    """
    if signature_def_key not in meta_graph_def.signature_def:
        raise ValueError(f"No SignatureDef with key {signature_def_key!r} found in MetaGraphDef.")
    return meta_graph_def.signature_def[signature_def_key]
