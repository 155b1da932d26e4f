import pytest

from smtf_core.errors import InvalidInputError
from smtf_core.models import FrameworkVersion


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1.4", "1.4.1"),
        ("1.6", "1.6.0"),
        ("1.5", "1.5.0"),
        ("1.11", "1.11.0"),
        ("1.10.1", "1.10.1"),
        ("1.x", "1.12.0"),
        ("2", "2.21.0"),
        ("2.16", "2.16.2"),
        (None, "1.11.0"),
    ],
)
def test_resolves_to_a_release(written, meant):
    assert str(FrameworkVersion.parse(written)) == meant


@pytest.mark.parametrize("written", ["1.3", "1.11.9", "3.0", "latest", "", "1.6.0.1", "v1.6"])
def test_unknown_version_is_an_error_that_lists_what_there_is(written):
    with pytest.raises(InvalidInputError, match=r"not a TensorFlow release.*1\.4.*2\.21"):
        FrameworkVersion.parse(written)


def test_generation_and_order():
    assert FrameworkVersion.parse("1.10").generation == 1
    assert FrameworkVersion.parse("2.1").generation == 2
    assert FrameworkVersion.parse("1.4") < FrameworkVersion.parse("1.11")
