"""requirements_file: what is missing is installed for the job only."""

import importlib
import sys
import zipfile

import pytest

from smtf_core.errors import InvalidInputError
from smtf_core.runtime.requirements import installed_requirements


@pytest.fixture
def wheel(tmp_path):
    """A package that exists nowhere else."""
    path = tmp_path / "smtf_test_parrot-1.2-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("smtf_test_parrot.py", "VERSION = '1.2'\n")
        info = "smtf_test_parrot-1.2.dist-info"
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: smtf-test-parrot\nVersion: 1.2\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return path


def test_a_missing_package_is_installed_for_the_job_only(tmp_path, wheel):
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(f"./{wheel.name}\npluggy\n")
    with installed_requirements(requirements, tmp_path / "packages"):
        assert importlib.import_module("smtf_test_parrot").VERSION == "1.2"
    assert str(tmp_path / "packages") not in sys.path
    sys.modules.pop("smtf_test_parrot")
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("smtf_test_parrot")
    assert not list((tmp_path / "packages").glob("pluggy*"))


def test_nothing_missing_installs_nothing(tmp_path):
    (tmp_path / "requirements.txt").write_text("pluggy>=1\n")
    with installed_requirements(tmp_path / "requirements.txt", tmp_path / "packages"):
        assert not (tmp_path / "packages").exists()


def test_errors_name_the_file_and_the_cause(tmp_path):
    with (
        pytest.raises(InvalidInputError, match="there is no requirements file"),
        installed_requirements(tmp_path / "r.txt", tmp_path),
    ):
        pass
    (tmp_path / "bad.txt").write_text("./no-such-folder\n")
    with pytest.raises(InvalidInputError, match=r"(?s)pip could not install .*bad\.txt.*no-such-folder"):
        with installed_requirements(tmp_path / "bad.txt", tmp_path / "packages"):
            pass


def test_a_package_that_is_imported_in_another_version_is_not_replaced_underfoot(tmp_path, wheel, monkeypatch):
    monkeypatch.setitem(sys.modules, "smtf_test_parrot", sys)
    monkeypatch.setattr(
        "smtf_core.runtime.requirements.packages_distributions", lambda: {"smtf_test_parrot": ["smtf-test-parrot"]}
    )
    (tmp_path / "requirements.txt").write_text(f"./{wheel.name}\n")
    with pytest.raises(
        InvalidInputError, match=r"smtf-test-parrot==1\.2, but this process has imported another version"
    ):
        with installed_requirements(tmp_path / "requirements.txt", tmp_path / "packages"):
            pass
