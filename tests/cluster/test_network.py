"""Two hosts with networks of their own (namespaces), at the contract's ports; the cable between them is cut."""

import itertools
import os
import subprocess
import time

import pytest
from acting_hosts import until

_numbers = itertools.count()


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)


@pytest.fixture
def cable():
    """`cable("down")` cuts the connection of the two namespaces, `cable("up")` mends it; with `inside` and `addresses`."""
    number = next(_numbers)
    name = f"smtf{os.getpid() % 100000}{number}"
    spaces = [f"{name}a", f"{name}b"]
    addresses = {"algo-1": f"10.77.{number}.1", "algo-2": f"10.77.{number}.2"}
    try:
        for space in spaces:
            ip("netns", "add", space)
        ip("link", "add", spaces[0], "netns", spaces[0], "type", "veth", "peer", "name", spaces[1], "netns", spaces[1])
        for space, address in zip(spaces, addresses.values(), strict=True):
            ip("-n", space, "address", "add", f"{address}/24", "dev", space)
            ip("-n", space, "link", "set", space, "up")
            ip("-n", space, "link", "set", "lo", "up")
    except (OSError, subprocess.CalledProcessError) as error:
        for space in spaces:
            subprocess.run(["ip", "netns", "delete", space], capture_output=True, check=False)
        pytest.skip(f"network namespaces cannot be made here: {getattr(error, 'stderr', None) or error}")

    def set_cable(state: str) -> None:
        ip("-n", spaces[1], "link", "set", spaces[1], state)

    set_cable.inside = {host: ["ip", "netns", "exec", space] for host, space in zip(addresses, spaces, strict=True)}
    set_cable.addresses = addresses
    yield set_cable
    for space in spaces:
        ip("netns", "delete", space)


def test_a_cut_host_and_the_others_end_and_say_why(hosts, cable):
    cluster = hosts(2, addresses=cable.addresses, inside=cable.inside)
    cluster.start()
    began = cluster.until_began(4)
    assert {where for *_, where in began} == {
        f"{address}:{port}" for address in cable.addresses.values() for port in (2222, 2223)
    }
    cable("down")
    cut = time.monotonic()
    assert cluster.end(30) == [1, 1]
    assert time.monotonic() - cut < 15
    until(cluster.all_gone, 5)
    for name, other in (("algo-1", "algo-2"), ("algo-2", "algo-1")):
        assert cluster.failure(name).startswith(
            f"uncaught exception during training: host {other!r}: no sign of life for 7 s (its machine hangs, or the"
        )


def test_with_restart_training_goes_on_when_the_network_is_back(hosts, cable):
    cluster = hosts(
        2, addresses=cable.addresses, inside=cable.inside, on_host_failure="restart", rendezvous_timeout_secs=60
    )
    cluster.start()
    cluster.until_began(4)
    cable("down")
    until(cluster.all_gone, 20)
    assert len(cluster.began()) == 4
    cable("up")
    cluster.until_began(8)
    cluster.act("algo-1", "end")
    assert cluster.end() == [0, 0], cluster.logs()
