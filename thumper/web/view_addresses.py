"""The addresses of the page's views, which can be sent to somebody: a browser that opens one gets the page.

They hold no data; what a view shows it asks at `/graphql`, as any client does. The page's own list is
`page/src/views.ts`.
"""

from __future__ import annotations

from typing import Final

VIEWS: Final = (
    "/cards",
    "/cards/{id}",
    "/photos",
    "/photos/{id}",
    "/review",
    "/deer",
    "/deer/{id}",
    "/stands",
    "/stands/{id}",
    "/settings",
)
"""Beside `/`, which is Today."""
SIGN_IN: Final = "/sign-in"
"""Where links that sign in lead; it answers everybody with the page, previews of messengers too."""
