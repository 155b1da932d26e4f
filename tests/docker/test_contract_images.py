"""Images of SageMaker's contract on a real engine: what they are given, and every way in which they end."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from docker_jobs import SMTF, containers_of, fit, status, until

from smtf_core import TensorFlow, s3_input
from smtf_core.client.display import Display
from smtf_core.errors import InvalidInputError, SmtfError, UnexpectedStatusException
from smtf_core.models import JobState

pytestmark = [pytest.mark.docker]


def test_an_image_gets_exactly_what_sagemaker_gives(acting, tmp_path, write):
    """Sources: AWS documentation; the local_* recordings of the SDK's local mode."""
    write("data/a.csv", "1\n")
    write("data/b.csv", "2\n")
    write("one/single.csv", "3\n")
    estimator = acting(
        "record",
        train_instance_count=2,
        hyperparameters={"rate": 0.5, "name": "x"},
        training_steps=7,
        environment={"ACT": "record", "USERS": "own"},
    )
    channels = {
        "training": s3_input(str(tmp_path / "data"), content_type="text/csv"),
        "shared": s3_input(str(tmp_path / "data"), distribution="ShardedByS3Key"),
        "file": str(tmp_path / "one" / "single.csv"),
    }
    root = fit(estimator, channels)
    records = {
        host: json.loads((root / "output" / "data" / f"{host}.json").read_text()) for host in ("algo-1", "algo-2")
    }
    shares = {}
    for host, record in records.items():
        assert record["arguments"] == ["/usr/local/bin/train"]
        assert record["pid"] == 1
        assert record["user"] == [os.getuid(), os.getgid()]
        assert record["no_new_privileges"]
        assert not record["socket"]
        assert record["code"] == "def model_fn(): pass\n"
        ours = {
            key: value for key, value in record["environment"].items() if key in ("ACT", "USERS", "TRAINING_JOB_NAME")
        }
        assert ours == {"ACT": "record", "USERS": "own", "TRAINING_JOB_NAME": "j"}
        assert not [key for key in record["environment"] if key.startswith(("SMTF", "PYTHONPATH"))]
        assert record["tree"]["/opt/ml"] == ["code", "input", "model", "output"]
        assert record["tree"]["/opt/ml/input"] == ["config", "data"]
        assert record["tree"]["/opt/ml/output"] == ["data"]
        assert record["config"]["resourceconfig.json"] == {
            "current_host": host,
            "hosts": ["algo-1", "algo-2"],
            "network_interface_name": "eth0",
        }
        assert record["config"]["hyperparameters.json"] == {
            "rate": "0.5",
            "name": '"x"',
            "sagemaker_submit_directory": '"/opt/ml/code"',
            "sagemaker_program": '"script.py"',
            "sagemaker_requirements": '""',
            "sagemaker_container_log_level": "20",
            "sagemaker_enable_cloudwatch_metrics": "false",
            "sagemaker_job_name": '"j"',
            "sagemaker_region": json.dumps(os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")),
            "checkpoint_path": "null",
            "training_steps": "7",
            "evaluation_steps": "null",
        }
        whole = {"TrainingInputMode": "File", "S3DistributionType": "FullyReplicated", "RecordWrapperType": "None"}
        assert record["config"]["inputdataconfig.json"] == {
            "training": whole | {"ContentType": "text/csv"},
            "shared": whole | {"S3DistributionType": "ShardedByS3Key"},
            "file": whole,
        }
        assert record["data"]["training"] == ["a.csv", "b.csv"]
        assert record["data"]["file"] == ["single.csv"]
        shares[host] = record["data"]["shared"]
    assert shares == {"algo-1": ["a.csv"], "algo-2": ["b.csv"]}
    assert estimator.result.state == "Completed"
    assert {path.name for path in (root / "model").iterdir()} == {"of-algo-1", "of-algo-2"}
    assert (root / "input" / "data" / "training").resolve() == (tmp_path / "data").resolve()
    assert (root / "code" / "script.py").is_symlink()


def test_a_failure_is_that_of_the_host_which_failed(acting):
    with pytest.raises(
        UnexpectedStatusException, match="host 'algo-1': its `train` ended with status 3: the data is bad\nthe data"
    ):
        fit(acting("fail"))


def test_a_killed_container_says_so(acting, engine):
    estimator = acting("wait")
    fit(estimator, wait=False)
    (container,) = until(lambda: containers_of(engine, estimator))
    until(lambda: b"waiting" in container.logs())
    container.kill()
    until(lambda: status(estimator).state.terminal)
    assert "host 'algo-1': its container was killed (SIGKILL) from outside" in status(estimator).message


def test_a_container_that_needs_more_memory_than_it_has_says_so(acting):
    docker, podman = (
        "ran out of memory: it needed more than the limit of 64m; raise",
        "or for want of memory: its limit is 64m",
    )
    with pytest.raises(UnexpectedStatusException, match=f"{docker}|{podman}"):
        fit(acting("eat", memory="64m"))


def test_a_full_disk_is_told_although_nothing_can_be_written(acting, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk], capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    try:
        with pytest.raises(UnexpectedStatusException, match=f"no space is left on the disk of {disk}/j"):
            fit(acting("fill", output_path=disk))
        (disk / "fill").write_bytes(b"")
        subprocess.run(["sh", "-c", f"cat /dev/zero > {disk}/fill"], capture_output=True)
        with pytest.raises(SmtfError, match="cannot be written: No space left on device; see output_path"):
            fit(acting("nothing", output_path=disk), name="k")
    finally:
        subprocess.run(["umount", disk], check=True)


def test_time_is_limited_and_a_stop_is_clean(acting):
    estimator = acting("wait", train_max_run=4)
    root = fit(estimator)
    assert (estimator.result.state, estimator.result.stop_reason) == ("Stopped", "train_max_run of 4 s is over")
    assert (root / "model" / "saved").exists()


def test_a_killed_client_s_job_goes_on_and_is_stopped_by_its_name(acting, tmp_path, contract_image):
    command = [SMTF, "train", str(tmp_path / "script.py"), "--backend", "docker", "--image", contract_image]
    acting("wait")  # writes the script
    command += ["--env", "ACT=wait", "--output-path", str(tmp_path / "out"), "--job-name", "left-in-docker"]
    client = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert client.stderr is not None
    assert any("waiting" in line for line in client.stderr)
    client.send_signal(signal.SIGKILL)
    client.communicate()
    listed = subprocess.run([SMTF, "jobs", "--backend", "docker"], check=True, capture_output=True, text=True).stdout
    assert "left-in-docker  InProgress" in listed
    subprocess.run([SMTF, "stop", "left-in-docker", "--reason", "enough"], check=True)
    later = TensorFlow.attach("left-in-docker", display=Display(quiet=True))
    assert (later.result.state, later.result.stop_reason) == ("Stopped", "enough")
    assert later.job().image == contract_image


def test_what_a_killed_launcher_leaves_is_cleaned_up(acting, engine):
    estimator = acting("wait", train_instance_count=2)
    root = fit(estimator, wait=False)
    until(lambda: len(containers_of(engine, estimator)) == 2)
    os.kill(int((root / ".lock").read_text()), signal.SIGKILL)
    until(lambda: status(estimator).state is JobState.FAILED)
    cleaned = subprocess.run([SMTF, "clean", "--backend", "docker"], check=True, capture_output=True, text=True).stdout
    assert cleaned.count("docker: container smtf-j-") == 2
    assert cleaned.count("docker: network smtf-j-") == 1


def test_what_cannot_run_is_told_before_anything_starts(acting, engine, tmp_path, monkeypatch):
    cases: list[tuple[Callable[[], TensorFlow], str]] = [
        (
            lambda: acting("nothing", image_name="no-such:1"),
            "there is no image no-such:1 on this machine. Run: docker pull",
        ),
        (
            lambda: acting("nothing", image_name="sagemaker-tensorflow", framework_version="1.8"),
            "there is no image sagemaker-tensorflow:1.8.0-cpu-py2",
        ),
        (lambda: acting("nothing", image_name="python:3.11-slim-bookworm"), "no program `train` .* and no TensorFlow"),
        (lambda: acting("nothing", memory="much"), "memory must be a size like '512m' or '8g', not 'much'"),
        (lambda: acting("nothing", gpus="some"), "gpus must be 'all', a number or 'device=0,2', not 'some'"),
        (lambda: acting("nothing", cpus=0), "cpus must be a number above 0, not 0"),
    ]
    for make, message in cases:
        with pytest.raises(InvalidInputError, match=message):
            fit(make())
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nothing.sock")
    with pytest.raises(SmtfError, match=r"the container engine at unix://.*nothing.sock does not answer .* Start it"):
        fit(acting("nothing"))
    assert not (tmp_path / "out").exists()


def test_limits_and_security_are_those_of_the_container(acting, engine):
    estimator = acting("wait", memory="128m", cpus=0.5, environment={"ACT": "wait"})
    fit(estimator, wait=False)
    (container,) = until(lambda: containers_of(engine, estimator))
    limits = container.attrs["HostConfig"]
    estimator.stop_training_job()
    until(lambda: status(estimator).state.terminal)
    assert (limits["Memory"], limits["MemorySwap"], limits["NanoCpus"]) == (128 << 20, 128 << 20, 500_000_000)
    assert not limits["Privileged"]
    assert limits["NetworkMode"] in ("default", "bridge")
    assert limits["SecurityOpt"] == ["no-new-privileges"]
    assert "docker.sock" not in json.dumps(container.attrs)


def test_a_gpu_that_is_not_there_is_told(acting, engine):
    if "nvidia" in engine.info().get("Runtimes", {}):
        pytest.skip("this engine has GPUs to give")
    with pytest.raises(
        UnexpectedStatusException, match="the container engine has no GPUs to give|Podman gives no GPUs"
    ):
        fit(acting("nothing", gpus=1))


def test_every_host_of_a_stopped_job_is_asked(acting):
    estimator = acting("wait", train_instance_count=2)
    root = fit(estimator, wait=False)
    log = root / "output" / "log.txt"
    until(lambda: log.exists() and log.read_text().count("waiting") == 2)
    began = time.monotonic()
    estimator.stop_training_job("enough")
    until(lambda: status(estimator).state.terminal)
    assert status(estimator).state is JobState.STOPPED
    assert time.monotonic() - began < 100  # nobody had to be killed
    assert Path(root / "model" / "saved").exists()


def test_a_job_whose_launcher_was_killed_is_found_stopped_and_submitted_again(acting, engine, tmp_path, write):
    write("data/a.csv", "1\n")
    name = f"orphan-{time.time_ns()}"
    estimator = acting("wait")
    channels = {"training": str(tmp_path / "data"), "file": str(write("one/single.csv", "2\n"))}
    root = fit(estimator, channels, wait=False, name=name)
    (orphan,) = until(lambda: containers_of(engine, estimator))
    until(lambda: b"waiting" in orphan.logs())
    os.kill(int((root / ".lock").read_text()), signal.SIGKILL)
    until(lambda: status(estimator).state is JobState.FAILED)
    assert (
        "containers of it may still run: `smtf stop` lets them save and end, `smtf clean`" in status(estimator).message
    )
    listed = subprocess.run([SMTF, "jobs", "--backend", "docker"], check=True, capture_output=True, text=True).stdout
    assert f"{name}  Failed" in listed
    with pytest.raises(UnexpectedStatusException, match="ended without a word"):
        TensorFlow.attach(name, display=Display(quiet=True))
    assert len(containers_of(engine, estimator)) == 1

    # A second one does not run beside the first one's containers.
    fit(estimator, channels, wait=False, name=name)
    (second,) = until(lambda: [one for one in containers_of(engine, estimator) if one.id != orphan.id])
    assert [one.id for one in containers_of(engine, estimator)] == [second.id]
    until(lambda: b"waiting" in second.logs())
    os.kill(int((root / ".lock").read_text()), signal.SIGKILL)
    until(lambda: status(estimator).state is JobState.FAILED)

    subprocess.run([SMTF, "stop", name, "--reason", "enough"], check=True)
    until(lambda: not containers_of(engine, estimator))
    assert (root / "model" / "saved").exists()
    cleaned = subprocess.run([SMTF, "clean", "--backend", "docker"], check=True, capture_output=True, text=True).stdout
    assert cleaned.count(f"docker: container smtf-{name}-") == 1

    # Nor is anything of theirs in the way of a third one.
    assert fit(acting("nothing"), channels, name=name) == root
    assert (root / "code" / "script.py").resolve() == tmp_path / "script.py"
    assert (root / "input" / "data" / "training").resolve() == tmp_path / "data"


OF_SOMEBODY_ELSE = """
import sys
from smtf_core import TensorFlow
from smtf_core.client.display import Display

image, environment = sys.argv[1], dict(argument.split("=") for argument in sys.argv[2:])
estimator = TensorFlow("script.py", backend="docker", image_name=image, output_path="out", environment=environment)
estimator.fit({"training": "data"}, job_name="theirs", display=Display(quiet=True))
print(estimator.result.state)
"""


@pytest.fixture
def somebody_else(engine) -> Iterator[Callable[..., subprocess.CompletedProcess[str]]]:
    """Runs this interpreter as a user without an account, who may use the engine; has a folder, `somebody_else.folder`."""
    socket = Path("/var/run/docker.sock")
    if os.getuid() != 0 or shutil.which("setpriv") is None or not socket.exists():
        pytest.skip("only root can become somebody else (setpriv), with an engine at /var/run/docker.sock")
    user = 43210
    folder = Path(tempfile.mkdtemp(prefix="smtf-somebody-", dir="/tmp"))
    (folder / "data").mkdir()
    (folder / "data" / "a.csv").write_text("1\n")
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user, user)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        become = ["setpriv", f"--reuid={user}", f"--regid={user}", f"--groups={socket.stat().st_gid}"]
        # Wherever this interpreter lies, root's own folder included, they may read it.
        become += ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
        return subprocess.run(
            [*become, sys.executable, *arguments],
            cwd=folder,
            env={"HOME": str(folder), "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
        )

    run.folder, run.user = folder, user
    yield run
    shutil.rmtree(folder)


def test_a_user_who_is_not_root_owns_all_that_is_left(somebody_else, contract_image):
    (somebody_else.folder / "script.py").write_text("def model_fn(): pass\n")
    done = somebody_else("-c", OF_SOMEBODY_ELSE, contract_image, "ACT=record")
    assert done.stdout == "Completed\n", done.stderr
    root = somebody_else.folder / "out" / "theirs"
    assert json.loads((root / "output" / "data" / "algo-1.json").read_text())["user"] == [somebody_else.user] * 2
    written = [path for path in somebody_else.folder.rglob("*") if path.name != "script.py"]
    assert {path.lstat().st_uid for path in written} == {somebody_else.user}
    assert (root / "model" / "of-algo-1").exists()
