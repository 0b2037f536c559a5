"""Pictures: checked, turned upright, stripped of metadata, kept private; only small renditions are public."""

import io
import secrets
import struct
from pathlib import PurePosixPath

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models.fields.files import ImageFieldFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = {"JPEG": {".jpg", ".jpeg"}, "PNG": {".png"}, "WEBP": {".webp"}}
MAX_PIXELS = 50_000_000
MAX_SIDE = 12_000
MASTER_SIDE = 2_000
WIDTHS = (160, 320, 600)
# Pillow's own AVIF quality (75) gives larger files than WebP; 55 gives 30 % smaller ones at the same SSIM.
ENCODERS = {"avif": {"quality": 55, "speed": 7}, "webp": {"quality": 78, "method": 4}}


def private_storage():
    return storages["private"]


def random_name(instance, filename: str) -> str:
    return f"{secrets.token_hex(4)}{PurePosixPath(filename).suffix}"


def open_picture(file, name: str) -> Image.Image:
    """The decoded picture of an upload. Raises ValidationError in words for anything but one sound JPEG, PNG or WebP."""
    try:
        image = Image.open(file, formats=list(FORMATS))
        _check_shape(image, name)
        image.load()
    except ValidationError:
        raise
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError, KeyError) as error:
        raise ValidationError(_("This file is not a whole JPEG, PNG or WebP picture.")) from error
    return image


def _check_shape(image: Image.Image, name: str) -> None:
    if PurePosixPath(name).suffix.lower() not in FORMATS[image.format]:
        raise ValidationError(_("The ending of the file name does not fit its contents (%(format)s).") % {"format": image.format})
    if max(image.size) > MAX_SIDE or image.width * image.height > MAX_PIXELS:
        raise ValidationError(_("The picture is too large: at most 50 megapixels and 12,000 pixels a side."))
    if getattr(image, "n_frames", 1) > 1:
        raise ValidationError(_("The picture moves. Upload a still picture."))


def master_of(file, name: str) -> bytes:
    """A WebP without metadata, upright, its longest side at most 2,000 pixels."""
    image = upright(open_picture(file, name))
    image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    image.thumbnail((MASTER_SIDE, MASTER_SIDE))
    return encoded(image, "webp", quality=90, method=4)


def upright(image: Image.Image) -> Image.Image:
    """Turned as its camera says; as it lies when what the camera says is broken."""
    try:
        return ImageOps.exif_transpose(image)
    except (SyntaxError, struct.error, ValueError, TypeError, KeyError, OSError):
        return image


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind.upper(), **(options or ENCODERS[kind]))
    return buffer.getvalue()


def cropped(image: Image.Image, ratio, focus: tuple[int, int]) -> Image.Image:
    """The largest part with the ratio (width, height) round the focus (per cent from left and top)."""
    if ratio is None:
        return image
    width = min(image.width, round(image.height * ratio[0] / ratio[1]))
    height = min(image.height, round(image.width * ratio[1] / ratio[0]))
    left = round((image.width - width) * focus[0] / 100)
    top = round((image.height - height) * focus[1] / 100)
    return image.crop((left, top, left + width, top + height))


class PhotoFieldFile(ImageFieldFile):
    """The private master; knows the names of its public renditions without asking the storage."""

    def save(self, name, content, save=True):
        master = master_of(content, name)
        super().save(f"{PurePosixPath(name).stem}.webp", ContentFile(master, name="master.webp"), save=False)
        width, height = Image.open(io.BytesIO(master)).size
        setattr(self.instance, self.field.width_field, width)
        setattr(self.instance, self.field.height_field, height)
        self.render()
        if save:
            self.instance.save()

    def render(self) -> None:
        """Write AVIF and WebP of every width through the public storage, round the present focal point."""
        with self.open("rb") as file:
            image = Image.open(file)
            image.load()
        image = cropped(image, self.field.ratio, self.focus)
        for width in self.widths:
            small = image.resize((width, round(width * image.height / image.width)), Image.Resampling.LANCZOS)
            for kind in ENCODERS:
                self._write(self.rendition(width, kind), encoded(small, kind))

    def _write(self, name: str, data: bytes) -> None:
        default_storage.delete(name)
        default_storage.save(name, ContentFile(data))

    @property
    def focus(self) -> tuple[int, int]:
        return getattr(self.instance, f"{self.field.name}_x"), getattr(self.instance, f"{self.field.name}_y")

    @property
    def widths(self) -> list[int]:
        return [width for width in WIDTHS if width <= self._shown_width] or [self._shown_width]

    @property
    def _master_size(self) -> tuple[int, int]:
        return getattr(self.instance, self.field.width_field), getattr(self.instance, self.field.height_field)

    @property
    def _shown_width(self) -> int:
        width, height = self._master_size
        ratio = self.field.ratio
        return min(width, round(height * ratio[0] / ratio[1])) if ratio else width

    def shown_size(self, width: int) -> tuple[int, int]:
        """Width and height in pixels of a rendition."""
        master_width, master_height = self._master_size
        ratio = self.field.ratio or (master_width, master_height)
        return width, round(width * ratio[1] / ratio[0])

    def rendition(self, width: int, kind: str) -> str:
        return f"{PurePosixPath(self.name).stem}-{width}.{kind}"

    def rendition_url(self, width: int, kind: str) -> str:
        return default_storage.url(self.rendition(width, kind))

    @property
    def largest_url(self) -> str:
        """The address of the widest rendition as WebP; empty without a picture."""
        return self.rendition_url(self.widths[-1], "webp") if self else ""

    def refocus(self) -> None:
        """Crop anew round the present focal point, under a new name: the old files stay for pages that still name them."""
        with self.open("rb") as file:
            self.name = self.storage.save(random_name(self.instance, self.name), file)
        self.render()

    def delete_renditions(self) -> None:
        for width in self.widths:
            for kind in ENCODERS:
                default_storage.delete(self.rendition(width, kind))


class PhotoField(models.ImageField):
    """A picture whose file is a private master; needs ``<name>_x`` and ``<name>_y`` (focal point, per cent) beside it."""

    attr_class = PhotoFieldFile

    def __init__(self, verbose_name=None, ratio=None, **kwargs):
        self.ratio = ratio
        kwargs.setdefault("storage", private_storage)
        kwargs.setdefault("upload_to", random_name)
        super().__init__(verbose_name, **kwargs)

    def update_dimension_fields(self, instance, force=False, *args, **kwargs):
        """Nothing: the size is written when a file is saved, so that loading a row never opens its file."""

    def validate(self, value, model_instance):
        super().validate(value, model_instance)
        if value and not value._committed:
            open_picture(value.file, value.name)
            value.file.seek(0)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "ratio": self.ratio}


class Pictured(models.Model):
    """A row with one picture, its words and its focal point."""

    photo = PhotoField(_("picture"), blank=True, ratio=(4, 5), width_field="photo_width", height_field="photo_height")
    photo_width = models.PositiveIntegerField(null=True, editable=False)
    photo_height = models.PositiveIntegerField(null=True, editable=False)
    photo_x = models.PositiveSmallIntegerField(_("focal point from the left (%)"), default=50, validators=[MaxValueValidator(100)])
    photo_y = models.PositiveSmallIntegerField(_("focal point from the top (%)"), default=12, validators=[MaxValueValidator(100)])
    photo_alt = models.CharField(_("picture in words"), max_length=200, blank=True)
    photo_is_decorative = models.BooleanField(_("picture is decoration"), default=False)

    class Meta:
        abstract = True

    def clean(self):
        super().clean()
        words = [getattr(self, f"photo_alt_{language}") for language in ("ja", "en")]
        if self.published_at and self.photo and not self.photo_is_decorative and not all(words):
            missing = "photo_alt_en" if words[0] else "photo_alt_ja"
            raise ValidationError({missing: _("Say in both languages what the picture shows, or mark it as decoration.")})
