"""Refuse every connection that leaves this machine.

The clean room puts this file into its own environment, where Python imports it at every start,
on systems that give it no network namespace.
"""

import ipaddress
import socket

_connect = socket.socket.connect


def _refuse(sock: socket.socket, address: object) -> None:
    """Connect to this machine or to a local socket, and to nothing else.

    Raises
    ------
    OSError
        If the address is another machine's.
    """
    if sock.family in (socket.AF_INET, socket.AF_INET6):
        host = address[0]
        try:
            own = ipaddress.ip_address(host).is_loopback
        except ValueError:
            own = host == "localhost"
        if not own:
            raise OSError(f"the build is sealed: it may not reach {host}")
    return _connect(sock, address)


socket.socket.connect = _refuse
