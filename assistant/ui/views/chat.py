"""What happens when somebody asks: events of the assistant become pieces of the page."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from assistant.errors import BylineError
from assistant.events import Checked, Draft, Event, Finished, Restarted, Retrieved, Understood
from assistant.ui.server.request_queue import Ask, BusyError, Desk, Waiting
from assistant.ui.server.startup import Boot
from assistant.ui.views.conversation import render_broken, render_thread, render_turn, render_welcome
from assistant.ui.views.gradio_import import gradio as gr
from assistant.ui.views.html import counted
from assistant.ui.views.sources import Standing, render_sources
from assistant.ui.views.turns import Chosen, Said, Turn, chips_of, cited_of, finish, found_of, history_of, read_turns
from ingest.parsing.boilerplate import find_corrections

KEEP = gr.skip()
SAMPLE_ARTICLE = "beijing-parade"
"""The article of the sample set that the example questions begin with."""


@dataclass(eq=False)
class _Shown:
    """An answer under way in a tab; `left` when the tab shows something else by now."""

    stop: threading.Event = field(default_factory=threading.Event)
    left: bool = False


class Chat:
    """The conversation's side of the page; holds nothing of a conversation itself."""

    def __init__(self, boot: Boot, desk: Desk) -> None:
        self._boot = boot
        self._desk = desk
        self._running: dict[str, _Shown] = {}

    def look(self, article_id: str, version: str) -> Standing:
        """What the library holds of a cited article now."""
        assistant = self._boot.assistant
        if assistant is None:
            return Standing("current", None)
        catalogue = assistant.library.catalogue
        found = {head.version: head for head in catalogue.versions(article_id)}
        if version not in found:
            return Standing("removed", None)
        newest = catalogue.article(article_id)
        notice = (
            " ".join(newest.text[span.start : span.end].strip() for span in find_corrections(newest.text))
            if newest
            else ""
        )
        if newest is None or newest.version == version:
            return Standing("current", found[version], notice)
        return Standing("corrected" if notice else "older", found[version], notice)

    async def ask(self, question: str, payload: str, request: gr.Request) -> AsyncIterator[tuple[Any, ...]]:
        """Answer; yields (question box, earlier turns, this turn, sources, record to keep)."""
        sent = _read(payload)
        turns = read_turns(json.dumps(sent.get("turns", [])))
        turn = asked = Turn(
            id=str(sent.get("turn", ""))[:100],
            conversation=str(sent.get("conversation", ""))[:100],
            question=(question or "")[:20_000],
            asked_at=datetime.now(UTC).isoformat(timespec="seconds"),
            trace="Reading the question",
        )
        yield "", render_thread(turns, self.look), render_turn(turn, self.look), render_sources(turn, self.look), KEEP
        running = self._begin(request.session_hash or "")
        sources = ""
        try:
            async for turn in self._turns(asked, turns, sent.get("filters") or {}, running.stop):
                if not running.left:
                    now = render_sources(turn, self.look)
                    yield KEEP, KEEP, render_turn(turn, self.look), KEEP if now == sources else now, KEEP
                    sources = now
        finally:
            running.stop.set()
        yield KEEP, KEEP, KEEP, KEEP, turn.model_dump_json(exclude_defaults=True)

    async def _turns(self, turn: Turn, before: list[Turn], filters: Any, stop: threading.Event) -> AsyncIterator[Turn]:
        """The turn after each event; the last one is final."""
        try:
            chosen = Chosen.model_validate(filters)
            turn = turn.model_copy(update={"chosen": chosen})
            ask = Ask(turn.question, history_of(before), chosen.filters, chosen.as_of, chosen.ignore)
            async for item in self._desk.run(ask, stop):
                turn = self._after(turn, item, chosen)
                yield turn
        except ValidationError:
            turn = turn.model_copy(update={"state": "failed", "reason": "The filters could not be read: clear them."})
        except BusyError as error:
            turn = turn.model_copy(update={"state": "busy", "reason": str(error)})
        except BylineError as error:
            turn = turn.model_copy(update={"state": "failed", "reason": str(error)})
        if turn.state == "asking":
            turn = turn.model_copy(update={"state": "stopped", "trace": ""})
        yield turn

    def _after(self, turn: Turn, item: Event | Waiting, chosen: Chosen) -> Turn:
        match item:
            case Waiting(why):
                change: dict[str, Any] = {"trace": why}
            case Understood(query):
                number = self._boot.assistant.library.catalogue.counts()["articles"] if self._boot.assistant else 0
                change = {
                    "standalone": query.standalone, "chips": chips_of(query, chosen), "searched": number,
                    "trace": f"Searching {counted(number, 'article')}",
                }  # fmt: skip
            case Retrieved(hits, articles):
                change = {
                    "hits": [*turn.hits, *(found_of(hit) for hit in hits)][:30], "searched": articles,
                    "trace": f"Reading {counted(len(hits), 'passage')}",
                }  # fmt: skip
            case Draft():
                change = {"trace": "Writing; nothing is shown before it is checked"}
            case Checked(sentence, citations):
                said = Said(text=sentence.text, citations=list(sentence.citations), verdict=sentence.verdict)
                known = {c.number for c in turn.citations}
                new = [cited_of(c) for c in citations if c.number not in known]
                change = {
                    "sentences": [*turn.sentences, said],
                    "citations": [*turn.citations, *new],
                    "trace": "Checking",
                }
            case Restarted(reason):
                change = {"sentences": [], "citations": [], "trace": f"Quoting the articles instead: {reason}"}
            case Finished(answer):
                return self._finish(turn, answer)
        return turn.model_copy(update=change)

    def _finish(self, turn: Turn, answer: Any) -> Turn:
        done = finish(turn, answer)
        if done.state == "abstained" and self._boot.assistant is not None:
            days = self._boot.assistant.library.catalogue.days()
            done = done.model_copy(update={"days": list(days or ())})
        return done

    def _begin(self, session: str) -> _Shown:
        """A new question ends the one before it in the same tab."""
        self._leave(session)
        running = self._running[session] = _Shown()
        return running

    def stop(self, request: gr.Request) -> None:
        """Stop what is being answered in this tab."""
        running = self._running.get(request.session_hash or "")
        if running is not None:
            running.stop.set()

    def leave(self, request: gr.Request) -> None:
        """The tab was closed: end its answer."""
        self._leave(request.session_hash or "")

    def _leave(self, session: str) -> None:
        running = self._running.pop(session, None)
        if running is not None:
            running.left = True
            running.stop.set()

    async def show(self, payload: str, request: gr.Request) -> tuple[str, str, str]:
        """A stored conversation, or the empty page: (turns, nothing live, sources of the last turn)."""
        self.leave(request)
        turns = read_turns(json.dumps(_read(payload).get("turns", [])))
        if turns:
            return render_thread(turns, self.look), "", render_sources(turns[-1], self.look)
        return self._welcome(), "", render_sources(None, self.look)

    def sources(self, payload: str) -> str:
        """The sources of an earlier turn."""
        turns = read_turns(json.dumps(_read(payload).get("turns", [])))
        return render_sources(turns[-1] if turns else None, self.look)

    def _welcome(self) -> str:
        if self._boot.error is not None:
            return render_broken(str(self._boot.error))
        if self._boot.assistant is None:
            return render_welcome(None, self._boot.doing)
        catalogue = self._boot.assistant.library.catalogue
        sample = catalogue.article(SAMPLE_ARTICLE) is not None
        newest = None if sample else sorted(catalogue.headlines(), key=lambda h: h.published_at or "", reverse=True)[:4]
        return render_welcome(catalogue.counts()["articles"], newest=newest)


def _read(payload: str) -> dict[str, Any]:
    try:
        found = json.loads(payload or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
