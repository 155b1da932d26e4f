"""Small parts of the runtime, each by itself."""

import logging
import threading
import time

import pytest

from smtf_core.errors import JobStoppedError, ScriptError
from smtf_core.models import Checkpoint, LogLine
from smtf_core.models.settings import EvaluationPolicy
from smtf_core.runtime.engines.engine import StuckStepGuard
from smtf_core.runtime.engines.evaluation import EvaluationClock
from smtf_core.runtime.export import EXPORTS, install_servable, remove_unfinished, write_servable
from smtf_core.runtime.failure import describe
from smtf_core.runtime.logs import job_log
from smtf_core.runtime.reporting import LossCurve
from smtf_core.runtime.stop import StopSignal
from smtf_core.runtime.stores.local import LocalStore
from smtf_core.runtime.tf1.switches import translate_mkl_switches
from smtf_core.stores import is_complete, latest_checkpoint, write_state


def test_stop_keeps_the_first_reason():
    stop = StopSignal()
    stop.check()
    stop.request("first")
    stop.request("second")
    assert stop.reason == "first"
    with pytest.raises(JobStoppedError, match="first"):
        stop.check()


def test_evaluation_clock_skips_the_first_checkpoint_from_1_10_on():
    clock = EvaluationClock(EvaluationPolicy(throttle_secs=0))
    assert [clock.due(step) for step in (0, 10, 20)] == [False, True, True]
    old = EvaluationClock(EvaluationPolicy(throttle_secs=0, at_first_checkpoint=True))
    assert old.due(0)


def test_evaluation_clock_throttles_and_delays():
    clock = EvaluationClock(EvaluationPolicy(throttle_secs=1000))
    assert [clock.due(0), clock.due(1)] == [False, True]
    clock.mark(1)
    assert not clock.due(2)
    assert not EvaluationClock(EvaluationPolicy(start_delay_secs=1000, at_first_checkpoint=True)).due(0)


def test_evaluation_clock_by_steps():
    clock = EvaluationClock(EvaluationPolicy(throttle_secs=0, every_n_steps=100))
    assert [clock.due(step) for step in (1, 50, 101)] == [False, False, True]
    clock.mark(101)
    assert [clock.due(step) for step in (200, 201)] == [False, True]
    never = EvaluationClock(EvaluationPolicy(throttle_secs=0, every_n_steps=None))
    assert not any(never.due(step) for step in (0, 1000, 2000))


@pytest.mark.parametrize(
    ("error", "headline"),
    [
        (ValueError("wrong\nand more"), "ValueError: wrong"),
        (RuntimeError("Graph execution error:\n\nDetected at node X"), "RuntimeError: Detected at node X"),
        (
            ValueError("Exception encountered when calling Sequential.call().\n\n\x1b[1mBad shape\x1b[0m"),
            "ValueError: Bad shape",
        ),
        (SystemExit(2), "the script called sys.exit(2) before training had ended"),
        (KeyError("a"), "KeyError: 'a'"),
        (ValueError(), "ValueError"),
    ],
)
def test_a_failure_is_described_in_one_line_that_tells_something(error, headline):
    assert describe(error) == headline


def test_a_global_step_that_never_advances_is_noticed():
    guard = StuckStepGuard("train.py")
    for _ in range(5):
        for _ in range(900):
            guard.check(1)
        guard.check(2)
    with pytest.raises(ScriptError, match=r"train\.py: .*global step is still 3.*get_global_step"):
        for _ in range(2000):
            guard.check(3)


def test_loss_curve_stays_small_and_keeps_the_last_step(tmp_path):
    curve = LossCurve()
    for step in range(1, 100_001):
        curve.add(step, 1 / step)
    assert 1000 < len(curve.points) <= 4001
    assert curve.points[0][0] == 1
    assert curve.points[-1][0] == 100_000
    curve.write(tmp_path / "loss.csv")
    lines = (tmp_path / "loss.csv").read_text().splitlines()
    assert lines[0] == "step,loss,seconds"
    assert lines[-1].startswith("100000,1e-05,")


def checkpoint_files(folder, step, shards=1):
    prefix = folder / f"model.ckpt-{step}"
    (folder / f"{prefix.name}.index").touch()
    for shard in range(shards):
        (folder / f"{prefix.name}.data-{shard:05d}-of-{shards:05d}").touch()
    return prefix


def test_a_checkpoint_is_complete_when_all_its_shards_are_there(tmp_path):
    prefix = checkpoint_files(tmp_path, 5, shards=2)
    assert is_complete(prefix)
    (tmp_path / "model.ckpt-5.data-00001-of-00002").unlink()
    assert not is_complete(prefix)


def test_the_local_store_finds_the_newest_complete_checkpoint_whatever_the_state_file_says(tmp_path):
    store = LocalStore(str(tmp_path))
    assert store.restore(tmp_path) is None
    checkpoint_files(tmp_path, 5)
    checkpoint_files(tmp_path, 10)
    write_state(tmp_path, "model.ckpt-5")
    assert store.restore(tmp_path).step == 5  # as TensorFlow would
    write_state(tmp_path, "/opt/ml/model/model.ckpt-99")
    assert store.restore(tmp_path) == Checkpoint(path=str(tmp_path / "model.ckpt-10"), step=10)
    assert 'model_checkpoint_path: "model.ckpt-10"' in (tmp_path / "checkpoint").read_text()
    (tmp_path / "checkpoint").write_bytes(b"\xff\x00half")
    assert latest_checkpoint(tmp_path).step == 10


def test_exports_are_complete_or_not_there(tmp_path):
    folder = tmp_path / EXPORTS

    def fail(path):
        path.mkdir()
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_servable(folder, fail)
    assert [path.name for path in folder.iterdir() if path.name.isdigit()] == []
    remove_unfinished(folder)
    assert list(folder.iterdir()) == []
    first, second = (
        write_servable(folder, lambda path: (path.mkdir(), (path / "saved_model.pb").touch())) for _ in range(2)
    )
    assert int(second.name) > int(first.name)
    installed = install_servable(str(second), tmp_path / "model")
    assert installed == tmp_path / "model" / EXPORTS / second.name
    assert (installed / "saved_model.pb").exists()
    assert install_servable(str(installed), tmp_path / "model") == installed
    assert [path.name for path in installed.parent.iterdir()] == [second.name]


def test_the_job_log_takes_this_threads_records_only(tmp_path, caplog):
    path = tmp_path / "log.txt"
    logger = logging.getLogger("tensorflow")
    # A level of its own, whatever scripts have set it to in this process before.
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.WARNING, "tensorflow"):
        with job_log(path, "algo-1", logging.INFO, echo=False, quiet_notices=True):
            logger.info("loss = %s, step = 1", 0.5)
            logger.debug("too fine")
            logger.warning("tf.x (from y) is deprecated and will be removed in a future version.")
            logger.warning("two\nlines")
            other = threading.Thread(target=lambda: logger.warning("another job"))
            other.start()
            other.join()
        logger.warning("afterwards")
    lines = [LogLine.parse(line) for line in path.read_text().splitlines()]
    assert [(line.host, line.level, line.text) for line in lines] == [
        ("algo-1", 20, "INFO:tensorflow:loss = 0.5, step = 1"),
        ("algo-1", 30, "WARNING:tensorflow:two"),
        ("algo-1", 30, "lines"),
    ]
    assert abs(lines[0].timestamp - time.time()) < 60
    assert [record.getMessage() for record in caplog.records] == ["another job", "afterwards"]


def test_mkl_switches_become_todays(caplog):
    environ = {"TF_DISABLE_MKL": "1", "TF_DISABLE_POOL_ALLOCATOR": "1"}
    with caplog.at_level(logging.INFO, "smtf"):
        translate_mkl_switches(environ, loaded=False)
    assert environ["TF_ENABLE_ONEDNN_OPTS"] == "0"
    assert "no MKL pool allocator" in caplog.text


def test_mkl_switch_that_comes_too_late_is_said(caplog):
    environ = {"TF_DISABLE_MKL": "1"}
    translate_mkl_switches(environ, loaded=True)
    assert "TF_ENABLE_ONEDNN_OPTS" not in environ
    assert "no effect" in caplog.text
    translate_mkl_switches({"TF_DISABLE_MKL": "1", "TF_ENABLE_ONEDNN_OPTS": "1"}, loaded=False)
    assert "which wins" in caplog.text


def test_mkl_switches_that_are_off_change_nothing():
    environ = {"TF_DISABLE_MKL": "0"}
    translate_mkl_switches(environ, loaded=False)
    assert environ == {"TF_DISABLE_MKL": "0"}
