"""File and folder names that people, cameras and broken disks really produce, and a few that only malice does."""

from __future__ import annotations

import unicodedata

_FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
_WALES = "\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f"

NO_UTF_8 = [
    b"Caf\xe9.jpg",  # Latin-1
    b"\x83J\x83\x81\x83\x89.JPG",  # Shift JIS, with a backslash's neighbour in it
    b"\xff\xfe.jpg",
    b"\x80.jpg",
    b"cut emoji \xf0\x9f\xa6.jpg",
    b"surrogate \xed\xa0\x80.jpg",
    b"overlong \xc0\xae\xc0\xae.jpg",
]

TEXT = [
    # One name to a person, two to the disk.
    "H\u00f6he.jpg", "Ho\u0308he.jpg", "\u212bngstrom.jpg", "\u00c5ngstrom.jpg", "A\u030angstrom.jpg",
    "\ud55c\uad6d.jpg", unicodedata.normalize("NFD", "\ud55c\uad6d.jpg"),
    "A.JPG", "a.jpg", "a.JPG", "\u0130.jpg", "\u0131.jpg", "stra\u00dfe.jpg", "STRA\u1e9eE.jpg",
    "\u03a3\u03c3\u03c2.jpg",
    # Other people's letters.
    "\u0438\u0437\u044e\u0431\u0440\u044c.jpg", "\u9e7f.jpg", "\u0e01\u0e27\u0e32\u0e07.jpg",
    "\u05d0\u05d9\u05dc.jpg", "\u0623\u064a\u0644.jpg", "z\u0300\u0301\u0302\u0303\u0304\u0305.jpg",
    "\U0001f98c.jpg", f"{_FAMILY}.jpg", f"{_WALES}.jpg", "1\ufe0f\u20e3.jpg",
    # What cannot be seen, and what turns a line around.
    "two\nlines.jpg", "carriage\rreturn.jpg", "tab\t.jpg", " leading.jpg", "trailing .jpg", "no\u00a0break.jpg",
    "\u3000.jpg", "zero\u200bwidth.jpg", "\ufeff.jpg", "gpj.\u202egnp.jpg", "\u200fmark.jpg", "\u2066isolate.jpg",
    "line\u2028separator.jpg", "private \ue000.jpg", "unassigned \u0378.jpg", "no character \uffff.jpg",
    # Control characters that a terminal obeys.
    "\x01.jpg", "bell \x07.jpg", "back\x08\x08\x08space.jpg", "\x1b[31mred\x1b[0m.jpg", "\x1b]0;title\x07.jpg",
    "\x1b[2J\x1b[H.jpg", "delete \x7f.jpg", "next line \x85.jpg",
    # What shells, SQL, URLs, pages and spreadsheets interpret.
    "-rf.jpg", "--help.jpg", "~.jpg", "$HOME.jpg", "`id`.jpg", "$(id).jpg", "a;b|c&d.jpg", "*.jpg", "?.jpg",
    "[a-z].jpg",
    "'; DROP TABLE file; --.jpg", "it's.jpg", 'say "cheese".jpg', "100%.jpg", "%2e%2e%2f.jpg", "%00.jpg", "%s%n.jpg",
    "<img src=x onerror=alert(1)>.jpg", "a&amp;b.jpg", "=1+1.jpg", "@SUM(A1).jpg", "#1.jpg", "a,b;c.jpg",
    "filename*=x.jpg",
    # What Windows interprets.
    "..\\up.jpg", "..\\..\\etc\\passwd.jpg", "C:\\a.jpg", "a:stream.jpg", "CON.jpg", "nul.JPG", "COM1.jpg", "LPT1.png",
    "dots...jpg", "..jpg", "IMG_0001.JPG ", "IMG_0002.JPG.", "IMG_0003.jpg. .",
    # As long as a name may be: 255 bytes.
    "x" * 251 + ".jpg", "\u00fc" * 125 + "y.jpg", "\U0001f98c" * 62 + "abc.jpg",
]  # fmt: skip

FILES = [*NO_UTF_8, *(name.encode() for name in TEXT)]
"""Names of photos."""

FOLDERS = [
    b"Caf\xe9", b"two\nlines", b"\x1b[31mred", b"up\\..\\..", b"-rf", b"CON", b"trailing.", b"trailing ", b" leading",
    b"%2e%2e", b"card.jpg", b"x" * 255,
    *(name.encode() for name in ("H\u00f6he", "Ho\u0308he", "HÖHE", "\U0001f98c", "\u202egnp", "'; --")),
    "\u00fc".encode() * 127,
]  # fmt: skip
"""Names of folders."""
