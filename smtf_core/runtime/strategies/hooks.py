"""Plugin ``strategies``: the distribution strategies that come with smtf."""

from smtf_core.hookspecs import hookimpl
from smtf_core.interfaces.strategy import StrategySpec


@hookimpl
def smtf_register_strategies() -> list[StrategySpec]:
    """Declare the strategies for one host and for several."""
    return [
        StrategySpec(
            name="mirrored",
            factory="smtf_core.runtime.strategies.mirrored:Mirrored",
            extra="smtf[tensorflow]",
            max_hosts=1,
            exceptions=((1, "keras_model_fn"),),
            summary="one host, every device with a copy of the model, in step",
        ),
        StrategySpec(
            name="multi_worker_mirrored",
            factory="smtf_core.runtime.strategies.multi_worker_mirrored:MultiWorkerMirrored",
            extra="smtf[tensorflow]",
            min_hosts=2,
            generations=(2,),
            script_kinds=("keras_model_fn",),
            default_for=((2, True),),
            summary="several hosts, every one with a copy of the model, in step",
        ),
        StrategySpec(
            name="parameter_server",
            factory="smtf_core.runtime.strategies.parameter_server:ParameterServer",
            extra="smtf[tensorflow]",
            min_hosts=2,
            exceptions=((2, "keras_model_fn"),),
            default_for=((1, True), (2, True)),
            summary="several hosts, asynchronous: each trains, each keeps part of the variables",
        ),
        StrategySpec(
            name="single",
            factory="smtf_core.runtime.strategies.single:SingleHost",
            max_hosts=1,
            default_for=((1, False), (2, False)),
            summary="one host, no cluster",
        ),
    ]
