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


class PlainText(HTMLParser):
    """Block elements become lines, list items get a dash, cells a gap, links keep their address; scripts and styles are left out."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.pieces, self.silent, self.links = [], 0, []

    def handle_starttag(self, tag, attrs):
        if tag in SILENT:
            self.silent += 1
        elif tag == "a":
            self.links.append((dict(attrs).get("href") or "", len(self.pieces)))
        elif tag in ("td", "th"):
            self.pieces.append("  ")
        elif tag in BLOCKS:
            self.pieces.append("\n- " if tag == "li" else "\n")

    def handle_endtag(self, tag):
        if tag in SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag == "a" and self.links:
            address, start = self.links.pop()
            words = "".join(self.pieces[start:]).strip()
            if address.startswith(("http://", "https://")) and address.rstrip("/") != words.rstrip("/"):
                self.pieces.append(f" [{address}]")
        elif tag == "body":
            self.silent = 0
        elif tag in BLOCKS and tag not in ("br", "li"):
            self.pieces.append("\n")

    def handle_data(self, data):
        if not self.silent:
            self.pieces.append(re.sub(r"[ \t\r\n\u00a0]+", " ", data))


def text_of_html(html: str) -> str:
    """The words of HTML, with at most one empty line between them."""
    parser = PlainText()
    parser.feed(html)
    parser.close()
    lines = [line.strip() for line in "".join(parser.pieces).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
