"""Headlines and outlets of a page: candidates, the most trustworthy first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from ingest.parsing.html_blocks import clean_text
from ingest.parsing.html_sources import Candidates, Sources, key_of, line_of
from ingest.parsing.html_zones import element_kind
from ingest.parsing.linked_data import text_of


def shown_title(tree: Any) -> str:
    """The headline as the page shows it: the main heading that its title names, else the title in its head."""
    return shown_heading(tree) or _page_title(tree)


def shown_heading(tree: Any) -> str:
    """The heading that is the headline: the main one that the page's title names, else the first; "" without one."""
    page_title = _page_title(tree)
    heads = [text for node in tree.iter("h1") if (text := heading_text(node)) and not _links_home(node)]
    named = [text for text in heads if key_of(text) in key_of(page_title)]
    if named or heads:
        return max(named, key=len) if named else heads[0]
    for node in tree.iter("h2", "h3", "h4"):
        text = heading_text(node)
        if len(text) > 12 and key_of(text) and key_of(text) in key_of(page_title):
            return text
    return ""


def heading_text(node: Any) -> str:
    """The words of a heading without a kicker that is set above them inside it."""
    parts = [child for child in node if isinstance(child.tag, str) and clean_text(child.text_content())]
    bare = clean_text(node.text or "") + "".join(clean_text(child.tail or "") for child in node)
    if len(parts) > 1 and not bare:
        kept = [child for child in parts if not element_kind(child)] or parts
        longest = max(kept, key=lambda child: len(child.text_content()))
        if len(parts) > len(kept) or all(
            child.tag in ("span", "div", "small", "p") and child.get("class") for child in parts
        ):
            return line_of(longest.text_content())
    return line_of(node.text_content())


def _links_home(node: Any) -> bool:
    return any(
        re.fullmatch(r"(?:https?://[^/]+)?/?", link.get("href") or "x")
        for link in (*node.iter("a"), *node.iterancestors("a"))
    )


def _page_title(tree: Any) -> str:
    found = [line_of(node.text_content()) for node in tree.xpath("//head/title | //body/title")]
    return found[0] if found else ""


def titles(page: Sources) -> Candidates:
    """Yield headlines, without the outlet's name at their end."""
    title = _page_title(page.tree)
    heading = shown_heading(page.tree)
    names = [name for _, name in outlets(page) if name]
    for source, value in (("json-ld", text_of(page.data.get("headline"))), ("opengraph", page.metas.get("og:title")),
                          ("meta", page.metas.get("twitter:title"))):  # fmt: skip
        told = _without_outlet(line_of(value), names)
        if told:
            yield (
                ("heading" if heading and _better(heading, told) else source),
                (heading if heading and _better(heading, told) else told),
            )
    yield "heading", heading
    yield "page title", _without_outlet(title, names)


def _better(heading: str, told: str) -> bool:
    """Whether the headline that readers see is to be taken before the one that the page's data names.

    It is where the data names it cut short or with something added after it, or names another one altogether.
    """
    if _begins(told, heading):
        return True
    seen, named = (set(re.findall(r"\w+", text.casefold())) for text in (heading, told))
    common = len(seen & named)
    if seen < named or len(heading.split()) < 3:
        return False
    return named <= seen or common < 0.5 * len(seen | named)


def _begins(title: str, heading: str) -> bool:
    """Whether a title is a heading with something after it, or a heading that was cut short."""
    low, head = title.casefold().rstrip(" .…"), heading.casefold()
    longer = low.startswith(head) and re.match(r"\s*[|–—:·»-]\s", low[len(head) :] + " ") is not None
    cut = title.rstrip().endswith(("…", "...")) and len(low) > 20 and head.startswith(low)
    return len(head) > 8 and (low == head or longer or cut)


def _without_outlet(title: str, names: Sequence[str]) -> str:
    for name in names:
        title = re.sub(rf"\s*[|–—·•:»-]\s*{re.escape(name)}\s*$", "", title, flags=re.I) or title
    return title


def outlets(page: Sources) -> Candidates:
    """Yield the names of the publisher."""
    yield "json-ld", _name(page.data.get("publisher"))
    yield "opengraph", line_of(page.metas.get("og:site_name"))
    yield "json-ld", _name(page.data.get("_site"))
    yield (
        "meta",
        line_of(page.metas.get("application-name") or page.metas.get("dc.publisher") or page.metas.get("publisher")),
    )
    yield "json-ld", _name(page.data.get("isPartOf")) or _name(page.data.get("sourceOrganization"))
    yield "page title", _outlet_in_title(page)
    yield "visible text", _outlet_in_masthead(page)


def _outlet_in_title(page: Sources) -> str:
    """The part of the page's title that its address, its feed, its logo or its copyright line names, too."""
    title, shown = _page_title(page.tree), shown_title(page.tree)
    parts = [part.strip() for part in re.split(r"\s[|–—·•»-]\s|:\s", title) if part.strip()]
    others = [part for part in parts if key_of(part) not in key_of(shown) or shown == title]
    host = _folded((urlsplit(page.url).hostname or "") if page.url else "").replace("-", "")
    marks = [
        block.text
        for block in page.blocks
        if re.search(r"©|copyright|\(c\)", block.text, re.I) and len(block.text) < 200
    ]
    marks += [
        node.text_content() for node in page.tree.xpath("//a[@rel='home' or @href='/' or contains(@class, 'logo')]")[:6]
    ]
    marks += [
        node.get("title") or ""
        for node in page.tree.xpath("//link[contains(@type, 'rss') or contains(@type, 'atom')]")[:3]
    ]
    for part in reversed(others):
        folded = _folded(part).replace(" ", "")
        if len(part) > 1 and (folded and folded in host or any(key_of(part) in key_of(mark) for mark in marks)):
            return str(part)
    added = (
        len(parts) > 1
        and shown != title
        and key_of(title).startswith(key_of(shown))
        and key_of(parts[-1]) not in key_of(shown)
    )
    return str(parts[-1]) if added and len(parts[-1].split()) < 7 else ""


def _outlet_in_masthead(page: Sources) -> str:
    """The name that the page's logo or masthead shows and its copyright line or address repeats."""
    host = _folded((urlsplit(page.url).hostname or "") if page.url else "").replace("-", "")
    rights = " ".join(block.text for block in page.blocks if re.search(r"©|copyright|\(c\)\s*\d{4}", block.text, re.I))
    named = "//*[@rel='home' or contains(@class, 'logo') or contains(@class, 'masthead') or contains(@class, 'site-title') or contains(@class, 'brand')]"
    for node in page.tree.xpath(f"{named} | //a[@href='/'] | //header//a")[:12]:
        text = line_of(node.text_content()) or line_of(" ".join(image.get("alt") or "" for image in node.iter("img")))
        folded = _folded(text).replace("-", "").replace(" ", "")
        if 1 < len(text) < 50 and folded and ((len(folded) > 3 and folded in host) or key_of(text) in key_of(rights)):
            return text
    return ""


def _folded(text: str) -> str:
    plain = text.casefold().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss")
    plain = unicodedata.normalize("NFKD", plain)
    return re.sub(r"[^\w-]", "", "".join(ch for ch in plain if not unicodedata.combining(ch)))


def _name(value: Any) -> str:
    name = line_of(text_of(value))
    return "" if re.match(r"https?:|#", name) else name
