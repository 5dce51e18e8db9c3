"""What `thumper up` says of the network: under which address other machines reach it, and what that means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from thumper.domain.host_name import as_host
from thumper.settings import Settings
from thumper.web.own_addresses import address_for_others

_WITHOUT_TLS: Final = (
    "Without TLS: who can listen in this network can read along (docs/operations.md, Other machines)"
)


def network_lines(settings: Settings) -> Iterator[str]:
    """Yield the address for phones; nothing where only this machine is answered."""
    url = url_for_others(settings)
    if url is None:
        return
    yield f"Network      {url} from phones and other machines"
    if url.startswith("http://"):
        yield f"             {_WITHOUT_TLS}"


def url_for_people(settings: Settings) -> str:
    """Return where a person opens Thumper with any device, without a slash at its end: this machine's if no other."""
    return (url_for_others(settings) or settings.api_url).removesuffix("/")


def url_for_others(settings: Settings) -> str | None:
    """Return the address under which others reach the page; None where only this machine does."""
    if settings.public_url is not None:
        return f"{settings.public_url}/"
    address = address_for_others(settings)
    if address is None:
        return None
    return f"http://{as_host(address)}:{settings.port}{settings.base_path}/"
