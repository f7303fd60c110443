from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant.answering.extractive import unsaid
from assistant.errors import ModelError
from assistant.factory import build_assistant
from assistant.models import assets
from assistant.query.parsed import parse_question
from assistant.reading.confidence import named_share, number_share
from assistant.reading.evidence import Evidence
from assistant.reading.model import Reader, Reading
from assistant.reading.pipeline import header, read_part
from assistant.reading.scoring import Weights, load_weights
from assistant.reading.sentence_ranker import coefficients
from assistant.settings import Settings
from assistant.types import Headline, Hit, Passage

HEAD = Headline("a1", "v1", 7, "Wind farm", "The Post", None, "2024-01-02T10:00:00+01:00", None)


def make_hit(sentences: Sequence[str], rank: int = 1, article: str = "a1", start: int = 100) -> Hit:
    text, spans = "", []
    for sentence in sentences:
        spans.append((start + len(text), start + len(text) + len(sentence)))
        text += sentence + " "
    text = text.rstrip()
    passage = Passage(f"p{article}{start}", article, f"v-{article}", start, start + len(text), text, tuple(spans))
    return Hit(passage, HEAD, 1.0 / rank, rank)


class ScoredReader:
    """Gives every sentence the logit that is prepared for its text."""

    def __init__(self, scores: dict[str, float], answerable: float = 3.0) -> None:
        self.scores, self.answerable = scores, answerable

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]:
        readings = []
        for _, text in passages:
            found = sorted((text.index(s), text.index(s) + len(s), v) for s, v in self.scores.items() if s in text)
            tokens = np.array([[v for _, _, v in found]] * 3, np.float32).reshape(3, -1)
            offsets = np.array([(a, b) for a, b, _ in found], np.int64).reshape(-1, 2)
            readings.append(Reading(max((v for *_, v in found), default=-9.0), self.answerable, offsets, tokens))
        return readings

    def likeness(self, question: str, texts: Sequence[str]) -> list[float]:
        return [float(question.lower() in text.lower()) for text in texts]


WEIGHTS = Weights(retrieval=0, relevance=1, answerable=0, sentence=coefficients(evidence=1.0), second=1.0)


def test_the_best_sentence_is_quoted_with_exact_offsets() -> None:
    hit = make_hit(["It was cold.", "The farm has 12 turbines.", "Nobody came."])
    finding = read_part(
        ScoredReader({"It was cold.": -5, "The farm has 12 turbines.": 4, "Nobody came.": -5}), "q", [hit], WEIGHTS
    )
    (evidence,) = finding.evidence
    assert evidence.text == "The farm has 12 turbines."
    assert (evidence.start, evidence.end) == (113, 138)


def test_sentences_that_follow_one_another_are_one_quotation_in_the_order_of_the_text() -> None:
    hit = make_hit(["Mara Sole opened it.", "The farm has 12 turbines.", "Nobody came."])
    scores = {"Mara Sole opened it.": 3.5, "The farm has 12 turbines.": 4.0, "Nobody came.": -5.0}
    (evidence,) = read_part(ScoredReader(scores), "q", [hit], WEIGHTS).evidence
    assert evidence.text == "Mara Sole opened it. The farm has 12 turbines."


def test_a_neighbour_may_be_further_behind_than_a_sentence_elsewhere() -> None:
    hit = make_hit(["Mara Sole opened it.", "The farm has 12 turbines.", "Nobody came.", "It cost nine million."])
    scores = dict(zip(("Mara Sole opened it.", "The farm has 12 turbines.", "Nobody came.", "It cost nine million."),
                      (2.5, 4.0, -5.0, 2.5), strict=True))  # fmt: skip
    weights = replace(WEIGHTS, second=1.0, beside=2.0)
    (evidence,) = read_part(ScoredReader(scores), "q", [hit], weights).evidence
    assert evidence.text == "Mara Sole opened it. The farm has 12 turbines."


def test_a_neighbour_beyond_the_passage_is_no_quotation_of_its_own() -> None:
    best, after = "The farm has 12 turbines.", "It cost nine million."
    first = make_hit(["Mara Sole opened it.", best])
    second = make_hit([after, "Nobody came."], 2, start=first.passage.end + 1)
    weights = replace(WEIGHTS, second=1.0, beside=2.0)
    reader = ScoredReader({"Mara Sole opened it.": -5.0, best: 4.0, after: 2.5, "Nobody came.": -5.0})
    assert [e.text for e in read_part(reader, "q", [first, second], weights).evidence] == [best]


def test_of_two_good_sentences_the_one_that_is_more_like_the_question_is_quoted() -> None:
    hits = [make_hit(["It was cold."], 1), make_hit(["The farm has 12 turbines."], 2, "a2")]
    reader = ScoredReader({"It was cold.": 4.0, "The farm has 12 turbines.": 3.5})
    weights = replace(WEIGHTS, second=1.0)
    assert [e.text for e in read_part(reader, "turbines", hits, weights).evidence] == ["It was cold."]
    weights = replace(weights, looked=(*weights.sentence, 1.0, 0.0))
    assert [e.text for e in read_part(reader, "turbines", hits, weights).evidence] == ["The farm has 12 turbines."]


def test_a_question_for_several_things_gets_a_further_sentence_sooner() -> None:
    first, second = "The dock took 40 ships in May.", "In June it took 31."
    hits = [make_hit([first]), make_hit([second], 2, "a2")]
    reader = ScoredReader({first: 4.0, second: 3.0})  # the second is the one with a likelihood of 0.27
    weights = replace(WEIGHTS, second=0.4, several=0.2)
    for question, quoted in (
        ("How many ships came in May?", [first]),
        ("How many ships came in May and in June?", [first, second]),
    ):
        assert [e.text for e in read_part(reader, question, hits, weights).evidence] == quoted


def test_who_he_is_comes_with_what_he_said() -> None:
    hit = make_hit(["Mayor Mara Sole opened the farm.", "“It is a start,” she said."])
    scores = {"Mayor Mara Sole opened the farm.": -5.0, "“It is a start,” she said.": 4.0}
    (evidence,) = read_part(ScoredReader(scores), "q", [hit], WEIGHTS).evidence
    assert evidence.text.startswith("Mayor Mara Sole")


def test_the_same_sentence_in_two_overlapping_passages_counts_once() -> None:
    first = make_hit(["Nobody came.", "The farm has 12 turbines."])
    second = make_hit(["The farm has 12 turbines.", "It was cold."], rank=2, start=113)
    scores = {"Nobody came.": -5.0, "The farm has 12 turbines.": 4.0, "It was cold.": -5.0}
    assert len(read_part(ScoredReader(scores), "q", [first, second], WEIGHTS).evidence) == 1


def test_passages_are_ordered_by_what_the_reader_says() -> None:
    hits = [make_hit(["It was cold."], 1), make_hit(["The farm has 12 turbines."], 2, "a2")]
    finding = read_part(ScoredReader({"It was cold.": -5, "The farm has 12 turbines.": 4}), "q", hits, WEIGHTS)
    assert [hit.passage.article_id for hit in finding.hits] == ["a2", "a1"]
    assert [hit.rank for hit in finding.hits] == [1, 2]


def test_nothing_found_is_no_confidence() -> None:
    finding = read_part(ScoredReader({}), "q", [], WEIGHTS)
    assert (finding.confidence, finding.evidence) == (0.0, ())


def test_the_header_is_the_one_the_reader_was_trained_with() -> None:
    assert header(make_hit(["x"])) == "The Post · January 2, 2024 · Wind farm"


def test_shares_of_names_and_numbers() -> None:
    assert named_share(parse_question("Did Mara Sole meet Ola Berg?"), "Mara Sole spoke.") == 0.5
    assert named_share(parse_question("why is it cold?"), "anything") == 1.0
    assert number_share(parse_question("Are there 12 turbines and 3 cranes?"), "twelve turbines") == 0.5


def test_weights_that_do_not_fit_are_one_clear_sentence(tmp_path: object) -> None:
    from pathlib import Path

    path = Path(str(tmp_path)) / "reader.json"
    with pytest.raises(ModelError, match="cannot be read"):
        load_weights(path)
    path.write_text('{"confidence": [1], "surprise": 2}')
    with pytest.raises(ModelError, match="surprise"):
        load_weights(path)


ABOARD = "The ferry carried 212 people when it left."


def told(other: str, article: str = "a2") -> list[bool]:
    """Whether each quotation is marked as differing, when another article has this sentence."""
    first, second = make_hit([ABOARD]), make_hit([other], 2, article)
    second = replace(second, headline=replace(HEAD, article_id=article))
    reader = ScoredReader({ABOARD: 4.0, other: 2.0})
    weights = replace(WEIGHTS, relevance=0, contrary=3.0, second=0.5)
    return [e.differs for e in read_part(reader, "How many people were aboard?", [first, second], weights).evidence]


def test_another_source_with_another_number_stands_beside_ours() -> None:
    assert told("The ferry carried 231 people when it left.") == [True, True]


@pytest.mark.parametrize(
    "other", ["The ferry carried 212 people, all told.", "The bakery sold 231 loaves.", "Nobody was found by night."]
)
def test_what_agrees_or_speaks_of_something_else_does_not(other: str) -> None:
    assert told(other) == [False]


def test_one_article_does_not_disagree_with_itself() -> None:
    assert told("The ferry carried 231 people when it left.", article="a1") == [False]


def test_a_sentence_that_ends_in_a_colon_brings_the_next() -> None:
    said, words = "Orla Venn gave this answer:", "“We will not sell the harbour.”"
    finding = read_part(
        ScoredReader({said: 3.0, words: -4.0}), "What did Venn say?", [make_hit([said, words])], WEIGHTS
    )
    assert finding.evidence[0].text == f"{said} {words}"


def test_the_newest_comes_first_where_the_latest_is_asked_for() -> None:
    old, new = make_hit(["The toll stands at nine."]), make_hit(["The toll stands at seventeen."], 2, "a2")
    new = replace(new, headline=replace(HEAD, article_id="a2", published_at="2024-02-01"))
    reader = ScoredReader({"The toll stands at nine.": 2.0, "The toll stands at seventeen.": 1.8})
    weights = replace(WEIGHTS, newest=1.0)
    found = read_part(reader, "What is the latest toll?", [old, new], weights, newest=True)
    assert found.hits[0].headline.article_id == "a2"
    assert read_part(reader, "What is the toll?", [old, new], weights).hits[0].headline.article_id == "a1"


def test_the_words_of_one_person_do_not_answer_for_another() -> None:
    kim, putin = "Kim pledged his full support.", "Putin praised the troops."
    reader = ScoredReader({kim: 3.0, putin: 1.5})
    weights = replace(WEIGHTS, sentence=coefficients(evidence=1.0, subject=2.0), second=0.5, beside=0.2)
    assert read_part(reader, "What did Putin praise?", [make_hit([kim, putin])], weights).evidence[0].text == putin


def test_a_notice_of_correction_comes_before_the_sentence_that_it_takes_back() -> None:
    report = make_hit(["The bank will have its head office in Tarn Haven.", "Nobody came."])
    notice = make_hit(
        ["We are sorry.", "The bank will have its head office in Ostrey and not, as we wrote, in Tarn Haven.", "More soon."],
        rank=2, article="a2",
    )  # fmt: skip
    later = replace(HEAD, article_id="a2", title="Correction: bank", published_at="2024-01-05T10:00:00+01:00")
    scores = {"The bank will have its head office in Tarn Haven.": 5.0, "Nobody came.": -5.0, "We are sorry.": -5.0}
    found = read_part(ScoredReader(scores), "q", [report, replace(notice, headline=later)], WEIGHTS).evidence
    assert [e.corrects for e in found] == [True, False]
    assert found[0].text == "The bank will have its head office in Ostrey and not, as we wrote, in Tarn Haven."
    other = replace(later, outlet="The Gazette")
    (alone,) = read_part(ScoredReader(scores), "q", [report, replace(notice, headline=other)], WEIGHTS).evidence
    assert alone.text == "The bank will have its head office in Tarn Haven.", "another paper does not correct this one"


def test_a_notice_is_quoted_with_what_is_right() -> None:
    sentences = ["We reported on Tuesday that the jury needed three days.", "It needed five.", "We apologise."]
    notice = replace(make_hit(sentences), headline=replace(HEAD, title="Corrections and clarifications"))
    (evidence,) = read_part(ScoredReader({sentences[0]: 5.0}), "q", [notice], WEIGHTS).evidence
    assert evidence.text == "We reported on Tuesday that the jury needed three days. It needed five."


def test_who_he_is_stands_with_the_quotation() -> None:
    sentences = ["Bo Lund read the plan.", "It took an hour.", "No wonder he called it atrocious."]
    (evidence,) = read_part(ScoredReader({sentences[2]: 5.0}), "q", [make_hit(sentences)], WEIGHTS).evidence
    assert evidence.text == " ".join(sentences)


def test_a_headline_that_says_the_question_again_does_not_answer_it() -> None:
    hit = make_hit(["Stone Yard Devotional", "Ann Moe finished the novel in May."])
    scores = {"Stone Yard Devotional": 6.0, "Ann Moe finished the novel in May.": 2.0}
    (evidence,) = read_part(ScoredReader(scores), "Who wrote Stone Yard Devotional?", [hit], WEIGHTS).evidence
    assert evidence.text == "Ann Moe finished the novel in May."


def test_a_long_question_is_read_with_its_own_weights() -> None:
    weights = replace(WEIGHTS, long=(7, 0.1, 0.5, 0.25, 0.0))
    assert weights.fitting("Who won?") is weights
    long = weights.fitting("word " * 25)
    assert (long.candidates, long.place, long.retrieval, long.relevance, long.answerable) == (7, 0.1, 0.5, 0.25, 0.0)
    first, second = make_hit(["Ann Moe came."]), make_hit(["Bo Lund came."], rank=2, article="a2")
    scores = {"Ann Moe came.": 0.0, "Bo Lund came.": 1.0}
    for question, order in (("Who came?", ["a2", "a1"]), ("Who came " + "then " * 30, ["a1", "a2"])):
        found = read_part(ScoredReader(scores), question, [first, second], weights)
        assert [hit.passage.article_id for hit in found.hits] == order


def test_a_sentence_that_one_part_quoted_is_not_quoted_again_for_the_next() -> None:
    hit = make_hit(["Mara Sole opened it.", "The farm has 12 turbines.", "Nobody came.", "It cost nine million."])
    start, end = hit.passage.start, hit.passage.end
    whole = Evidence(hit, start, end, 1.0, part=1)
    (second_start, second_end) = hit.passage.sentences[1]
    said = (hit.passage.version, second_start, second_end)
    assert [left.text for left in unsaid(whole, [said])] == [
        "Mara Sole opened it.",
        "Nobody came. It cost nine million.",
    ]
    assert unsaid(whole, []) == [whole]
    assert unsaid(replace(whole, start=second_start, end=second_end), [said]) == []
    elsewhere = ("v-other", second_start, second_end)
    assert unsaid(whole, [elsewhere]) == [whole]
    differs = replace(whole, differs=True)
    assert unsaid(differs, [said]) == [differs], "what another source contradicts is shown whole"


@pytest.mark.models
def test_a_damaged_reader_is_one_sentence(tmp_path: Path) -> None:
    damaged = tmp_path / "reader.onnx"
    damaged.write_bytes(assets.READER_FILE.read_bytes()[:100_000])
    with pytest.raises(ModelError, match=r"reader\.onnx. cannot be opened .*install Byline again"):
        Reader(damaged, assets.tokenizer_file()).open()


@pytest.mark.models
def test_a_missing_reader_is_one_sentence_and_never_another_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "READER_FILE", tmp_path / "reader.onnx")
    with pytest.raises(ModelError, match=r"The bundled reader reader\.onnx is missing; install Byline again"):
        build_assistant(Settings(home=tmp_path / "home"))
