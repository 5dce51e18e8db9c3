"""How files begin, written down from the formats' standards and from files of programs, and not from Thumper's table.

What is a picture or a film here may be somebody's only copy. It is the oracle for `domain.file_kind` and for the check
before a card is wiped, so nothing here may be computed by them.
"""

from __future__ import annotations

from typing import Final

LONGEST: Final = 512
_PACKET: Final = b"G" + bytes(187)


def _ftyp(brand: bytes) -> bytes:
    return b"\0\0\0\x18ftyp" + brand + bytes(4) + brand + b"isom"


PICTURES: Final = {
    "JPEG": b"\xff\xd8\xff\xe1",
    "JPEG of a camera's own": b"\xff\xd8\0",
    "PNG": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "GIF": b"GIF89a",
    "BMP": b"BM\x36\x84\x03\0\0\0\0\0\x36\0",
    "WebP": b"RIFF\x24\0\0\0WEBPVP8 ",
    "NEF, DNG, ARW": b"II*\0\x08\0\0\0",
    "CR2": b"II*\0\x10\0\0\0CR\x02\0",
    "PEF": b"MM\0*\0\0\0\x08",
    "BigTIFF": b"II+\0\x08\0\0\0",
    "CRW": b"II\x1a\0\0\0HEAPCCDR",
    "RW2": b"IIU\0\x18\0\0\0",
    "ORF": b"IIRO\x08\0\0\0",
    "RAF": b"FUJIFILMCCD-RAW 0201",
    "MRW": b"\0MRM\0\x01",
    "X3F": b"FOVb\0\0",
    "JPEG XR": b"II\xbc\x01\x20\0",
    "HD Photo": b"II\xbc\0\x20\0",
    "JPEG XL": b"\0\0\0\x0cJXL \r\n\x87\n",
    "JPEG XL codestream": b"\xff\x0a\xfa\x7f",
    "JPEG 2000": b"\0\0\0\x0cjP  \r\n\x87\n",
    "JPEG 2000 codestream": b"\xff\x4f\xff\x51\0\x2f",
    "PSD": b"8BPS\0\x01",
    **{
        f"picture of the brand {brand.decode()}": _ftyp(brand)
        for brand in (
            *(
                b"heic",
                b"heix",
                b"heim",
                b"heis",
                b"hevc",
                b"hevx",
                b"hevm",
                b"hevs",
                b"avif",
                b"avis",
                b"avio",
            ),
            *(
                b"mif1",
                b"mif2",
                b"msf1",
                b"miaf",
                b"avci",
                b"avcs",
                b"jpeg",
                b"jpgs",
                b"vvic",
                b"vvis",
                b"j2ki",
            ),
            *(b"j2is", b"crx ", b"jp2 ", b"jpx ", b"jpm ", b"jph ", b"jxl "),
        )
    },
}
"""Beginnings of pictures; brands as mp4ra.org registers them."""

VIDEOS: Final = {
    **{
        f"film of the brand {brand.decode()}": _ftyp(brand)
        for brand in (
            b"mp42",
            b"isom",
            b"avc1",
            b"qt  ",
            b"M4V ",
            b"3gp4",
            b"3g2a",
            b"MSNV",
            b"mj2s",
            b"XAVC",
            b"????",
        )
    },
    "MOV of old": b"\0\0\x04\x2amoov\0\0\0lmvhd",
    "MOV with its data first": b"\0\0\0\x01mdat\0\0\0\0\x12\x34",
    "large MOV with its data first": b"\x12\x34\x56\x78mdat",
    "MOV with a wide atom": b"\0\0\0\x08wide\0\0\0\0mdat",
    "MOV with much room in front": b"\0\x10\0\0free\0\0\0\0",
    "AVI, MJPEG in AVI": b"RIFF\xff\xff\xff\0AVI LIST",
    "second part of an OpenDML AVI": b"RIFF\xff\xff\xff\0AVIXLIST",
    "Video CD": b"RIFF\xff\xff\xff\0CDXAfmt ",
    "MPEG program stream": b"\0\0\x01\xbaD",
    "MPEG-2 video": b"\0\0\x01\xb3\x28",
    "MPEG-4 video": b"\0\0\x01\xb0\xf5",
    "MPEG transport stream": _PACKET * 3,
    "AVCHD": (bytes(4) + _PACKET) * 3,
    "a short transport stream": _PACKET * 2,
    "a transport stream without a zero": (b"G" + b"\xab" * 187) * 3,
    "Matroska": b"\x1aE\xdf\xa3\x01",
    "WMV": b"0&\xb2u\x8ef\xcf\x11\xa6\xd9",
    "Flash": b"FLV\x01\x05",
    "H.264": b"\0\0\0\x01gB\0",
    "H.264 of a recorder": b"\0\0\0\x01\x27\x64",
    "H.264 with delimiters": b"\0\0\0\x01\x09\xf0",
    "H.265": b"\0\0\0\x01\x40\x01\x0c",
    "H.265 with delimiters": b"\0\0\0\x01\x46\x01\x10",
    "MXF": b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01",
    "RealMedia": b".RMF\0\0\0\x12",
    "DV": b"\x1f\x07\0\x3f",
}
"""Beginnings of films; `????` is a brand that does not exist."""

OTHERS: Final = {
    "nothing": b"",
    "a cluster of zeros": bytes(LONGEST),
    "words": b"Good hunting " * 40,
    "words with the name of a box": b"The free range",
    "a letter that a transport stream begins with": b"G" + b"o" * 399,
    "a table of the letter G": b"G" * LONGEST,
    "AppleDouble": b"\0\x05\x16\x07\0\x02\0\0Mac OS X",
    ".DS_Store": b"\0\0\0\x01Bud1\0\0\x10\0",
    "Thumbs.db": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "a catalogue of Canon": b"\0\0\0\0\x02\0\0\0",
    "an icon": b"\0\0\x01\0\x01\0\x20\x20",
    "INDEX.BDM": b"INDX0100",
    "a sound": b"RIFF\x24\0\0\0WAVEfmt ",
    "a spoken note": b"\0\0\0\x1cftypM4A ",
    "BM in words": b"BMX track",
    "SQLite": b"SQLite format 3\0",
    "a web page": b"<!DOCTYPE html>",
    "a PDF": b"%PDF-1.7",
}
"""Beginnings of what is neither, and holds neither."""

ARCHIVES: Final = {
    "ZIP": b"PK\x03\x04\x14\0",
    "RAR": b"Rar!\x1a\x07\x01\0",
    "7-Zip": b"7z\xbc\xaf\x27\x1c\0\x04",
    "gzip": b"\x1f\x8b\x08\0",
    "tar": b"card/".ljust(257, b"\0") + b"ustar\0",
}
"""Beginnings of what photos may be packed in."""
