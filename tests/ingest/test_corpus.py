"""Documents that were written without sight of the parsers give what a reader finds in them (`corpus/README.md`)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from assistant.types import Article
from ingest.parsing.registry import read_articles
from ingest.sandbox import Sandbox
from ingest.sources.resolve import Sources
from ingest.types import Raw, Read, Rejected

CORPUS = Path(__file__).parent / "corpus"
EXPECTED: list[dict[str, Any]] = [
    json.loads(line) for path in sorted(CORPUS.glob("expected*.jsonl")) for line in path.read_text("utf-8").splitlines()
]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    box = Sandbox()
    yield box
    box.close()


def read(name: str, sandbox: Sandbox) -> tuple[list[Article], list[Rejected]]:
    articles, rejected = [], []
    for document in Sources([str(CORPUS / name)], sandbox):
        for item in read_articles(document, sandbox) if isinstance(document, Raw) else [document]:
            if isinstance(item, Read):
                articles.append(item.article)
            elif isinstance(item, Rejected):
                rejected.append(item)
    return articles, rejected


def is_same(name: str, wanted: Any, found: Any) -> bool:
    if wanted is None or not found:
        return not wanted and not found
    if isinstance(wanted, list):
        return all(part in found for part in wanted)
    if name == "published_at":
        return (
            found[:10] == wanted
            if len(wanted) == 10
            else datetime.fromisoformat(found) == datetime.fromisoformat(wanted)
        )
    return bool(found == wanted)


def in_order(text: str, parts: list[str]) -> bool:
    at = 0
    for part in parts:
        at = text.find(part, at)
        if at < 0:
            return False
        at += 1
    return True


def wrong_fields(expected: dict[str, Any], articles: list[Article]) -> dict[str, Any]:
    return {
        name: [getattr(article, name) for article in articles]
        for name, wanted in expected.get("fields", {}).items()
        if not any(is_same(name, wanted, getattr(article, name)) for article in articles)
    }


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda expected: expected["input"].removeprefix("files/"))
def test_a_reader_finds_what_is_in_it(expected: dict[str, Any], sandbox: Sandbox) -> None:
    articles, rejected = read(expected["input"], sandbox)
    texts = [re.sub("[\u00a0\u202f\u2009]", " ", article.text) for article in articles]
    if expected["articles"] is not None:
        assert len(articles) == expected["articles"], [article.title for article in articles]
    assert [part for part in expected["has"] if not any(part in text for text in texts)] == []
    assert [part for part in expected["has_not"] if any(part in text for text in texts)] == []
    assert not expected.get("order") or any(in_order(text, expected["order"]) for text in texts)
    assert [part for part in expected.get("once", []) if not any(text.count(part) == 1 for text in texts)] == []
    assert len(rejected) >= expected["rejected"]
    wrong = wrong_fields(expected, articles)
    if "disputed" in expected:
        assert set(wrong) == {"published_at"} and wrong["published_at"] == [None]
    else:
        assert wrong == {}
