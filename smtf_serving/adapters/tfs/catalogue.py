"""The models that a server has: by name, version and label; loaded, replaced and given up while it serves."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from attrs import define, evolve, field, frozen

from smtf_core.errors import InvalidInputError
from smtf_serving.adapters.tfs.errors import ServingError, not_found
from smtf_serving.model.folders import ModelFolder, find_models, versions_in
from smtf_serving.model.loaded import LoadedModel

logger = logging.getLogger(__name__)


@frozen
class Served:
    """One model and its versions.

    Args:
        folder: where it is.
        loaded: version → model, ascending.
        failed: version → why it could not be loaded.
    """

    folder: Path
    loaded: Mapping[int, LoadedModel] = field(factory=dict)
    failed: Mapping[int, str] = field(factory=dict)


@define
class Catalogue:
    """See the module. Readers see one state or the next, never a mixture; writers take turns.

    Args:
        load: makes a :class:`LoadedModel` of a SavedModel's folder.
        labels: model → label → version.
    """

    load: Callable[[Path], LoadedModel]
    labels: Mapping[str, Mapping[str, int]] = field(factory=dict)
    _models: Mapping[str, Served] = field(factory=dict, init=False)
    #: What others have worked out from the models that there are; a new dict whenever there are other models, so that
    #: whoever fills the old one keeps nothing alive.
    derived: dict[Any, Any] = field(factory=dict, init=False)
    _writing: threading.RLock = field(factory=threading.RLock, init=False)
    _fingerprints: dict[Path, object] = field(factory=dict, init=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all models, sorted."""
        return tuple(self._models)

    def find(self, name: str, version: int | None = None, label: str | None = None) -> tuple[int, LoadedModel]:
        """The model that a request means: a version of it, or the newest.

        Raises:
            ServingError: there is none, in TensorFlow Serving's words.
        """
        served = self._models.get(name)
        if label is not None:
            version = self._labelled(name, label)
        if version is not None:
            if served is None or version not in served.loaded:
                raise not_found(f"Servable not found for request: Specific({name}, {version})")
            return version, served.loaded[version]
        if served is None or not served.loaded:
            raise not_found(f"Servable not found for request: Latest({name})")
        latest = max(served.loaded)
        return latest, served.loaded[latest]

    def status(self, name: str, version: int | None = None, label: str | None = None) -> list[tuple[int, str | None]]:
        """Version and, if it could not be loaded, why; newest first.

        Raises:
            ServingError: there is no such model or version.
        """
        if label is not None:
            version = self._labelled(name, label)
        served = self._models.get(name)
        versions: dict[int, str | None] = {} if served is None else {**dict.fromkeys(served.loaded), **served.failed}
        found = [(number, versions[number]) for number in sorted(versions, reverse=True) if version in (None, number)]
        if not found:
            which = f"version {version}" if version is not None else "any versions"
            raise not_found(f"Could not find {which} of model {name}")
        return found

    def folder(self, name: str) -> Path:
        """Where a model is.

        Raises:
            ServingError: there is no such model.
        """
        if name not in self._models:
            raise not_found(f"Model {name} is not loaded")
        return self._models[name].folder

    def ready(self) -> bool:
        """Whether every model has a version that can be called."""
        return all(served.loaded for served in self._models.values())

    def add(self, model: ModelFolder, path: Path) -> None:
        """Load all versions of a model.

        Args:
            model: the model.
            path: the folder that its versions are looked for in later.

        Raises:
            InvalidInputError: a version cannot be loaded; none is kept.
        """
        with self._writing:
            loaded = {version: self.load(folder) for version, folder in model.versions.items()}
            self._fingerprints.update((folder, _fingerprint(folder)) for folder in model.versions.values())
            self._put(model.name, Served(path, loaded))

    def remove(self, name: str) -> None:
        """Give a model up; calls under way end as they would have.

        Raises:
            ServingError: there is no such model.
        """
        with self._writing:
            self.folder(name)
            self._replace({other: served for other, served in self._models.items() if other != name})

    def refresh(self) -> None:
        """Look at every model's folder again: load new versions, then give up those that are gone."""
        with self._writing:
            for name in self.names:
                self._refresh(name)

    def close(self) -> None:
        """Give everything up."""
        with self._writing:
            served = self._models
            self._replace({})
            for model in [model for one in served.values() for model in one.loaded.values()]:
                model.close()

    def _refresh(self, name: str) -> None:
        served = self._models[name]
        if (served.folder / "saved_model.pb").is_file():
            return  # a single SavedModel: there are no versions to come
        present = versions_in(served.folder)
        if not present:
            return  # a folder that is being replaced; a server with nothing to serve helps nobody
        loaded, failed = dict(served.loaded), {k: v for k, v in served.failed.items() if k in present}
        for version, folder in present.items():
            if version in loaded or not self._has_settled(folder):
                continue
            try:
                loaded[version] = self.load(folder)
                failed.pop(version, None)
                logger.info("model %s: version %d is served", name, version)
            except InvalidInputError as error:
                if version not in failed:
                    logger.error("model %s: version %d cannot be served: %s", name, version, error)  # noqa: TRY400
                failed[version] = str(error)
        for version in loaded.keys() - present.keys():
            logger.info("model %s: version %d is gone and given up", name, version)
            del loaded[version]
        if loaded.keys() != served.loaded.keys() or failed != served.failed:
            self._put(name, evolve(served, loaded=dict(sorted(loaded.items())), failed=failed))

    def _has_settled(self, folder: Path) -> bool:
        """Whether a version's files are as they were at the last look: it may still be being copied."""
        now, before = _fingerprint(folder), self._fingerprints.get(folder)
        self._fingerprints[folder] = now
        return now == before

    def _put(self, name: str, served: Served) -> None:
        self._replace(dict(sorted({**self._models, name: served}.items())))

    def _replace(self, models: Mapping[str, Served]) -> None:
        self._models = models
        self.derived = {}  # after the models: what is put into the new dict is made of them

    def _labelled(self, name: str, label: str) -> int:
        version = self.labels.get(name, {}).get(label)
        if version is None:
            raise ServingError(f"Unrecognized servable version label: {label}", 503)
        return version


def load_all(catalogue: Catalogue, root: Path) -> None:
    """Load all models below a folder.

    Raises:
        InvalidInputError: there is none, or one cannot be loaded.
    """
    for model in find_models(root):
        catalogue.add(model, folder_of(model, root))
    for name, labels in catalogue.labels.items():
        for label, version in labels.items():
            try:
                catalogue.find(name, version)
            except ServingError as error:
                raise InvalidInputError(f"label {label!r} of model {name!r}: {error.message}") from None


def folder_of(model: ModelFolder, root: Path) -> Path:
    """The folder that a model's versions are looked for in later: ``root`` itself where that is its only version."""
    first = next(iter(model.versions.values()))
    return first if first == root else first.parent


def _fingerprint(folder: Path) -> object:
    files = [file for file in folder.rglob("*") if file.is_file()]
    return sorted((str(file), (stat := file.stat()).st_size, stat.st_mtime_ns) for file in files)
