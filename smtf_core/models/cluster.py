"""What several hosts of one job agree on: how they reach each other, and what happens when one of them fails."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

#: Whether the failure of one host ends the job, or training goes on from the newest checkpoint.
FAIL, RESTART = "fail", "restart"


@frozen(kw_only=True)
class ClusterSettings:
    """Hyperparameters that steer a cluster.

    Args:
        on_host_failure: ``'fail'``: the failure of one host ends all of them. ``'restart'``: all begin again from the
            newest checkpoint.
        max_restarts: how often, before the job fails after all.
        rendezvous_timeout_secs: how long hosts wait for each other.
        worker_start_delay_secs: each worker begins so many seconds after the one before it.
    """

    on_host_failure: str = FAIL
    max_restarts: int = 3
    rendezvous_timeout_secs: float = 600.0
    worker_start_delay_secs: float = 0.0


@frozen(kw_only=True)
class Network:
    """How the hosts of a job reach each other: key ``smtf_network`` of ``resourceconfig.json``.

    The defaults are those of the legacy container: a host is reached by its name, and processes listen on ports that
    are the same on every host.

    Args:
        addresses: host → name or address, where that is not the host's own name.
        free_ports: whether hosts choose free ports instead of the contract's, because several share a machine.
        control_port: where the first host's supervisor listens for the others'.
    """

    addresses: Mapping[str, str] = field(factory=dict)
    free_ports: bool = False
    control_port: int = 2221

    def address(self, host: str) -> str:
        """Where ``host`` is reached."""
        return self.addresses.get(host, host)
