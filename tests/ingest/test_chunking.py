from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import sentencex
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import UsageError
from assistant.types import Article
from ingest.chunking import MAX_PASSAGE, MAX_QUOTATION, MAX_SENTENCE, MAX_STRETCH, cut_passages, split_sentences
from ingest.parsing.registry import Raw, make_article, read_articles
from ingest.sandbox import Sandbox
from tests.ingest.making import story

SAMPLE = Path(__file__).parents[2] / "eval" / "sample" / "articles"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    box = Sandbox()
    yield box
    box.close()


def made(text: str) -> Article:
    return make_article(source_id=1, identity="1", text=text, title="T")


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


def check(article: Article) -> None:
    """What must hold of every article's passages."""
    passages = cut_passages(article)
    covered = [False] * len(article.text)
    for passage in passages:
        assert article.text[passage.start : passage.end] == passage.text == passage.text.strip()
        assert passage.sentences[0][0] == passage.start and passage.sentences[-1][1] == passage.end
        assert len(passage.text) <= max(MAX_PASSAGE, *(end - start for start, end in passage.sentences))
        assert all(a[1] <= b[0] for a, b in zip(passage.sentences, passage.sentences[1:], strict=False))
        assert not any(passage.start < span.end and span.start < passage.end for span in article.boilerplate)
        for at in range(passage.start, passage.end):
            covered[at] = True
    for span in article.boilerplate:
        for at in range(span.start, span.end):
            covered[at] = True
    left = [ch for ch, done in zip(article.text, covered, strict=True) if not done and not ch.isspace()]
    assert not left, f"left out of every passage: {''.join(left)[:80]!r}"
    assert len({p.id for p in passages}) == len(passages)
    assert passages == cut_passages(article)


@pytest.mark.parametrize("path", sorted(SAMPLE.glob("*.md")), ids=lambda p: p.stem)
def test_every_sample_article_is_covered_by_exact_passages(path: Path, sandbox: Sandbox) -> None:
    (read,) = read_articles(Raw(path.name, str(path), path.read_bytes()), sandbox)
    article = read.article
    assert path.read_text("utf-8").endswith(article.text)
    check(article)


_PIECES = st.sampled_from([
    "“We will not leave,” she said. ", "“Never. ", "Not ever.” ", "Dr. Ludd met Mr. Wray at 5 p.m. on Monday. ", "\n", "\n\n", "\r\n",
    "It cost $3.5 million. ", "Also Read: Other News\n", "\n(Image Credits: X)\n", "\t", "\u00a0", "\u2028", "e\u0301t\u00e9. ", "\U0001f6a2", '"', "”",
])  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(st.lists(_PIECES | st.text(max_size=80), min_size=1, max_size=40))
def test_passages_are_exact_for_any_text(pieces: list[str]) -> None:
    try:
        article = made("".join(pieces))
    except UsageError:
        return
    check(article)


def test_a_long_run_without_an_end_is_cut_at_white_space() -> None:
    text = "word " * 2000
    check(made(text))
    assert max(len(s) for s in sentences(text)) <= MAX_SENTENCE
    check(made("x" * 5000))


@pytest.mark.parametrize("text", [
    "He spoke of a “fraternal duty. A debt of honour.” KCNA reported it.",
    'Wray said: "Stop. Think. Then vote." The hall was still.',
    "“First. Second. Third,” said Corvane.",
])  # fmt: skip
def test_a_quotation_is_never_cut(text: str) -> None:
    for sentence in sentences(text):
        assert sentence.count("“") == sentence.count("”") and sentence.count('"') % 2 == 0


def test_no_passage_of_a_long_interview_begins_or_ends_inside_a_quotation() -> None:
    quoted = "".join(
        f"Ludd answered: “I saw number {n}. It was red. It left at once.” The court noted it. " for n in range(80)
    )
    for passage in cut_passages(made(quoted)):
        assert passage.text.count("“") == passage.text.count("”")


def test_a_lost_mark_does_no_harm_beyond_its_length() -> None:
    text = "“It began here. " + "A plain sentence follows. " * 200
    assert max(len(s) for s in sentences(text)) <= MAX_QUOTATION + 100


def test_a_passage_does_not_reach_across_boilerplate() -> None:
    text = f"{story(1)}\n\nAlso Read: Something Else Entirely\n\n{story(2)}"
    article = made(text)
    assert [s.kind for s in article.boilerplate] == ["also-read"]
    assert all("Something Else" not in p.text for p in cut_passages(article))
    check(article)


def test_clock_times_do_not_end_a_sentence_before_their_day() -> None:
    assert len(sentences("They met at 5 p.m. Monday in Oxendale. Then they left.")) == 2


def test_ids_depend_on_version_and_place_alone() -> None:
    first, second = cut_passages(made(story(1))), cut_passages(made(story(1)))
    assert [p.id for p in first] == [p.id for p in second]
    assert not {p.id for p in first} & {p.id for p in cut_passages(made(story(1) + " More."))}


HOSTILE = {
    "quotation marks": '"', "open quotations": "“", "dots": ".", "initials": "A. ", "brackets": "(", "blanks": " ", "words": "word ",
    "clock times": " p.m. Monday", "short sentences": "He said so. ",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_long_line_is_given_to_the_library_in_stretches(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its time grows with the square of some texts: 900,000 quotation marks took 300 s."""
    given_to_it: list[int] = []

    def segment(language: str, text: str) -> list[str]:
        given_to_it.append(len(text))
        return list(sentencex.segment(language, text))

    monkeypatch.setattr("ingest.chunking.sentencex", SimpleNamespace(segment=segment))
    text = HOSTILE[name] * (60_000 // len(HOSTILE[name]))
    found = split_sentences(text)
    assert max(given_to_it, default=0) <= MAX_STRETCH and sum(given_to_it) <= 3 * len(text)
    assert "".join(text[start:end] for start, end in found).replace(" ", "") == text.replace(" ", "")


def test_stretches_change_no_sentence_of_a_long_paragraph() -> None:
    text = " ".join(f"Sentence number {n} tells of Dr. Ludd, who met Mr. Wray at the quay." for n in range(400))
    assert [text[start:end] for start, end in split_sentences(text)] == [
        f"Sentence number {n} tells of Dr. Ludd, who met Mr. Wray at the quay." for n in range(400)
    ]
