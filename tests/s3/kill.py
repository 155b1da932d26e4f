"""Kills trainings that save to S3 behind a bad network at random moments: the newest complete checkpoint comes back.

python tests/s3/kill.py --count 200

A fifth of all requests is spoilt, each in one of five ways (`servers/fault_proxy.py`). After every kill S3 is looked at
directly: what the state file names must be there as a whole, every value of it from that very step, no older than
what the store had taken less what may still wait; and the next training must go on from there.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from servers.fault_proxy import fault_proxy  # noqa: E402

from smtf_core.runtime.stores.s3 import MOST_WAITING  # noqa: E402
from smtf_core.s3 import S3Folder  # noqa: E402
from smtf_core.stores import STATE_FILE, CheckpointState, complete_checkpoints, step_of  # noqa: E402

BUCKET = "kills"
# How long a training may take to begin. Seconds.
PATIENCE = 240.0


class Training:
    """A training in a process of its own."""

    def __init__(self, uri: str, folder: Path) -> None:
        self.saved: list[int] = []
        self.log = folder / "jobs" / "job" / "output" / "log.txt"
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "trainer.py"), uri, str(folder)], stdout=subprocess.PIPE, text=True
        )

    def wait_for_a_save(self) -> None:
        assert self._process.stdout is not None
        deadline = time.monotonic() + PATIENCE
        while not (line := self._process.stdout.readline()).startswith("saved"):
            assert line, f"the training ended: {self.log.read_text()}"
            assert time.monotonic() < deadline
        self.saved.append(int(line.split()[1]))

    def kill(self) -> None:
        assert self._process.stdout is not None
        self._process.kill()
        lines = self._process.stdout.read().split("\n")[:-1]  # the last one may be cut off
        self._process.wait()
        self._process.stdout.close()
        self.saved += [int(line.split()[1]) for line in lines if line.startswith("saved")]

    def restored(self) -> int:
        """The step that it went on from."""
        words = [line.partition("resuming at step ")[2] for line in self.log.read_text().splitlines()]
        steps = [int(rest.split()[0]) for rest in words if rest]
        return steps[0] if steps else 0


def newest_there(server: str, uri: str, folder: Path) -> int:
    """Step of the checkpoint that S3 has now, looked at without the store and without the proxy."""
    import tensorflow as tf

    os.environ["AWS_ENDPOINT_URL_S3"] = server
    there = S3Folder(uri)
    names = [found.name for found in there.list()]
    if STATE_FILE not in names:
        return 0
    state = CheckpointState.parse(there.read(STATE_FILE).decode())
    assert state is not None
    assert state.newest in complete_checkpoints(names), (state, names)
    folder.mkdir()
    for name in names:
        if name.startswith(f"{state.newest}."):
            (folder / name).write_bytes(there.read(name))
    step = step_of(state.newest)
    reader = tf.train.load_checkpoint(str(folder / state.newest))
    assert reader.get_tensor("global_step") == step
    assert set(reader.get_tensor("numbers").tolist()) == {step}, (step, set(reader.get_tensor("numbers").tolist()))
    return step


def check(count: int, seed: int, root: Path) -> None:
    chance = random.Random(seed)
    taken = kills = newest = 0
    spoilt: Counter[str] = Counter()
    with served() as server:
        import boto3

        boto3.client("s3").create_bucket(Bucket=BUCKET)
        uri = f"s3://{BUCKET}/job/checkpoints"
        while taken < count:
            with fault_proxy(server, seed=seed + kills) as proxy:
                os.environ["AWS_ENDPOINT_URL_S3"] = proxy.url
                training = Training(uri, root / f"run-{kills}")
                training.wait_for_a_save()
                time.sleep(chance.uniform(0, 12))
                training.kill()
                spoilt.update(proxy.spoilt)
            assert training.restored() == newest, (training.restored(), newest)
            before, newest = newest, newest_there(server, uri, root / f"look-{kills}")
            assert newest >= max(before, training.saved[-1] - MOST_WAITING - 1), (newest, before, training.saved)
            kills += 1
            taken += len(training.saved)
            print(f"kill {kills}: from step {before}, {len(training.saved)} saved, {newest} is there", flush=True)
    faults = ", ".join(f"{number} {name}" for name, number in sorted(spoilt.items()))
    print(f"{taken} checkpoints saved, {kills} kills: every restore found the newest complete one. Spoilt: {faults}")


class served:  # noqa: N801
    """moto's server in a process of its own."""

    _SERVER = (
        "import sys; from moto.server import ThreadedMotoServer as S; s = S('127.0.0.1', 0, verbose=False); s.start();"
        "print(s.get_host_and_port()[1], flush=True); sys.stdin.read()"
    )

    def __enter__(self) -> str:
        keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
        os.environ.update(keys)
        self._process = subprocess.Popen(
            [sys.executable, "-c", self._SERVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._process.stdout is not None
        url = f"http://127.0.0.1:{int(self._process.stdout.readline())}"
        os.environ["AWS_ENDPOINT_URL_S3"] = url
        return url

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as root:
        check(arguments.count, arguments.seed, Path(root))


if __name__ == "__main__":
    main()
