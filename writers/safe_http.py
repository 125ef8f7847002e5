"""An HTTP transport for addresses that strangers chose: it reaches the public web and nothing else.

URLs in posts, notes and pages are hostile input. `guarded_transport` refuses, before a connection is made,
every request that could reach the machine itself or its network: other schemes, user names in a URL, odd
ports, hosts that spell an address in disguise, and every name of which any address is not public. It connects
to the very address that was checked, so a name that answers differently a second time (DNS rebinding) gains
nothing, while the Host header and the TLS server name stay those of the URL. A redirect is a request like any
other.

    async with httpx.AsyncClient(transport=guarded_transport()) as web:
        answer = await web.get(url)
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from types import TracebackType
from typing import Any, Final, Self, cast

import httpcore
import httpx

Resolver = Callable[[str], Awaitable[Sequence[str]]]
"""Host name → every address it has, as text; raises OSError where it has none."""

WEB_PORTS: Final = frozenset({80, 443, 8080, 8443})
"""Ports a web page may be served from."""

_PUBLIC_V6 = ip_network("2000::/3")
"""All of IPv6 that is assigned to the public Internet (IANA IPv6 address space registry)."""

_SPECIAL = tuple(
    ip_network(block)
    for block in (
        # IANA IPv4 and IPv6 special-purpose address registries, without the blocks of _PRIVATE
        "0.0.0.0/8",
        "100.64.0.0/10",
        "169.254.0.0/16",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
    )
)
_PRIVATE = tuple(
    ip_network(block)
    for block in ("10.0.0.0/8", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
)
_NAT64 = ip_network("64:ff9b::/96")
_HOST_NAME = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?", re.IGNORECASE)
_DISGUISED_ADDRESS = re.compile(r"(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)\.?$", re.IGNORECASE)
"""A host whose last label is a number is an IPv4 address in some spelling (WHATWG URL standard)."""


class AddressRefused(httpx.TransportError):
    """The URL or the address behind it is none that may be reached; nothing was sent."""


def is_reachable(address: str, *, allow_private: bool = False) -> bool:
    """Whether an IP address may be connected to: public, or with `allow_private` loopback and private too.

    IPv4 addresses inside IPv6 (mapped, NAT64) are judged by what they hold; tunnels (6to4, Teredo) never are
    reachable. Link-local addresses, where clouds keep their secrets, stay refused with `allow_private`.
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        if ip.scope_id is not None:
            return False
        ip = _inner_v4(ip) or ip
    if any(ip in block for block in _PRIVATE):
        return allow_private
    if any(ip in block for block in _SPECIAL):
        return False
    return isinstance(ip, IPv4Address) or ip in _PUBLIC_V6


def _inner_v4(ip: IPv6Address) -> IPv4Address | None:
    return ip.ipv4_mapped or (IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None)


async def system_resolver(host: str) -> Sequence[str]:
    """The machine's own name resolution."""
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def guarded_transport(
    resolver: Resolver = system_resolver,
    *,
    allow_private: bool = False,
    ports: frozenset[int] | None = WEB_PORTS,
    verify: ssl.SSLContext | None = None,
) -> httpx.AsyncBaseTransport:
    """A transport that reaches public addresses only; `allow_private` adds loopback and private networks.

    `ports` None allows any port; `verify` replaces the machine's trusted certificates. No proxy is used,
    whatever the environment says. Refusals are raised as AddressRefused.
    """
    return _GuardedTransport(resolver, allow_private=allow_private, ports=ports, verify=verify)


def refusal_of(url: httpx.URL, *, allow_private: bool, ports: frozenset[int] | None) -> str | None:
    """Why a URL is refused by its spelling alone, for people; None where it is not."""
    host = url.raw_host.decode("ascii")
    if url.scheme not in ("http", "https"):
        return f"scheme '{url.scheme}' is not http or https"
    if url.userinfo:
        return "the URL carries a user name"
    if not host:
        return "the URL names no host"
    port = url.port if url.port is not None else {"http": 80, "https": 443}[url.scheme]
    if ports is not None and port not in ports:
        return f"port {port} is none that web pages are served from"
    try:
        ip_address(host)
    except ValueError:
        if _DISGUISED_ADDRESS.search(host):
            return f"host {host} is a disguised address"
        return None if _HOST_NAME.fullmatch(host) else "the URL's host is no host name"
    return None if is_reachable(host, allow_private=allow_private) else f"address {host} is not public"


class _GuardedBackend(httpcore.AsyncNetworkBackend):
    """Resolves, checks every address, and connects to a checked one."""

    def __init__(self, resolver: Resolver, *, allow_private: bool) -> None:
        self._resolver = resolver
        self._allow_private = allow_private
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's own signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await self._addresses(host, timeout)
        for address in addresses:
            if not is_reachable(address, allow_private=self._allow_private):
                raise AddressRefused(f"host {host} has the address {address}, which is not public")
        failure: Exception = httpcore.ConnectError(f"host {host} has no address")
        for address in addresses:
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def _addresses(self, host: str, timeout: float | None) -> Sequence[str]:  # noqa: ASYNC109
        try:
            return (str(ip_address(host)),)
        except ValueError:
            pass
        try:
            return await asyncio.wait_for(self._resolver(host), timeout)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"no address for {host} in time") from error
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"no address for {host}") from error


class _GuardedTransport(httpx.AsyncBaseTransport):
    """httpx's transport interface over an httpcore pool that connects through the guarded backend."""

    def __init__(
        self,
        resolver: Resolver,
        *,
        allow_private: bool,
        ports: frozenset[int] | None,
        verify: ssl.SSLContext | None,
    ) -> None:
        self._allow_private = allow_private
        self._ports = ports
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=verify or httpx.create_ssl_context(),
            network_backend=_GuardedBackend(resolver, allow_private=allow_private),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        refusal = refusal_of(request.url, allow_private=self._allow_private, ports=self._ports)
        if refusal is not None:
            raise AddressRefused(refusal, request=request)
        outgoing = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=cast("AsyncIterator[bytes]", request.stream),
            extensions=_without_overrides(request.extensions),
        )
        with _told_as_httpx(request):
            answer = await self._pool.handle_async_request(outgoing)
        return httpx.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Body(answer, request),
            extensions=answer.extensions,
        )

    async def __aenter__(self) -> Self:
        await self._pool.__aenter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self._pool.__aexit__(exc_type, exc_value, traceback)

    async def aclose(self) -> None:
        await self._pool.aclose()


def _without_overrides(extensions: Mapping[str, Any]) -> dict[str, Any]:
    """A server name or target given beside the URL would name another host than the one that was checked."""
    return {key: value for key, value in extensions.items() if key not in ("sni_hostname", "target")}


class _Body(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response, request: httpx.Request) -> None:
        self._answer = answer
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _told_as_httpx(self._request):
            async for part in self._answer.aiter_stream():
                yield part

    async def aclose(self) -> None:
        await self._answer.aclose()


_HTTPX_NAMES: Final[Mapping[type[Exception], type[httpx.TransportError]]] = {
    httpcore.ConnectTimeout: httpx.ConnectTimeout,
    httpcore.ReadTimeout: httpx.ReadTimeout,
    httpcore.WriteTimeout: httpx.WriteTimeout,
    httpcore.PoolTimeout: httpx.PoolTimeout,
    httpcore.ConnectError: httpx.ConnectError,
    httpcore.ReadError: httpx.ReadError,
    httpcore.WriteError: httpx.WriteError,
    httpcore.NetworkError: httpx.NetworkError,
    httpcore.UnsupportedProtocol: httpx.UnsupportedProtocol,
    httpcore.LocalProtocolError: httpx.LocalProtocolError,
    httpcore.RemoteProtocolError: httpx.RemoteProtocolError,
    httpcore.ProtocolError: httpx.ProtocolError,
    ssl.SSLError: httpx.ConnectError,
}


@contextmanager
def _told_as_httpx(request: httpx.Request) -> Iterator[None]:
    try:
        yield
    except tuple(_HTTPX_NAMES) as error:
        name = next(name for kind, name in _HTTPX_NAMES.items() if isinstance(error, kind))
        raise name(str(error), request=request) from error
