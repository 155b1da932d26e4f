"""Plugin ``strategies``: the distribution strategies that come with smtf."""

from smtf_core.hookspecs import hookimpl
from smtf_core.interfaces.strategy import StrategySpec


@hookimpl
def smtf_register_strategies() -> list[StrategySpec]:
    """Declare strategy ``single``."""
    return [
        StrategySpec(
            name="single",
            factory="smtf_core.runtime.strategies.single:SingleHost",
            max_hosts=1,
            default_for=((1, False), (2, False)),
            summary="one host, no cluster",
        )
    ]
