"""Checkpoints on S3: the newest complete one comes back, whatever happened."""

import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from saver import write_checkpoint
from servers.fault_proxy import fault_proxy

from smtf_core import PluginManager
from smtf_core.errors import StorageError
from smtf_core.registry import Registries
from smtf_core.runtime.stores import s3
from smtf_core.runtime.stores.s3 import S3Store
from smtf_core.s3 import S3Folder, connection
from smtf_core.s3.connection import S3Connection
from smtf_core.stores import read_state

HERE = Path(__file__).parent


@pytest.fixture
def uri(bucket):
    return f"s3://{bucket}/job/checkpoints"


def restored(uri, folder):
    """Step of what comes back, when its files are all of that step."""
    checkpoint = S3Store(uri).restore(folder)
    if checkpoint is None:
        return None
    for file in folder.glob("model.ckpt-*"):
        assert set(file.read_text().split()) == {str(checkpoint.step)}, file
    assert len(list(folder.glob("model.ckpt-*"))) == 4
    assert read_state(folder).newest == Path(checkpoint.path).name
    return checkpoint.step


def there(uri):
    return {found.name for found in S3Folder(uri).list()}


def steps_there(uri):
    return {int(match[1]) for name in there(uri) if (match := re.fullmatch(r"model\.ckpt-(\d+)\.index", name))}


def test_the_store_is_chosen_by_its_scheme(uri):
    assert isinstance(Registries(PluginManager()).checkpoint_stores.make("s3", uri), S3Store)


def test_nothing_there(uri, tmp_path):
    assert S3Store(uri).restore(tmp_path / "new") is None
    assert (tmp_path / "new").is_dir()


def test_what_was_saved_comes_back(uri, tmp_path):
    folder, kept = tmp_path / "a", []
    store = S3Store(uri)
    assert store.folder(folder) == folder
    store.restore(folder)
    (folder / "eval").mkdir()
    (folder / "export").mkdir()
    (folder / "export" / "not a checkpoint's").write_text("")
    for step in range(1, 7):
        (folder / "events.out").write_text("x" * step)
        store.save(write_checkpoint(folder, step, kept))
    (folder / "eval" / "events.out").write_text("last words")
    store.close()
    assert steps_there(uri) == {4, 5, 6}
    assert S3Folder(uri).read("events.out") == b"xxxxxx"
    assert S3Folder(uri).read("eval/events.out") == b"last words"
    assert not [name for name in there(uri) if "export" in name or "outbox" in name]
    assert not (folder / ".outbox").exists()
    assert restored(uri, tmp_path / "b") == 6

    # An earlier run's stay until this one begins to delete its own.
    store, folder, kept = S3Store(uri), tmp_path / "c", [6]
    store.restore(folder)
    for step, expected in ((7, {4, 5, 6, 7}), (8, {4, 5, 6, 7, 8}), (9, {4, 5, 6, 7, 8, 9}), (10, {8, 9, 10})):
        store.save(write_checkpoint(folder, step, kept))
        deadline = time.monotonic() + 20
        while steps_there(uri) != expected or b"-%d" % step not in S3Folder(uri).read("checkpoint"):
            assert time.monotonic() < deadline, steps_there(uri)
            time.sleep(0.05)
    store.close()


def test_a_state_file_of_older_tools(uri, tmp_path):
    """They wrote whole URIs, and a checkpoint that is gone may be named."""
    folder = tmp_path / "a"
    folder.mkdir()
    write_checkpoint(folder, 5, [])
    remote = S3Folder(uri)
    for file in folder.glob("model*"):
        remote.upload(file, file.name)
    remote.write("checkpoint", f'model_checkpoint_path: "{uri}/model.ckpt-5"\n'.encode())
    assert restored(uri, tmp_path / "b") == 5
    remote.write("checkpoint", f'model_checkpoint_path: "{uri}/model.ckpt-9"\n'.encode())
    assert restored(uri, tmp_path / "c") == 5
    remote.delete(["checkpoint"])
    assert restored(uri, tmp_path / "d") == 5
    remote.delete(["model.ckpt-5.data-00001-of-00002"])
    assert restored(uri, tmp_path / "e") is None


def test_training_goes_on_while_a_checkpoint_is_on_its_way(uri, tmp_path, monkeypatch):
    arrived, may_go = threading.Semaphore(0), threading.Event()
    upload = S3Folder.upload

    def slow(self, path, name, progress=None):
        arrived.release()
        may_go.wait(20)
        upload(self, path, name, progress)

    monkeypatch.setattr(S3Folder, "upload", slow)
    store, folder, kept = S3Store(uri), tmp_path / "a", []
    store.restore(folder)
    store.save(write_checkpoint(folder, 1, kept))
    arrived.acquire()
    for step in (2, 3):
        store.save(write_checkpoint(folder, step, kept))  # return at once
    late = threading.Thread(target=lambda: store.save(write_checkpoint(folder, 4, kept)))
    late.start()
    late.join(0.3)
    assert late.is_alive()  # two wait already
    may_go.set()
    late.join(20)
    store.close()
    # The first one's own files were deleted before it was sent.
    assert restored(uri, tmp_path / "b") == 4


def test_what_cannot_be_saved_fails_the_training(uri, tmp_path, monkeypatch, s3_endpoint, s3_server):
    monkeypatch.setattr(connection, "ATTEMPTS", 1)
    monkeypatch.setattr(s3, "PATIENCE", 0.0)
    store, kept = S3Store(uri), []
    store.restore(tmp_path)
    s3_endpoint("http://127.0.0.1:9")
    store._remote.connection = S3Connection.shared()
    store.save(write_checkpoint(tmp_path, 1, kept))
    with pytest.raises(StorageError, match="cannot be reached"):
        store.close()
    with pytest.raises(StorageError, match="cannot be reached"):
        store.save(write_checkpoint(tmp_path, 2, kept))


def kill_while_saving(uri, folder, seconds):
    """Run the saver for some time, then kill -9 it; the steps that it restored and that it said to be saved."""
    process = subprocess.Popen(
        [sys.executable, str(HERE / "saver.py"), uri, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    first = process.stdout.readline().split()
    time.sleep(seconds)
    process.kill()
    words = process.stdout.read().split("\n")
    process.wait()
    process.stdout.close()
    saved = [int(line.split()[1]) for line in words[:-1]]
    return int(first[1]), saved[-1] if saved else int(first[1])


@pytest.mark.slow
def test_kill_9_behind_a_bad_network(uri, tmp_path, s3_server, s3_endpoint):
    newest = 0
    with fault_proxy(s3_server) as proxy:
        s3_endpoint(proxy.url)
        for run in range(4):
            before, saved = kill_while_saving(uri, tmp_path / f"run-{run}", 1.5 + 0.4 * run)
            assert before == newest
            s3_endpoint(s3_server)
            newest = restored(uri, tmp_path / f"look-{run}") or 0
            s3_endpoint(proxy.url)
            assert newest >= max(before, saved - s3.MOST_WAITING - 1)
        assert sum(proxy.spoilt.values()) >= 5
    assert newest > 0
