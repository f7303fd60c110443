"""Dates in all the forms that pages write, and values that are no date."""

from __future__ import annotations

import pytest

from ingest.parsing.dates import find_date, only_date


@pytest.mark.parametrize(("written", "language", "meant"), [
    ("20240209T063000+0100", None, "2024-02-09T06:30:00+01:00"),
    ("20240209", None, "2024-02-09"),
    ("2024-W06-5", None, "2024-02-09"),
    ("2024-02-09T06:30:00.118Z", None, "2024-02-09T06:30:00Z"),
    ("2024-02-09T06:30:00+01:00[Europe/Amsterdam]", None, "2024-02-09T06:30:00+01:00"),
    (1707456600, None, "2024-02-09T05:30:00+00:00"),
    ("1707456600000", None, "2024-02-09T05:30:00+00:00"),
    ("Fri, 09 Feb 2024 06:30:00 EST", None, "2024-02-09T06:30:00-05:00"),
    ("Fri Feb 09 06:30:00 CET 2024", None, "2024-02-09T06:30:00+01:00"),
    ("Feb. 9, 2024 at 6:30 a.m. ET", None, "2024-02-09T06:30:00-05:00"),
    ("July 9, 2024 6:30 PM PT", None, "2024-07-09T18:30:00-07:00"),
    ("12:20 AM, March 10, 2024", None, "2024-03-10T00:20:00"),
    ("14:20 CEST, 3 May 2024", None, "2024-05-03T14:20:00+02:00"),
    ("27. Dezember 2023, 9.10 Uhr", "de", "2023-12-27T09:10:00"),
    ("9 de febrero de 2024", "es", "2024-02-09"),
    ("9 février 2024 à 06h30", "fr", "2024-02-09T06:30:00"),
    ("9 февраля 2024 г., 06:30", "ru", "2024-02-09T06:30:00"),
    ("2024年2月9日", "ja", "2024-02-09"),
    ("2024. február 9.", "hu", "2024-02-09"),
    ("٩ فبراير ٢٠٢٤", "ar", "2024-02-09"),
    ("9 listopadu 2023", "cs", "2023-11-09"),
    ("9. listopada 2023", "hr", "2023-10-09"),
    ("9 listopad 2023", None, None),  # November in Polish, October in Croatian
    ("09.02.2024", None, "2024-02-09"),
    ("09/02/2024", None, None),
    ("09/02/2024", "en-GB", "2024-02-09"),
    ("09/02/2024", "en-US", "2024-09-02"),
    ("Updated 11 Feb 2024 10:00 | Published 9 Feb 2024 06:30", None, "2024-02-09T06:30:00"),
    ("Published 9 Feb 2024 | Updated 11 Feb 2024", None, "2024-02-09"),
    ("Updated 11 Feb 2024", None, None),
    ("2024-02-09T25:99:00", None, None),
    ("2024-02-30", None, None),
    ("2024-02", None, None),
    ("1970-01-01T00:00:00Z", None, None),
    ("0001-01-01T00:00:00", None, None),
    ("{{ publish_date }}", None, None),
    ("two hours ago", None, None),
])  # fmt: skip
def test_a_date_is_understood_whole_or_unknown(written: object, language: str | None, meant: str | None) -> None:
    assert find_date(written, language) == meant


@pytest.mark.parametrize(("line", "only"), [
    ("Published 9 February 2024, 06:30 GMT | Updated 11 February 2024", True),
    ("Ardmere, November 4, 2020", True),
    ("6 hours ago", True),
    ("The bridge opened on 9 February 2024 after nine weeks.", False),
    ("140 workers", False),
])  # fmt: skip
def test_a_line_that_is_only_a_date_is_told_from_a_sentence(line: str, only: bool) -> None:
    assert only_date(line, "en") is only
