"""Plugin ``channels``: the input modes that come with smtf."""

from smtf_core.hookspecs import hookimpl
from smtf_core.interfaces.input_mode import InputModeSpec


@hookimpl
def smtf_register_input_modes() -> list[InputModeSpec]:
    """Declare input modes ``File``, ``FastFile`` and ``Pipe``."""
    return [
        InputModeSpec(
            name="File",
            factory="smtf_core.runtime.channels.file:FileMode",
            summary="the channel's files appear in its folder; local ones as links, never copied",
        ),
        InputModeSpec(
            name="FastFile",
            factory="smtf_core.runtime.channels.file:FileMode",
            summary="files appear at once and are fetched when they are read; local ones as links",
        ),
        InputModeSpec(
            name="Pipe",
            factory="smtf_core.runtime.channels.feed.mode:PipeMode",
            schemes=("file", "s3"),
            summary="the channel's files are streamed into FIFOs, one for each pass over the data",
        ),
    ]
