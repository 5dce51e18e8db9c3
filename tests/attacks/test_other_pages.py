"""Pages of other origins in the browser of somebody who has signed in: a real Chromium, with the real cookie.

Another port of this machine is the nearest an attacker gets: browsers send it the cookies of ours, `SameSite` or not.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.api import Api
from tests.browser import browser_of_its_own
from tests.patience import until
from thumper.domain.access import Role
from thumper.store.access import people, sessions
from thumper.store.models import AuditEntry, Location, Session, SignInLink

pytestmark = pytest.mark.slow  # starts a browser

MUTATION: Final = 'mutation { createLocation(input: {name: "CSRF"}) { location { id } } }'
QUERY: Final = "{ viewer { name } }"

TRY: Final = """async ([url, mutation, query]) => {
  const tried = {}
  const send = async (name, address, options) => {
    try {
      const signal = AbortSignal.timeout(30_000)
      const answer = await fetch(url + address, {credentials: 'include', signal, ...options})
      tried[name] = answer.type === 'opaque' ? 'sent' : [answer.status, await answer.text()]
    } catch (error) { tried[name] = error.name === 'TimeoutError' ? 'no answer' : 'failed' }
  }
  const body = JSON.stringify({query: mutation}), json = {'content-type': 'application/json'}
  const get = '/graphql?query=' + encodeURIComponent(query)
  await send('read', '/graphql', {method: 'POST', body: JSON.stringify({query}), headers: json})
  await send('read by GET', get, {})
  await send('write', '/graphql', {method: 'POST', body, headers: json})
  await send('write as text', '/graphql', {method: 'POST', body, mode: 'no-cors'})
  await send('read unseen', get, {mode: 'no-cors'})
  await send('sign out', '/session', {method: 'DELETE'})
  await send('events', get, {headers: {accept: 'text/event-stream'}})
  for (const protocol of [['graphql-transport-ws'], []]) {
    tried['socket ' + protocol] = await new Promise(done => {
      const socket = new WebSocket(url.replace('http', 'ws') + '/graphql', protocol)
      socket.onopen = () => done('open')
      socket.onclose = () => done('closed')
      setTimeout(done, 30_000, 'no answer')
    })
  }
  tried.image = await new Promise(done => {
    const image = new Image()
    image.onload = () => done('seen')
    image.onerror = () => done('failed')
    image.src = url + '/pages/icon.svg'
    setTimeout(done, 30_000, 'no answer')
  })
  return tried
}"""

FORM: Final = """([url, mutation, kind]) => {
  const form = document.createElement('form')
  form.method = 'POST'
  form.enctype = kind
  form.action = url + '/graphql'
  const field = document.createElement('input')
  field.name = kind === 'text/plain' ? JSON.stringify({query: mutation, x: ''}).slice(0, -2) : 'query'
  field.value = kind === 'text/plain' ? '"}' : mutation
  form.append(field)
  document.body.append(form)
  form.submit()
}"""


@contextlib.asynccontextmanager
async def another_page() -> AsyncIterator[int]:
    """Serve an empty page at a port of its own."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            head = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 13\r\nconnection: close\r\n\r\n"
            writer.write(head + b"<body></body>")
            await writer.drain()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def signed_in(api: Api, context: BrowserContext, url: str) -> None:
    """Sign Dale in, as a person does; opening the link alone does not."""
    link = await sessions.make_link(await people.add("Dale", Role.MEMBER))
    page = await context.new_page()
    await page.goto(f"{url}/sign-in#{link.secret}")
    button = page.get_by_role("button", name="Sign in")
    await expect(button).to_be_visible(timeout=60_000)
    assert link.secret not in page.url
    # As the preview of a messenger that runs scripts does, and a tab that is opened again.
    for _ in range(2):
        await page.reload()
        assert (await SignInLink.get()).used_at is None
    await page.goto(f"{url}/sign-in#{link.secret}")
    await button.click(timeout=60_000)

    async def began() -> bool:
        return await Session.all().count() == 1

    await until(began)
    await page.close()


async def fetched(page: Page, url: str) -> Any:
    """Return what our own page is told by the API."""
    script = "async ([url, query]) => (await fetch(url + '/graphql', {method: 'POST', body: JSON.stringify({query}),"
    return await page.evaluate(
        f"{script} headers: {{'content-type': 'application/json'}}}})).json()", [url, QUERY]
    )


async def test_no_page_of_elsewhere_reads_or_changes_anything_with_the_cookie_of_who_signed_in(
    api: Api,
) -> None:
    port = urlsplit(api.url).port
    async with another_page() as other, browser_of_its_own() as browser:
        context = await browser.new_context()
        url = f"http://localhost:{port}"
        await signed_in(api, context, url)
        own = await context.new_page()
        await own.goto(f"{url}/sign-in")
        assert (await fetched(own, url))["data"] == {"viewer": {"name": "Dale"}}
        # Another port of the same host is the same site, another name another site.
        for foreign in (f"http://localhost:{other}", f"http://127.0.0.1:{other}"):
            page = await context.new_page()
            await page.goto(foreign)
            tried = await page.evaluate(TRY, [url, MUTATION, QUERY])
            assert "Dale" not in json.dumps(tried)
            assert {name for name, said in tried.items() if said not in ("failed", "closed", "sent")} == set()
            for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
                await page.goto(foreign)
                async with page.expect_navigation():
                    await page.evaluate(FORM, [url, MUTATION, kind])
                assert "BAD_ORIGIN" in await page.inner_text("body")
            await page.goto(foreign)
            async with page.expect_navigation():  # a link opens the page and runs nothing
                await page.evaluate(f"location = '{url}/graphql?query={MUTATION}'")
            await page.close()
        assert await Location.all().count() == 0
        assert await Session.filter(revoked_at=None).count() == 1
        assert await AuditEntry.filter(action="createLocation").count() == 0
        assert (await fetched(own, url))["data"] == {"viewer": {"name": "Dale"}}, "still signed in"
        assert not await own.evaluate("document.cookie"), "no script reads the cookie"
