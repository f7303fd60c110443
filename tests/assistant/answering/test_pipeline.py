from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date

import pytest

from assistant.answering.pipeline import Assistant
from assistant.errors import ModelError, UsageError
from assistant.events import Checked, Draft, Finished, Restarted, Retrieved, Understood
from assistant.grounding.citations import check_exact
from assistant.json_forms import answer_record
from assistant.query.parsed import is_long
from assistant.reading.model import Reader
from assistant.testing import SMALL, ScriptedChatModel
from assistant.types import ABSTAINED, CHAT, Answer, Filters

PLEDGE = "what did Kim pledge?"


def with_model(assistant: Assistant, *replies: str | ModelError) -> tuple[Assistant, ScriptedChatModel]:
    model = ScriptedChatModel(*replies)
    return Assistant(replace(assistant.parts, chat_model=model)), model


def exact(assistant: Assistant, answer: Answer) -> bool:
    versions = {c.headline.version for c in answer.citations}
    texts = {v: article.text for v in versions if (article := assistant.library.catalogue.article(v))}
    return check_exact(answer.citations, texts) == []


def test_the_flagship_question_is_answered_with_its_quotation(sample_assistant: Assistant) -> None:
    answer = sample_assistant.answer(PLEDGE)
    assert answer.status == "answered"
    assert "fully support" in answer.text
    assert "fraternal duty" in answer.text
    assert any("fully support" in c.quote and "fraternal duty" in c.quote for c in answer.citations)
    assert exact(sample_assistant, answer)
    assert all(s.verdict == "supported" for s in answer.sentences)


def test_a_question_that_is_asked_again_is_not_read_again(
    sample_assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = sample_assistant.answer(PLEDGE)
    monkeypatch.delattr(Reader, "_run")
    assert sample_assistant.answer(PLEDGE).text == first.text


def test_events_come_in_order_and_the_answer_last(sample_assistant: Assistant) -> None:
    events = list(sample_assistant.stream(PLEDGE))
    assert isinstance(events[0], Understood)
    assert isinstance(events[1], Retrieved)
    assert events[1].articles > 40
    assert isinstance(events[-1], Finished)
    shown = [event.sentence for event in events if isinstance(event, Checked)]
    assert shown == list(events[-1].answer.sentences)


def test_an_off_topic_question_is_declined_with_what_is_nearest(sample_assistant: Assistant) -> None:
    answer = sample_assistant.answer("How do I remove limescale from a kettle?")
    assert answer.status == "abstained"
    assert answer.citations == ()
    assert answer.nearest
    assert "covers" in answer.reason


def test_filters_and_as_of_keep_other_articles_out(sample_assistant: Assistant) -> None:
    outlets = list(sample_assistant.library.catalogue.outlets())[:2]
    only = sample_assistant.answer("What happened at the ferry?", filters=Filters(outlets=(outlets[0],)))
    assert {hit.headline.outlet for hit in only.hits} == {outlets[0]}
    days = sample_assistant.library.catalogue.days()
    assert days
    middle = sorted(h.published_at[:10] for h in sample_assistant.library.catalogue.headlines() if h.published_at)[10]
    early = sample_assistant.answer("What happened at the ferry?", as_of=date.fromisoformat(middle))
    assert early.hits
    assert all(hit.headline.published_at and hit.headline.published_at[:10] <= middle for hit in early.hits)


def test_a_dated_search_finds_only_that_period(sample_assistant: Assistant) -> None:
    days = sorted({h.published_at[:10] for h in sample_assistant.library.catalogue.headlines() if h.published_at})
    since, until = date.fromisoformat(days[3]), date.fromisoformat(days[12])
    hits = sample_assistant.search("minister", filters=Filters(since=since, until=until))
    assert hits
    assert all(since <= date.fromisoformat((h.headline.published_at or "")[:10]) <= until for h in hits)


def test_an_outlet_named_in_the_question_gets_its_share(sample_assistant: Assistant) -> None:
    outlets = [outlet for outlet, count in sample_assistant.library.catalogue.outlets().items() if count >= 3]
    for outlet in outlets[:3]:
        hits = sample_assistant.search(f"What did {outlet} report about the weather?", 10)
        assert outlet in {hit.headline.outlet for hit in hits}


def test_a_search_compares_no_sentences(sample_assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    def likeness(question: str, texts: object) -> None:
        raise AssertionError("sentences were compared, and none is quoted")

    monkeypatch.setattr(sample_assistant.reader, "likeness", likeness)
    assert len(sample_assistant.search(PLEDGE, 30)) >= 20


def test_a_search_for_a_long_question_is_not_read(sample_assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    question = "Which minister said that the port would open again " + "and who was there " * 6 + "on Monday?"
    assert is_long(question)

    def read(question: str, passages: object) -> None:
        raise AssertionError("it was read")

    monkeypatch.setattr(sample_assistant.reader, "read", read)
    hits = sample_assistant.search(question, 5)
    assert len(hits) == 5
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


WRITTEN = (
    "Kim vowed to “fully support” Russia’s military and called it a “fraternal duty” [1]. "
    "Kim also promised 5,000 tanks [1]. Nobody cited this. This cites a passage that does not exist [99]."
)


def test_verified_sentences_of_a_chat_model_are_kept_and_the_rest_dropped(sample_assistant: Assistant) -> None:
    assistant, model = with_model(sample_assistant, WRITTEN, "A: DROP\nB: DROP\nC: Kim promised 700 tanks. [1]")
    answer = assistant.answer(PLEDGE)
    assert answer.model == "scripted"
    assert len(answer.dropped) == 3
    assert all("5,000" not in s.text and "700" not in s.text and "99" not in s.text for s in answer.sentences)
    assert exact(sample_assistant, answer)
    assert set(answer.prompt_versions) == {"answer"}
    assert model.calls[0][0][0] == "system"


def test_failed_sentences_go_back_to_the_model_once_with_their_reason(sample_assistant: Assistant) -> None:
    text = "Kim promised 5,000 tanks [1]. Kim vowed to “fully support” Russia’s military [1]."
    assistant, model = with_model(sample_assistant, text, "A: Kim called it a “fraternal duty”. [1]")
    answer = assistant.answer(PLEDGE)
    said = [sentence.text for sentence in answer.sentences]
    assert ["fraternal duty" in said[0], "fully support" in said[1]] == [True, True]
    assert answer.dropped == ()
    assert "5,000" in model.calls[1][1][1]
    assert "(problem: " in model.calls[1][1][1]


def test_a_chat_model_that_fails_is_replaced_by_quotations(sample_assistant: Assistant) -> None:
    assistant, _ = with_model(sample_assistant, ModelError("The chat model 'x' cannot be reached."))
    events = list(assistant.stream(PLEDGE))
    assert any(isinstance(event, Restarted) for event in events)
    answer = events[-1].answer  # type: ignore[union-attr]
    assert answer.status == "answered"
    assert answer.model == "quotations"
    assert any("cannot be reached" in note for note in answer.notes)


def test_a_chat_model_whose_text_does_not_pass_is_replaced_by_quotations(sample_assistant: Assistant) -> None:
    assistant, _ = with_model(sample_assistant, "Kim pledged a thousand horses [1].", "A: DROP")
    answer = assistant.answer(PLEDGE)
    assert answer.model == "quotations"
    assert "fraternal duty" in answer.text
    assert len(answer.dropped) == 1


KETTLE = "How do I remove limescale from a kettle?"


def test_a_small_chat_model_is_not_asked_when_there_is_no_evidence(sample_assistant: Assistant) -> None:
    model = ScriptedChatModel(profile=SMALL)
    assistant = Assistant(replace(sample_assistant.parts, chat_model=model))
    assert assistant.answer(KETTLE).status == "abstained"
    assert model.calls == []


@pytest.mark.parametrize(
    "form", ["NOT FOUND", "NOT FOUND.", "**NOT FOUND**", "Not found", "<think>hm</think>NOT FOUND"]
)
def test_a_capable_model_declines_after_a_second_search(form: str, sample_assistant: Assistant) -> None:
    assistant, model = with_model(sample_assistant, form, form)
    answer = assistant.answer(PLEDGE)
    assert answer.status == "abstained"
    assert answer.text.startswith(ABSTAINED)
    assert answer.nearest
    assert len(model.calls) == 2
    assert model.calls[0] != model.calls[1]


def test_what_a_declining_model_says_on_the_subject_is_shown_beside_the_abstention(
    sample_assistant: Assistant,
) -> None:
    said = "NOT FOUND\nKim vowed to “fully support” Russia’s military [1]."
    assistant, _ = with_model(sample_assistant, said, "NOT FOUND")
    answer = assistant.answer("How many tanks did Kim pledge?")
    assert answer.status == "abstained"
    assert [sentence.text for sentence in answer.related] == ["Kim vowed to “fully support” Russia’s military."]
    assert exact(sample_assistant, answer)
    assert "fully support" in answer.text


def test_what_the_passages_do_not_tell_stands_beside_the_answer_without_a_citation(sample_assistant: Assistant) -> None:
    text = "Kim vowed to “fully support” Russia’s military [1]. The passages do not say for how long."
    assistant, _ = with_model(sample_assistant, text)
    answer = assistant.answer(PLEDGE)
    assert answer.limitations == ("The passages do not say for how long.",)
    assert answer.partial
    assert len(answer.sentences) == 1


@pytest.mark.parametrize("question", ["hello", "what can you do?", "write me a poem"])
def test_what_is_no_question_gets_a_fixed_reply_and_no_quotation(question: str, sample_assistant: Assistant) -> None:
    assistant, model = with_model(sample_assistant)
    answer = assistant.answer(question)
    assert answer.kind in CHAT
    assert (answer.citations, answer.hits, model.calls) == ((), (), [])
    assert answer.text


def test_stopping_ends_the_chat_models_text(sample_assistant: Assistant) -> None:
    assistant, _ = with_model(sample_assistant, "word " * 2000)
    stop, drafts = threading.Event(), 0
    for event in assistant.stream(PLEDGE, stop=stop):
        drafts += isinstance(event, Draft)
        if drafts == 3:
            stop.set()
    assert drafts == 3


def test_a_receipt_is_kept_and_can_be_read(sample_assistant: Assistant) -> None:
    answer = sample_assistant.answer(PLEDGE)
    receipt = sample_assistant.library.catalogue.receipt(answer.receipt)
    assert receipt is not None
    assert receipt["question"] == PLEDGE
    assert receipt["hits"]
    assert receipt["citations"] == answer_record(answer)["citations"]


@pytest.mark.parametrize(("question", "message"), [("   ", "is empty"), ("x" * 20_000, "limit 4,000")])
def test_questions_that_cannot_be_asked(question: str, message: str, sample_assistant: Assistant) -> None:
    with pytest.raises(UsageError, match=message):
        sample_assistant.answer(question)


def test_an_answer_that_cites_nothing_cannot_be_made(sample_assistant: Assistant) -> None:
    answer = sample_assistant.answer(PLEDGE)
    with pytest.raises(ValueError, match="without a valid citation"):
        replace(answer, citations=())
    with pytest.raises(ValueError, match="an abstention has none"):
        replace(answer, status="abstained")


def test_plain_questions_about_one_article_are_answered(sample_assistant: Assistant) -> None:
    """Short questions in other words than the article's: a reader trained for hard ones may come to doubt them."""
    praised = sample_assistant.answer("What did Putin praise?")
    assert praised.status == "answered" and "troops" in praised.text
    assert sample_assistant.answer("What did Trump say about the troops?").status == "abstained"


def test_two_questions_in_one_quote_no_sentence_twice(sample_assistant: Assistant) -> None:
    answer = sample_assistant.answer("What did Kim pledge, and what did Putin praise?")
    assert answer.status == "answered" and len(answer.citations) > 1
    places = sorted((c.headline.version, c.start, c.end) for c in answer.citations)
    assert all(one[0] != two[0] or one[2] <= two[1] for one, two in zip(places, places[1:], strict=False))
