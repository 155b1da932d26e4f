"""``TF_CONFIG``, where ``RunConfig`` and scripts look for the cluster."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from smtf_core.runtime.variables import variables_set


def tf_config(content: Mapping[str, Any]) -> AbstractContextManager[None]:
    """Describe the cluster for as long as the context lasts; a single host must not see what a shell may have left.

    Args:
        content: the variable's content; empty: it is not set.
    """
    return variables_set({"TF_CONFIG": json.dumps(content) if content else None})
