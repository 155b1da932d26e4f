"""Plugin ``channels``: the input modes that come with smtf."""

from smtf_core.hookspecs import hookimpl
from smtf_core.interfaces.input_mode import InputModeSpec
from smtf_core.sources.source import SCHEMES


@hookimpl
def smtf_register_input_modes() -> list[InputModeSpec]:
    """Declare input modes ``File``, ``FastFile`` and ``Pipe``."""
    return [
        InputModeSpec(
            name="File",
            factory="smtf_core.runtime.channels.file:FileMode",
            schemes=SCHEMES,
            summary="the channel's files appear in its folder; local ones as links, others downloaded once",
        ),
        InputModeSpec(
            name="FastFile",
            factory="smtf_core.runtime.channels.file:FileMode",
            schemes=SCHEMES,
            summary="on a service, files are fetched when they are read; here the same as File",
        ),
        InputModeSpec(
            name="Pipe",
            factory="smtf_core.runtime.channels.feed.mode:PipeMode",
            schemes=SCHEMES,
            summary="the channel's files are streamed into FIFOs, one for each pass over the data",
        ),
    ]
