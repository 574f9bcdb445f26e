"""Pieces of work that other processes can import, for the tests."""

import os
from pathlib import Path


def squared(payload):
    """Square of a number as text; every call leaves a line in the log, if one is named."""
    number, record = payload
    if record:
        with Path(record).open("a", encoding="utf-8") as file:
            file.write(f"{number}\n")
    return str(number**2).encode()


def dies_once(payload):
    """Kill the process at the first call with this marker, succeed at the next."""
    number, marker = payload
    if marker and not Path(marker).exists():
        Path(marker).touch()
        os._exit(1)
    return str(number).encode()


def fails(payload):
    """Raise for the number three."""
    if payload == 3:
        raise ValueError("three is not wanted")
    return b"fine"
