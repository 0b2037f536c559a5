"""Pictures made to break things: refused in words, or kept without anything that was hidden in them."""

import gzip
import io
import random
import struct
import zipfile
import zlib

import pytest
from django.core.exceptions import ValidationError
from PIL import Image

from core.images import master_of

SCRIPT = b"<script>alert('hidden')</script><?php system('hidden'); ?>"
TURNED = b"\x01\x12\x00\x03\x00\x00\x00\x01\x00\x03\x00\x00"
WRONG = b"\x01\x0e\x00\x03\x00\x00\x00\x01\x00\x00\x00\x00"
"""Entries of an Exif: turned upside down; a description that is a number."""

SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script></svg>"


def picture(kind: str, size=(60, 80), mode="RGB", **options) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, size, 1 if mode == "1" else "teal").save(buffer, kind, **options)
    return buffer.getvalue()


def noise(kind: str) -> bytes:
    """A picture of many bytes, so that there is something to cut off."""
    buffer = io.BytesIO()
    Image.frombytes("RGB", (120, 160), random.Random(7).randbytes(120 * 160 * 3)).save(buffer, kind)
    return buffer.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_with(*chunks: bytes) -> bytes:
    """A sound PNG with more chunks behind its header."""
    data = picture("PNG")
    return data[:33] + b"".join(chunks) + data[33:]


def png_saying(width: int, height: int) -> bytes:
    data = picture("PNG")
    header = struct.pack(">II", width, height) + data[24:29]
    return data[:8] + chunk(b"IHDR", header) + data[33:]


def jpeg_saying(width: int, height: int) -> bytes:
    data = bytearray(picture("JPEG"))
    place = data.index(b"\xff\xc0")
    data[place + 5 : place + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def moving(kind: str, frames: int) -> bytes:
    buffer = io.BytesIO()
    pictures = [Image.new("RGB", (20, 20), (n * 90 % 256, n % 256, 99)) for n in range(frames)]
    pictures[0].save(buffer, kind, save_all=True, append_images=pictures[1:])
    return buffer.getvalue()


def packed(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, SCRIPT)
    return buffer.getvalue()


def jpeg_with(marker: int, data: bytes) -> bytes:
    sound = picture("JPEG")
    return sound[:2] + struct.pack(">BBH", 255, marker, len(data) + 2) + data + sound[2:]


REFUSED = {
    **{f"{kind} cut at {part} %": (f"a.{end}", noise(kind)[: len(noise(kind)) * part // 100])
       for kind, end in (("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp")) for part in (1, 20, 50, 90)},
    **{f"{kind} called a JPEG": ("a.jpg", picture(kind))
       for kind in ("TIFF", "BMP", "GIF", "ICO", "PPM", "TGA", "JPEG2000", "PDF", "DDS", "PCX", "EPS", "SGI", "AVIF", "ICNS", "DIB")},
    **{f"JPEG called {name}": (name, picture("JPEG"))
       for name in ("a.png", "a.webp", "a.gif", "a.svg", "a.html", "a.php", "a", "a.jpg.exe", "a.jpg.php", "a.jpg ", ".jpg", "a.jpg\x00.png")},
    **{f"{kind} called {name}": (name, picture(kind)) for kind, name in (("PNG", "a.jpg"), ("PNG", "a.webp"), ("WEBP", "a.png"), ("WEBP", "a.jpg"))},
    "too wide": ("a.png", picture("PNG", (12_001, 1), "1")), "too high": ("a.png", picture("PNG", (1, 12_001), "1")),
    "JPEG too wide": ("a.jpg", picture("JPEG", (12_001, 8))), "WebP too wide": ("a.webp", picture("WEBP", (12_001, 8))),
    "too many pixels": ("a.png", picture("PNG", (8_000, 7_000), "1")),
    "PNG that says it is huge": ("a.png", png_saying(200_000, 200_000)), "PNG that says it is endless": ("a.png", png_saying(2**31 - 1, 2**31 - 1)),
    "PNG without pixels": ("a.png", png_saying(0, 0)), "JPEG that says it is huge": ("a.jpg", jpeg_saying(65_535, 65_535)),
    "JPEG without pixels": ("a.jpg", jpeg_saying(0, 0)),
    "two frames": ("a.webp", moving("WEBP", 2)), "four hundred frames": ("a.webp", moving("WEBP", 400)), "moving PNG": ("a.png", moving("PNG", 3)),
    "moving GIF": ("a.gif", moving("GIF", 3)), "two pictures in a JPEG": ("a.jpg", moving("MPO", 2)),
    "SVG": ("a.svg", SVG), "SVG called a PNG": ("a.png", SVG), "packed SVG": ("a.svgz", gzip.compress(SVG)), "SVG with a mark before it": ("a.jpg", b"\xef\xbb\xbf" + SVG),
    "page": ("a.jpg", SCRIPT), "page that begins as a GIF": ("a.gif", b"GIF89a" + SCRIPT), "page that begins as a JPEG": ("a.jpg", b"\xff\xd8\xff\xe0" + SCRIPT),
    "page that begins as a PNG": ("a.png", b"\x89PNG\r\n\x1a\n" + SCRIPT), "page that begins as a WebP": ("a.webp", b"RIFF\x10\x00\x00\x00WEBP" + SCRIPT),
    "empty": ("a.jpg", b""), "one byte": ("a.jpg", b"\xff"), "zeros": ("a.png", b"\x00" * 5_000), "random": ("a.webp", random.Random(1).randbytes(5_000)),
    "archive": ("a.jpg", packed("x.php")), "program": ("a.png", b"\x7fELF" + b"\x00" * 200), "PDF": ("a.jpg", b"%PDF-1.7\n%%EOF"),
    "PNG with a broken sum": ("a.png", picture("PNG")[:-20] + b"\x00" * 8 + picture("PNG")[-12:]),
    "PNG with a text that unpacks to 64 MB": ("a.png", png_with(chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(b"A" * 64_000_000, 9)))),
}  # fmt: skip

KEPT = {
    "JPEG with an archive behind it": ("a.jpg", picture("JPEG") + packed("hidden.php")),
    "JPEG with a script behind it": ("a.jpg", picture("JPEG") + SCRIPT),
    "PNG with a script behind it": ("a.png", picture("PNG") + SCRIPT),
    "WebP with a script behind it": ("a.webp", picture("WEBP") + SCRIPT),
    "JPEG with a script in its comment": ("a.jpg", jpeg_with(0xFE, SCRIPT)),
    "PNG with a script in its text": ("a.png", png_with(chunk(b"tEXt", b"Comment\x00" + SCRIPT))),
    "JPEG with a broken Exif": ("a.jpg", jpeg_with(0xE1, b"Exif\x00\x00" + SCRIPT)),
    "JPEG with an Exif that points outside": ("a.jpg", jpeg_with(0xE1, b"Exif\x00\x00MM\x00\x2a\xff\xff\xff\xff" + SCRIPT)),
    "JPEG with a turn that is none": ("a.jpg", jpeg_with(0xE1, b"Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x63\x00\x00\x00\x00\x00\x00")),
    "JPEG with a broken colour profile": ("a.jpg", jpeg_with(0xE2, b"ICC_PROFILE\x00\x01\x01" + SCRIPT)),
    "PNG with a profile of rubbish": ("a.png", png_with(chunk(b"iCCP", b"x\x00\x00" + zlib.compress(SCRIPT)))),
    "JPEG with XMP": ("a.jpg", jpeg_with(0xE1, b"http://ns.adobe.com/xap/1.0/\x00" + SCRIPT)),
    "PNG with an Exif of an unknown kind": ("a.png", png_with(chunk(b"eXIf", b"M\xc1\x00*\x00\x00\x00\x08" + SCRIPT))),
    "WebP with an Exif of an unknown kind": ("a.webp", picture("WEBP", exif=b"Exif\x00\x00M\xc1\x00*\x00\x00\x00\x08" + SCRIPT)),
    "JPEG with a turn and a word where a number belongs": ("a.jpg", jpeg_with(0xE1, b"Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x02" + TURNED + WRONG + b"\x00" * 4)),
    "JPEG in CMYK": ("a.jpg", picture("JPEG", mode="CMYK")),
    "PNG of one colour and depth": ("a.png", picture("PNG", mode="1")),
    "PNG with sixteen bits": ("a.png", picture("PNG", mode="I;16")),
}  # fmt: skip


def test_the_corpus_holds_at_least_fifty_hostile_pictures():
    assert len(REFUSED) >= 60 and len({data for _name, data in REFUSED.values()}) >= 50 and len(KEPT) >= 15


@pytest.mark.parametrize("case", REFUSED)
def test_editor_is_told_in_words_that_a_hostile_picture_is_refused(case):
    name, data = REFUSED[case]
    with pytest.raises(ValidationError) as told:
        master_of(io.BytesIO(data), name)
    assert all(message.endswith(".") for message in told.value.messages)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data:UserWarning")
@pytest.mark.parametrize("case", KEPT)
def test_nothing_that_was_hidden_in_a_picture_is_kept(case):
    name, data = KEPT[case]
    kept = master_of(io.BytesIO(data), name)
    image = Image.open(io.BytesIO(kept))
    assert [image.format, image.size, set(image.info) & {"exif", "icc_profile", "xmp", "comment"}] == ["WEBP", (60, 80), set()]
    assert b"hidden" not in kept and b"script" not in kept
