"""What a reader is told of a kernel that never came up."""

from types import SimpleNamespace

import nbformat
import pytest

from pipeline import engine


class NeverUp:
    """A client whose kernel writes why and ends, as one does that finds no free port."""

    km = None

    def execute(self, stderr, **_):
        stderr.write(b"ZMQError: Address already in use\n")
        stderr.flush()
        raise RuntimeError("Kernel died before replying to kernel_info")


def test_what_a_kernel_said_before_it_died_is_passed_on(tmp_path):
    manager = SimpleNamespace(nb=nbformat.v4.new_notebook())
    with pytest.raises(RuntimeError, match="kernel_info; the kernel said: ZMQError: Address"):
        engine._run(NeverUp(), manager, {}, tmp_path, tmp_path / "copy.ipynb")
    assert engine._running == set()
