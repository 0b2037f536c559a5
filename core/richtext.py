"""Rich text whose allow-list holds on every save, not only in forms."""

import re

from django_prose_editor.fields import ProseEditorField, ProseEditorFormField

EXTENSIONS = {
    "Bold": True,
    "Italic": True,
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Blockquote": True,
    "Heading": {"levels": [3]},
    "Link": {"enableTarget": False, "protocols": ["https", "mailto", "tel"]},
    "Table": True,
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
    "PhraseLanguage": True,
    "Reading": True,
}


def squeezed(html: str) -> str:
    """HTML without the blanks between its tags, which the editor does not keep."""
    return re.sub(r">\s+<", "><", html or "").strip()


class RichTextFormField(ProseEditorFormField):
    def has_changed(self, initial, data):
        return squeezed(initial) != squeezed(data)


class RichTextField(ProseEditorField):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"extensions": EXTENSIONS, "sanitize": True, **kwargs})

    def pre_save(self, model_instance, add):
        value = super().pre_save(model_instance, add)
        clean = self.sanitize(value) if value else value
        setattr(model_instance, self.attname, clean)
        return clean

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": RichTextFormField, **kwargs})
