"""Answers in their shape: timeline, list, comparison, summary; marks, limitations, closest passages, fixed replies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from assistant.types import Headline
from assistant.ui.server.progress import Progress, advance
from assistant.ui.server.running_answers import RunningAnswer, RunningAnswers
from assistant.ui.views.answer import render_answer
from assistant.ui.views.conversation import render_turn
from assistant.ui.views.export import to_markdown
from assistant.ui.views.notes import figures_apart
from assistant.ui.views.sources import SourceState, render_sources
from assistant.ui.views.turns import Cited, Found, Said, Turn
from tests.attack.fault_server import FaultServer
from tests.ui.conftest import Server, Visit
from tests.ui.talker import Talker

Open = Callable[..., Visit]
HEAD = {
    "article_id": "a1",
    "version": "v1",
    "title": "Pier to close",
    "outlet": "Ostrey Mail",
    "published_at": "2025-03-02",
}
OTHER = {
    "article_id": "a2",
    "version": "v2",
    "title": "Pier stays",
    "outlet": "Penholm Sun",
    "published_at": "2025-03-05",
}
FIRST = Cited(**HEAD, number=1, quote="The pier will cost 4.1 million crowns.", start=0, end=38)
SECOND = Cited(**OTHER, number=2, quote="The pier will cost 6 million crowns.", start=0, end=36)


def look(article_id: str, version: str) -> SourceState:
    return SourceState("current", Headline(article_id, version, 1, "t", None, None, None, None))


def turn(**fields: Any) -> Turn:
    base: dict[str, Any] = {
        "id": "t",
        "question": "What about the pier?",
        "state": "answered",
        "citations": [FIRST, SECOND],
    }
    return Turn(**base | fields)


def said(text: str, number: int = 1, **fields: Any) -> Said:
    return Said(text=text, citations=[number], **fields)


def test_a_timeline_shows_each_events_date_and_says_when_it_is_the_articles() -> None:
    page = render_answer(
        turn(kind="timeline", sentences=[said("It was built.", label="2024-01-09"), said("It fell.", 2, entry=1)])
    )
    assert (
        page.index("9 January 2024")
        < page.index("It was built.")
        < page.index("5 March 2025 (published)")
        < page.index("It fell.")
    )
    assert page.count("<li>") == 2


def test_a_comparison_has_one_part_for_each_side_and_what_differs_below() -> None:
    sides = [
        said("It closes.", label="Mail"),
        said("It stays.", 2, entry=1, label="Sun"),
        said("In March.", entry=2, label="Mail"),
        said("They differ.", 2, entry=3),
    ]
    page = render_answer(turn(kind="comparison", sentences=sides))
    assert page.count("<section>") == 2
    mail = page.partition("<h3>Mail</h3>")[2].partition("</section>")[0]
    assert "It closes." in mail and "In March." in mail
    assert page.rindex("</section>") < page.index("They differ.")


def test_a_list_has_an_item_for_each_entry_and_a_summary_has_paragraphs() -> None:
    entries = [said("One."), said("Two.", 2, entry=1), said("Again two.", entry=1)]
    assert render_answer(turn(kind="list", sentences=entries)).count("<li>") == 2
    summary = render_answer(turn(kind="summary", sentences=entries))
    assert "<li>" not in summary
    assert summary.count("<p>") == 2


def test_a_quotation_names_its_source_and_marks_the_answering_words() -> None:
    page = render_answer(turn(sentences=[said(FIRST.quote, quoted=True, answer="4.1 million crowns")]))
    assert "<figcaption>Ostrey Mail, 2 March 2025</figcaption>" in page
    assert "“The pier will cost <strong>4.1 million crowns</strong>.”" in page
    hostile = render_answer(turn(sentences=[said("a <b>", quoted=True, label="<i>", answer="<b>")]))
    assert "<b>" not in hostile and "<i>" not in hostile


def test_an_unconfirmed_sentence_has_a_mark_with_its_reason_and_closest_quotation() -> None:
    page = render_answer(
        turn(sentences=[said("It was cheap.", verdict="check", reason="no source says “cheap”"), said("It closes.")])
    )
    assert page.count("check-mark") == 1
    assert "Check this: no source says “cheap”." in page
    assert page.count(FIRST.quote) == 2, "once to be seen and once to be heard"


def test_limitations_have_no_citation_and_do_not_look_like_the_answer() -> None:
    page = render_turn(turn(sentences=[said("It closes.")], limitations=["The passages do not say why [1]."]), look)
    assert "do not say why." in page.partition('class="limitations"')[2]
    assert page.partition('class="limitations"')[2].count("data-cite") == 0


def test_an_abstention_shows_related_sentences_and_the_words_of_the_closest_passages() -> None:
    hits = [
        Found(**OTHER, rank=1, start=5, end=20, text="The pier of Penholm stays open."),
        Found(**HEAD, rank=2, text="Late."),
    ]
    page = render_turn(
        turn(state="abstained", related=[said("The pier closes.")], hits=hits, nearest=[OTHER], reason="x"), look
    )
    assert (
        page.index("No answer found in the articles")
        < page.index("On this subject the articles say")
        < page.index("The pier closes.")
    )
    assert page.index("Closest passages") < page.index("The pier of Penholm stays open.")
    assert 'data-quotes="0:5-20"' in page
    assert "On this subject" in to_markdown("n", [turn(state="abstained", related=[said("The pier closes.")])], look)


def test_a_fixed_reply_is_a_plain_message() -> None:
    hello = turn(state="reply", kind="small_talk", reason="Hello!", citations=[], receipt="r")
    page = render_turn(hello, look)
    assert "Hello!" in page
    assert "<footer" not in page and "verdict" not in page
    assert "Sources appear here" in render_sources(hello, look)


def test_a_disagreement_says_in_what_the_sources_differ() -> None:
    assert figures_apart(FIRST, [FIRST, SECOND]) == ["4.1 million"]
    note = "The sources disagree: Ostrey Mail [1] and Penholm Sun [2]."
    page = render_turn(turn(sentences=[said(FIRST.quote)], notes=[note]), look)
    assert "The sources disagree: 4.1 million or 6 million" in page
    assert "<strong>6 million</strong>" in page


def test_passages_show_their_words_and_scores_only_on_demand() -> None:
    hit = Found(
        **OTHER,
        rank=3,
        start=50,
        end=90,
        text="Words of a passage.",
        why={"full_text_rank": 2, "dense_rank": 0, "answerable": -1.5},
    )
    page = render_sources(turn(hits=[hit], sentences=[said("It closes.")]), look)
    assert "1 other passage checked, from 1 article" in page
    before, _, why = page.partition("Why this passage?")
    assert "Words of a passage." in before
    assert "Rank 3" not in before and "Rank 3" in why
    assert "appear to answer" in why


def test_the_reducer_withdraws_what_a_restart_withdraws() -> None:
    from assistant.events import Limited, Restarted

    progress = advance(Progress(), Limited("They do not say."))
    assert progress.limitations == ("They do not say.",)
    progress = advance(progress, Restarted("The model failed."))
    assert (progress.limitations, progress.sentences, progress.withdrawn) == ((), (), "The model failed.")


def test_an_answer_goes_on_for_a_while_without_watchers_and_then_ends() -> None:
    async def scene() -> tuple[list[int], bool, bool]:
        answers: RunningAnswers[int] = RunningAnswers(unwatched=0.2)

        async def work(running: RunningAnswer[int]) -> AsyncIterator[int]:
            for number in range(1, 1_000):
                if running.stop.is_set():
                    return
                yield number
                await asyncio.sleep(0.01)

        answer = answers.start(("", "c", "t"), 0, work)
        async for number in answers.watch(answer, "tab 1"):
            if number == 3:
                break  # the page is reloaded
        await asyncio.sleep(0.05)
        later = []
        watching = answers.watch(answers.find(("", "c", "t")) or answer, "tab 2")
        async for number in watching:
            later.append(number)
            if len(later) == 3:
                break
        await watching.aclose()  # type: ignore[attr-defined]
        going = not answer.done
        await asyncio.sleep(0.5)
        return later, going, answer.done

    async def nobody() -> bool:
        answers: RunningAnswers[int] = RunningAnswers(unwatched=0.1)

        async def work(running: RunningAnswer[int]) -> AsyncIterator[int]:
            while not running.stop.is_set():
                yield 1
                await asyncio.sleep(0.01)

        answer = answers.start(("", "c", "t"), 0, work)
        await asyncio.sleep(0.4)
        return answer.done

    with ThreadPoolExecutor(1) as thread:  # the browser of other tests keeps a loop in this one
        assert thread.submit(lambda: asyncio.run(nobody())).result(), "the page had gone before it watched"
        later, going, ended = thread.submit(lambda: asyncio.run(scene())).result()
    assert later[0] > 3 and later == sorted(later)
    assert going and ended


def test_questions_queue_and_a_reload_loses_neither_answer_nor_queue(
    servers: Callable[..., Server], sample_home: Any, visit: Open
) -> None:
    with FaultServer(Talker(), 0) as model:
        server = servers(
            sample_home, BYLINE_CHAT_MODEL="openai:m", BYLINE_CHAT_URL=model.url, BYLINE_CHAT_PROFILE="small"
        )
        tab = visit(server.url)
        page = tab.page
        page.fill("#byline-question textarea", "What did Kim pledge?")
        page.press("#byline-question textarea", "Enter")
        page.wait_for_selector(".is-asking .said:has-text('fraternal duty')")
        for question in ("hello", "thanks"):
            page.fill("#byline-question textarea", question)
            page.press("#byline-question textarea", "Enter")
        page.wait_for_function("() => document.querySelectorAll('#byline-queue li').length === 2")
        assert page.input_value("#byline-question textarea") == ""
        tab.shot("queued")
        page.click("#byline-queue button >> nth=1")
        page.reload()
        page.wait_for_selector(".is-asking .said:has-text('fraternal duty')")
        assert page.locator("#byline-queue li").all_inner_texts() == ["Queued: hello\n×"]
        page.click("#byline-stop")
        page.wait_for_selector(".is-stopped .said:has-text('fraternal duty')")
        page.wait_for_selector(".is-reply >> text=Hello")
        assert page.locator(".turn .asked").all_inner_texts() == ["What did Kim pledge?", "hello"]
        page.wait_for_function("() => window.byline.currentConversation().turns.every(turn => turn.state !== 'asking')")
        server.stop()
