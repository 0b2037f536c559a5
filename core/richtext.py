"""Rich text whose allow-list holds on every save, not only in forms."""

from django_prose_editor.fields import ProseEditorField

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
}


class RichTextField(ProseEditorField):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"extensions": EXTENSIONS, "sanitize": True, **kwargs})

    def pre_save(self, model_instance, add):
        value = super().pre_save(model_instance, add)
        clean = self.sanitize(value) if value else value
        setattr(model_instance, self.attname, clean)
        return clean
