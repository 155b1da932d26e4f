"""What the plugin adds: a serving adapter by name."""

from __future__ import annotations

from smtf_core import hookimpl
from smtf_core.interfaces import ServingAdapterSpec


@hookimpl
def smtf_register_serving_adapters() -> list[ServingAdapterSpec]:
    """`smtf serve FOLDER --adapter times` multiplies by what stands in FOLDER/factor."""
    return [ServingAdapterSpec(name="times", factory="smtf_times.adapter:Times", summary="a factor in a file")]
