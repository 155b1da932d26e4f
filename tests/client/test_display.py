"""What is shown while one waits."""

import io
import logging

import pytest

from smtf_core.client.display import Display, figures
from smtf_core.models import JobState, JobStatus, LogLine, Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def plain(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("COLUMNS", "160")


def line(level, text):
    return LogLine("algo-1", text, 0.0, level)


def status(**progress):
    return JobStatus(state=JobState.IN_PROGRESS, progress=Progress(**progress))


def test_elsewhere_than_on_a_terminal_every_line_is_shown_and_no_bar():
    stream = io.StringIO()
    display = Display(stream)
    with display.live("job"):
        display.line(line(logging.INFO, "loss = [0.5], step = 1"))
        display.update(status(phase="training", step=5, total_steps=10))
    assert stream.getvalue() == "loss = [0.5], step = 1\n"


def test_on_a_terminal_there_is_a_bar_and_warnings():
    stream = Terminal()
    display = Display(stream)
    with display.live("job-1"):
        display.update(status())
        assert "preparing" not in stream.getvalue()
        display.line(line(logging.INFO, "too much"))
        display.line(line(logging.WARNING, "look out"))
        display.update(status(phase="training", step=5, total_steps=10, loss=0.25, steps_per_second=2.0))
    shown = stream.getvalue()
    assert "job job-1 is starting" in shown
    assert "step 5/10  2 steps/s  loss 0.25" in shown
    assert "look out" in shown
    assert "too much" not in shown


def test_verbose_and_quiet():
    loud, silent = Terminal(), io.StringIO()
    Display(loud, verbose=True).line(line(logging.INFO, "everything"))
    Display(silent, quiet=True).line(line(logging.ERROR, "nothing"))
    assert "everything" in loud.getvalue()
    assert silent.getvalue() == ""


def test_figures():
    assert figures(Progress(step=7)) == "step 7"
    assert (
        figures(Progress(step=7, total_steps=9, steps_per_second=1234.0, loss=12.3456))
        == "step 7/9  1,234 steps/s  loss 12.35"
    )


def test_lines_of_several_hosts_bear_their_names():
    stream = io.StringIO()
    display = Display(stream)
    display.line(line(logging.INFO, "alone"))
    for host in ("algo-2", "algo-1"):
        display.line(LogLine(host, "loss = 0.5", 0.0))
    assert stream.getvalue() == "alone\nalgo-2  loss = 0.5\nalgo-1  loss = 0.5\n"
