"""Servers that are none: one that speaks just enough Bolt to tell its version, and a wire that breaks on purpose.

Source: Bolt protocol 5.0, "Handshake", "Message"; PackStream 1.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

HELLO, GOODBYE, RUN, PULL = 0x01, 0x02, 0x10, 0x3F

OF_NEO4J_5_0 = bytes((0, 0, 0, 5))
OF_NEO4J_5_13 = bytes((0, 0, 4, 5))
"""Versions of Bolt that a server may choose."""


@contextlib.contextmanager
def bolt_server(greeting: bytes, version: str = "") -> Iterator[str]:
    """The address of a server that greets, and answers every query with its version, if it has one."""

    def serve(peer: socket.socket) -> None:
        peer.recv(20)
        peer.sendall(greeting)
        while version and (tag := _message(peer)) != GOODBYE:
            if tag == PULL:
                _send(peer, 0x71, _list(_text(version)))
            told = {
                HELLO: {"server": _text(f"Neo4j/{version}"), "connection_id": _text("c")},
                RUN: {"fields": _list(_text("version"))},
            }
            _send(peer, 0x70, _map(told.get(tag, {})))

    with _listening(serve) as port:
        yield f"bolt://127.0.0.1:{port}"


@dataclass
class Wire:
    """A way to a server; ``sent`` counts the bytes that went there."""

    uri: str = ""
    sent: int = 0


@contextlib.contextmanager
def wire(port: int, most: int | None = None, then: Callable[[], None] = lambda: None) -> Iterator[Wire]:
    """A wire to ``port`` of 127.0.0.1. When ``most`` bytes went there it breaks, and ``then`` is done."""
    made, lock = Wire(), threading.Lock()

    def forward(peer: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", port)) as other:
            threading.Thread(target=_pump, args=(other, peer), daemon=True).start()
            while data := peer.recv(65_536):
                with lock:
                    whole = most is None or made.sent < most
                    made.sent += len(data)
                    if whole and most is not None and made.sent >= most:
                        then()
                if most is not None and made.sent >= most:
                    break
                other.sendall(data)

    with _listening(forward) as listened:
        made.uri = f"bolt://127.0.0.1:{listened}"
        yield made


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)


@contextlib.contextmanager
def _listening(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port of 127.0.0.1 whose callers are each served by a thread."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def one(peer: socket.socket) -> None:
            with peer, contextlib.suppress(OSError):
                serve(peer)

        def accept() -> None:
            with contextlib.suppress(OSError):  # closed: the test is over
                while True:
                    threading.Thread(target=one, args=(listener.accept()[0],), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield int(listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)


def _message(peer: socket.socket) -> int:
    """Tag of the next message. Errors: OSError at the end."""
    data = b""
    while True:
        size = int.from_bytes(_exactly(peer, 2), "big")
        if size == 0 and data:
            return data[1]
        data += _exactly(peer, size)


def _exactly(peer: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        if not (more := peer.recv(size - len(data))):
            raise OSError("gone")
        data += more
    return data


def _send(peer: socket.socket, tag: int, field: bytes) -> None:
    body = bytes((0xB1, tag)) + field
    peer.sendall(len(body).to_bytes(2, "big") + body + bytes(2))


def _text(text: str) -> bytes:
    return bytes((0x80 + len(text),)) + text.encode()


def _list(*items: bytes) -> bytes:
    return bytes((0x90 + len(items),)) + b"".join(items)


def _map(items: dict[str, bytes]) -> bytes:
    return bytes((0xA0 + len(items),)) + b"".join(_text(key) + value for key, value in items.items())
