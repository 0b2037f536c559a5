"""Tags and filters of every page; built in, so no template loads them."""

import json
import re
from functools import lru_cache
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.template.base import NodeList
from django.template.loader import render_to_string
from django.template.loader_tags import BlockNode
from django.templatetags.static import static
from django.urls import reverse
from django.utils.encoding import escape_uri_path
from django.utils.formats import date_format
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext, gettext_lazy

from core import text
from core.links import models_by_kind

register = template.Library()
PAGE = re.compile(r"page=\d+")
JSON_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


@register.filter
def phrases(value):
    """A heading, quote or card title: phrase breaks in Japanese, marks round Japanese words elsewhere."""
    value = str(value or "")
    return text.phrases(value) if get_language() == "ja" else text.shown(escape(value), "en")


@register.filter
def quoted(value):
    """Somebody's words in the quotation marks of the language; marks within them become the inner ones."""
    japanese = get_language() == "ja"
    inner = str.maketrans("「」", "『』") if japanese else str.maketrans("“”", "‘’")
    shown = phrases(str(value or "").translate(inner))
    return format_html("「{}」" if japanese else "“{}”", shown)


@register.filter
def words(value):
    """Plain text of an editor: escaped, readings as ruby, Japanese words marked on English pages."""
    return rich(escape(value or ""))


@register.filter
def rich(value):
    """Stored (already sanitised) rich text: readings as ruby, Japanese words marked on English pages."""
    return text.shown(value or "", get_language())


@register.filter
def plain(value):
    """Text without tags and readings, for titles, descriptions and alt."""
    return text.plain(value or "")


@register.filter
def other(language):
    """The other of the two languages."""
    return "en" if language == "ja" else "ja"


@register.simple_tag
def day(value, short=False):
    """A date in ``<time>``: 2026年11月1日 or 1 November 2026 (short: 1 Nov 2026)."""
    if not value:
        return ""
    form = "Y年n月j日" if get_language() == "ja" else ("j M Y" if short else "j F Y")
    return format_html('<time datetime="{}">{}</time>', value.strftime("%Y-%m-%d"), date_format(value, form))


@register.simple_tag
def clock(value):
    """A time of day as 9:00."""
    return f"{value.hour}:{value.minute:02}"


@register.simple_tag
def weekday_day(value):
    """A day with its weekday, in ``<time>``: 11月30日（月） or Mon 30 Nov."""
    form = "n月j日（D）" if get_language() == "ja" else "D j M"
    return format_html('<time datetime="{}">{}</time>', value.strftime("%Y-%m-%d"), date_format(value, form))


@register.simple_tag
def tokyo(value):
    """An aware datetime in Tokyo time."""
    return localtime(value)


@register.simple_tag
def stylesheet(*names):
    """Stylesheets of ``static/css/``, inlined; their hashes are in the Content-Security-Policy."""
    return format_html_join("", "<style>{}</style>", ((mark_safe(settings.STYLESHEETS[name]),) for name in names))


@lru_cache(maxsize=1)
def _icons() -> dict[str, str]:
    svg = (settings.BASE_DIR / "static/img/icons.svg").read_text()
    return dict(re.findall(r'<symbol id="([\w-]+)"[^>]*>(.*?)</symbol>', svg, re.S))


@register.simple_tag
def icon(name):
    """One of the line icons, inline and silent; words stand beside it."""
    return mark_safe(f'<svg class="icon" aria-hidden="true" viewBox="0 0 24 24">{_icons()[name].strip()}</svg>')


@register.simple_tag
def picture(photo, alt="", sizes="100vw", css="", eager=False, first=False, widest=600, only=0):
    """An uploaded picture in AVIF with WebP behind it; box size known, lazy unless eager, high priority if first.

    ``widest`` bounds the widths offered (pixels); ``only`` offers one width and so needs no ``sizes``.
    """
    if not photo:
        return ""
    widths = [width for width in photo.widths if (width == only if only else width <= widest)] or photo.widths[:1]
    width, height = photo.shown_size(widths[-1])
    return format_html(
        '<picture><source type="image/avif"{}><img src="{}" alt="{}" width="{}" height="{}"{}{}></picture>',
        _srcset(photo, widths, sizes), photo.rendition_url(widths[-1], "webp"), alt, width, height,
        format_html(' class="{}"', css) if css else "",
        mark_safe(' fetchpriority="high"' if first else "" if eager else ' loading="lazy" decoding="async"'),
    )  # fmt: skip


def _srcset(photo, widths: list[int], sizes: str):
    urls = [(photo.rendition_url(width, "avif"), width) for width in widths]
    if len(urls) == 1:
        return format_html(' srcset="{}"', urls[0][0])
    return format_html(' srcset="{}" sizes="{}"', ", ".join(f"{url} {width}w" for url, width in urls), sizes)


_cards: dict[tuple, str] = {}
MOST_CARDS = 2_000


@register.simple_tag
def card(template_name, item, **flags):
    """A card rendered once for what it depends on (``item.card_key``), not once a page; kept in this process."""
    key = (template_name, get_language(), item.card_key, *flags.items())
    if key not in _cards:
        if len(_cards) >= MOST_CARDS:
            _cards.clear()
        _cards[key] = render_to_string(template_name, {item._meta.model_name: item, "language": get_language(), **flags})
    return mark_safe(_cards[key])


@register.simple_tag
def photo_url(photo):
    """The widest public rendition as WebP, for social previews and posters; the site's own picture if there is none."""
    return photo.largest_url or static("img/share.png")


@register.simple_tag
def country_names(codes):
    """The names of several countries in one line."""
    return listed([country.name for country in codes])


@register.simple_tag
def content_url(reference):
    """The path of the page that ``kind/slug`` names, whether it is public or not."""
    kind, _slash, slug = reference.partition("/")
    return models_by_kind()[kind].page_at(slug, slug)


@register.simple_tag
def moment(value, zone):
    """An aware datetime as day and clock in a zone (IANA name)."""
    local = value.astimezone(ZoneInfo(zone))
    return format_html("{} {}", weekday_day(local), clock(local))


@register.simple_tag
def spoken(value, zone):
    """An aware datetime in a zone as plain words for mails: 2026年11月26日（木）11:00 or Thursday 26 November 2026, 11:00."""
    local = value.astimezone(ZoneInfo(zone))
    return f"{date_format(local, 'Y年n月j日（D）' if get_language() == 'ja' else 'l j F Y,')}{'' if get_language() == 'ja' else ' '}{clock(local)}"


@register.simple_tag
def event_hours(event):
    """The hours of an event in the zone of its venue, which is named."""
    return format_html("{}–{} ({})", moment(event.starts_at, event.zone), clock(event.local_end), event.get_zone_display())


@register.simple_tag(takes_context=True)
def again(context, name):
    """The contents of a block that the page has filled, once more."""
    return mark_safe(BlockNode(name, NodeList()).render(context))


@register.simple_tag(takes_context=True)
def page_links(context) -> dict:
    """Absolute addresses of this page (of a list, with its number): ``canonical``, ``ja``, ``en``; and the path of the other language."""
    path = escape_uri_path(context["request"].path)
    rest = path[3:] if path.startswith(("/ja/", "/en/")) else "/"
    query = context.get("kept_query", "")
    language = get_language()
    other_path = f"/{other(language)}{rest}" + (f"?{query}" if query else "")
    own = f"?{query}" if PAGE.fullmatch(query) else ""  # what filters choose is part of the whole list
    paths = {code: f"{settings.SITE_ORIGIN}/{code}{rest}{own}" for code in ("ja", "en")}
    return {"canonical": paths[language], "other": other_path, "ja": paths["ja"], "en": paths["en"]}


@register.simple_tag
def absolute(path):
    return f"{settings.SITE_ORIGIN}{path}"


@register.simple_tag
def jsonld(data):
    """Structured data as a script block that cannot be left early."""
    if not data:
        return ""
    body = json.dumps({"@context": "https://schema.org", **data}, ensure_ascii=False, separators=(",", ":")).translate(JSON_ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{body}</script>')


@register.inclusion_tag("components/_breadcrumb.html")
def breadcrumb(*crumbs):
    """The way here: name, URL name, name, URL name …, and last the name of this page."""
    pairs = [(name, reverse(view) if "/" not in view else view) for name, view in zip(crumbs[:-1:2], crumbs[1::2], strict=True)]
    pairs.insert(0, (gettext("Home"), reverse("pages:home")))
    items = [{"name": str(name), "item": f"{settings.SITE_ORIGIN}{url}"} for name, url in pairs] + [{"name": str(crumbs[-1])}]
    data = {
        "@type": "BreadcrumbList",
        "itemListElement": [{"@type": "ListItem", "position": n, **item} for n, item in enumerate(items, 1)],
    }
    return {"pairs": pairs, "here": crumbs[-1], "data": data}


@register.simple_tag
def listed(items):
    """Several labels in one line: 、 in Japanese, commas elsewhere."""
    return format_html_join("、" if get_language() == "ja" else ", ", "{}", ((item,) for item in items))


MENU = [
    ("interviews:list", "people", gettext_lazy("People"), False),
    ("steps:list", "steps", gettext_lazy("Five steps"), False),
    ("faq:list", "question", gettext_lazy("Q&A"), False),
    ("agencies:list", "agency", gettext_lazy("Agencies"), False),
    ("guide:list", "guide", gettext_lazy("Guide"), True),
    ("events:list", "calendar", gettext_lazy("Events"), True),
    ("desk:home", "ask", gettext_lazy("Ask us"), False),
]


@register.simple_tag(takes_context=True)
def main_menu(context) -> list[dict]:
    """The main navigation; ``current`` is ``page`` on the section's first page and ``true`` below it."""
    path = context["request"].path
    return [
        {**item, "current": "page" if path == item["url"] else "true" if path.startswith(item["url"]) else ""}
        for item in _menu(get_language())
    ]


@lru_cache(maxsize=8)
def _menu(language: str) -> list[dict]:
    return [{"url": reverse(view), "icon": mark, "name": str(name), "wide": wide} for view, mark, name, wide in MENU]
