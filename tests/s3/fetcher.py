"""Brings what is below an S3 prefix into a folder, by way of the cache: ``python fetcher.py URI FOLDER``."""

import sys
from pathlib import Path

from smtf_core.s3 import S3Folder
from smtf_core.s3.cache import Cache, Wanted


def main(uri: str, folder: Path) -> None:
    folder.mkdir()
    remote = S3Folder(uri)
    Cache().bring([Wanted(remote, found, folder / found.name) for found in remote.list()], lambda *_: None)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
