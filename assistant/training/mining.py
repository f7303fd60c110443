"""Training questions and the passages they are read with: what stands where, and what is a fair negative.

Questions come in the form of the evaluation's question files; passages come from Byline's own retriever, so that
the reader learns on what it will be given.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant.factory import open_library
from assistant.models.embeddings import Embedder
from assistant.query.decomposition import split_parts
from assistant.query.follow_up import resolve
from assistant.reading.pipeline import header
from assistant.retrieval.hybrid import HybridRetriever
from assistant.settings import load_settings
from assistant.storage.library import Library
from assistant.text.lexical import fold
from assistant.types import Hit, Query
from ingest.chunking import split_sentences
from ingest.pipeline import ingest

MINED = 24
"""Hits kept for a question: as many as are read when it is asked."""
HELD_OUT = 10
"""One article in so many is kept aside for choosing the weights."""

Offsets = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Item:
    """A passage as it is read for one question; offsets are characters of `text`.

    Attributes:
        label: 1 holds the answer, 0 does not, -1 not known (it holds the answer's words elsewhere).
        sentences: All sentences of the passage.
        gold: Which of them are evidence.
        answer: The answer itself, where it is known.
        rank: Its place in the retriever's list, from 1; 0 when it was not in it.
        score: The retriever's score.
    """

    header: str
    text: str
    label: int
    sentences: tuple[Offsets, ...]
    gold: tuple[int, ...] = ()
    answer: Offsets | None = None
    rank: int = 0
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Group:
    """A question with the passages it is read with.

    Attributes:
        kind: Of the question; "relevance" groups teach ranking alone.
        answerable: Whether any passage could hold the answer.
    """

    id: str
    question: str
    kind: str
    answerable: bool
    items: tuple[Item, ...]


def is_held(doc_id: int | str) -> bool:
    """Whether an article is kept aside, by a hash of its id."""
    return zlib.crc32(f"held {doc_id}".encode()) % HELD_OUT == 0


def read_questions(path: Path) -> list[dict[str, Any]]:
    """Read a question file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def taught_articles(data: Path) -> list[dict[str, Any]]:
    """The articles whose passages may be read in training, as evidence or as a negative.

    Even-numbered ones, without those that the news dev questions rest on and without those kept aside.
    """
    dev = read_questions(data / "news_questions" / "dev.jsonl")
    judged = {place["doc_id"] for row in dev for place in (*row["evidence"], *row.get("near", ()))}
    corpus = json.loads((data / "multihop_rag" / "corpus.json").read_text("utf-8"))
    return [a for a in corpus if a["id"] % 2 == 0 and a["id"] not in judged and not is_held(a["id"])]


def whole_library(data: Path, work: Path) -> tuple[Library, Embedder]:
    """The library of all articles, for choosing weights; filled unless it is."""
    library, embedder = open_library(load_settings(home=work / "library"))
    ingest(library, embedder, [str(data / "multihop_rag" / "corpus.json")])
    return library, embedder


class Miner:
    """Finds the passages of questions in a library of the articles that may be taught, and of no others.

    Args:
        articles: Those articles.
        work: Folder where the library is kept between runs.
    """

    def __init__(self, articles: Sequence[Mapping[str, Any]], work: Path) -> None:
        self._taught = {article["id"] for article in articles}
        source = work / "taught.json"
        source.write_text(json.dumps(articles), "utf-8")
        self._library, embedder = open_library(load_settings(home=work / "taught"))
        ingest(self._library, embedder, [str(source)])
        self._retriever = HybridRetriever(library=self._library, embedder=embedder)

    def may_teach(self, row: Mapping[str, Any]) -> bool:
        """Whether a reader's question is about articles that may be taught."""
        places = row["evidence"] or row.get("near") or ()
        return all(place["doc_id"] in self._taught for place in places)

    def news(self, row: Mapping[str, Any]) -> Group:
        """The group of a reader's question, answerable or not."""
        text = resolve(row["question"], row.get("history") or ()).standalone
        spans = [(e["doc_id"], e["start"], e["end"]) for e in row["evidence"]]
        items = [_item(hit, spans, row["answers"]) for hit in self._find(text)]
        if row["answerable"] and not any(item.label == 1 for item in items):
            items += [replace(_item(hit, spans, row["answers"]), rank=0) for hit in self._gold(spans)]
        return Group(row["id"], text, row["kind"], row["answerable"], tuple(items))

    def facts(self, row: Mapping[str, Any]) -> Group:
        """The group of a MultiHop-RAG question: which passages bear on it."""
        wanted = ["".join(fact["fact"].split()) for fact in row["evidence_list"]]
        items = []
        for hit in self._find(row["query"]):
            flat = "".join(hit.passage.text.split())
            holds = any(fact in flat for fact in wanted)
            items.append(_item(hit, [], (), label=int(holds)))
        return Group(f"hop-{row['id']}", row["query"], "relevance", bool(wanted), tuple(items))

    def _find(self, text: str) -> list[Hit]:
        return self._retriever.find(Query(text, text, parts=split_parts(text)), text, MINED)

    def _gold(self, spans: Sequence[tuple[Any, int, int]]) -> list[Hit]:
        """The passages that hold evidence which the search did not find."""
        doc, start, end = spans[0]
        article = self._library.catalogue.article(str(doc))
        if article is None:
            return []
        found = self._retriever.find(Query("", ""), article.text[start:end], 8)
        return [h for h in found if h.headline.source_id == doc and h.passage.start <= start and end <= h.passage.end][
            :1
        ]


def _item(hit: Hit, spans: Sequence[tuple[Any, int, int]], answers: Sequence[str], label: int | None = None) -> Item:
    passage = hit.passage
    inside = tuple((a - passage.start, b - passage.start) for a, b in passage.sentences)
    gold = {
        i
        for i, (a, b) in enumerate(passage.sentences)
        for doc, start, end in spans
        if doc == hit.headline.source_id and min(b, end) - max(a, start) > 0.5 * min(b - a, end - start)
    }
    answer = _answer(passage.text, [inside[i] for i in sorted(gold)], answers)
    if label is None:
        label = 1 if gold else -1 if _mentions(passage.text, answers) else 0
    return Item(header(hit), passage.text, label, inside, tuple(sorted(gold)), answer, hit.rank, hit.score)


def _answer(text: str, sentences: Sequence[Offsets], answers: Sequence[str]) -> Offsets | None:
    for answer in sorted(answers, key=len, reverse=True):
        for start, end in sentences:
            at = text.find(answer, start, end)
            if at >= 0:
                return at, at + len(answer)
    return None


def _mentions(text: str, answers: Sequence[str]) -> bool:
    folded = fold(text)
    return any(fold(answer) in folded for answer in answers if len(answer) > 2)


def squad_groups(path: Path, longest: int = 900) -> list[Group]:
    """Questions in SQuAD's form, each with its own paragraph, and a second one without the answer.

    The paragraph is cut at sentences to a passage's length around the answer. For every third answerable question
    the sentences with the answer are taken out instead: nothing there answers.
    """
    groups = []
    for entry in json.loads(path.read_text("utf-8"))["data"]:
        for paragraph in entry["paragraphs"]:
            context = paragraph["context"]
            sentences = split_sentences(context)
            for qa in paragraph["qas"]:
                group = _squad_group(f"{path.stem}-{qa['id']}", qa, context, sentences, longest)
                if group:
                    groups.append(group)
    return groups


def _squad_group(
    name: str, qa: Mapping[str, Any], context: str, sentences: Sequence[Offsets], longest: int
) -> Group | None:
    answers = [] if qa.get("is_impossible") else qa["answers"]
    if not answers and not qa.get("is_impossible"):
        return None
    at = answers[0]["answer_start"] if answers else 0
    gold = next((i for i, (a, b) in enumerate(sentences) if a <= at < b), None)
    if gold is None:
        return None
    low = high = gold
    while True:
        grown = [(low - 1, high)] if low else []
        grown += [(low, high + 1)] if high + 1 < len(sentences) else []
        grown = [(a, b) for a, b in grown if sentences[b][1] - sentences[a][0] <= longest]
        if not grown:
            break
        low, high = grown[0] if len(grown) == 1 or (high - low) % 2 else grown[-1]
    start, end = sentences[low][0], sentences[high][1]
    text = context[start:end]
    if len(text) > 2 * longest:
        return None
    inside = tuple((a - start, b - start) for a, b in sentences[low : high + 1])
    items = []
    if answers:
        span = (at - start, at - start + len(answers[0]["text"]))
        items.append(Item("", text, 1, inside, (gold - low,), span, 1))
        if zlib.crc32(name.encode()) % 3 == 0 and len(inside) > 2:
            items.append(_without(items[0], gold - low))
    else:
        items.append(Item("", text, 0, inside, (), None, 1))
    return Group(name, qa["question"], "squad", bool(answers), tuple(items))


def _without(item: Item, gold: int) -> Item:
    """The passage without its evidence sentence."""
    pieces, spans, position = [], [], 0
    for i, (a, b) in enumerate(item.sentences):
        if i != gold:
            pieces.append(item.text[a:b])
            spans.append((position, position + b - a))
            position += b - a + 1
    return Item(item.header, " ".join(pieces), 0, tuple(spans), (), None, 2)
