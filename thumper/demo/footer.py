"""The black strip under a trail camera's picture: where, when, how warm, and that it is drawn.

Why: a drawn picture must say so wherever it ends up. Refuses to leave that out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from thumper.demo.canvas import FOOTER_PX, WIDTH_PX

DRAWN = "DRAWN BY THUMPER"


@dataclass(frozen=True, slots=True)
class Footer:
    """What the camera prints: its name, its own clock's reading, the temperature."""

    camera: str = ""
    when: str = ""
    temperature: str = ""


def draw_footer(footer: Footer, *, night: bool) -> Image.Image:
    """The strip, RGB, WIDTH_PX by FOOTER_PX."""
    strip = Image.new("RGB", (WIDTH_PX, FOOTER_PX), (6, 8, 12))
    pen = ImageDraw.Draw(strip)
    middle = FOOTER_PX / 2
    _moon_or_sun(pen, middle, night=night)
    words = "    ".join(word for word in (footer.when, footer.temperature, footer.camera) if word)
    pen.text((32, middle), words, fill=(232, 236, 240), font=_font(14), anchor="lm")
    pen.text((WIDTH_PX - 8, middle), DRAWN, fill=(240, 190, 90), font=_font(12), anchor="rm")
    return strip


def _moon_or_sun(pen: ImageDraw.ImageDraw, middle: float, *, night: bool) -> None:
    box = (9, middle - 6, 21, middle + 6)
    pen.ellipse(box, fill=(225, 225, 215) if night else (250, 200, 70))
    if night:
        pen.ellipse((13, middle - 7, 25, middle + 5), fill=(6, 8, 12))


@lru_cache(maxsize=4)
def _font(size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size_px)
