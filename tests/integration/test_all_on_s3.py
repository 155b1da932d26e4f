"""Code, data and checkpoints on S3, on the backends that run here."""

import io
import tarfile

import pytest

from smtf_core import TensorFlow
from smtf_core.client.display import Display
from smtf_core.errors import InvalidInputError, StorageError
from smtf_core.s3 import S3Folder
from smtf_core.testing.scripts import LINE_SCRIPT

#: The line script, whose numbers come from the channel and whose code has a second file.
SCRIPT = (
    LINE_SCRIPT.replace("tf.range(8, dtype=tf.float32)", "tf.constant(numbers_in(FOLDER))")
    .replace(
        "def train_input_fn():\n    return",
        "def train_input_fn(training_dir):\n    global FOLDER\n    FOLDER = training_dir\n    return",
    )
    .replace("import tensorflow as tf\n", "import tensorflow as tf\nfrom helper import numbers_in\n", 1)
)
HELPER = """
import glob


def numbers_in(folder):
    return [float(line) for name in sorted(glob.glob(folder + "/*.txt")) for line in open(name)]
"""


def packed(**members):
    """A tar file, compressed by gzip."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, text in members.items():
            member = tarfile.TarInfo(name.replace("__", "/") + ".py")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return file.getvalue()


@pytest.fixture
def place(bucket):
    folder = S3Folder(f"s3://{bucket}/job")
    folder.write("source/sourcedir.tar.gz", packed(main=SCRIPT, helper=HELPER))
    folder.write("data/a.txt", b"0\n1\n2\n3\n")
    folder.write("data/b.txt", b"4\n5\n6\n7\n")
    return folder


@pytest.fixture
def run(place, tmp_path):
    def fit(**arguments):
        arguments = {
            "entry_point": "main.py",
            "source_dir": place.uri("source/sourcedir.tar.gz"),
            "checkpoint_path": place.uri("checkpoints"),
            "output_path": tmp_path / "out",
            "training_steps": 20,
            "evaluation_steps": None,
            **arguments,
        }
        estimator = TensorFlow(**arguments)
        estimator.fit(place.uri("data"), display=Display(quiet=True))
        return estimator

    return fit


def steps_at(place):
    return {found.name.split("-")[1].split(".")[0] for found in place.list("checkpoints/model.ckpt")}


def test_in_this_process(run, place):
    first = run()
    assert first.result.state == "Completed"
    assert first.result.metrics["error"] < 1
    assert "20" in steps_at(place)
    again = run(training_steps=30)
    assert again.result.global_step == 30
    assert "resuming at step 20" in "".join(
        line.text for line in again._backend("inprocess").logs(again.latest_training_job)
    )
    predictor = again.deploy()
    answer = predictor.predict({"x": [1.0, 2.0]})
    assert str(answer)
    predictor.delete_endpoint()


@pytest.mark.slow
def test_on_two_hosts(run, place):
    """They go on from what a job in this process has saved."""
    run()
    several = run(train_instance_type="process", train_instance_count=2, training_steps=120)
    assert several.result.global_step >= 120
    log = [line.text for line in several._backend("process").logs(several.latest_training_job)]
    assert len([line for line in log if "resuming at step 20 " in line]) == 1
    assert str(several.result.global_step) in steps_at(place)


@pytest.mark.parametrize(
    ("arguments", "archive", "message"),
    [
        ({}, None, r"source_dir: there is no object s3://.*sourcedir.tar.gz; elsewhere .* it is a tar file"),
        ({}, b"no archive", "cannot be unpacked"),
        ({}, packed(other=SCRIPT), "entry_point 'main.py' is not a file in the archive s3://"),
        (
            {"requirements_file": "needs.txt"},
            packed(main=SCRIPT),
            "requirements_file 'needs.txt' is not a file in the archive",
        ),
        ({"entry_point": "../main.py"}, packed(main=SCRIPT), "must be a path relative to source_dir"),
        ({"dependencies": ["x"]}, packed(main=SCRIPT), "dependencies cannot be added to the code at s3://"),
        ({"source_dir": "gs://bucket/code.tar.gz"}, None, "takes code from a local folder or s3:// only"),
    ],
)
def test_code_that_is_not_there(run, place, tmp_path, arguments, archive, message):
    place.delete(["source/sourcedir.tar.gz"])
    if archive is not None:
        place.write("source/sourcedir.tar.gz", archive)
    with pytest.raises(InvalidInputError, match=message):
        run(**arguments)
    assert not (tmp_path / "out").exists()


def test_an_archive_that_leads_out_of_its_folder(run, place, tmp_path):
    place.write("source/sourcedir.tar.gz", packed(main=SCRIPT, **{"..__..__evil": "x"}))
    with pytest.raises(InvalidInputError, match=r"cannot be unpacked: .*evil.py.* outside the destination"):
        run()
    assert not list(tmp_path.rglob("evil.py"))


def test_results_stay_here(run):
    with pytest.raises(
        InvalidInputError, match="output_path 's3://bucket/x': backend inprocess writes to a local folder"
    ):
        run(output_path="s3://bucket/x")


def test_no_bucket_for_code(run):
    with pytest.raises(StorageError, match="s3://nowhere/code.tar.gz: there is no such bucket"):
        run(source_dir="s3://nowhere/code.tar.gz")
