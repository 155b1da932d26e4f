"""Takes the pictures of docs/pictures that show a real training and what it trained: `make pictures`.

Makes the examples' data, runs `smtf train` on a terminal of its own and draws what it showed: once in the middle of
the training, once at its end. The loss curve is the job's own. Then looks at the job in TensorBoard and at the served
model in `smtf serve --ui`, both in Chromium, which must be installed.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pictures"
COLUMNS = 118

_COMMAND = (
    "smtf train iris_dnn.py --channel training=data/iris --training-steps 4000 --evaluation-steps none "
    "--hyperparameter save_checkpoints_steps=1000 --hyperparameter throttle_secs=0 --job-name iris"
)
# What rich writes before it draws a line anew.
_REDRAWN = re.compile(r"\r\x1b\[2K(?:\x1b\[1A\x1b\[2K)*")
_CURSOR = re.compile(r"\x1b\[\?25[lh]")


def main() -> None:
    """Take them all."""
    folder = Path(tempfile.gettempdir()) / "iris"  # its name is in the pictures
    folder.mkdir()
    try:
        subprocess.run([sys.executable, str(ROOT / "examples" / "make_data.py"), "data"], cwd=folder, check=True)
        shutil.copy(ROOT / "examples" / "iris_estimator" / "iris_dnn.py", folder)
        shown = _on_a_terminal(_COMMAND, folder)
        frames = [frame for frame in _REDRAWN.split(_CURSOR.sub("", shown)) if frame.strip()]
        moving = [number for number, frame in enumerate(frames) if re.search(r"training.*step 2\d\d\d/4000", frame)]
        if not moving:
            sys.exit(f"the training was never seen in its middle; this is what was shown:\n{shown}")
        middle = moving[len(moving) // 2]
        _draw(
            [frames[0].splitlines()[0], frames[middle].splitlines()[0]], "progress.svg", "smtf train, while it trains"
        )
        ending = frames[-1].splitlines()
        _draw([frames[0].splitlines()[0], *ending], "result.svg", "smtf train, when it has ended")
        shutil.copy(folder / "smtf-jobs" / "iris" / "output" / "loss.png", PICTURES / "loss.png")
        _tensorboard(folder / "smtf-jobs" / "iris")
        _page(folder / "smtf-jobs" / "iris" / "model")
    finally:
        shutil.rmtree(folder)


@contextlib.contextmanager
def _browser(height: int) -> Iterator[Page]:
    """An empty page in Chromium. Arguments: height: in pixels."""
    executable = shutil.which("chromium") or shutil.which("chromium-headless-shell")
    if executable is None:
        sys.exit("the pictures of pages need Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox"] if os.geteuid() == 0 else []
        )
        yield browser.new_page(viewport={"width": 1000, "height": height}, color_scheme="light")
        browser.close()


def _tensorboard(job: Path) -> None:
    """The curves of a job, as TensorBoard shows the folder of its checkpoints."""
    command = [str(Path(sys.executable).with_name("tensorboard")), "--logdir", str(job / "model"), "--port", "0"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    try:
        told = next(filter(None, (re.search(r"(http://localhost:\d+)/", line) for line in server.stderr)))
        with _browser(720) as page:
            page.goto(f"{told[1]}/?darkMode=false#timeseries")
            page.locator("scalar-card").first.wait_for(timeout=60_000)  # those out of sight are not drawn
            page.wait_for_timeout(3_000)  # curves are drawn piece by piece, and nothing tells when they are done
            page.screenshot(path=PICTURES / "tensorboard.png")
    finally:
        server.terminate()
        server.wait()


def _page(model: Path) -> None:
    """The page of a server that has been asked a little."""
    smtf = [sys.executable, "-c", "from smtf_core.cli import main; main()"]
    server = subprocess.Popen([*smtf, "serve", str(model), "--port", "0", "--ui"], stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    try:
        told = next(filter(None, (re.search(r"serving on (http://\S+:\d+)", line) for line in server.stderr)))
        with _browser(940) as page:
            page.goto(f"{told[1]}/ui/")
            for _ in range(200):
                flower = {"inputs": [5.1, 3.5, 1.4, 0.2]}
                assert page.request.post(f"{told[1]}/invocations", data=[flower]).ok
            page.get_by_role("button", name="Servo · predict", exact=True).click()
            page.get_by_role("button", name="Send").click()
            page.locator("#reply .good").wait_for()
            page.locator("figure").first.wait_for()
            page.screenshot(path=PICTURES / "ui.png", full_page=True)
    finally:
        server.terminate()
        server.wait()


def _on_a_terminal(command: str, folder: Path) -> str:
    """What a command writes to a terminal, with everything that makes it move and shine."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, COLUMNS, 0, 0))
    environment = {
        **os.environ,
        "TERM": "xterm-256color",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    process = subprocess.Popen(command.split(), cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    pieces = []
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # how Linux says that nobody has the terminal open any more
            break
        if not piece:
            break
        pieces.append(piece)
    shown = b"".join(pieces).decode("utf-8", "replace").replace("\r\n", "\n")
    if process.wait() != 0:
        sys.exit(f"the training failed:\n{shown}")
    return shown


def _draw(lines: list[str], name: str, title: str) -> None:
    """Draw what a terminal shows."""
    with open(os.devnull, "w") as nowhere:
        console = Console(file=nowhere, record=True, width=COLUMNS, force_terminal=True, color_system="truecolor")
        console.print(Text(f"$ {_COMMAND}", style="bold"), soft_wrap=False)
        for line in lines:
            console.print(Text.from_ansi(line.replace("\r", "")), soft_wrap=False)
        svg = console.export_svg(title=title, unique_id=name.removesuffix(".svg"))
    svg = re.sub(
        r"@font-face \{.*?\}\n", "", svg, flags=re.DOTALL
    )  # fonts from a server: a page sends nothing anywhere
    (PICTURES / name).write_text("\n".join(line.rstrip() for line in svg.splitlines()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
