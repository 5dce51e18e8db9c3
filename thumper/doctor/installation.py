"""What set-up should have installed, and the camera profiles that the user added."""

from __future__ import annotations

import importlib.util
from typing import Final

from thumper.cameras.profile_files import own_profiles, packaged_profiles
from thumper.doctor.check_context import CheckContext
from thumper.domain.check_result import CheckResult
from thumper.errors import SettingError
from thumper.web.page import has_graphiql, has_page

WEBSOCKET_LIBRARY: Final = "websockets"
"""What uvicorn answers subscriptions with (`thumper.web.main`)."""


async def look_at_installation(context: CheckContext) -> list[CheckResult]:
    """Return whether subscriptions and the page can work, and whether every camera profile can be used."""
    return [_websocket_library(), _page(), _graphiql(), _cameras(context)]


def _websocket_library() -> CheckResult:
    if importlib.util.find_spec(WEBSOCKET_LIBRARY) is None:
        return CheckResult.fail(
            "websocket",
            f"The library {WEBSOCKET_LIBRARY} is not installed, so there are no subscriptions.",
            remedy=f"Run `make install` again, or `pip install {WEBSOCKET_LIBRARY}`.",
        )
    return CheckResult.ok("websocket", "Subscriptions can be answered.")


def _page() -> CheckResult:
    if not has_page():
        return CheckResult.warn(
            "page",
            "The page in the browser is not built.",
            remedy="Run `make page` in Thumper's folder. Everything else works without.",
        )
    return CheckResult.ok("page", "The page in the browser is built.")


def _graphiql() -> CheckResult:
    if not has_graphiql():
        return CheckResult.warn(
            "graphiql",
            "The query page in the browser (GraphiQL) is not installed.",
            remedy="Run `make page` in Thumper's folder. Everything else works without.",
        )
    return CheckResult.ok("graphiql", "The query page in the browser is installed.")


def _cameras(context: CheckContext) -> CheckResult:
    folder = context.settings.cameras_dir
    try:
        own = own_profiles(folder)
    except SettingError as error:
        return CheckResult.fail(
            "cameras",
            f"A camera profile of yours cannot be used, so nothing can be taken in: {error}",
            remedy=f"Correct it, or move it out of {folder}.",
        )
    return CheckResult.ok(
        "cameras", f"{len(packaged_profiles())} camera profiles came with Thumper, {len(own)} are yours."
    )
