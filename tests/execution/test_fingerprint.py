from dataclasses import dataclass

import numpy as np
import pytest

from nqpf.errors import StudyError
from nqpf.execution import code_fingerprint, fingerprint


@dataclass(frozen=True)
class Record:
    a: int
    b: np.ndarray


def test_equal_content_has_equal_names():
    assert fingerprint({"b": 1, "a": (1.5, "x")}) == fingerprint({"a": [1.5, "x"], "b": 1})
    assert fingerprint(Record(1, np.eye(2))) == fingerprint(Record(1, np.eye(2)))
    turned = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    assert fingerprint(turned) == fingerprint(np.ascontiguousarray(turned))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("ab", "c"), ("a", "bc")),
        ((1,), (1.0,)),
        ((1,), (True,)),
        ((np.zeros(4),), (np.zeros((2, 2)),)),
        ((np.zeros(4),), (np.zeros(4, np.float32),)),
        (([1, 2], 3), ([1], [2, 3])),
        ((None,), ("None",)),
    ],
)
def test_other_content_has_another_name(one, other):
    assert fingerprint(*one) != fingerprint(*other)


def test_what_has_no_content_is_refused():
    with pytest.raises(StudyError, match="no content"):
        fingerprint(object())
    with pytest.raises(StudyError, match="array of objects"):
        fingerprint(np.array([object()]))


def test_code_has_a_name_by_room():
    assert code_fingerprint("regression") != code_fingerprint("regression", "index")
    assert code_fingerprint("errors") == code_fingerprint("errors")
    with pytest.raises(StudyError, match="no room 'kitchen'"):
        code_fingerprint("kitchen")
