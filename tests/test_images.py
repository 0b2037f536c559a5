"""Pictures: what is refused, and what an accepted one becomes."""

import base64
import io
import re

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from core.images import cropped, open_picture
from core.preview import inlined, pages_as_if_live
from interviews.models import Person
from tests import factories

pytestmark = pytest.mark.django_db


def picture(kind="JPEG", size=(400, 500), **options) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, "#8899aa").save(buffer, kind, **options)
    return buffer.getvalue()


def moving() -> bytes:
    buffer = io.BytesIO()
    frames = [Image.new("RGB", (50, 50), color) for color in ("red", "blue")]
    frames[0].save(buffer, "WEBP", save_all=True, append_images=frames[1:])
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jpg", b""),
        ("a.jpg", b"no picture at all"),
        ("a.jpg", picture()[:-200]),
        ("a.png", picture()),
        ("a.jpg", picture("TIFF")),
        ("a.jpg", picture("BMP")),
        ("a.gif", picture("GIF")),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("a.webp", moving()),
        ("a.png", picture("PNG", (12_001, 1))),
    ],
)
def test_editor_is_refused_anything_but_one_sound_picture(name, data):
    with pytest.raises(ValidationError):
        open_picture(io.BytesIO(data), name)


def test_a_photo_keeps_neither_place_nor_turn_nor_name():
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "SECRET PLACE"
    row = factories.person()
    row.photo.save("my holiday.jpg", SimpleUploadedFile("my holiday.jpg", picture(size=(500, 400), exif=exif)))
    row.refresh_from_db()
    assert re.fullmatch(r"[0-9a-f]{8}\.webp", row.photo.name)
    assert [row.photo_width, row.photo_height] == [400, 500]
    with row.photo.open("rb") as file:
        assert b"SECRET" not in file.read()


def test_renditions_are_public_and_the_master_is_not():
    row = Person.objects.get(order=1)
    for width in (160, 320, 600):
        for kind in ("avif", "webp"):
            with default_storage.open(row.photo.rendition(width, kind)) as file:
                image = Image.open(file)
                assert [image.size, image.format] == [(width, width * 5 // 4), kind.upper()]
    assert not default_storage.exists(row.photo.name)


def test_a_cut_follows_the_focal_point():
    row = factories.person()
    wide = Image.new("RGB", (1000, 500), "red")
    wide.paste("blue", (500, 0, 1000, 500))
    buffer = io.BytesIO()
    wide.save(buffer, "PNG")
    colours = []
    for place in (0, 100):
        row.photo_x = place
        row.photo.save("wide.png", SimpleUploadedFile("wide.png", buffer.getvalue()))
        with default_storage.open(row.photo.rendition(320, "webp")) as file:
            colours.append(Image.open(file).convert("RGB").getpixel((160, 200)))
    assert [colour[0] > 200 for colour in colours] == [True, False]


@pytest.mark.parametrize(
    ("size", "ratio", "focus", "box"),
    [
        ((1000, 500), (4, 5), (0, 0), (0, 0, 400, 500)),
        ((1000, 500), (4, 5), (50, 50), (300, 0, 700, 500)),
        ((1000, 500), (4, 5), (100, 12), (600, 0, 1000, 500)),
        ((400, 2000), (4, 5), (50, 12), (0, 180, 400, 680)),
        ((400, 2000), (4, 5), (50, 100), (0, 1500, 400, 2000)),
        ((900, 600), (3, 2), (10, 90), (0, 0, 900, 600)),
        ((900, 600), None, (10, 90), (0, 0, 900, 600)),
    ],
)
def test_a_cut_is_the_largest_part_of_its_ratio_round_the_focal_point(size, ratio, focus, box):
    down = Image.linear_gradient("L")
    whole = Image.merge("LAB", (down, down.transpose(Image.Transpose.ROTATE_90), down)).resize(size)
    assert [(cut.size, cut.tobytes()) for cut in (cropped(whole, ratio, focus),)] == [(whole.crop(box).size, whole.crop(box).tobytes())]


@pytest.mark.parametrize(
    ("size", "widths", "shown"),
    [
        ((1200, 1500), [160, 320, 600], (600, 750)),
        ((1000, 500), [160, 320], (320, 400)),
        ((400, 2000), [160, 320], (320, 400)),
        ((100, 125), [100], (100, 125)),
    ],
)
def test_a_picture_is_never_wider_than_its_cut_allows(size, widths, shown):
    row = factories.person()
    row.photo.save("a.png", SimpleUploadedFile("a.png", picture("PNG", size)))
    assert (row.photo.widths, row.photo.shown_size(row.photo.widths[-1])) == (widths, shown)


def test_the_picture_for_previews_elsewhere_is_the_widest_webp():
    row = factories.person()
    assert row.photo.largest_url == ""
    row.photo.save("a.png", SimpleUploadedFile("a.png", picture("PNG", (1200, 1500))))
    assert row.photo.largest_url == row.photo.rendition_url(600, "webp")


def test_only_staff_who_see_a_page_get_its_picture_as_it_was_uploaded(client, as_editor, counsellor):
    row = Person.objects.get(order=1)
    url = f"/admin/interviews/person/{row.pk}/picture/"
    answer = as_editor.get(url)
    with row.photo.open("rb") as file:
        assert (answer.headers["Content-Type"], b"".join(answer.streaming_content)) == ("image/webp", file.read())
    assert as_editor.get(f"/admin/interviews/person/{factories.person().pk}/picture/").status_code == 404
    assert as_editor.get("/admin/interviews/person/0/picture/").status_code == 404
    client.force_login(counsellor)
    assert client.get(url).status_code == 404


def test_publishing_a_picture_without_words_is_refused():
    row = Person.objects.get(order=1)
    row.photo_alt_en = ""
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert list(refused.value.message_dict) == ["photo_alt_en"]


@pytest.mark.parametrize("kind", ["avif", "webp"])
def test_a_preview_carries_its_pictures_with_their_kind(kind):
    row = Person.objects.get(order=1)
    head, _comma, data = inlined(row.photo.rendition(160, kind)).partition(",")
    with default_storage.open(row.photo.rendition(160, kind)) as file:
        assert (head, base64.b64decode(data)) == (f"data:image/{kind};base64", file.read())
    assert inlined("nowhere.avif") == ""


def test_a_preview_whose_picture_is_gone_keeps_its_address(files_come_back):
    row = Person.objects.get(order=1)
    name = row.photo.rendition(160, "avif")
    default_storage.delete(name)
    page = pages_as_if_live(row)["en"]
    assert f"/media/{name}" in page and "data:image/webp;base64," in page
