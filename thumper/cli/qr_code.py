"""An address as a QR code in the terminal, so that a phone need not have it typed."""

from __future__ import annotations

import io

import segno


def qr_code(address: str) -> str:
    """Return the code in lines of half blocks, with the quiet border that readers need (ISO/IEC 18004: 4 modules).

    Dark modules are left blank, for a terminal with a dark ground; phones read the reverse as well.
    """
    drawn = io.StringIO()
    # The weakest correction makes the smallest code, and a screen has no stains.
    segno.make(address, error="l", micro=False).terminal(drawn, border=4, compact=True)
    return drawn.getvalue().rstrip("\n")
