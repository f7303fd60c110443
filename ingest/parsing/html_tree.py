"""Parses a page and makes its tree say in plain characters what its markup says to a reader.

Removes what is not shown, keeps notes and powers from becoming digits of a number, drops pronunciation
guides and deleted words. Changes the tree; what it changes is never stored back.
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from ingest.parsing.html_style import MOST, hidden_elements, running_length

_GONE = (
    "script", "style", "noscript", "template", "svg", "iframe", "object", "embed", "canvas", "video", "audio", "map",
    "select", "textarea", "button", "input", "rp", "rt", "rtc", "del", "s", "strike", "head", "dialog",
)  # fmt: skip
_RAISED = str.maketrans("0123456789+-−–=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-−–=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎")
_NOTE_MARK = re.compile(
    r"[\[(]?\s*(?:\d{1,3}|[a-z]|[ivx]{1,5}|note\s*\d+|\*{1,4}|[†‡§¶#]{1,3})\s*[\])]?(?:\s*,\s*\d{1,3})*", re.I
)
_NOTE_NAME = re.compile(
    r"(?:^|[\s_:-])(?:foot-?notes?|end-?notes?|note-?ref|fn(?:ref)?|reference|cite(?:_ref)?|doc-noteref|noteref)(?=$|[\s\d_:-])",
    re.I,
)
_MONEY = re.compile(r"(?:[$€£¥]|USD|EUR|GBP|kr\.?|R\$|CHF)\s?\d[\d.,' ]*$")
_UNIT = re.compile(r"(?:^|[\s\d/·(])(?:[kcdmµn]?m|in|ft|yd|mi|s|L|W/m|kg/m|inch|feet|metres?|meters?)$")
_BASE = re.compile(r"(?:[×x*·]\s?|^|\s)(?:10|2|e)$|\)$")


def parse_html(text: str) -> Any:
    """Parse a page.

    Args:
        text: Its HTML.

    Returns:
        The root element, or None when there is no markup in it.
    """
    parser = lxml_html.HTMLParser(remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        return lxml_html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text), parser=parser)
    except (etree.LxmlError, ValueError):
        return None


def make_plain(tree: Any) -> None:
    """Reduce a tree in place to what a reader sees.

    Args:
        tree: The root element. Its JSON-LD and its meta elements must have been read: they are removed.
    """
    total = running_length(tree)
    for node in [*hidden_elements(tree), *tree.iter(*_GONE)]:
        heading = node.tag == "button" and any(True for _ in node.iterancestors("h2", "h3", "h4", "summary", "dt"))
        unclosed = node.tag not in ("script", "style", "head") and total and running_length(node) > MOST * total
        if not heading and not unclosed:
            _remove(node)
    notes = _listed_notes(tree)
    for node in list(tree.iter("sup", "sub", "a", "span")):
        if node.tag in ("sup", "sub"):
            _raise(node, notes)
        elif _is_note(node) and _NOTE_MARK.fullmatch(node.text_content().strip()):
            _remove(node)
    for node in list(tree.iter("q")):
        node.text = "“" + (node.text or "")
        _append(node, "”")
    for node in list(tree.iter("img")):
        if re.search(r"emoji|wp-smiley", node.get("class") or "") and node.get("alt"):
            _replace(node, node.get("alt"))


def _raise(node: Any, notes: set[str]) -> None:
    """Write a raised or lowered run so that no reader takes it for digits of the number before it."""
    text = node.text_content().strip()
    before = _text_before(node)
    if not re.search(r"\d", text):
        mark = _is_note(node) or any(_is_note(inner) for inner in node.iter())
        if (mark and _NOTE_MARK.fullmatch(text)) or re.fullmatch(r"[\[(]?[*†‡§¶]+[\])]?", text):
            _remove(node)
        return  # ordinals, "Mme", "TM": joined as they are
    if node.tag == "sub":
        _replace(node, text.translate(_LOWERED) if before[-1:].isdigit() else text)
    elif _noted(node, text, before, notes):
        _remove(node)
    elif re.fullmatch(r"\d\d", text) and _MONEY.search(before):
        _replace(node, "." + text if not before.rstrip().endswith((".", ",")) else text)
    elif re.fullmatch(r"[.,]\d\d", text) and _MONEY.search(before) or not re.fullmatch(r"[\d+−–=()n-]+", text):
        _replace(node, text if re.match(r"[.,]\d", text) or not before[-1:].isdigit() else " " + text)
    else:
        _replace(node, text.translate(_RAISED))


def _noted(node: Any, text: str, before: str, notes: set[str]) -> bool:
    """Whether a raised run is the mark of a note."""
    if not _NOTE_MARK.fullmatch(text):
        return False
    if any(_is_note(inner) or inner.tag == "a" for inner in node.iter()) or _is_note(node.getparent()):
        return True
    if _BASE.search(before) or _UNIT.search(before):
        return False
    if not before or not before[-1].isalnum() or text[0] in "[(":
        return True
    if before[-1].isalpha():
        return len(re.split(r"[\W\d_]+", before)[-1]) > 1
    return text.strip("[]() ") in notes


def _is_note(node: Any) -> bool:
    if node is None or not isinstance(node.tag, str):
        return False
    names = " ".join(node.get(name) or "" for name in ("class", "id", "rel", "role", "epub:type", "data-type"))
    href = node.get("href") or ""
    points = re.match(r"[^#]*#(?:_?(?:ftn|fn|edn|note|cite|ref|footnote|endnote)[\w:.-]*|\d{1,3})$", href, re.I)
    return bool(points) or (node.tag in ("sup", "a", "span") and _NOTE_NAME.search(names) is not None)


def _listed_notes(tree: Any) -> set[str]:
    """The marks that begin a note somewhere on the page, as in `<p><sup>1</sup> As of May`."""
    marks = set()
    for node in tree.iter("sup"):
        parent = node.getparent()
        if parent is not None and node.getprevious() is None and not (parent.text or "").strip():
            marks.add(node.text_content().strip(" []()"))
    for node in tree.iter("p", "li", "small", "div"):
        if match := re.match(r"\s*[\[(]?(\d{1,2})[\])]\s*\S", node.text or ""):
            marks.add(match.group(1))
    return marks


def _text_before(node: Any) -> str:
    """The characters directly before an element within its block, at most 40."""
    text = ""
    while node is not None and len(text) < 40:
        before = node.getprevious()
        if before is not None:
            text = (before.text_content() if isinstance(before.tag, str) else "") + (before.tail or "") + text
            node = before
            continue
        parent = node.getparent()
        if parent is None:
            break
        text = (parent.text or "") + text
        if parent.tag not in ("span", "b", "i", "em", "strong", "a", "font", "u", "small", "sup", "sub"):
            break
        node = parent
    return text[-40:]


def _remove(node: Any) -> None:
    """Take an element out and leave the words after it."""
    if node.getparent() is not None:
        node.drop_tree()


def _replace(node: Any, text: str) -> None:
    """Put plain characters in an element's place."""
    parent = node.getparent()
    if parent is None:
        return
    node.tail = text + (node.tail or "")
    node.drop_tree()


def _append(node: Any, text: str) -> None:
    if len(node):
        node[-1].tail = (node[-1].tail or "") + text
    else:
        node.text = (node.text or "") + text
