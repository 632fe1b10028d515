"""Nothing inside the house is spoken to, whatever a name leads to, and what was checked is what is connected to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from expectations.errors import UsageError
from pipelines.delivery.addresses import RefusedAddressError, checked_address
from tests.worlds.certificate import certificate_for

NAME = "receiver.test"
Leads = Callable[..., list[str]]


@pytest.mark.parametrize("host", ["127.0.0.1", "10.1.2.3", "localhost", "[::1]", "[::ffff:10.0.0.1]", "[fd12::1]"])
@pytest.mark.parametrize("scheme", ["http", "nats"])
def test_a_private_address_needs_leave(zone: Any, host: str, scheme: str) -> None:
    with pytest.raises(UsageError, match="private address"):
        zone.deliver(replace(zone.endpoint, url=f"{scheme}://{host}/events", allow_private=False))


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "100.100.100.200", "168.63.129.16", "fe80::1", "fd00:ec2::254", "0.0.0.0", "224.0.0.1"],  # noqa: S104
)
def test_link_local_and_metadata_addresses_are_refused_even_with_leave(address: str) -> None:
    with pytest.raises(RefusedAddressError, match="link-local, metadata or group"):
        checked_address(address, 443, allow_private=True)


@pytest.mark.parametrize("written", ["2130706433", "0x7f.1", "127.1", "64:ff9b::7f00:1", "2002:7f00:1::"])
def test_another_way_to_write_a_loopback_address_is_found_out(written: str) -> None:
    with pytest.raises(RefusedAddressError, match="private address"):
        checked_address(written, 80, allow_private=False)


def test_a_public_address_needs_no_leave(leads: Leads) -> None:
    leads(["93.184.216.34", "2606:2800:220:1::1"])
    assert checked_address(NAME, 443, allow_private=False) == "93.184.216.34"


def test_a_name_with_one_private_address_among_public_ones_is_refused(leads: Leads) -> None:
    leads(["93.184.216.34", "10.0.0.7"])
    with pytest.raises(RefusedAddressError, match=f"'{NAME}' leads to 10.0.0.7"):
        checked_address(NAME, 443, allow_private=False)


def test_a_name_that_nobody_knows_is_tried_again(zone: Any) -> None:
    zone.say(1)
    zone.deliver(replace(zone.endpoint, url="http://nowhere.invalid/events"))
    assert "'nowhere.invalid' cannot be looked up" in zone.errors()[0]
    assert zone.states() == ["pending"]


def by_name(zone: Any, receiver: Any, **more: Any) -> Any:
    return replace(zone.endpoint, url=receiver.url.replace("127.0.0.1", NAME), **more)


def test_the_address_that_was_checked_is_the_one_that_is_connected_to(zone: Any, receiver: Any, leads: Leads) -> None:
    zone.say(1)
    asked = leads(["127.0.0.1"])  # a second question would find no answer
    assert zone.deliver(by_name(zone, receiver)).acknowledged == 1
    assert asked == [NAME]
    assert receiver.headers[0]["host"].startswith(f"{NAME}:")


def test_a_name_that_turns_inward_later_stops_the_relay_before_anything_is_sent(
    zone: Any, receiver: Any, leads: Leads
) -> None:
    zone.say(1, 2)
    leads(["127.0.0.1"], ["169.254.169.254"])
    report = zone.deliver(by_name(zone, receiver))
    assert (report.acknowledged, report.waiting) == (1, 1)
    assert f"'{NAME}' leads to 169.254.169.254" in report.stopped_because
    assert receiver.numbers == [1]


def test_a_private_name_is_refused_before_anything_is_sent(zone: Any, receiver: Any, leads: Leads) -> None:
    zone.say(1)
    leads(["127.0.0.1"])
    report = zone.deliver(by_name(zone, receiver, allow_private=False))
    assert "is a private address" in report.stopped_because
    assert (receiver.headers, zone.states()) == ([], ["pending"])


@pytest.mark.parametrize(("certified", "acknowledged"), [(NAME, 1), ("other.test", 0)])
def test_the_certificate_is_held_against_the_name_although_the_number_is_called(  # noqa: PLR0917
    zone: Any,
    receiver: Any,
    leads: Leads,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    certified: str,
    acknowledged: int,
) -> None:
    certificate = certificate_for(certified, tmp_path)
    receiver.use_tls(certificate)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    zone.say(1)
    leads(["127.0.0.1"])
    assert zone.deliver(by_name(zone, receiver, timeout_seconds=2)).acknowledged == acknowledged
