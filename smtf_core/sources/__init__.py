"""Where the data of channels lies: files to list and open, wherever a URI points. Knows nothing of how they are fed."""

from smtf_core.sources.channel import files_of, share
from smtf_core.sources.source import SourceFile

__all__ = ["SourceFile", "files_of", "share"]
