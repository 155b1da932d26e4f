"""Paths that a script names and that only SageMaker's containers have."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from smtf_core.checking.finding import Finding
from smtf_core.script_source import Source

# Source: "SageMaker training storage paths", the tree of a training container.
_CHANNELS = "/opt/ml/input/data"


def path_findings(source: Source) -> Iterator[Finding]:
    """Strings that begin with a container's folder, where data would be looked for.

    Args:
        source: the file.
    """
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith(_CHANNELS):
            yield Finding(
                str(source.path),
                source.line(node),
                "warning",
                f"{node.value} is a path of SageMaker's containers; elsewhere it is not there",
                "Take the folder from training_dir, or from input_channels[NAME], in the input functions.",
            )
