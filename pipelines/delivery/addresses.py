"""Which network addresses may be spoken to: looked up once, checked after the look-up, and that one is connected to.

A name is no address: it may lead to a machine inside the house, or to another one at the next question (rebinding). So
the addresses of a name are checked, and the connection is made to the checked one instead of to the name.
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from expectations.errors import UsageError

Address = IPv4Address | IPv6Address

_NEVER = tuple(
    map(
        ip_network,
        (
            "169.254.0.0/16",  # link-local, and what clouds tell their machines about themselves
            "fe80::/10",
            "fd00:ec2::/32",  # Amazon's metadata over IPv6
            "100.100.100.200/32",  # Alibaba Cloud's metadata
            "168.63.129.16/32",  # Azure's
            "192.0.0.192/32",  # Oracle's
        ),
    )
)
_NAT64 = ip_network("64:ff9b::/96")


class RefusedAddressError(UsageError):
    """An address that messages may not go to."""


def checked_address(host: str, port: int, allow_private: bool) -> str:
    """The address to connect to for a host.

    Parameters
    ----------
    host, port:
        A name, or an address as text; the port it is reached at.
    allow_private:
        Whether private and loopback addresses may be used. Link-local and metadata addresses never are.

    Raises
    ------
    RefusedAddressError
        When any address of the host may not be used.
    OSError
        When the name cannot be looked up.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise OSError(f"'{host}' cannot be looked up: {error.strerror}") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in addresses:
        _must_be_allowed(host, address, allow_private)
    return addresses[0]


def _must_be_allowed(host: str, text: str, allow_private: bool) -> None:
    address = _unwrapped(ip_address(text))
    named = f"'{host}'" if host == text else f"'{host}' leads to {text}, which"
    if address.is_multicast or address.is_unspecified or any(address in network for network in _NEVER):
        raise RefusedAddressError(
            f"{named} is a link-local, metadata or group address.", "Set XINJI_RISK_CONTROL_URL to the receiver's own."
        )
    if not (address.is_global or allow_private):
        raise RefusedAddressError(
            f"{named} is a private address.", "Set XINJI_RISK_CONTROL_ALLOW_PRIVATE=true if it is meant."
        )


def _unwrapped(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one, where that is where it leads."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
