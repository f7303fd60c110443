"""Additions in the Library tab: progress, results, and the status of each article."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assistant.ui.jobs.outcomes import STATUSES, Line, count_statuses
from assistant.ui.jobs.queue import Job
from assistant.ui.views.html import counted, esc
from ingest.types import upload_name

PAGE = 100
"""Lines per page."""
SHOWN_EARLIER = 10
COUNTED = {"added": "added", "updated": "updated", "unchanged": "unchanged", "removed": "removed"}
WORDS = {"waiting": "waiting", "running": "adding", "done": "done", "stopped": "stopped", "failed": "failed"}


def render_jobs(jobs: Sequence[Job]) -> str:
    """The active additions and the latest one; earlier ones are collapsed.

    Args:
        jobs: Newest first.
    """
    active = [job for job in jobs if job.active]
    ended = [job for job in jobs if not job.active]
    now = [*active, *ended[:1]]
    earlier = ended[1 : 1 + SHOWN_EARLIER]
    rows = "".join(_job(job, job is now[0]) for job in now)
    folded = ""
    if earlier:
        inside = "".join(_job(job, False) for job in earlier)
        folded = (
            f'<details class="earlier" data-fold="earlier"><summary>Earlier additions ({len(earlier)})</summary>'
            f'<ul class="jobs">{inside}</ul></details>'
        )
    return f'<ul class="jobs" aria-label="Additions">{rows}</ul>{folded}' if rows else ""


def _job(job: Job, opened: bool) -> str:
    pulse = '<span class="pulse" aria-hidden="true"></span>' if job.state == "running" else ""
    tools = ""
    if job.listed:
        tools += f'<button type="button" data-library="outcomes" data-job="{esc(job.id)}" aria-label="Details of {esc(job.what)}">Details</button>'
    if job.active:
        tools += f'<button type="button" data-library="stop" data-job="{esc(job.id)}">Stop</button>'
    error = f'<p class="wrong">{esc(job.error)}</p>' if job.error else ""
    return (
        f'<li class="job is-{job.state}" data-job="{esc(job.id)}"><p>{pulse}<b>{esc(job.what)}</b> '
        f'<span>{WORDS[job.state]}{so_far(job)}</span><span class="job-tools">{tools}</span></p>'
        f"{_bar(job)}{error}{_rejected(job, opened)}</li>"
    )


def so_far(job: Job) -> str:
    """Progress of an addition: articles and passages; while it runs, its speed and the time left."""
    report = job.report
    done = [f"{report[name]:,} {word}" for name, word in COUNTED.items() if report.get(name)]
    if report.get("added"):
        done[0] = f"{counted(report['added'], 'article')} added"
    if report.get("duplicates"):
        done.append(counted(report["duplicates"], "duplicate"))
    if report.get("rejected_count"):
        done.append(f"{report['rejected_count']:,} rejected")
    if report.get("passages"):
        done.append(counted(report["passages"], "passage"))
    if not done:
        return ""
    if job.state != "running":
        return f": {', '.join(done)} in {duration(job.seconds)}"
    speed = report.get("passages", 0) / job.seconds if job.seconds >= 1 else 0
    if speed >= 1:
        done.append(f"{speed:,.0f} passages per second")
    left = seconds_left(report, job.seconds)
    if left is not None:
        done.append(f"about {duration(left)} left")
    return f": {', '.join(done)}"


def seconds_left(report: dict[str, Any], seconds: float) -> float | None:
    """Seconds until all documents are read, at the speed so far; None when it is not known."""
    done, total = report.get("documents", 0), report.get("total", 0)
    if not 0 < done < total or seconds < 1:
        return None
    return float(seconds / done * (total - done))


def duration(seconds: float) -> str:
    """A duration for people: "8 s", "3 min", "2 h 5 min"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def _bar(job: Job) -> str:
    done, total = job.report.get("documents", 0), job.report.get("total", 0)
    if job.state != "running" or total < 2:
        return ""
    words = f"{done:,} of {counted(total, 'document')}"
    return f'<p class="far"><progress max="{total}" value="{min(done, total)}" aria-label="{words}"></progress> <span>{words}</span></p>'


def _rejected(job: Job, opened: bool) -> str:
    rejected = job.report.get("rejected") or []
    if not rejected:
        return ""
    rows = "".join(f"<li><b>{esc(upload_name(item['source']))}</b> {esc(item['reason'])}</li>" for item in rejected)
    more = job.report.get("rejected_count", 0) - len(rejected)
    rest = f"<li>and {more:,} more</li>" if more > 0 else ""
    return (
        f'<details data-fold="{esc(job.id)}"{" open" if opened else ""}><summary>'
        f"{counted(job.report['rejected_count'], 'document')} rejected</summary><ul>{rows}{rest}</ul></details>"
    )


def render_outcomes(job: Job, lines: Sequence[Line], status: str, page: int) -> str:
    """The status of each article of an addition, one page of it.

    Args:
        job: The addition.
        lines: All of its lines.
        status: Only these; all when empty.
        page: From 1.
    """
    counts = count_statuses(lines)
    fitting = [line for line in lines if not status or line.status == status]
    pages = max(1, -(-len(fitting) // PAGE))
    page = min(max(page, 1), pages)
    choices = "".join(
        _choice(job, key, f"{word} {count:,}", key == status)
        for key, word, count in [
            ("", "all", len(lines)), *((key, STATUSES[key], count) for key, count in counts.items())
        ]
    )  # fmt: skip
    rows = "".join(_line(line) for line in fitting[(page - 1) * PAGE : page * PAGE])
    far = "Still adding. " if job.active else ""
    return (
        f'<header class="head"><p class="outlet">Details</p><h2>{esc(job.what)}</h2></header>'
        f'<ul class="chips" aria-label="Show">{choices}</ul><p class="count">{far}'
        f'<a href="/byline/jobs/{esc(job.id)}/articles.csv" download>Export as CSV</a></p>'
        f'<ul class="outcomes">{rows}</ul>{_steps(job, status, page, pages)}'
    )


def _choice(job: Job, status: str, words: str, now: bool) -> str:
    return (
        f'<li><button type="button" class="chip" data-library="outcomes" data-job="{esc(job.id)}" data-status="{status}" '
        f'aria-pressed="{"true" if now else "false"}">{words}</button></li>'
    )


def _line(line: Line) -> str:
    name = esc(line.title or line.place)
    if line.article_id and line.title:
        name = f'<button type="button" class="title" data-open="" data-article="{esc(line.article_id)}">{name}</button>'
    detail = f"duplicate of “{esc(line.detail)}”" if line.status == "duplicate" else esc(line.detail)
    parts = [part for part in (detail, esc(line.place) if line.title else "") if part]
    return (
        f'<li><span class="flag is-{esc(line.status)}">{STATUSES.get(line.status, esc(line.status))}</span> <b>{name}</b>'
        f"<small>{' · '.join(parts)}</small></li>"
    )


def _steps(job: Job, status: str, page: int, pages: int) -> str:
    if pages < 2:
        return ""
    data = f'type="button" data-library="outcomes" data-job="{esc(job.id)}" data-status="{esc(status)}"'
    return (
        f'<p class="pages"><button {data} data-page="{page - 1}"{"" if page > 1 else " disabled"}>Previous</button>'
        f"<span>Page {page} of {pages}</span>"
        f'<button {data} data-page="{page + 1}"{"" if page < pages else " disabled"}>Next</button></p>'
    )
