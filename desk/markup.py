"""HTML of a mail as plain text."""

import re
from html.parser import HTMLParser

BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "address article blockquote br center div dl dt dd fieldset footer form h1 h2 h3 h4 h5 h6 header hr li main ol p pre section table tr ul",
    )
)
SILENT = frozenset(("script", "style", "head", "title", "template"))
MOST_CHARACTERS = 1_000_000
"""Of HTML that is read; the parser of Python's library takes about a second for it."""

STRAY = re.compile(r"<(?![/]?[a-zA-Z][^<>]*+>)")


class PlainText(HTMLParser):
    """Block elements become lines, list items get a dash, cells a gap, links keep their address; scripts and styles are left out."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.pieces, self.silent, self.links = [], [], []

    def handle_starttag(self, tag, attrs):
        if tag == "body":
            self.silent.clear()
        elif tag in SILENT:
            self.silent.append(tag)
        elif tag == "a":
            self.links.append((dict(attrs).get("href") or "", len(self.pieces)))
        elif tag in ("td", "th"):
            self.pieces.append("  ")
        elif tag in BLOCKS:
            self.pieces.append("\n- " if tag == "li" else "\n")

    def handle_startendtag(self, tag, attrs):
        if tag not in SILENT:
            super().handle_startendtag(tag, attrs)

    def handle_endtag(self, tag):
        if tag in SILENT:
            self.silent = self.silent[: self.silent.index(tag)] if tag in self.silent else self.silent
        elif tag == "a" and self.links:
            self.close_link(*self.links.pop())
        elif tag in BLOCKS and tag not in ("br", "li"):
            self.pieces.append("\n")

    def close_link(self, address: str, start: int) -> None:
        words = "".join(self.pieces[start:]).strip()
        if address.startswith(("http://", "https://")) and address.rstrip("/") != words.rstrip("/"):
            self.pieces.append(f" [{address.strip()}]")

    def handle_data(self, data):
        if not self.silent:
            self.pieces.append(re.sub(r"[ \t\r\n\u00a0]+", " ", data))


def text_of_html(html: str) -> str:
    """The words of HTML, with at most one empty line between them."""
    parser = PlainText()
    parser.feed(well_formed(html[:MOST_CHARACTERS]))
    parser.close()
    lines = [line.strip() for line in "".join(parser.pieces).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def well_formed(html: str) -> str:
    """Without comments and declarations, and with every < that begins no tag as a sign: the parser fails at some and is slow at others."""
    kept, at = [], 0
    while (start := html.find("<!--", at)) >= 0 and (end := html.find("-->", start + 2)) >= 0:
        kept.append(html[at:start])
        at = end + 3
    return STRAY.sub("&lt;", re.sub(r"<[!?][^<>]*+>", "", "".join([*kept, html[at:]])))
