"""The total limit of one notebook."""

import pytest

from nqpf.errors import StudyError
from pipeline.limits import LIMIT_SECONDS, LIMIT_VARIABLE, limit_seconds


@pytest.mark.parametrize(("wish", "seconds"), [("", LIMIT_SECONDS), ("5", 5), (" 0.5 ", 0.5)])
def test_seconds_are_read(monkeypatch, wish, seconds):
    monkeypatch.setenv(LIMIT_VARIABLE, wish)
    assert limit_seconds() == seconds


@pytest.mark.parametrize("wish", ["0", "-1", "ten", "nan", "inf"])
def test_anything_else_is_named(monkeypatch, wish):
    monkeypatch.setenv(LIMIT_VARIABLE, wish)
    with pytest.raises(StudyError, match=f"TIMEOUT is a number of seconds above 0, got '{wish}'"):
        limit_seconds()
