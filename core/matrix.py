"""The matrix of translations as staff see it: every text of every kind of page, with links to the gaps."""

from core.links import content_models
from core.morning import list_of, may_view
from core.translation_state import matrix_of


def matrix_for(user) -> list:
    """(model options, rows) for the kinds of content that a member of staff may see."""
    seen = [model for model in content_models() if user.has_perm(may_view(model))]
    return [(model._meta, [shown(model, row) for row in matrix_of(model)]) for model in seen]


def shown(model, row: dict) -> dict:
    counts = [
        {"count": count, "url": list_of(model, f"gap={row['owner']._meta.label_lower}:{row['field']}:{language}:{state}")}
        for language, missing, outdated in row["cells"]
        for state, count in (("missing", missing), ("outdated", outdated))
    ]
    return {"part": row["owner"]._meta.verbose_name, "label": row["label"], "counts": counts}
