"""What the graph says, and what it does not."""

import pytest
from sqlalchemy import create_engine, event

from pipeline import graph  # noqa: F401 - which quiets what pytask works with


def test_ctrl_c_in_the_middle_of_pytasks_database_prints_no_traceback(caplog):
    memory = create_engine("sqlite://")

    @event.listens_for(memory, "reset")
    def interrupt(*_):
        raise KeyboardInterrupt

    opened = memory.connect()
    with pytest.raises(KeyboardInterrupt):
        opened.close()
    assert caplog.records == []
