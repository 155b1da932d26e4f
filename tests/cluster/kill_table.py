"""Kills processes of clusters at random moments and prints what came of it.

``python tests/cluster/kill_table.py [--fail 25] [--restart 25] [--seed 1] [--in-step]``: so many kill -9, each of one
process of a job on two hosts: a trainer, a parameter server or a supervisor; with ``--in-step`` the two hosts train a
Keras model in step and there are no parameter servers. With policy ``fail`` each job is killed once; with ``restart`` a
few times, while it trains to its end.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import signal
import sys
import tempfile
import time
from pathlib import Path

from attrs import frozen

from smtf_core import TensorFlow
from smtf_core.client.display import Display
from smtf_core.models import JobState, JobStatus, Layout
from smtf_core.testing.scripts import LINE_SCRIPT

KILLS_A_JOB = 5
#: Slow enough to be killed in the middle, and saving all the time.
LINE_SLOWLY = LINE_SCRIPT.replace(
    "return _numbers().repeat()",
    """import time
    def slowly(features, labels):
        x = tf.py_func(lambda x: (time.sleep(0.02), x)[1], [features["x"]], tf.float32)
        x.set_shape([None])
        return {"x": x}, labels
    return _numbers().repeat().map(slowly)""",
)
KERAS_SLOWLY = """
import time
import numpy as np
import tensorflow as tf

def keras_model_fn(hyperparameters):
    model = tf.keras.Sequential([tf.keras.Input((1,)), tf.keras.layers.Dense(1)])
    model.compile(tf.keras.optimizers.SGD(0.05), "mse")
    return model

def _data():
    x = np.arange(16, dtype="float32").reshape(-1, 1) / 8 - 1
    return tf.data.Dataset.from_tensor_slices((x, 2 * x)).batch(8)

def train_input_fn():
    def slowly(x, y):
        x = tf.numpy_function(lambda x: (time.sleep(0.02), x)[1], [x], tf.float32)
        return tf.ensure_shape(x, (None, 1)), y
    return _data().repeat().map(slowly)

def eval_input_fn():
    return _data()
"""


@frozen
class Kind:
    """What is killed.

    Args:
        script: text of the script.
        version: the TensorFlow that it was written for; decides the strategy.
        roles: the processes of a job.
    """

    script: str
    version: str
    roles: tuple[str, ...]


ASYNCHRONOUS = Kind(
    LINE_SLOWLY,
    "1.11",
    ("chief's trainer", "worker's trainer", "chief's ps", "worker's ps", "chief's supervisor", "worker's supervisor"),
)
IN_STEP = Kind(
    KERAS_SLOWLY, "2.16", ("chief's trainer", "worker's trainer", "chief's supervisor", "worker's supervisor")
)


class Job:
    """One job of two hosts."""

    def __init__(self, folder: Path, kind: Kind, name: str, policy: str, steps: int | None) -> None:
        script = folder / "script.py"
        script.write_text(kind.script)
        self.estimator = TensorFlow(
            entry_point=script,
            framework_version=kind.version,
            train_instance_type="process",
            train_instance_count=2,
            training_steps=steps,
            evaluation_steps=None,
            on_host_failure=policy,
            max_restarts=1000,
            hyperparameters={"save_checkpoints_steps": 20, "throttle_secs": 0},
            output_path=folder / "out",
        )
        self.estimator.fit(job_name=name, wait=False, display=Display(quiet=True))
        self.handle = self.estimator.latest_training_job
        self.layout = Layout(Path(self.handle.location))

    @property
    def status(self) -> JobStatus:
        return self.estimator._backend("process").status(self.handle)

    def processes(self) -> dict[int, str]:
        """Every process of the job, by its number, and what it is."""
        found = {}
        for process in Path("/proc").glob("[0-9]*"):
            try:
                command = (process / "cmdline").read_bytes().decode().split("\0")
            except OSError:
                continue
            if "smtf_core.runtime" not in command or not any(
                str(self.layout.root) == part or part.startswith(f"{self.layout.root}/") for part in command
            ):
                continue
            host = "worker's" if any("/hosts/" in part for part in command) else "chief's"
            found[int(process.name)] = f"{host} {command[5] if command[3] == 'process' else 'supervisor'}"
        return found

    def wait(self, chance: random.Random) -> str:
        """Wait for a random moment: half of them while it starts, half while it trains.

        Returns:
            The moment in words.
        """
        seconds = chance.uniform(0, 20)
        if chance.random() < 0.5:
            time.sleep(seconds)
            return f"{seconds:.1f} after start"
        deadline, before = time.monotonic() + 120, self.step
        while self.step <= before and time.monotonic() < deadline and not self.status.state.terminal:
            time.sleep(0.1)
        time.sleep(seconds / 3)
        return f"{seconds / 3:.1f} of training"

    @property
    def step(self) -> int:
        progress = self.status.progress
        return progress.step if progress else 0

    def kill(self, role: str, seconds: float) -> bool:
        """Kill -9 a process of a role, once there is one."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for pid, what in self.processes().items():
                if what == role:
                    try:
                        os.kill(pid, signal.SIGKILL)
                    except ProcessLookupError:
                        continue
                    return True
            if self.status.state.terminal:
                return False
            time.sleep(0.05)
        return False

    def until_gone(self, seconds: float) -> float | None:
        """Seconds until no process of the job is left."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            if not self.processes():
                return time.monotonic() - began
            time.sleep(0.05)
        return None

    def exit_statuses(self) -> str:
        """How each host's supervisor ended, as the launcher logged it."""
        said = re.findall(
            r"host '(algo-\d)' (?:ended with status (\d+)|was ended by (\w+))", self.layout.log.read_text()
        )
        last = {host: status or signal_name for host, status, signal_name in said}
        return " ".join(last.get(host, "?") for host in ("algo-1", "algo-2"))

    def checkpoints(self) -> tuple[int, int]:
        """Number of checkpoints that are complete, and of those that TensorFlow cannot read."""
        import tensorflow as tf

        prefixes = [str(path.with_suffix("")) for path in self.layout.model.glob("model.ckpt-*.index")]
        named = tf.train.latest_checkpoint(str(self.layout.model))
        unreadable = 0
        for prefix in {*prefixes, *([named] if named else [])}:
            try:
                reader = tf.train.load_checkpoint(prefix)
                for name in reader.get_variable_to_shape_map():
                    reader.get_tensor(name)
            except Exception as error:  # noqa: BLE001 - this is what is being counted
                print(f"unreadable: {prefix}: {error}", file=sys.stderr)
                unreadable += prefix == named  # TensorFlow writes data before the state file that names it
        return len(prefixes), unreadable


def row(*cells: object) -> None:
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def kill_with_fail(folder: Path, kind: Kind, number: int, chance: random.Random) -> bool:
    """One job, one kill: everything has to be gone within 15 s, no host with status 0."""
    job = Job(folder, kind, f"fail-{number}", "fail", None)
    role, moment = chance.choice(kind.roles), job.wait(chance)
    step = job.step
    assert job.kill(role, 60), (role, job.status)
    gone = job.until_gone(30)
    while not job.status.state.terminal and gone is not None:
        time.sleep(0.1)
    statuses = job.exit_statuses()
    count, unreadable = job.checkpoints()
    fine = gone is not None and gone < 15 and job.status.state is JobState.FAILED and "0" not in statuses.split()
    fine = fine and not unreadable and "host 'algo-" in (job.status.failure or "")
    row(
        number,
        "fail",
        role,
        moment,
        step,
        "-" if gone is None else f"{gone:.1f}",
        statuses,
        job.status.state.value,
        f"{count}/{unreadable}",
        "yes" if fine else "NO",
    )
    return fine


def kill_with_restart(folder: Path, kind: Kind, numbers: range, chance: random.Random) -> bool:
    """One job, several kills: it has to complete."""
    job = Job(folder, kind, f"restart-{numbers.start}", "restart", 600)
    kills = []
    for _ in numbers:
        role, moment = chance.choice(kind.roles), job.wait(chance)
        if job.status.state.terminal:
            break
        step = job.step
        if job.kill(role, 60):
            kills.append((role, moment, step))
    deadline = time.monotonic() + 400
    while not job.status.state.terminal and time.monotonic() < deadline:
        time.sleep(0.2)
    gone = job.until_gone(15)
    count, unreadable = job.checkpoints()
    fine = job.status.state is JobState.COMPLETED and not unreadable and gone is not None
    result = job.estimator._backend("process").result(job.handle)
    fine = fine and result is not None and result.global_step >= 600
    for number, (role, moment, step) in zip(numbers, kills, strict=False):
        row(
            number,
            "restart",
            role,
            moment,
            step,
            "",
            job.exit_statuses(),
            job.status.state.value,
            f"{count}/{unreadable}",
            "yes" if fine else "NO",
        )
    if not fine:
        print(job.status, file=sys.stderr)
    return fine and len(kills) > 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fail", type=int, default=25)
    parser.add_argument("--restart", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--in-step", action="store_true")
    options = parser.parse_args()
    kind = IN_STEP if options.in_step else ASYNCHRONOUS
    chance = random.Random(options.seed)
    row(
        "kill",
        "policy",
        "of",
        "seconds",
        "at step",
        "all gone after s",
        "exit statuses",
        "job",
        "checkpoints/unreadable",
        "as promised",
    )
    row(*["---"] * 10)
    with tempfile.TemporaryDirectory() as name:
        results = [kill_with_fail(Path(name), kind, number, chance) for number in range(1, options.fail + 1)]
        for start in range(1, options.restart + 1, KILLS_A_JOB):
            results.append(
                kill_with_restart(Path(name), kind, range(start, min(start + KILLS_A_JOB, options.restart + 1)), chance)
            )
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
