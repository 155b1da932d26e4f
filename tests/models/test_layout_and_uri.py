from pathlib import Path

import pytest

from smtf_core.errors import InvalidInputError
from smtf_core.models import Layout
from smtf_core.models.layout import replace_atomically, write_atomically
from smtf_core.models.uri import local_path, scheme_of


def test_the_tree_is_sagemakers():
    layout = Layout(Path("/opt/ml"))
    assert {
        "hyperparameters": str(layout.hyperparameters),
        "resources": str(layout.resource_config),
        "inputs": str(layout.input_data_config),
        "channel": str(layout.channel("training")),
        "code": str(layout.code),
        "model": str(layout.model),
        "success": str(layout.success),
        "failure": str(layout.failure),
        "data": str(layout.output_data),
    } == {
        "hyperparameters": "/opt/ml/input/config/hyperparameters.json",
        "resources": "/opt/ml/input/config/resourceconfig.json",
        "inputs": "/opt/ml/input/config/inputdataconfig.json",
        "channel": "/opt/ml/input/data/training",
        "code": "/opt/ml/code",
        "model": "/opt/ml/model",
        "success": "/opt/ml/output/success",
        "failure": "/opt/ml/output/failure",
        "data": "/opt/ml/output/data",
    }


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "file.txt"
    write_atomically(path, "old")

    def fail(temporary: Path) -> None:
        temporary.write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        replace_atomically(path, fail)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_uris():
    assert scheme_of("S3://bucket/key") == "s3"
    assert scheme_of("/a/b") == scheme_of("file:///a") == "file"
    assert local_path("file:///a%20b") == Path("/a b")
    assert local_path("rel") == Path("rel").absolute()
    assert local_path("s3://b/k") is None
    with pytest.raises(InvalidInputError, match="three slashes"):
        local_path("file://relative/path")
