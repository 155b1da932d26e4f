"""Backend `process` on real TensorFlow: one host, several hosts, stops, failures, what a later client finds."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from acting_hosts import alive, until

from smtf_core import TensorFlow, s3_input
from smtf_core.client.display import Display
from smtf_core.errors import InvalidInputError, UnexpectedStatusException
from smtf_core.models import JobState, Layout
from smtf_core.stores import latest_checkpoint
from smtf_core.testing.scripts import LINE_SCRIPT

pytestmark = pytest.mark.slow

#: The line script, whose trainers say who they are and take their time.
SCRIPT = LINE_SCRIPT.replace(
    "def train_input_fn():\n    return _numbers().repeat()",
    """def train_input_fn(channels):
    import glob, json, os, time
    task = json.loads(os.environ.get("TF_CONFIG", "{}")).get("task", {})
    files = sorted(os.path.basename(name) for name in glob.glob(channels.get("training", "") + "/*"))
    print("I am", task.get("type"), task.get("index"), "with", *files, flush=True)

    def slowly(features, labels):
        x = tf.py_func(lambda x: (time.sleep(0.01), x)[1], [features["x"]], tf.float32)
        x.set_shape([None])
        return {"x": x}, labels

    return _numbers().repeat().map(slowly)""",
)


@pytest.fixture
def job(write, tmp_path):
    """`job(3, …)` makes an estimator on so many hosts; `fit` it."""

    def make(hosts: int, **arguments: object) -> TensorFlow:
        return TensorFlow(
            **{
                "entry_point": write("line.py", SCRIPT),
                "train_instance_type": "process",
                "train_instance_count": hosts,
                "output_path": tmp_path / "out",
                "evaluation_steps": None,
                **arguments,
            }
        )

    return make


def fit(estimator: TensorFlow, inputs: object = None, *, wait: bool = True) -> tuple[TensorFlow, Layout]:
    estimator.fit(inputs, job_name="j", wait=wait, display=Display(quiet=True))
    return estimator, Layout(Path(estimator.latest_training_job.location))


def state(estimator: TensorFlow):
    handle = estimator.latest_training_job
    return estimator._backend(handle.backend).status(handle)


def until_step(estimator: TensorFlow, step: int) -> None:
    until(
        lambda: (now := state(estimator)).state.terminal or (now.progress is not None and now.progress.step >= step),
        120,
        lambda: str(state(estimator)),
    )
    assert state(estimator).state is JobState.IN_PROGRESS, state(estimator)


def processes_of(layout: Layout) -> dict[int, str]:
    """Every process that has the job's folder on its command line."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if str(layout.root) in command and alive(int(process.name)):
            found[int(process.name)] = command
    return found


def test_three_hosts_train_one_model_each_with_its_own_files(job, write, tmp_path):
    for name in "abcde":
        write(f"data/{name}.csv", "")
    channel = {"training": s3_input(str(tmp_path / "data"), distribution="ShardedByS3Key")}
    estimator, layout = fit(job(3, training_steps=400, hyperparameters={"save_checkpoints_steps": 200}), channel)
    result = estimator.result
    assert result.state == "Completed"
    assert 400 <= result.global_step < 420  # the others may be in the middle of a step
    assert result.checkpoint.path == str(layout.model / f"model.ckpt-{result.global_step}")
    assert result.metrics["error"] < 0.01
    assert (Path(result.exported.path) / "saved_model.pb").exists()
    handle = estimator.latest_training_job
    lines = list(estimator._backend("process").logs(handle))
    said = {(line.host, line.text) for line in lines if line.text.startswith("I am")}
    assert said == {
        ("algo-1", "I am master 0 with a.csv d.csv"),
        ("algo-2", "I am worker 0 with b.csv e.csv"),
        ("algo-3", "I am worker 1 with c.csv"),
    }
    taken = {
        line.host: int(re.search(r"(\d+) steps here", line.text)[1])
        for line in lines
        if line.text.endswith(" steps here")
    }
    assert set(taken) == {"algo-1", "algo-2", "algo-3"}
    assert min(taken.values()) > 0  # how many is for the scheduler to say
    assert sum(taken.values()) >= result.global_step
    config = next(line.text for line in lines if "TF_CONFIG environment variable" in line.text)
    assert "'environment': 'cloud'" in config
    assert {path.name for path in (layout.root / "hosts").iterdir()} == {"algo-2", "algo-3"}
    assert not list((layout.root / "hosts").rglob("*.ckpt*"))
    assert not processes_of(layout)


@pytest.mark.parametrize(
    ("version", "hyperparameters", "said"),
    [
        ("1.11", {"worker_start_delay_secs": 2}, {"algo-2": "in 2 s", "algo-3": "in 4 s"}),
        ("1.4", {"delay_workers_by_global_step": True}, {"algo-3": "at global step 5545"}),  # 8000 ln 2
    ],
)
def test_workers_start_later_if_asked_to(job, version, hyperparameters, said):
    estimator, layout = fit(job(3, framework_version=version, training_steps=200, hyperparameters=hyperparameters))
    assert estimator.result.state == "Completed"
    lines = list(estimator._backend("process").logs(estimator.latest_training_job))
    starts = {line.host: line for line in lines if "this worker starts" in line.text}
    assert set(starts) == set(said)
    assert all(said[host] in line.text for host, line in starts.items())
    if version == "1.11":
        began = {line.host: line.timestamp for line in lines if line.text.startswith("I am")}
        assert began["algo-2"] - starts["algo-2"].timestamp >= 2
        assert began["algo-3"] - starts["algo-3"].timestamp >= 4
    else:
        # the chief ends at step 200, and with it the worker that still waits
        assert not any(line.host == "algo-3" and re.search(r"[1-9]\d* steps here", line.text) for line in lines)
    assert not processes_of(layout)


def test_sigterm_and_the_same_command_resumes(job):
    estimator, layout = fit(job(2, training_steps=None), wait=False)
    until_step(estimator, 50)
    worker = next(
        pid
        for pid, command in processes_of(layout).items()
        if command.rstrip().endswith("train " + str(layout.root / "hosts" / "algo-2"))
    )
    os.kill(worker, signal.SIGTERM)
    until(lambda: state(estimator).state.terminal, 60)
    status = state(estimator)
    assert (status.state, status.message) == (JobState.STOPPED, "host 'algo-2' received SIGTERM")
    until(lambda: not processes_of(layout), 5)
    stopped = latest_checkpoint(layout.model).step
    assert stopped >= 50
    again, _ = fit(job(2, training_steps=stopped + 100))
    assert again.result.state == "Completed"
    assert again.result.global_step >= stopped + 100
    assert f"resuming at step {stopped}" in layout.log.read_text()


def test_a_killed_worker_ends_the_job_and_with_restart_does_not(job):
    estimator, layout = fit(job(2, training_steps=None), wait=False)
    until_step(estimator, 20)
    trainer = next(pid for pid, command in processes_of(layout).items() if "algo-2 trainer" in command)
    os.kill(trainer, signal.SIGKILL)
    until(lambda: state(estimator).state.terminal, 15)
    assert state(estimator).state is JobState.FAILED
    assert "host 'algo-2': its trainer process was ended by signal 9" in state(estimator).failure
    assert not processes_of(layout)

    hyperparameters = {"save_checkpoints_steps": 50}
    again = job(2, training_steps=400, on_host_failure="restart", hyperparameters=hyperparameters)
    fit(again, wait=False)
    until_step(again, 100)
    # the first host's supervisor, and with it everything on that host
    os.kill(
        next(pid for pid, command in processes_of(layout).items() if command.rstrip().endswith(f"train {layout.root}")),
        signal.SIGKILL,
    )
    until(lambda: state(again).state.terminal, 120)
    assert state(again).state is JobState.COMPLETED, state(again)
    assert again._backend("process").result(again.latest_training_job).global_step >= 400
    assert "resuming at step" in layout.log.read_text()


def test_a_killed_client_s_job_is_found_by_its_name_and_stopped(write, tmp_path):
    script = write("line.py", SCRIPT)
    command = [str(Path(sys.executable).with_name("smtf"))]
    train = [*command, "train", str(script), "--instance-type", "process", "--training-steps", "none"]
    where = ["--output-path", str(tmp_path / "out"), "--job-name", "left-alone"]
    client = subprocess.Popen([*train, *where], stderr=subprocess.PIPE, text=True)
    assert client.stderr is not None
    until(lambda: "loss = " in client.stderr.readline(), 120)
    client.kill()
    client.communicate()

    def smtf(*arguments: str) -> str:
        return subprocess.run([*command, *arguments], check=True, capture_output=True, text=True).stdout

    assert re.search(r"^left-alone +InProgress ", smtf("jobs"), re.MULTILINE)
    smtf("stop", "left-alone", "--reason", "enough")
    log = smtf("logs", "-f", "left-alone")
    assert "INFO:tensorflow:loss = " in log
    later = TensorFlow.attach("left-alone", display=Display(quiet=True))
    assert later.result.stop_reason == "enough"
    assert later.result.checkpoint is not None
    assert later.job(job_name="left-alone").entry_point == str(script)
    assert not processes_of(Layout(Path(later.latest_training_job.location)))


def test_max_run_and_a_second_stop_that_interrupts(job, write):
    estimator, layout = fit(job(1, training_steps=None, train_max_run=15), wait=False)
    until(lambda: state(estimator).state.terminal, 90)
    assert (state(estimator).state, state(estimator).message) == (JobState.STOPPED, "train_max_run of 15 s is over")

    hanging = SCRIPT.replace("time.sleep(0.01)", "time.sleep(0.01 if x[0] else 300)").replace(
        "_numbers().repeat().map", "_numbers().skip(1).repeat(50).concatenate(_numbers()).map"
    )
    again, layout = fit(
        job(1, training_steps=None, entry_point=write("hang.py", hanging), output_path=layout.root.parent / "2"),
        wait=False,
    )
    until_step(again, 20)
    time.sleep(2)  # by now it waits for the batch after the fiftieth
    backend, handle = again._backend("process"), again.latest_training_job
    backend.stop(handle, "enough")
    time.sleep(1)
    backend.stop(handle, "now")
    until(lambda: state(again).state.terminal, 30)
    assert (state(again).state, state(again).message) == (JobState.STOPPED, "enough")
    assert not processes_of(layout)


def test_a_script_that_fails_says_so_as_on_any_backend(job, write):
    script = write("bad.py", SCRIPT.replace("slope = ", "slope = 1 / 0 or "))
    with pytest.raises(UnexpectedStatusException, match=r"host 'algo-\d': ZeroDivisionError: division by zero"):
        fit(job(2, entry_point=script))


def test_a_launcher_that_is_killed_leaves_nothing_behind(job):
    estimator, layout = fit(job(1, training_steps=None), wait=False)
    until_step(estimator, 5)
    os.kill(int((layout.root / ".lock").read_text()), signal.SIGKILL)
    until(lambda: state(estimator).state.terminal, 15)
    assert "ended without a word (killed?)" in state(estimator).message
    until(lambda: not processes_of(layout), 5)


def test_a_strategy_that_cannot_do_it_is_refused_before_anything_starts(job, write, tmp_path):
    keras = write("k.py", SCRIPT.replace("def model_fn(features, labels, mode, params)", "def keras_model_fn(params)"))
    with pytest.raises(
        InvalidInputError, match="'parameter_server' cannot train keras_model_fn scripts of generation 2"
    ):
        fit(job(2, entry_point=keras, framework_version="2.16", distribution="parameter_server"))
    with pytest.raises(InvalidInputError, match="runs on 2 or more hosts, not on 1"):
        fit(job(1, distribution="parameter_server"))
    assert not (tmp_path / "out").exists()


def test_every_host_reads_its_share_of_a_pipe(job, data, examples, tmp_path):
    """The digits' example; what each host was fed stands in the log."""
    import tensorflow as tf

    (tmp_path / "training").mkdir()
    records = [record.numpy() for record in tf.data.TFRecordDataset(str(data / "digits" / "digits_train.tfrecord"))]
    for part in range(3):
        with tf.io.TFRecordWriter(str(tmp_path / "training" / f"part-{part}")) as writer:
            for record in records[part::3]:
                writer.write(record)
    estimator, layout = fit(
        job(
            2,
            entry_point=examples / "digits_pipe" / "digits_pipe.py",
            training_steps=100,
            input_mode="Pipe",
        ),
        {
            "training": s3_input(str(tmp_path / "training"), distribution="ShardedByS3Key"),
            "test": str(data / "digits" / "digits_test.tfrecord"),
        },
    )
    assert estimator.result.metrics["accuracy"] > 0.8
    assert [path for path in tmp_path.rglob("*") if path.is_fifo()] == []
    first_passes = re.findall(r"channel training, pass 0: ([\d.]+) MB", layout.log.read_text())
    sizes = sorted(map(float, first_passes))
    assert len(sizes) == 2
    assert sizes[1] == pytest.approx(2 * sizes[0], rel=0.3)  # two files and one
