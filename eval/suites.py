"""Suites of articles and questions, ready-made or the user's own, and the selection of questions."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from assistant.errors import UsageError
from eval.case_forms import Form, load_form
from eval.cases import Case, half_of

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data"
BLIND = ROOT / "eval" / "sample" / "blind"
SUITES = ("sample", "news", "multihop", "reporter", "shapes", "follow-ups")


@dataclass(frozen=True, slots=True)
class Suite:
    """Articles and questions that belong together.

    Attributes:
        name: One of `SUITES`, or "own" for the user's files.
        articles: A file or folder that `byline ingest` takes.
        questions: The question file.
        mode: "answer" asks the assistant; "search" evaluates its ten best passages only.
        form: How the question file is written.
    """

    name: str
    articles: Path
    questions: Path
    mode: Literal["answer", "search"] = "answer"
    form: Form = "byline"

    def cases(self) -> list[Case]:
        """All questions of the suite.

        Raises:
            UsageError: The file is missing or a line does not fit.
        """
        return load_form(self.questions, self.form)


def ready_suite(name: str, data: Path | None = None) -> Suite:
    """Return a suite by name.

    Args:
        name: One of `SUITES`.
        data: The folder with `multihop_rag/` and `news_questions/`; beside the project when None.

    Raises:
        UsageError: There is no such suite, or its files are not there.
    """
    folder = data or DATA
    corpus, articles = folder / "multihop_rag" / "corpus.json", ROOT / "eval/sample/articles"
    suites = {
        "sample": Suite("sample", articles, ROOT / "eval/sample/questions.jsonl"),
        "news": Suite("news", corpus, folder / "news_questions/dev.jsonl"),
        "multihop": Suite("multihop", corpus, folder / "multihop_rag/questions_dev.json", "search", "multihop"),
        "reporter": Suite("reporter", corpus, folder / "reporter_questions/dev.jsonl", form="reporter"),
        "shapes": Suite("shapes", articles, BLIND / "shapes.jsonl", form="shapes"),
        "follow-ups": Suite("follow-ups", articles, BLIND / "follow_ups.jsonl", form="follow-ups"),
    }
    if name not in suites:
        raise UsageError(f"There is no suite {name!r}; the suites are {', '.join(SUITES)}.")
    return _present(suites[name])


def own_suite(articles: Path, questions: Path) -> Suite:
    """Return a suite of the user's files; a `.json` question file is read in MultiHop-RAG's form.

    Raises:
        UsageError: One of them is not there.
    """
    if questions.suffix.lower() == ".json":
        return _present(Suite("own", articles, questions, "search", "multihop"))
    return _present(Suite("own", articles, questions))


def _present(suite: Suite) -> Suite:
    for what, path in (("articles", suite.articles), ("questions", suite.questions)):
        if not path.exists():
            raise UsageError(
                f"The {what} of the suite {suite.name!r} are missing: {str(path)!r}; name their folder with "
                "--data, or use --suite sample, which comes with the project."
            )
    return suite


def select(
    cases: Iterable[Case], *, split: str = "", half: str = "", ids: Literal["", "odd", "even"] = "", limit: int = 0
) -> list[Case]:
    """Select questions.

    Args:
        cases: All of them.
        split: Only those marked "tune" or "report".
        half: Only half A (tuning) or B (reporting), fixed by the id.
        ids: Only those whose id ends with an odd or an even number.
        limit: At most so many, in proportion to their kinds and spread over the file; 0 for all.

    Raises:
        UsageError: None are left.
    """
    kept = [c for c in cases if (not split or c.split == split) and (not half or half_of(c.id) == half)]
    if ids:
        kept = [c for c in kept if _number(c.id) % 2 == (ids == "odd")]
    if not kept:
        raise UsageError(f"No question has split {split!r}, half {half!r} and ids {ids!r}.")
    return stratified(kept, limit) if limit and limit < len(kept) else kept


def stratified(cases: Sequence[Case], limit: int) -> list[Case]:
    """Sample questions: each kind in proportion, spread evenly over the file, in their order.

    Takes every n-th question in an order by kind, so that a kind of at least n questions is always included.
    """
    order = sorted(range(len(cases)), key=lambda i: (cases[i].kind, i))
    chosen = sorted(order[i * len(order) // limit] for i in range(limit))
    return [cases[i] for i in chosen]


def _number(case_id: str) -> int:
    found = re.search(r"\d+$", case_id)
    if found is None:
        raise UsageError(f"--ids expects ids that end with a number, found {case_id!r}.")
    return int(found[0])


def digest_files(paths: Iterable[Path], root: Path) -> str:
    """A hash of files by their names below `root` and their contents."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(f"{path.relative_to(root).as_posix()}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]


def digest_path(path: Path) -> str:
    """A hash of a file, or of all files in a folder."""
    if path.is_file():
        return digest_files([path], path.parent)
    return digest_files((p for p in path.rglob("*") if p.is_file() and "__pycache__" not in p.parts), path)


def digest_values(values: Sequence[object]) -> str:
    """A hash of plain values."""
    return hashlib.sha256(json.dumps(values, ensure_ascii=False).encode()).hexdigest()[:16]
