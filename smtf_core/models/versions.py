"""Framework versions: which exist, what ``'1.6'`` means, and which API generation a script written for one sees."""

from __future__ import annotations

import re

from attrs import frozen

from smtf_core.errors import InvalidInputError

# minor version -> patches that were released; the first one is what the minor version stands for. For 1.4 … 1.12 it is
# the patch that the legacy SageMaker image of that minor version carried, elsewhere the last patch on PyPI.
_RELEASES: dict[str, tuple[str, ...]] = {
    "1.4": ("1.4.1", "1.4.0"),
    "1.5": ("1.5.0", "1.5.1"),
    "1.6": ("1.6.0",),
    "1.7": ("1.7.0", "1.7.1"),
    "1.8": ("1.8.0",),
    "1.9": ("1.9.0",),
    "1.10": ("1.10.0", "1.10.1"),
    "1.11": ("1.11.0",),
    "1.12": ("1.12.0", "1.12.2", "1.12.3"),
    "1.13": ("1.13.2", "1.13.1"),
    "1.14": ("1.14.0",),
    "1.15": ("1.15.5", "1.15.0", "1.15.2", "1.15.3", "1.15.4"),
    "2.0": ("2.0.4", "2.0.0", "2.0.1", "2.0.2", "2.0.3"),
    "2.1": ("2.1.4", "2.1.0", "2.1.1", "2.1.2", "2.1.3"),
    "2.2": ("2.2.3", "2.2.0", "2.2.1", "2.2.2"),
    "2.3": ("2.3.4", "2.3.0", "2.3.1", "2.3.2", "2.3.3"),
    "2.4": ("2.4.4", "2.4.0", "2.4.1", "2.4.2", "2.4.3"),
    "2.5": ("2.5.3", "2.5.0", "2.5.1", "2.5.2"),
    "2.6": ("2.6.5", "2.6.0", "2.6.1", "2.6.2", "2.6.3", "2.6.4"),
    "2.7": ("2.7.4", "2.7.0", "2.7.1", "2.7.2", "2.7.3"),
    "2.8": ("2.8.4", "2.8.0", "2.8.1", "2.8.2", "2.8.3"),
    "2.9": ("2.9.3", "2.9.0", "2.9.1", "2.9.2"),
    "2.10": ("2.10.1", "2.10.0"),
    "2.11": ("2.11.1", "2.11.0"),
    "2.12": ("2.12.1", "2.12.0"),
    "2.13": ("2.13.1", "2.13.0"),
    "2.14": ("2.14.1", "2.14.0"),
    "2.15": ("2.15.1", "2.15.0"),
    "2.16": ("2.16.2", "2.16.1"),
    "2.17": ("2.17.1", "2.17.0"),
    "2.18": ("2.18.1", "2.18.0"),
    "2.19": ("2.19.1", "2.19.0"),
    "2.20": ("2.20.0",),
    "2.21": ("2.21.0",),
}

#: What a script is taken to be written for when nobody says: the version that the SDK froze its legacy mode at.
DEFAULT_FRAMEWORK_VERSION = "1.11.0"

# '1', '1.x', '2' and '2.x' stand for the newest of their generation; for 1.x that is the last one with a legacy image.
_GENERATIONS = {"1": "1.12", "2": "2.21"}


@frozen(order=True)
class FrameworkVersion:
    """A released TensorFlow version, e.g. ``FrameworkVersion(1, 11, 0)``.

    Args:
        major: also the API *generation* that a script sees (1: TensorFlow 1's API; 2: TensorFlow as it is).
        minor: the minor version.
        patch: the patch version.
    """

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    @property
    def generation(self) -> int:
        """The API generation: 1 or 2."""
        return self.major

    @property
    def minor_version(self) -> tuple[int, int]:
        """``(major, minor)``, for comparisons such as ``version.minor_version <= (1, 5)``."""
        return self.major, self.minor

    @classmethod
    def parse(cls, text: str | FrameworkVersion | None) -> FrameworkVersion:
        """Resolve what a user wrote.

        Args:
            text: ``'1.6'`` (its latest patch), ``'1.6.0'``, ``'1.x'`` or ``'2.x'`` (the newest of that generation), or
                ``None`` for :data:`DEFAULT_FRAMEWORK_VERSION`.

        Returns:
            The released version.

        Raises:
            InvalidInputError: no such release; the message lists those that exist.
        """
        if isinstance(text, FrameworkVersion):
            return text
        if text is None:
            text = DEFAULT_FRAMEWORK_VERSION
        written = str(text).strip()
        minor = _GENERATIONS.get(written.removesuffix(".x"), written)
        full = _RELEASES[minor][0] if minor in _RELEASES else minor
        match = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)", full)
        if match is None or full not in _RELEASES.get(f"{match[1]}.{match[2]}", ()):
            raise InvalidInputError(
                f"framework_version {written!r} is not a TensorFlow release that smtf knows. "
                f"Use one of {', '.join(_RELEASES)} (each means its latest patch), or one of their patches."
            )
        return cls(int(match[1]), int(match[2]), int(match[3]))
