"""Pipe mode from end to end: smtf writes the FIFOs, the script of the example reads them, in this process."""

import gzip
import shutil
from pathlib import Path

import pytest

from smtf_core import ShuffleConfig, s3_input
from smtf_core.errors import UnexpectedStatusException
from smtf_core.models import Layout

STEPS = 60


@pytest.fixture(scope="module")
def channels(data, tmp_path_factory):
    """The digits in three training files and a test file, plain and by gzip: `channels("plain")`, `channels("gzip")`."""
    import tensorflow as tf

    folder = tmp_path_factory.mktemp("digits")
    records = [record.numpy() for record in tf.data.TFRecordDataset(str(data / "digits" / "digits_train.tfrecord"))]
    for part in range(3):
        (folder / "plain" / "training").mkdir(parents=True, exist_ok=True)
        with tf.io.TFRecordWriter(str(folder / "plain" / "training" / f"part-{part}")) as writer:
            for record in records[part * 500 : (part + 1) * 500]:
                writer.write(record)
    (folder / "plain" / "test").mkdir()
    shutil.copy(data / "digits" / "digits_test.tfrecord", folder / "plain" / "test" / "all")
    for path in folder.glob("plain/*/*"):
        packed = folder / "gzip" / path.relative_to(folder / "plain")
        packed.parent.mkdir(parents=True, exist_ok=True)
        packed.write_bytes(gzip.compress(path.read_bytes(), 1))
    return lambda kind: {name: str(folder / kind / name) for name in ("training", "test")}


@pytest.fixture
def digits(train, examples):
    def run(inputs, **arguments):
        script = examples / "digits_pipe" / "digits_pipe.py"
        return train(script, inputs, **{"training_steps": STEPS, "evaluation_steps": None, **arguments})

    return run


def weights(estimator):
    import tensorflow as tf

    reader = tf.train.load_checkpoint(estimator.result.checkpoint.path)
    return {name: reader.get_tensor(name).tolist() for name in reader.get_variable_to_shape_map()}


def test_pipes_and_files_train_the_same_model(digits, channels):
    """60 steps of 64 are 2.56 passes over the 1500 records, so three FIFOs are read, the last one in part."""
    by_file = digits(channels("plain"), hyperparameters={"pipe": False})
    by_pipe = digits(channels("plain"), input_mode="Pipe")
    packed = digits(
        {name: s3_input(uri, compression="Gzip", input_mode="Pipe") for name, uri in channels("gzip").items()}
    )
    assert by_file.result.global_step == STEPS
    assert weights(by_pipe) == weights(by_file) == weights(packed)
    assert by_pipe.result.metrics == by_file.result.metrics == packed.result.metrics
    assert by_pipe.result.metrics["accuracy"] > 0.9
    layout = Layout(Path(by_pipe.latest_training_job.location))
    assert list(layout.data.iterdir()) == []
    assert "channel training, pass 0: " in layout.log.read_text()


def test_one_channel_by_pipe_one_by_file(digits, channels, examples, write):
    """Each channel has its own input mode; the files of a pass may come in another order every time."""
    text = (examples / "digits_pipe" / "digits_pipe.py").read_text()
    script = write("mixed.py", text.replace("if params.get('pipe', True):", "if channel == 'training':"))
    inputs = {
        "training": s3_input(channels("plain")["training"], input_mode="Pipe", shuffle_config=ShuffleConfig(5)),
        "test": channels("plain")["test"],
    }
    mixed = digits(inputs, entry_point=script)
    assert mixed.result.metrics["accuracy"] > 0.9
    assert weights(mixed) != weights(digits(channels("plain"), input_mode="Pipe"))


def test_a_job_that_is_run_again_begins_with_the_first_pass(digits, channels, tmp_path):
    for steps in (5, 10):
        resumed = digits(channels("plain"), input_mode="Pipe", training_steps=steps, job_name="again")
        shutil.rmtree(Path(resumed.latest_training_job.location) / "output")  # as if it had not completed
    assert resumed.result.global_step == 10


def test_data_that_cannot_be_read_fails_the_job(digits, channels):
    inputs = {name: s3_input(uri, compression="Gzip", input_mode="Pipe") for name, uri in channels("plain").items()}
    with pytest.raises(UnexpectedStatusException, match=r"training.*part-0 is not \(any more\) gzip") as raised:
        digits(inputs)
    assert "epoch 0" in str(raised.value)


def test_pipe_mode_is_asked_for_of_a_channel_of_files(digits, channels):
    with pytest.raises(UnexpectedStatusException, match="PipeModeDatasetException.*training"):
        digits(channels("plain"))
