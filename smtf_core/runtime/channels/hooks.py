"""Plugin ``channels``: the input modes that come with smtf."""

from smtf_core.hookspecs import hookimpl
from smtf_core.interfaces.input_mode import InputModeSpec


@hookimpl
def smtf_register_input_modes() -> list[InputModeSpec]:
    """Declare input mode ``File``."""
    return [
        InputModeSpec(
            name="File",
            factory="smtf_core.runtime.channels.file:FileMode",
            summary="the channel's files appear in its folder; local ones as links, never copied",
        )
    ]
