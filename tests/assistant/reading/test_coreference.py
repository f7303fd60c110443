"""Who "he", "it" and "the company" are, and who speaks."""

from __future__ import annotations

import pytest

from assistant.reading.coreference import mentions


def test_he_is_the_subject_of_the_sentence_before() -> None:
    first, second = mentions(["Gary Wang testified against Sam Bankman-Fried.", "He faces up to 50 years in prison."])
    assert first.subject == {"gary", "wang"}
    assert second.subject == {"gary", "wang"} and second.by_pronoun
    assert "bankman-fried" not in second.about


def test_the_company_is_the_last_thing_named() -> None:
    *_, last = mentions(["Binance agreed to pay a fine.", "The company will leave the country."])
    assert "binance" in last.about


def test_the_title_names_somebody_for_the_first_sentence() -> None:
    (only,) = mentions(["He left in May."], "Mara Sole leaves the council")
    assert "sole" in only.about


def test_he_within_a_sentence_is_its_subject() -> None:
    *_, last = mentions(["Mara Sole spoke first.", "Putin answered: he praised the troops, according to them."])
    assert "putin" in last.speaker and "sole" not in last.about


@pytest.mark.parametrize(
    ("sentences", "speaker"),
    [
        (["“It was cold,” Bo Lund said."], {"bo", "lund"}),
        (["“It was cold,” said the mayor, Bo Lund."], {"bo", "lund"}),
        (["According to Bo Lund, it was cold."], {"bo", "lund"}),
        (["Bo Lund opened the farm.", "“It was cold,” he said."], {"bo", "lund"}),
        (["“It was cold.", "Nobody came,” Bo Lund said."], {"bo", "lund"}),
        (["Gary Wang testified against Bo Lund."], {"gary", "wang"}),
        (["It was cold."], set()),
    ],
)
def test_who_speaks(sentences: list[str], speaker: set[str]) -> None:
    assert mentions(sentences)[0 if len(sentences) == 1 or sentences[0].startswith("“") else 1].speaker == speaker
