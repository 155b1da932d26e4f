"""How a hook, or an argument of one, goes away: announced first, and not before the version that was announced."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any


class Deprecation(DeprecationWarning):
    """What pluggy's options of a hookspec take for a hook or an argument that is to go.

    :class:`~smtf_core.plugins.PluginManager` warns each plugin that implements or takes it, the documentation says it,
    and ``tests/docs/hook_signatures.json`` records the version before which it must stay.

    Args:
        since: the version that announces it, ``'1.2'``.
        removal: the major version that takes it away, ``'2.0'``.
        instead: what a plugin is to do, ``'implement smtf_after_job'``.

    Raises:
        ValueError: ``removal`` is not a major version after ``since``.

    Example::

        @hookspec(warn_on_impl_args={"path": Deprecation(since="1.2", removal="2.0", instead="take exported")})
        def smtf_after_export(environment, path, exported): ...
    """

    def __init__(self, *, since: str, removal: str, instead: str) -> None:
        if not re.fullmatch(r"\d+\.\d+", since):
            raise ValueError(f"a deprecation is announced by a version such as '1.2', not {since!r}")
        if not re.fullmatch(r"\d+\.0", removal) or int(removal.split(".")[0]) <= int(since.split(".")[0]):
            raise ValueError(f"what {since} deprecates goes with a later major version, not with {removal!r}")
        self.since = since
        self.removal = removal
        self.instead = instead
        super().__init__(f"deprecated since smtf {since}, goes with smtf {removal}; {instead} instead")


def deprecations(hookspec: Callable[..., Any]) -> dict[str, Deprecation]:
    """What is deprecated of a hook: argument name → how it goes; ``''`` stands for the hook itself."""
    options: Any = vars(hookspec)["smtf_spec"]  # where pluggy's marker puts them
    whole = options["warn_on_impl"]
    return {**({"": whole} if whole else {}), **(options["warn_on_impl_args"] or {})}
