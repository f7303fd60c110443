"""How well the story is told from the rest, on labelled pages: `python -m eval.boilerplate_quality FOLDER`.

A page's elements carry `data-label`: "story", or the kind of what is not the story. The labels are
taken off before the page is read. `lines.tsv` holds labelled lines of plain text.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lxml import html as lxml_html

from ingest.chunking import cut_passages
from ingest.parsing.article_builder import from_page, make_article
from ingest.parsing.html import read_page
from ingest.types import Raw


@dataclass(slots=True)
class Score:
    """Labelled elements by what became of them.

    Attributes:
        left_out: Elements that are not the story and are in no passage, by kind.
        let_in: Elements that are not the story and are in a passage.
        kept: Elements of the story that are in the passages whole.
        lost: Elements of the story that are not.
    """

    left_out: Counter[str] = field(default_factory=Counter)
    let_in: list[tuple[str, str]] = field(default_factory=list)
    kept: int = 0
    lost: list[str] = field(default_factory=list)

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

    def judge(self, label: str, text: str, shown: str) -> None:
        """Count one labelled element; `shown` is the text of all passages."""
        there = _words(text) in shown
        if label == "story":
            self.kept += there
            if not there:
                self.lost.append(text)
        elif there:
            self.let_in.append((label, text))
        else:
            self.left_out[label] += 1


def measure_pages(folder: Path, *, held_out: bool = False) -> Score:
    """Score the `*.html` of a folder; those named `held-*` were not used to mend the rules."""
    score = Score()
    for path in sorted(path for path in folder.glob("*.html") if path.name.startswith("held-") == held_out):
        text = path.read_text("utf-8")
        page = read_page(re.sub(r'\s+data-label="[^"]*"', "", text))
        shown = ""
        if page is not None:
            article = from_page(page, Raw(path.name, path.name)).article
            shown = _words(" ".join(passage.text for passage in cut_passages(article)))
        for label, element in _labelled(text):
            score.judge(label, element, shown)
    return score


def measure_lines(path: Path) -> Score:
    """Score the lines of a file of kind, tab, line: the rules for plain text alone."""
    rows = [line.split("\t", 1) for line in path.read_text("utf-8").splitlines() if "\t" in line]
    article = make_article(
        source_id=path.name, identity=path.name, text="\n\n".join(row[1] for row in rows), title="Lines"
    )
    shown = _words(" ".join(passage.text for passage in cut_passages(article)))
    score = Score()
    for label, line in rows:
        score.judge(label, line, shown)
    return score


def _labelled(text: str) -> Iterator[tuple[str, str]]:
    for element in lxml_html.document_fromstring(text).xpath("//*[@data-label]"):
        yield element.get("data-label"), element.text_content()


def _words(text: str) -> str:
    return " ".join(text.split())


def report(folder: Path) -> str:
    """The scores as text, with what went wrong."""
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
            f"story kept {score.kept} of {score.kept + len(score.lost)}"
        )
        lines += [f"  let in ({label}): {text}" for label, text in score.let_in]
        lines += [f"  lost: {text}" for text in score.lost]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(report(Path(sys.argv[1] if len(sys.argv) > 1 else "tests/ingest/pages")) + "\n")
