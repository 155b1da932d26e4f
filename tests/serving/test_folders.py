"""Archives that do harm, and where models may lie."""

import io
import tarfile

import pytest

from smtf_core.archives import unpack
from smtf_core.errors import InvalidInputError
from smtf_serving.model.folders import find_models


def archive(tmp_path, *members, mode="w:gz"):
    path = tmp_path / "model.tar.gz"
    with tarfile.open(path, mode) as tar:
        for name, content, kind in members:
            info = tarfile.TarInfo(name)
            info.type = kind
            if kind == tarfile.REGTYPE:
                info.size = len(content)
            else:
                info.linkname = content.decode()
            tar.addfile(info, io.BytesIO(content) if kind == tarfile.REGTYPE else None)
    return path


def test_files_and_folders_are_unpacked(tmp_path):
    packed = archive(tmp_path, ("export/Servo/1/saved_model.pb", b"graph", tarfile.REGTYPE), mode="w:bz2")
    unpack(packed, tmp_path / "out")
    assert (tmp_path / "out/export/Servo/1/saved_model.pb").read_bytes() == b"graph"


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("/etc/evil", b"x", tarfile.REGTYPE),
        ("../evil", b"x", tarfile.REGTYPE),
        ("a/../../evil", b"x", tarfile.REGTYPE),
        ("..\\evil", b"x", tarfile.REGTYPE),
        ("link", b"/etc", tarfile.SYMTYPE),
        ("link", b"good", tarfile.LNKTYPE),
        ("device", b"", tarfile.CHRTYPE),
        ("fifo", b"", tarfile.FIFOTYPE),
    ],
    ids=["absolute", "parent", "hidden-parent", "backslash", "symlink", "hardlink", "device", "fifo"],
)
def test_nothing_of_an_unsafe_archive_is_left(tmp_path, name, content, kind):
    packed = archive(tmp_path, ("good", b"good", tarfile.REGTYPE), (name, content, kind))
    with pytest.raises(InvalidInputError, match="member"):
        unpack(packed, tmp_path / "out" / "model")
    assert list((tmp_path / "out").iterdir()) == []
    assert not (tmp_path / "evil").exists()


def test_bombs(tmp_path):
    packed = archive(tmp_path, ("zeros", bytes(80 * 1024**2), tarfile.REGTYPE))
    with pytest.raises(InvalidInputError, match="unpacks to more than"):
        unpack(packed, tmp_path / "out", max_bytes=1024**2)
    with pytest.raises(InvalidInputError, match="unpacks to more than"):
        unpack(packed, tmp_path / "out")  # a thousandfold and above 64 MiB
    many = archive(tmp_path, *((str(n), b"", tarfile.REGTYPE) for n in range(11)))
    with pytest.raises(InvalidInputError, match="more than 10 members"):
        unpack(many, tmp_path / "out", max_members=10)


@pytest.mark.parametrize("damage", [b"no tar at all", None])
def test_damaged_archives(tmp_path, damage):
    packed = archive(tmp_path, ("file", b"0123456789" * 1000, tarfile.REGTYPE))
    packed.write_bytes(damage if damage is not None else packed.read_bytes()[:-20])
    with pytest.raises(InvalidInputError, match="cannot be unpacked"):
        unpack(packed, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("layout", "root", "found"),
    [
        (["export/Servo/10", "export/Servo/9"], "", {"Servo": [9, 10]}),
        (["model/1"], "", {"model": [1]}),
        (["half/1", "half/002", "other/7", "code/lib/3"], "", {"half": [1, 2], "other": [7]}),
        (["5"], "", {"models": [5]}),
        (["m/5"], "m", {"m": [5]}),
        (["m/5"], "m/5", {"m": [5]}),
        (["single"], "single", {"single": [1]}),
        (["m/1", "m/temp-2", "m/99999999999999999999"], "", {"m": [1]}),
    ],
)
def test_layouts(tmp_path, layout, root, found):
    for folder in layout:
        (tmp_path / "models" / folder).mkdir(parents=True)
        (tmp_path / "models" / folder / "saved_model.pb").touch()
    models = find_models(tmp_path / "models" / root)
    assert {model.name: list(model.versions) for model in models} == found


def test_no_model_and_two_of_one_name(tmp_path):
    with pytest.raises(InvalidInputError, match="there is no model"):
        find_models(tmp_path)
    for folder in ("a/m/1", "b/m/1"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "saved_model.pb").touch()
    with pytest.raises(InvalidInputError, match=r"called 'm'.*a/m and .*b/m"):
        find_models(tmp_path)
