from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumper.domain.host_name import (
    Authority,
    authority_of,
    is_among,
    is_within,
    read_address,
    read_authority,
    read_base_path,
    read_hosts,
    read_networks,
    read_origin,
    read_public_url,
)


def test_an_authority_is_exactly_a_name_and_perhaps_a_port() -> None:
    assert read_authority("Deer.Example.org", "http") == Authority("deer.example.org", 80)
    assert read_authority("deer.example.org", "https") == Authority("deer.example.org", 443)
    assert read_authority("[::1]:9", "http") == Authority(IPv6Address("::1"), 9)
    assert read_authority("[::ffff:192.168.1.7]:9", "http") == Authority(IPv4Address("192.168.1.7"), 9)
    for wrong in (
        "",
        "a/b",
        "a@b",
        "a:0",
        "a:65536",
        "::1",
        "[127.0.0.1]",
        "127.1",
        "0127.0.0.1",
        "a b",
        "a:٣",
        "a,b",
    ):
        assert read_authority(wrong, "http") is None, wrong
    assert read_authority("a", "ftp") is None


def test_an_origin_has_a_scheme_of_http() -> None:
    assert read_origin("https://a.example:8443") == ("https", Authority("a.example", 8443))
    for wrong in ("null", "x", "file://", "http://", "http://[", "http://a/", "ws://a"):
        assert read_origin(wrong) is None, wrong


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("192.168.1.7", "192.168.1.7"),
        ("192.168.1.7:4711", "192.168.1.7"),
        ("::ffff:192.168.1.7", "192.168.1.7"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ('"[2001:db8::1]"', "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
    ],
)
def test_an_address_is_read_as_sockets_and_proxies_write_it(written: str, meant: str) -> None:
    assert str(read_address(written)) == meant


@given(st.text(max_size=30))
def test_no_word_is_too_odd_to_be_read(text: str) -> None:
    read_address(text)
    read_authority(text, "http")
    read_origin(f"http://{text}")


def test_hosts_are_names_addresses_and_all_below_a_name() -> None:
    hosts = read_hosts("Deer.Example.org, *.ranch.lan\n192.168.1.20 2001:db8::1")
    assert is_among("deer.example.org", hosts)
    assert is_among("a.b.ranch.lan", hosts)
    assert is_among(IPv4Address("192.168.1.20"), hosts)
    assert is_among(IPv6Address("2001:db8:0::1"), hosts)
    for foreign in (
        "ranch.lan",
        "xranch.lan",
        "example.org",
        "x.deer.example.org",
        IPv4Address("192.168.1.2"),
    ):
        assert not is_among(foreign, hosts)


@pytest.mark.parametrize(
    "wrong",
    [
        "*",
        "*.",
        "http://a",
        "a:80",
        "a/b",
        "a.*.b",
        "*a.b",
        "1.2.3",
        "192.168.1.0/24",
        "a..b",
        "192.168.1.20:80",
    ],
)
def test_what_is_no_host_is_named(wrong: str) -> None:
    with pytest.raises(ValueError, match="is no host: write"):
        read_hosts(f"fine.example, {wrong}")


def test_networks_hold_addresses() -> None:
    networks = read_networks("127.0.0.1, 172.16.0.0/12 ::1")
    assert networks == (ip_network("127.0.0.1"), ip_network("172.16.0.0/12"), ip_network("::1"))
    assert is_within(IPv4Address("172.17.0.1"), networks)
    assert not is_within(IPv4Address("10.0.0.1"), networks)
    for wrong in ("*", "localhost", "10.0.0.1/8", "10.0.0.0/33"):
        with pytest.raises(ValueError, match="is no address or network"):
            read_networks(wrong)


def test_a_base_path_has_no_slash_at_its_end_and_nothing_that_an_address_means_otherwise() -> None:
    assert [read_base_path(text) for text in ("", "/", "/thumper", "/thumper/", "/a/b-c_d.e~1")] == [
        "",
        "",
        "/thumper",
        "/thumper",
        "/a/b-c_d.e~1",
    ]
    for wrong in ("thumper", "//a", "/a//b", "/..", "/a/../b", "/a?b", "/a#b", "/a b", "/ä", "/%2e", "/a\n"):
        with pytest.raises(ValueError, match="must be a path such as /thumper"):
            read_base_path(wrong)


def test_a_public_address_has_a_scheme_and_a_name_and_perhaps_a_path() -> None:
    good = ("https://deer.example.org", "http://192.168.1.20:8480", "https://[fd00::20]/thumper")
    assert [read_public_url(f"{text}/") for text in good] == list(good)
    assert [str(known.name) for text in good if (known := authority_of(text))] == [
        "deer.example.org",
        "192.168.1.20",
        "fd00::20",
    ]
    for wrong in (
        "deer.example.org",
        "ftp://deer.example.org",
        "https://",
        "https://dale@deer.example.org",
        "https://deer.example.org/?a",
        "https://deer.example.org/#a",
        "https://deer.example.org:0",
        "https://*.example.org",
    ):
        with pytest.raises(ValueError, match="must be an address such as https://"):
            read_public_url(wrong)
