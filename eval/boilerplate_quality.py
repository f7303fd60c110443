"""How well the story of a page and its fields are read, on labelled pages: `python -m eval.boilerplate_quality FOLDER`.

A page's elements carry `data-label`: "story", or the kind of what is not the story. The labels are taken off before
the page is read. `fields.jsonl` holds the right title, outlet, byline and date of pages, `lines.tsv` labelled lines
of plain text. Of pages held out (`held-*`) only figures are printed, so that no rule is written to fit them.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from lxml import html as lxml_html

from assistant.types import Article
from ingest.chunking import cut_passages
from ingest.parsing.article_builder import from_page, make_article
from ingest.parsing.html import read_page
from ingest.types import Raw

FIELDS = ("title", "outlet", "byline", "published_at")
_KEPT = ("caption", "credit")
"""Kept as captions, neither the story nor to be left out."""
_FEW = 4
"""Words; a shorter element that is not the story may be part of one of its sentences by chance."""
_CLOCK = re.compile(r"(?:updated\s+(?:at\s+)?)?\d{1,2}[:.]\d\d(?:\s*[ap]\.?m\.?)?(?:\s+[A-Z]{2,5})?", re.I)
"""The time of a live blog's entry, which stays beside it."""


@dataclass(slots=True)
class Score:
    """Labelled elements by what became of them.

    Attributes:
        left_out: Elements that are not the story and are in no passage, by kind.
        let_in: Elements that are not the story and are in a passage.
        kept: Elements of the story that are in the passages whole.
        lost: Elements of the story that are not.
        kept_words: Words of the elements that were kept.
        captions: Captions and credits that the article's text holds.
        captions_lost: Those that it does not hold.
    """

    left_out: Counter[str] = field(default_factory=Counter)
    let_in: list[tuple[str, str]] = field(default_factory=list)
    kept: int = 0
    lost: list[str] = field(default_factory=list)
    kept_words: int = 0
    captions: int = 0
    captions_lost: int = 0

    @property
    def precision(self) -> float:
        """Share of what was left out that is not the story."""
        left = self.left_out.total()
        return left / (left + len(self.lost)) if left + len(self.lost) else 1.0

    @property
    def recall(self) -> float:
        """Share of what is not the story that was left out."""
        left = self.left_out.total()
        return left / (left + len(self.let_in)) if left + len(self.let_in) else 1.0

    @property
    def body_precision(self) -> float:
        """Share of the words in the passages that are the story."""
        other = sum(len(text.split()) for _, text in self.let_in)
        return self.kept_words / (self.kept_words + other) if self.kept_words + other else 1.0

    @property
    def body_recall(self) -> float:
        """Share of the story's words that are in the passages."""
        lost = sum(len(text.split()) for text in self.lost)
        return self.kept_words / (self.kept_words + lost) if self.kept_words + lost else 1.0

    def judge(self, label: str, text: str, shown: str, whole: str = "", story: str = "") -> None:
        """Count one labelled element.

        Args:
            label: What it is.
            text: Its words.
            shown: The text of all passages.
            whole: The text of the article.
            story: The words of all elements of the story: what they hold anyway is not let in by another element.
        """
        words = _words(text)
        if not words:
            return
        there = words in _words(shown)
        if there and label != "story" and story:
            if len(words.split()) < _FEW:
                there = any(
                    words in line and len(line) < 2 * len(words) + 20 and line not in story
                    for line in shown.split("\n")
                )
            else:
                there = _words(shown).count(words) > story.count(words)
        if label == "story":
            self.kept += there
            self.kept_words += there * len(words.split())
            if not there:
                self.lost.append(words)
        elif label in _KEPT and whole:
            self.captions += words in _words(whole)
            self.captions_lost += words not in _words(whole)
        elif there:
            self.let_in.append((label, words))
        else:
            self.left_out[label] += 1


def measure_pages(folder: Path, *, held_out: bool = False) -> Score:
    """Score the `*.html` of a folder; those named `held-*` were not used to mend the rules."""
    score = Score()
    for path in _pages(folder, held_out=held_out):
        text = path.read_text("utf-8")
        article = _article(path)
        shown, whole = (passage_text(article), article.text) if article else ("", "?")
        labelled = list(_labelled(text))
        story = _words(" ".join(element for label, element in labelled if label == "story"))
        for label, element in labelled:
            if not (label == "date" and _CLOCK.fullmatch(_words(element))):
                score.judge(label, element, shown, whole, story)
    return score


def measure_lines(path: Path) -> Score:
    """Score the lines of a file of kind, tab, line: the rules for plain text alone."""
    rows = [line.split("\t", 1) for line in path.read_text("utf-8").splitlines() if "\t" in line]
    article = make_article(
        source_id=path.name, identity=path.name, text="\n\n".join(row[1] for row in rows), title="Lines"
    )
    shown = passage_text(article)
    score = Score()
    for label, line in rows:
        score.judge(label, line, shown)
    return score


def measure_fields(folder: Path, *, held_out: bool = False) -> tuple[Counter[str], int, list[str]]:
    """Compare the fields of pages with `fields.jsonl`.

    Returns:
        Field -> pages where it is right, pages compared, and a line for each that is wrong.
    """
    known = folder / "fields.jsonl"
    rows = [json.loads(line) for line in known.read_text("utf-8").splitlines()] if known.exists() else []
    wanted = {row["page"]: row for row in rows}
    right: Counter[str] = Counter()
    wrong: list[str] = []
    paths = [path for path in _pages(folder, held_out=held_out) if path.name in wanted]
    for path in paths:
        article = _article(path)
        for name in FIELDS:
            found, meant = getattr(article, name, None), wanted[path.name][name]
            if _same(name, found, meant):
                right[name] += 1
            else:
                wrong.append(f"{path.name}: {name} is {found!r}, expected {meant!r}")
    return right, len(paths), wrong


def passage_text(article: Article) -> str:
    """The text that the passages of the story cover, each character once; captions are not among it."""
    captions = [span for span in article.boilerplate if span.kind in _KEPT]
    parts, position = [], 0
    for passage in sorted(cut_passages(article), key=lambda passage: passage.start):
        if not any(span.start <= passage.start and passage.end <= span.end for span in captions):
            parts.append(article.text[max(position, passage.start) : passage.end])
            position = max(position, passage.end)
    return "\n".join(parts)


def _pages(folder: Path, *, held_out: bool) -> list[Path]:
    return sorted(path for path in folder.glob("*.html") if path.name.startswith("held-") == held_out)


def _article(path: Path) -> Article | None:
    page = read_page(re.sub(r'\s+data-label="[^"]*"', "", path.read_text("utf-8")))
    return from_page(page, Raw(path.name, path.name)).article if page is not None and "reject" not in page else None


def _same(name: str, found: Any, meant: Any) -> bool:
    if name != "published_at" or not found or not meant:
        return _plain(found) == _plain(meant)
    if len(meant) == 10 or len(found) == 10:
        return str(found[: len(meant)]) == str(meant)
    one, other = (datetime.fromisoformat(value).replace(microsecond=0) for value in (found, meant))
    return (
        one == other
        if bool(one.tzinfo) == bool(other.tzinfo)
        else one.replace(tzinfo=None) == other.replace(tzinfo=None)
    )


def _plain(value: Any) -> str:
    names = re.sub(r"\s+(?:and|und|et|y|e)\s+", ", ", str(value or ""))
    return re.sub(r"[\W_]+", " ", names).strip().casefold()


def _labelled(text: str) -> Iterator[tuple[str, str]]:
    page = lxml_html.document_fromstring(text)
    for line_break in page.iter("br"):
        line_break.tail = " " + (line_break.tail or "")
    for element in page.xpath("//*[@data-label]"):
        yield element.get("data-label"), element.text_content()


def _words(text: str) -> str:
    return " ".join(re.sub("[\u00ad\u200b]", "", text).split())


def report(folder: Path) -> str:
    """The scores as text, with what went wrong on the pages that are not held out."""
    lines = []
    scores = {
        "pages": measure_pages(folder),
        "pages held out": measure_pages(folder, held_out=True),
        "lines of plain text": measure_lines(folder / "lines.tsv"),
    }
    for name, score in scores.items():
        total = score.kept + len(score.lost) + score.left_out.total() + len(score.let_in)
        lines.append(
            f"{name}: {total} labelled elements, precision {score.precision:.3f}, recall {score.recall:.3f}, "
            f"story kept {score.kept} of {score.kept + len(score.lost)}; body by words: "
            f"precision {score.body_precision:.3f}, recall {score.body_recall:.3f}; captions kept "
            f"{score.captions} of {score.captions + score.captions_lost}"
        )
        if "held" not in name:
            lines += [f"  let in ({label}): {text}" for label, text in score.let_in]
            lines += [f"  lost: {text}" for text in score.lost]
    for name, held in (("fields", False), ("fields held out", True)):
        right, pages, wrong = measure_fields(folder, held_out=held)
        if pages:
            lines.append(f"{name}: {pages} pages, right: " + ", ".join(f"{key} {right[key]}" for key in FIELDS))
            lines += [] if held else [f"  {line}" for line in wrong]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(report(Path(sys.argv[1] if len(sys.argv) > 1 else "tests/ingest/pages")) + "\n")
