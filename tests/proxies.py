"""Caddy and nginx, as the samples of docs/proxy set them up, in front of an API, with a certificate of their own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import pytest
import websockets
from websockets.typing import Subprotocol

from tests.api import Api
from tests.patience import PATIENCE_S

SAMPLES: Final = Path(__file__).resolve().parent.parent / "docs" / "proxy"
UPSTREAM: Final = "127.0.0.1:8480"
"""Where the samples look for the API."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One of the samples, and what its comment says to set."""

    file_name: str
    name: str
    base_path: str = ""

    def settings(self) -> dict[str, str]:
        """Return what its comment says, read out of it."""
        lines = (SAMPLES / self.file_name).read_text().splitlines()
        said = [line.removeprefix("#").strip() for line in lines if line.startswith("#   THUMPER_")]
        return {
            name.removeprefix("THUMPER_").lower(): value
            for name, _, value in (line.partition("=") for line in said)
        }


ALL: Final = (
    Sample("site.Caddyfile", "deer.example.org"),
    Sample("path.Caddyfile", "ranch.example.org", "/thumper"),
    Sample("site.nginx.conf", "deer.example.org"),
    Sample("path.nginx.conf", "ranch.example.org", "/thumper"),
)


class _Front(httpx.AsyncHTTPTransport):
    """Finds the proxy's name on this machine, as an entry of a name server would."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions = {**request.extensions, "sni_hostname": request.url.host}
        request.url = request.url.copy_with(host="127.0.0.1")
        return await super().handle_async_request(request)


@dataclass(frozen=True, slots=True)
class Front:
    """What clients reach of a proxy: `url` is that of Thumper behind it."""

    url: str
    http: httpx.AsyncClient
    trust: ssl.SSLContext
    port: int

    @contextlib.asynccontextmanager
    async def socket(self, **headers: str) -> AsyncIterator[websockets.ClientConnection]:
        """Open a WebSocket to the API."""
        async with websockets.connect(
            self.url.replace("https", "wss", 1) + "/graphql",
            subprotocols=[Subprotocol("graphql-transport-ws")],
            ssl=self.trust,
            host="127.0.0.1",
            port=self.port,
            additional_headers={"authorization": self.http.headers["authorization"], **headers},
            close_timeout=1,
        ) as connection:
            yield connection


@contextlib.asynccontextmanager
async def fronted(sample: Sample, api: Api, folder: Path) -> AsyncIterator[Front]:
    """Run the sample's program in front of an API until the context ends; its client is the owner."""
    certificate, key = _certificate(folder, sample.name)
    port = _free_port()
    text = (SAMPLES / sample.file_name).read_text()
    assert text.count(UPSTREAM) >= 1
    text = text.replace(UPSTREAM, api.url.removeprefix("http://"))
    start = _caddy if sample.file_name.endswith("Caddyfile") else _nginx
    trust = ssl.create_default_context(cafile=str(certificate))
    with _running(start(folder, text, name=sample.name, port=port, files=(certificate, key))) as process:
        await _until_it_listens(port, process)
        url = f"https://{sample.name}:{port}{sample.base_path}"
        owner = {"authorization": api.http.headers["authorization"]}
        async with httpx.AsyncClient(
            base_url=url, transport=_Front(verify=trust), timeout=PATIENCE_S, headers=owner
        ) as http:
            yield Front(url, http, trust, port)


def _certificate(folder: Path, name: str) -> tuple[Path, Path]:
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    words += ["-days", "1", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
    subprocess.run([*words, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return certificate, key


def _caddy(folder: Path, text: str, *, name: str, port: int, files: tuple[Path, Path]) -> list[str]:
    assert "# tls internal" in text
    text = text.replace("# tls internal", f"tls {files[0]} {files[1]}").replace(
        f"\n{name} {{", f"\n{name}:{port} {{"
    )
    options = f"{{\n\tadmin off\n\tauto_https disable_redirects\n\tstorage file_system {folder}\n}}\n"
    path = folder / "Caddyfile"
    path.write_text(options + text)
    return [_program("caddy"), "run", "--config", str(path), "--adapter", "caddyfile"]


def _nginx(folder: Path, text: str, *, name: str, port: int, files: tuple[Path, Path]) -> list[str]:
    assert f"server_name {name};" in text
    for before, after in (
        ("/etc/ssl/thumper/certificate.pem", str(files[0])),
        ("/etc/ssl/thumper/key.pem", str(files[1])),
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
    ):
        assert before in text
        text = text.replace(before, after)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    user = "user root;\n" if os.geteuid() == 0 else ""
    path = folder / "nginx.conf"
    path.write_text(
        f"{user}daemon off;\npid {folder}/nginx.pid;\nworker_processes 1;\nerror_log stderr;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{places}{text}}}\n"
    )
    return [_program("nginx"), "-p", str(folder), "-c", str(path)]


def _program(name: str) -> str:
    path = shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
    assert path, f"the samples need {name}: run make proxies"
    return path


@contextlib.contextmanager
def _running(argv: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    log = Path(argv[-1]).parent if "-c" in argv else Path(argv[3]).parent
    with (log / "proxy.log").open("wb") as written:
        environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(log)}
        process = subprocess.Popen(argv, stdout=written, stderr=subprocess.STDOUT, env=environment)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


async def _until_it_listens(port: int, process: subprocess.Popen[bytes]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if process.poll() is not None:
                pytest.fail(f"the proxy ended with {process.returncode}")
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                return
            await asyncio.sleep(0.02)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
