"""What all declaration records have in common."""

from __future__ import annotations

from attrs import frozen


@frozen(kw_only=True)
class Spec:
    """Declares one implementation of a plugin kind; costs nothing until it is chosen.

    Args:
        name: what users choose it by; unique for its kind among all plugins.
        factory: ``'package.module:Class'``, imported when it is chosen.
        extra: the requirement to install when importing ``factory`` fails for want of a package, e.g.
            ``'smtf[docker]'``.
        summary: one line for ``smtf plugins``.
    """

    name: str
    factory: str
    extra: str | None = None
    summary: str = ""
