"""Supervisors of several hosts, real processes all of them; only what they train with is a stand-in."""

import contextlib
import json
import os
import signal
import socket
import time

import pytest
from acting_hosts import alive, until


def test_everything_begins_on_all_hosts_and_ends_with_the_chief(hosts):
    cluster = hosts(3)
    cluster.start()
    began = cluster.until_began(6)
    assert sorted((host, role) for host, role, *_ in began) == [
        (host, role) for host in cluster.names for role in ("ps", "trainer")
    ]
    assert len({where for *_, where in began}) == 6
    listening = json.loads(cluster.layout("algo-2").processes.read_text())
    assert listening["algo-3"]["ps"] == next(
        where for host, role, _, where in began if (host, role) == ("algo-3", "ps")
    )
    cluster.act("algo-2", "end")  # a worker that is done waits for the chief
    time.sleep(0.5)
    assert all(supervisor.poll() is None for supervisor in cluster.supervisors.values())
    cluster.act("algo-1", "end")
    ended = time.monotonic()
    assert cluster.end() == [0, 0, 0], cluster.logs()
    assert time.monotonic() - ended < 5 + 3
    assert cluster.all_gone()
    for name in cluster.names:
        assert cluster.layout(name).success.exists()
        assert json.loads(cluster.layout(name).result.read_text())["state"] == "Completed" or name == "algo-3"


def test_hosts_say_whom_they_wait_for_and_give_up_in_time(hosts):
    cluster = hosts(3, rendezvous_timeout_secs=7)
    cluster.start("algo-1", "algo-3")
    cluster.names.remove("algo-2")
    assert cluster.end() == [1, 1]
    assert "waiting for algo-2 (5 of 7 s)" in (cluster.folder / "algo-1.log").read_text()
    assert "waiting for algo-2 (5 of 7 s)" in (cluster.folder / "algo-3.log").read_text()
    for name in ("algo-1", "algo-3"):
        assert cluster.failure(name).startswith(
            "uncaught exception during training: host 'algo-2': did not come within 7 s (rendezvous_timeout_secs); "
            "missing: algo-2"
        )


def test_without_the_first_host_the_others_say_so(hosts):
    cluster = hosts(2, rendezvous_timeout_secs=6)
    cluster.control.close()
    cluster.start("algo-2")
    assert cluster.supervisors["algo-2"].wait(20) == 1
    assert "waiting for algo-1 at 127.0.0.1" in (cluster.folder / "algo-2.log").read_text()
    assert "host 'algo-1': did not answer at 127.0.0.1" in cluster.failure("algo-2")


@pytest.mark.parametrize(
    ("host", "what", "cause"),
    [
        ("algo-1", "trainer", "its trainer process was ended by signal 9 (SIGKILL; the machine may have run out"),
        ("algo-2", "ps", "its ps process was ended by signal 9 (SIGKILL"),
        ("algo-1", "supervisor", "its supervisor is gone (killed, or its machine went down)"),
        ("algo-3", "supervisor", "its supervisor is gone (killed, or its machine went down)"),
        ("algo-2", "exception", "RuntimeError: no more rows"),
        ("algo-2", "errno", "OSError: [Errno 28] disk full"),
    ],
)
def test_the_failure_of_one_host_ends_all_of_them(hosts, host, what, cause):
    cluster = hosts(3)
    cluster.start()
    cluster.until_began(6)
    if what == "exception":
        cluster.act(host, "RuntimeError('no more rows')")
    elif what == "errno":
        cluster.act(host, "OSError(28, 'disk full')")
    else:
        os.kill(cluster.supervisors[host].pid if what == "supervisor" else cluster.pid(host, what), signal.SIGKILL)
    failed = time.monotonic()
    statuses = dict(zip(cluster.names, cluster.end(), strict=True))
    assert time.monotonic() - failed < 10
    assert all(statuses.values())
    assert statuses[host] == {"errno": 28, "supervisor": -9, "trainer": 137, "ps": 137}.get(what, 1)
    until(cluster.all_gone, 5)
    for name in cluster.names:
        if (name, what) != (host, "supervisor"):
            assert cluster.failure(name)[:1024].startswith(
                f"uncaught exception during training: host {host!r}: {cause}"
            )
            assert not cluster.layout(name).success.exists()


def test_restarting_brings_everything_back_until_it_is_used_up(hosts):
    cluster = hosts(2, on_host_failure="restart", max_restarts=2)
    cluster.start()
    first = cluster.until_began(4)
    os.kill(cluster.pid("algo-2", "ps"), signal.SIGKILL)
    second = cluster.until_began(8)[4:]
    assert not any(alive(pid) for _, _, pid, _ in first)
    assert not {where for *_, where in first} & {where for *_, where in second}
    cluster.act("algo-1", "RuntimeError('again')")
    third = cluster.until_began(12)[8:]
    assert not cluster.layout("algo-1").failure.exists()
    os.kill(third[0][2], signal.SIGKILL)
    assert all(cluster.end())
    assert "max_restarts=2 is used up" in cluster.failure("algo-1")
    assert len(cluster.began()) == 12


@pytest.mark.parametrize("host", ["algo-1", "algo-2"])
def test_a_supervisor_that_was_killed_may_come_back(hosts, host):
    cluster = hosts(3, on_host_failure="restart")
    cluster.start()
    cluster.until_began(6)
    cluster.supervisors[host].kill()
    cluster.supervisors[host].wait()
    cluster.start(host)
    again = cluster.until_began(12)[6:]
    assert sorted((name, role) for name, role, *_ in again) == [
        (name, role) for name in cluster.names for role in ("ps", "trainer")
    ]
    cluster.act("algo-1", "end")
    assert cluster.end() == [0, 0, 0], cluster.logs()


def test_what_would_fail_again_is_not_tried_again(hosts):
    cluster = hosts(2, on_host_failure="restart")
    cluster.start()
    cluster.until_began(4)
    cluster.act("algo-2", "__import__('smtf_core.errors').errors.ScriptError('model_fn is missing')")
    assert cluster.end() == [1, 1]
    assert "host 'algo-2': model_fn is missing" in cluster.failure("algo-1")


@pytest.mark.parametrize("host", ["algo-1", "algo-3"])
def test_sigterm_on_any_host_stops_all_cleanly(hosts, host):
    cluster = hosts(3, on_host_failure="restart")
    cluster.start()
    cluster.until_began(6)
    cluster.supervisors[host].terminate()
    assert cluster.end() == [0, 0, 0], cluster.logs()
    until(cluster.all_gone, 5)
    assert all(cluster.layout(name).success.exists() for name in cluster.names)
    assert json.loads(cluster.layout("algo-1").result.read_text())["state"] == "Stopped"


def test_a_stop_before_all_have_come(hosts):
    cluster = hosts(2)
    cluster.start("algo-1")
    until(lambda: cluster.supervisors["algo-1"].poll() is None and _listens(cluster), 20, cluster.logs)
    cluster.supervisors["algo-1"].terminate()
    assert cluster.supervisors["algo-1"].wait(20) == 0, cluster.logs()
    result = json.loads(cluster.layout("algo-1").result.read_text())
    assert (result["state"], result["stop_reason"]) == ("Stopped", "host 'algo-1' received SIGTERM")


def test_strangers_and_nonsense_are_refused_and_do_no_harm(hosts):
    cluster = hosts(2)
    cluster.start("algo-1")
    until(lambda: _listens(cluster), 20, cluster.logs)
    for nonsense in (
        b"GET / HTTP/1.1\r\n\r\n",
        b"\xff\xfe\n",
        b"[" * 100_000 + b"\n",
        b"x" * 3_000_000,
        b"null\n",
        b'{"host": 5, "proof": 5}\n',
        b'{"host": "algo-2", "proof": "guessed"}\n',
        b'{"host": "algo-2"}\n',
        b"",
    ):
        with socket.create_connection(cluster.control.getsockname()) as stranger:
            stranger.settimeout(10)
            stranger.recv(1000)
            try:
                stranger.sendall(nonsense)
                with contextlib.suppress(OSError):  # it may have hung up already
                    stranger.shutdown(socket.SHUT_WR)
                assert stranger.recv(1000) == b""
            except ConnectionError:
                pass
    cluster.start("algo-2")
    cluster.until_began(4)
    cluster.act("algo-1", "end")
    assert cluster.end() == [0, 0], cluster.logs()
    assert "was refused" in cluster.logs()
    assert "Traceback" not in cluster.logs()


def test_a_lone_host_is_supervised_too(hosts):
    cluster = hosts(1)
    cluster.start()
    cluster.until_began(2)
    os.kill(cluster.pid("algo-1", "trainer"), signal.SIGKILL)
    assert cluster.end() == [137]
    assert cluster.failure("algo-1").startswith(
        "uncaught exception during training: its trainer process was ended by signal 9 (SIGKILL; the machine may"
    )
    until(cluster.all_gone, 5)


def _listens(cluster) -> bool:
    try:
        socket.create_connection(cluster.control.getsockname(), 1).close()
    except OSError:
        return False
    return True
