"""Everything that reading a script tells."""

from __future__ import annotations

from pathlib import Path

import attrs

from smtf_core.checking.contract import contract_findings
from smtf_core.checking.differences import difference_findings
from smtf_core.checking.finding import Finding
from smtf_core.checking.packages import package_findings
from smtf_core.checking.paths import path_findings
from smtf_core.checking.source import read_sources
from smtf_core.checking.tensorflow import releases_with_all, shims, spoken_releases, tensorflow_findings
from smtf_core.errors import InvalidInputError
from smtf_core.models import FrameworkVersion
from smtf_core.script_source import Source, defined_functions, script_kind
from smtf_core.tf1_api import RELEASES, load_api


@attrs.frozen
class Report:
    """What a script is, uses and lacks.

    Attributes:
        script: the entry point.
        kind: the model function that it defines; ``None``: not exactly one.
        functions: the contract functions that it defines.
        python: 2 or 3, of the entry point.
        era: the TensorFlow releases that had all that it uses, e.g. ``'1.6 to 1.11'``; ``''``: none of 1.4 to 1.11 did.
        files: the files read: the script and its own modules.
        shims: names that smtf brings back → the lines that use them, as ``'file:line'``.
        findings: remarks, by file and line.
        sources: the files themselves.
    """

    script: Path
    kind: str | None
    functions: tuple[str, ...]
    python: int
    era: str
    files: tuple[Path, ...]
    shims: dict[str, list[str]]
    findings: tuple[Finding, ...]
    sources: tuple[Source, ...] = attrs.field(repr=False)

    @property
    def will_run(self) -> bool:
        """Whether nothing was found that keeps it from running."""
        return not any(finding.level == "error" for finding in self.findings)


def check(
    script: Path,
    source_dir: Path | None = None,
    framework_version: str | None = None,
    py_version: str | None = None,
) -> Report:
    """Read a script and tell what it is.

    Args:
        script: the entry point.
        source_dir: the folder with its own modules; by default its own folder.
        framework_version: tell, besides, what is different at this release of TensorFlow 1.
        py_version: ``'py2'`` or ``'py3'``: which Python it is for; ``None``: as its source tells.

    Raises:
        InvalidInputError: the script cannot be read, or there is no such release.
    """
    version = FrameworkVersion.parse(framework_version)
    folders = [source_dir or script.parent, script.parent]
    try:
        reached = read_sources(script, folders[0], py_version)
    except SyntaxError as error:
        finding = Finding(
            str(error.filename), error.lineno or 1, "error", f"neither Python 3 nor Python 2: {error.msg}"
        )
        return Report(script, None, (), 3, "", (script,), {}, (finding,), ())
    sources = [file.source for file in reached]
    kind = script_kind(sources[0])
    api = load_api()
    findings = list(contract_findings(sources[0]))
    for file in reached:
        found = [*package_findings(file.source, folders, version.generation), *path_findings(file.source)]
        if version.generation == 1:
            found += tensorflow_findings(file.source, api)
        findings += map(_not_fatal, found) if file.optional else found
    if framework_version is not None and version.generation == 1:
        findings += difference_findings(sources, kind, _release(version), api)
    brought: dict[str, list[str]] = {}
    for source in sources:
        for name, lines in shims(source, api).items():
            brought.setdefault(name, []).extend(f"{source.path.name}:{line}" for line in lines)
    return Report(
        script=script,
        kind=kind,
        functions=tuple(defined_functions(sources[0])),
        python=3 if sources[0].sign is None else 2,
        era=spoken_releases(releases_with_all(sources, api)),
        files=tuple(source.path for source in sources),
        shims=dict(sorted(brought.items())),
        findings=tuple(sorted(findings)),
        sources=tuple(sources),
    )


def _not_fatal(finding: Finding) -> Finding:
    """The remark on a file that the script can do without."""
    return attrs.evolve(finding, level="warning") if finding.level == "error" else finding


def _release(version: FrameworkVersion) -> str:
    release = f"{version.major}.{version.minor}"
    if release not in RELEASES:
        raise InvalidInputError(
            f"differences are known for TensorFlow {RELEASES[0]} to {RELEASES[-1]}, not for {version}. "
            "Leave --framework-version out, or give one of those."
        )
    return release
