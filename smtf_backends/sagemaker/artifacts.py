"""What an endpoint needs on S3: its model's archive, and its handlers.

Source: where the SDK put them, ``<model name>/sourcedir.tar.gz`` and ``<model name>/model.tar.gz``; and what the images
with TensorFlow Serving look for in a model's archive: ``code/inference.py``, ``code/requirements.txt``, ``code/lib``.
"""

from __future__ import annotations

import gzip
import tarfile
import tempfile
import zlib
from pathlib import Path, PurePosixPath

from smtf_backends.sagemaker.archive import Member, add_member, dependency_members, user_members, write_archive
from smtf_backends.sagemaker.hosting import carries_code
from smtf_backends.sagemaker.services import Services
from smtf_backends.sagemaker.storage import Storage, Telling
from smtf_core.client.code import is_remote
from smtf_core.errors import InvalidInputError
from smtf_core.interfaces import EndpointPlan
from smtf_core.models.uri import local_path
from smtf_core.s3 import S3Folder
from smtf_core.s3.download import download

_MODEL, _CODE_ARCHIVE = "model.tar.gz", "sourcedir.tar.gz"
_SAVED_MODEL = "saved_model.pb"
_CODE = "code"
_HANDLERS, _REQUIREMENTS = f"{_CODE}/inference.py", f"{_CODE}/requirements.txt"


class Artifacts:
    """Puts models and handlers on S3.

    Args:
        services: the account.
        storage: its default bucket.
    """

    def __init__(self, services: Services, storage: Storage) -> None:
        self._services = services
        self._storage = storage

    def upload(self, plan: EndpointPlan, model_name: str) -> tuple[str, str | None]:
        """Upload what of an endpoint is not on S3 yet.

        Args:
            plan: checked.
            model_name: names the folder.

        Returns:
            The URI of the model's archive, and that of the handlers' if they have one of their own.

        Raises:
            InvalidInputError: there is no model, or something cannot be packed.
            StorageError: something cannot be read or written.
        """
        entry_point, source_dir = plan.deployment.entry_point, plan.hosting.source_dir
        own_code = entry_point is not None and not carries_code(plan)
        uploads_code = own_code and not is_remote(source_dir)
        uploads_model = local_path(plan.deployment.path) is not None or carries_code(plan)
        if not uploads_code and not uploads_model:
            return plan.deployment.path, source_dir if own_code else None
        location = plan.hosting.code_location or f"s3://{self._storage.require_default_bucket()}"
        folder = S3Folder(f"{location.rstrip('/')}/{model_name}", self._services.s3)
        key = plan.hosting.access.output_kms_key
        model, code = plan.deployment.path, source_dir if own_code else None
        with tempfile.TemporaryDirectory(prefix="smtf-model-") as temporary:
            if uploads_model:
                packed = self._pack(plan, Path(temporary))
                folder.upload(packed, _MODEL, Telling("the model", packed.stat().st_size), kms_key=key)
                model = folder.uri(_MODEL)
            if uploads_code:
                archive = Path(temporary, _CODE_ARCHIVE)
                write_archive(user_members(str(entry_point), source_dir, plan.hosting.dependencies), archive)
                folder.upload(archive, _CODE_ARCHIVE, kms_key=key)
                code = folder.uri(_CODE_ARCHIVE)
        return model, code

    def _pack(self, plan: EndpointPlan, temporary: Path) -> Path:
        """The model's archive, with the handlers where they go along in it."""
        path = local_path(plan.deployment.path)
        code = _code_members(plan) if carries_code(plan) else []
        packed = temporary / _MODEL
        if path is not None and path.is_dir():
            write_archive([*_model_members(path, without_code=bool(code)), *code], packed)
            return packed
        if path is None:
            path = temporary / "downloaded.tar.gz"
            folder, _, name = plan.deployment.path.rpartition("/")
            place = S3Folder(folder, self._services.s3)
            found = place.find(name)
            if found is None:
                raise InvalidInputError(f"model_data: there is no object {plan.deployment.path}")
            download(place, found, path)
        if not code and path.name.endswith((".tar.gz", ".tgz")):
            return path
        _repack(path, code, packed)
        return packed


def check_artifacts(plan: EndpointPlan) -> None:
    """Look at everything local that will be uploaded.

    Raises:
        InvalidInputError: there is no model in a folder, or the handlers cannot be packed.
    """
    path = local_path(plan.deployment.path)
    if path is not None and path.is_dir():
        _model_members(path, without_code=False)
    if carries_code(plan):
        if is_remote(plan.hosting.source_dir):
            raise InvalidInputError(
                f"source_dir {plan.hosting.source_dir!r}: handlers of TensorFlow Serving are packed with the model; "
                f"give a local folder"
            )
        _code_members(plan)
    elif plan.deployment.entry_point is not None and not is_remote(plan.hosting.source_dir):
        user_members(plan.deployment.entry_point, plan.hosting.source_dir, plan.hosting.dependencies)


def _model_members(folder: Path, *, without_code: bool) -> list[Member]:
    """The files of a folder with models in it, or of a model itself, as the images find them."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if not any(path.name == _SAVED_MODEL for path in files):
        raise InvalidInputError(f"model_data: there is no {_SAVED_MODEL} in {folder}")
    prefix = ""
    if (folder / _SAVED_MODEL).is_file():
        prefix = f"export/Servo/{folder.name if folder.name.isdigit() else '1'}/"
    named = [Member(prefix + path.relative_to(folder).as_posix(), path.resolve()) for path in files]
    return [member for member in named if not (without_code and _is_code(member.name))]


def _code_members(plan: EndpointPlan) -> list[Member]:
    """The handlers as TensorFlow Serving's images look for them."""
    entry_point, source_dir = str(plan.deployment.entry_point), plan.hosting.source_dir
    own = user_members(entry_point, source_dir, ())
    members = {f"{_CODE}/{member.name}": member.path for member in own}
    members |= {f"{_CODE}/lib/{member.name}": member.path for member in dependency_members(plan.hosting.dependencies)}
    script = Path(source_dir or "", entry_point)
    _name(members, script, _HANDLERS, "entry_point")
    if plan.hosting.requirements_file is not None:
        _name(
            members,
            Path(source_dir or script.parent, plan.hosting.requirements_file),
            _REQUIREMENTS,
            "requirements_file",
        )
    return [Member(name, path) for name, path in members.items()]


def _name(members: dict[str, Path], path: Path, name: str, argument: str) -> None:
    """Let a file have the name that the image looks for."""
    if members.setdefault(name, path).resolve() != path.resolve():
        raise InvalidInputError(
            f"{argument} {str(path)!r} goes into the model's archive as {name}, but there is another "
            f"{PurePosixPath(name).name} beside it; name that one, or put it elsewhere"
        )


def _repack(archive: Path, code: list[Member], packed: Path) -> None:
    """Write an archive anew, with these handlers instead of its own; nothing is unpacked."""
    try:
        with (
            tarfile.open(archive, "r:*") as old,
            packed.open("wb") as file,
            gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as stream,
            tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as new,
        ):
            for info in old:
                if code and _is_code(info.name):
                    continue
                content = old.extractfile(info) if info.isreg() else None
                new.addfile(info, content)
            for member in sorted(code):
                add_member(new, member)
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InvalidInputError(f"model_data: {archive} cannot be unpacked: {error}") from error


def _is_code(name: str) -> bool:
    return PurePosixPath(name).parts[:1] == (_CODE,)
