"""Days that a sentence names, counted from its article's day."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.answering.event_dates import anchored_days, event_date

TUESDAY = date(2023, 12, 12)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("He was arrested on 3 December 2022.", "3 December 2022"),
        ("He was arrested in December 2022.", "December 2022"),
        ("On Monday a jury sided with Epic.", "11 December 2023"),
        ("It reopens next Friday.", "15 December 2023"),
        ("It closed yesterday.", "11 December 2023"),
        ("On November 6, the trial began.", "6 November 2023"),
        ("On December 21st it will close.", "21 December 2023"),
        ("Bail was revoked in August.", "August 2023"),
        ("The two fell out in 2020.", "2020"),
    ],
)
def test_when_it_happened(text: str, shown: str) -> None:
    found = event_date(text, TUESDAY)
    assert found is not None and found.shown == shown


def test_no_date_is_none() -> None:
    assert event_date("Nobody came.", TUESDAY) is None


def test_relative_days_are_anchored() -> None:
    assert anchored_days("It closed yesterday.", TUESDAY) == "yesterday = 11 December 2023"
    assert anchored_days("It closed on Monday.", TUESDAY) == "Monday = 11 December 2023"
    assert anchored_days("It closed in May.", TUESDAY) == ""
    assert anchored_days("It closed yesterday.", None) == ""


@pytest.mark.parametrize(
    ("text", "published", "shown"),
    [
        ("It blew at 148 km/h, the strongest since records began there in 1921.", date(2026, 1, 12), None),
        ("It opened in 2019, the largest since 1950.", date(2026, 3, 10), "2019"),
        ("The election will be held on 21 May and not on 7 May.", date(2026, 2, 26), "21 May 2026"),
        ("On 3 March he said he will appeal.", date(2026, 3, 10), "3 March 2026"),
        ("A deep low will reach the coast on Saturday night.", date(2026, 1, 9), "10 January 2026"),
        ("The deal was signed last month.", date(2026, 3, 10), "February 2026"),
        ("It sank two days ago.", date(2026, 3, 10), "8 March 2026"),
    ],
)
def test_what_is_only_compared_with_is_no_event_and_what_is_to_come_is_ahead(
    text: str, published: date, shown: str | None
) -> None:
    found = event_date(text, published)
    assert (found.shown if found else None) == shown
