"""The events of the chat page: asking, following an answer under way, resuming, stopping, showing a conversation."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from assistant.errors import BylineError
from assistant.ui.gradio_import import gradio as gr
from assistant.ui.server.loader import Loader
from assistant.ui.server.progress import Progress, advance
from assistant.ui.server.request_queue import Ask, BusyError, QuestionQueue
from assistant.ui.server.running_answers import Key, RunningAnswer, RunningAnswers
from assistant.ui.views.conversation import render_thread, render_turn
from assistant.ui.views.sources import SourceState, render_sources
from assistant.ui.views.turn_updates import show
from assistant.ui.views.turns import Chosen, Turn, history_of, read_turns
from assistant.ui.views.welcome import render_broken, render_welcome
from ingest.parsing.boilerplate import find_corrections

KEEP = gr.skip()
SAMPLE_ARTICLE = "beijing-parade"
"""The article of the sample set that the example questions begin with."""
LEFT = "You left before the answer was ready. Ask again."


class Chat:
    """The conversation's side of the page. Conversations are kept in the browser; here are only answers under way.

    Args:
        loader: Where the library comes from.
        questions: Answers questions.
        unwatched: Seconds that an answer goes on after its page was closed.
    """

    def __init__(self, loader: Loader, questions: QuestionQueue, unwatched: float) -> None:
        self._loader = loader
        self._questions = questions
        self._answers: RunningAnswers[Turn] = RunningAnswers(unwatched)
        self._shown: dict[str, Key] = {}
        """Session of a tab -> the turn that it shows live."""

    def source_state(self, article_id: str, version: str) -> SourceState:
        """What the library holds of a cited article now."""
        assistant = self._loader.assistant
        if assistant is None:
            return SourceState("current", None)
        catalogue = assistant.library.catalogue
        found = {head.version: head for head in catalogue.versions(article_id)}
        if version not in found:
            return SourceState("removed", None)
        newest = catalogue.article(article_id)
        if newest is None:
            return SourceState("current", found[version])
        spans = find_corrections(newest.text)
        notice = " ".join(newest.text[span.start : span.end].strip() for span in spans)
        if newest.version == version:
            return SourceState("current", found[version], notice)
        return SourceState("corrected" if notice else "older", found[version], notice)

    async def ask(self, question: str, payload: str, request: gr.Request) -> AsyncIterator[tuple[Any, ...]]:
        """Answer; yields (question box, earlier turns, this turn, sources, record to keep)."""
        sent = _read(payload)
        turns = read_turns(sent.get("turns"))
        turn = Turn(
            id=str(sent.get("turn", ""))[:100] or uuid.uuid4().hex,
            conversation=str(sent.get("conversation", ""))[:100],
            question=(question or "")[:20_000],
            asked_at=datetime.now(UTC).isoformat(timespec="seconds"),
            trace="Reading the question",
        )
        key = _key(turn, request)
        filters = sent.get("filters") or {}
        answer = self._answers.start(key, turn, lambda running: self._turns(turn, turns, filters, running))
        yield "", render_thread(turns, self.source_state), KEEP, KEEP, KEEP
        async for parts in self._follow(answer, key, request):
            yield KEEP, KEEP, *parts

    async def resume(self, payload: str, request: gr.Request) -> AsyncIterator[tuple[Any, ...]]:
        """Take up an answer after its page was reloaded; yields (this turn, sources, record to keep)."""
        turns = read_turns(_read(payload).get("turns"))
        if not turns:
            yield KEEP, KEEP, KEEP
            return
        turn = turns[-1]
        answer = self._answers.find(_key(turn, request))
        if answer is None:
            lost = turn.model_copy(update={"state": "failed", "reason": LEFT})
            yield render_turn(lost, self.source_state), KEEP, lost.model_dump_json(exclude_defaults=True)
            return
        async for parts in self._follow(answer, _key(turn, request), request):
            yield parts

    async def _follow(
        self, answer: RunningAnswer[Turn], key: Key, request: gr.Request
    ) -> AsyncIterator[tuple[Any, Any, Any]]:
        """This turn and its sources after each change while the tab shows them; at the end the record to keep."""
        session, sources = request.session_hash or "", ""
        self._shown[session] = key
        try:
            async with aclosing(self._answers.watch(answer, session)) as states:  # type: ignore[type-var]
                async for turn in states:
                    if self._shown.get(session) == key:
                        now = render_sources(turn, self.source_state)
                        yield render_turn(turn, self.source_state), KEEP if now == sources else now, KEEP
                        sources = now
            yield KEEP, KEEP, answer.state.model_dump_json(exclude_defaults=True)
        finally:
            if self._shown.get(session) == key:
                del self._shown[session]

    async def _turns(
        self, asked: Turn, before: list[Turn], filters: Any, running: RunningAnswer[Turn]
    ) -> AsyncIterator[Turn]:
        """The turn after each event; the last one is final."""
        turn, progress = asked, Progress()
        try:
            chosen = Chosen.model_validate(filters)
            asked = turn = asked.model_copy(update={"chosen": chosen})
            ask = Ask(turn.question, history_of(before), chosen.filters, chosen.as_of, chosen.ignore)
            async with aclosing(self._questions.run(ask, running.stop)) as events:  # type: ignore[type-var]
                async for event in events:
                    progress = advance(progress, event)
                    turn = self._with_days(show(asked, progress))
                    yield turn
        except ValidationError:
            turn = turn.model_copy(update={"state": "failed", "reason": "The filters are not valid. Clear them."})
        except BusyError as error:
            turn = turn.model_copy(update={"state": "busy", "reason": str(error)})
        except BylineError as error:
            turn = turn.model_copy(update={"state": "failed", "reason": str(error)})
        if turn.state == "asking":
            turn = turn.model_copy(update={"state": "stopped", "trace": ""})
        yield turn

    def _with_days(self, turn: Turn) -> Turn:
        if turn.state != "abstained" or self._loader.assistant is None:
            return turn
        return turn.model_copy(update={"days": list(self._loader.assistant.library.catalogue.days() or ())})

    def stop(self, payload: str, request: gr.Request) -> None:
        """Stop the answer that this tab shows."""
        turns = read_turns(_read(payload).get("turns"))
        key = _key(turns[-1], request) if turns else self._shown.get(request.session_hash or "")
        answer = self._answers.find(key) if key else None
        if answer is not None:
            answer.stop.set()

    async def leave(self, request: gr.Request) -> None:
        """The tab was closed or reloaded. Gradio does not end the generators that it does not wait for."""
        self._answers.leave(request.session_hash or "")

    async def show(self, payload: str, request: gr.Request) -> tuple[str, str, str]:
        """A stored conversation, or the empty page: (turns, nothing live, sources of the last turn)."""
        self._shown.pop(request.session_hash or "", None)
        turns = read_turns(_read(payload).get("turns"))
        if turns:
            return (
                render_thread(turns, self.source_state), "", render_sources(turns[-1], self.source_state),
            )  # fmt: skip
        return self._welcome(), "", render_sources(None, self.source_state)

    def sources(self, payload: str) -> str:
        """The sources of an earlier turn."""
        turns = read_turns(_read(payload).get("turns"))
        return render_sources(turns[-1] if turns else None, self.source_state)

    def _welcome(self) -> str:
        if self._loader.error is not None:
            return render_broken(str(self._loader.error))
        if self._loader.assistant is None:
            return render_welcome(None, self._loader.doing)
        catalogue = self._loader.assistant.library.catalogue
        sample = catalogue.article(SAMPLE_ARTICLE) is not None
        newest = None if sample else sorted(catalogue.headlines(), key=lambda h: h.published_at or "", reverse=True)[:4]
        return render_welcome(catalogue.counts()["articles"], newest=newest)


def _key(turn: Turn, request: gr.Request) -> Key:
    inner = getattr(request, "request", None)
    user = str(inner.scope.get("byline_user", "")) if inner is not None else ""
    return user, turn.conversation, turn.id


def _read(payload: str) -> dict[str, Any]:
    try:
        found = json.loads(payload or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
