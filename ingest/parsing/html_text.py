"""All text of a small or clean HTML document, block by block: letters, chapters of books, fields of exports.

Nothing is left out as boilerplate here; web pages are read by `html`.
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from ingest.parsing.raised import lowered, raised

_SKIPPED = {
    "script",
    "style",
    "head",
    "template",
    "noscript",
    "svg",
    "math",
    "iframe",
    "object",
    "select",
    "button",
    "rt",
    "rp",
}
_INLINE = {"a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins",
           "kbd", "label", "mark", "q", "ruby", "s", "samp", "small", "span", "strong", "strike", "time", "tt", "u", "var",
           "wbr", "sup", "sub", "img", "rb"}  # fmt: skip
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px|pt|em|%)?\s*(?:;|$)|mso-hide\s*:\s*all", re.I
)
_MAX_DEPTH = 250
_TAG = re.compile(r"</?(?:p|br|div|a|strong|em|b|i|h[1-6]|ul|ol|li|blockquote|figure|span|img)\b[^<>]*>", re.I)


def looks_like_html(text: str) -> bool:
    """Whether a field of text holds markup."""
    return _TAG.search(text) is not None


def text_of(markup: str) -> str:
    """The text of HTML: blocks are paragraphs, items of lists begin with "- ", cells are between bars."""
    tree = parse(markup)
    return "" if tree is None else text_of_tree(tree)


def parse(markup: str | bytes) -> Any:
    """The tree of a document or fragment, or None when there is none."""
    if isinstance(markup, str):
        markup = re.sub(r"^\s*<\?xml[^>]*\?>", "", markup)
    parser = lxml_html.HTMLParser(remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        return lxml_html.document_fromstring(markup, parser=parser)
    except (etree.LxmlError, ValueError):
        return None


def text_of_tree(tree: Any) -> str:
    """As `text_of`, of a tree."""
    blocks = [""]
    body = tree if tree.tag == "body" else tree.find("body")
    _walk(body if body is not None else tree, blocks, 0)
    lines = ("\n".join(" ".join(line.split()) for line in block.split("\x0b")).strip() for block in blocks)
    return "\n\n".join(line for line in lines if line)


def _walk(node: Any, blocks: list[str], depth: int) -> None:
    """Add an element's text to the last block; elements that are no inline ones begin a new one."""
    tag = str(node.tag).lower().rpartition("}")[2] if isinstance(node.tag, str) else ""
    if not tag or tag in _SKIPPED or depth > _MAX_DEPTH or _is_hidden(node) or _is_note_mark(node):
        return
    if tag in ("sup", "sub"):
        change = raised if tag == "sup" else lowered
        blocks[-1] += change(blocks[-1], node.text_content())
        return
    block = tag not in _INLINE and tag != "br"
    if tag == "br":
        blocks[-1] += "\x0b"
    elif tag in ("td", "th") and node.getprevious() is not None:
        blocks[-1] += " | "
    elif block and tag not in ("td", "th"):
        blocks.append("- " if tag == "li" else "")
    blocks[-1] += node.text or ""
    for child in node:
        if tag in ("td", "th") and not isinstance(child.tag, str):
            continue
        _walk(child, blocks, depth + 1)
        blocks[-1] += child.tail or ""
    if block and tag not in ("td", "th"):
        blocks.append("")


def _is_hidden(node: Any) -> bool:
    return node.get("hidden") is not None or _HIDDEN.search(node.get("style") or "") is not None


def _is_note_mark(node: Any) -> bool:
    """The mark of a footnote, as books have it; the note itself stays."""
    kind = f"{node.get('epub:type') or ''} {node.get('role') or ''}"
    return "noteref" in kind
