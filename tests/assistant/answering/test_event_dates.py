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
