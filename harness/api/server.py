"""The application on a socket."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from writers.errors import UserError

LOOPBACK: Final = "127.0.0.1"
MAX_PORT: Final = 65_535
BACKLOG: Final = 2048
KEEP_ALIVE_S: Final = 30


def serve(
    app: FastAPI,
    *,
    host: str = LOOPBACK,
    port: int = 8080,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serve until interrupted, letting requests under way finish; SIGINT then raises KeyboardInterrupt.

    `port` 0 takes a free one. `on_ready` is told the base URL once connections are accepted; nothing is
    printed here.

    Raises:
        UserError: the address cannot be used.
    """
    listener = listen(host, port)
    if on_ready is not None:
        on_ready(base_url(listener))
    config = uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=10,
    )
    with listener:
        uvicorn.Server(config).run(sockets=[listener])


def listen(host: str, port: int) -> socket.socket:
    """A socket that accepts connections.

    Raises:
        UserError: the port is in use or not allowed, or the host is none of this machine's.
    """
    if not 0 <= port <= MAX_PORT:
        raise UserError(f"Port {port} cannot be used; ports go from 0 (a free one) to {MAX_PORT}.")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise UserError(
            f"Address {host}:{port} cannot be used ({error}); name a host and port of this machine."
        ) from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
        listener.set_inheritable(True)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise UserError(
                f"Port {port} on {host} is in use; stop what uses it or choose another port "
                "(0 takes a free one)."
            ) from None
        raise UserError(f"Address {host}:{port} cannot be used ({error}); choose another.") from None
    return listener


def base_url(listener: socket.socket) -> str:
    """The address that clients of a listening socket are given."""
    host, port, *_ = listener.getsockname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def running(app: ASGIApp) -> Iterator[str]:
    """The base URL of an application served from a thread of this process, on a free port of loopback."""
    listener = listen(LOOPBACK, 0)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield base_url(listener)
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()
    assert not thread.is_alive()
