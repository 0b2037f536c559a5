"""What a browser sends from the staff's forms."""


def fields_of(form) -> dict:
    """The values of a bound or unbound form as they are posted."""
    data = {}
    for bound in form:
        value = bound.value()
        if hasattr(bound.field.widget, "decompress"):
            for place, part in enumerate(bound.field.widget.decompress(value) or [None, None]):
                data[f"{bound.html_name}_{place}"] = "" if part is None else str(part)
        elif isinstance(value, bool):
            data |= {bound.html_name: "on"} if value else {}
        elif not hasattr(bound.field.widget, "clear_checkbox_label"):
            data[bound.html_name] = "" if value is None else value
    return data


def posted_form(client, url: str, **changes) -> dict:
    """The whole form of a page of the admin, its parts and hidden fields included, with changes."""
    context = client.get(url).context
    data = {"seen_version": context.get("seen_version", "")}
    data |= fields_of(context["adminform"].form)
    for inline in context["inline_admin_formsets"]:
        data |= fields_of(inline.formset.management_form)
        for form in inline.formset.forms:
            data |= fields_of(form)
    return {**data, **changes}


def url_of(row, page: str = "change") -> str:
    return f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/{page}/"


def list_of(model) -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/"


def errors_of(response) -> dict:
    return {name: [str(error) for error in errors] for name, errors in response.context["adminform"].form.errors.items()}
