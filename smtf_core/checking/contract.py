"""Does the script define what the contract asks for? The same rules as when it is loaded, asked of its syntax."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from smtf_core.checking.finding import Finding
from smtf_core.contract import broken_rules, kinds_of
from smtf_core.script_source import Source, defined_functions


def contract_findings(source: Source) -> Iterator[Finding]:
    """What a script breaks of the contract."""
    defined = defined_functions(source)
    star = next((node for node in ast.walk(source.tree) if _is_own_star_import(node)), None)
    known = {name: function for name, (_, function) in defined.items()}
    for name, problem in broken_rules(known):
        if name is None and star is not None:
            continue  # the missing function may come with the star
        line = 1 if name is None else source.line(defined[name][0])
        yield Finding(str(source.path), line, "error", problem)
    if "serving_input_fn" not in defined and star is None and kinds_of(known) not in ([], ["keras_model_fn"]):
        yield Finding(
            str(source.path),
            1,
            "warning",
            "there is no serving_input_fn, so no model is exported",
            "Define serving_input_fn(hyperparameters), returning a tf.estimator.export.ServingInputReceiver.",
        )


def _is_own_star_import(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.ImportFrom)
        and any(alias.name == "*" for alias in node.names)
        and (node.module or "").partition(".")[0] not in ("tensorflow", "numpy")
    )
