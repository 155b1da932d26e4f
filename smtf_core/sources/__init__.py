"""Where the data of channels lies: files to list and open, wherever a URI points. Knows nothing of how they are fed."""

from smtf_core.sources.channel import files_of, share
from smtf_core.sources.source import SCHEMES, Fetched, SourceFile, fetch

__all__ = ["SCHEMES", "Fetched", "SourceFile", "fetch", "files_of", "share"]
