"""What a container sees of this machine: the job's tree, and in it the code and the channels, which are never copied.

The tree has links to code and channels, as it has on backends without containers. In a container links lead nowhere, so
for the time of the job each is a mount point, and the files behind it are bind-mounted there, read-only.
"""

from __future__ import annotations

from pathlib import Path

from attrs import frozen
from docker.types import Mount

from smtf_core.models import Layout

#: The tree's root in a container.
ML = "/opt/ml"
# Folders that a channel takes single files from.
_SHELF = "/opt/smtf/data"


@frozen
class Bind:
    """A file or folder of this machine that a container sees.

    Args:
        source: it.
        target: where it is in the container.
        read_only: whether the container may not change it.
    """

    source: Path
    target: str
    read_only: bool = True

    def mount(self) -> Mount:
        """As the engine wants it; a source that is missing is an error there, not an empty folder of root's."""
        return Mount(self.target, str(self.source), type="bind", read_only=self.read_only)


class LinksAsBinds:
    """The links of one host's tree, which are mount points until :meth:`restore`.

    Args:
        layout: the tree.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._links: dict[Path, Path] = {}
        self._shelves: dict[Path, str] = {}

    def replace(self) -> list[Bind]:
        """Make the links mount points; what is to be mounted there."""
        binds = []
        for folder in (self._layout.code, self._layout.data):
            for path in sorted(folder.iterdir()) if folder.is_dir() else []:
                if path.is_symlink():
                    binds.append(self._point(path))
                elif path.is_dir() and folder == self._layout.data:
                    self._shelve(path)
        return [*binds, *(Bind(folder, place) for folder, place in self._shelves.items())]

    def restore(self) -> None:
        """Put the links back, which tell what the job ran on."""
        for path, target in self._links.items():
            if path.is_symlink():
                path.unlink()
            elif path.is_dir():
                path.rmdir()
            else:
                path.unlink(missing_ok=True)
            path.symlink_to(target, target_is_directory=target.is_dir())
        self._links = {}

    def _point(self, path: Path) -> Bind:
        target = path.resolve(strict=True)
        self._links[path] = target
        path.unlink()
        path.mkdir() if target.is_dir() else path.touch()
        relative = path.relative_to(self._layout.root).as_posix()
        return Bind(target, f"{ML}/{relative}")

    def _shelve(self, channel: Path) -> None:
        """A channel of single files: its links lead to the files' folders, mounted elsewhere; they may be thousands."""
        for path in [path for path in channel.rglob("*") if path.is_symlink()]:
            target = path.resolve(strict=True)
            place = self._shelves.setdefault(target.parent, f"{_SHELF}/{self._layout.root.name}-{len(self._shelves)}")
            self._links[path] = target
            path.unlink()
            path.symlink_to(f"{place}/{target.name}")
