"""Runs the attack tests and prints a table of threat, defence, test, count and result: `python -m eval.security`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import xml.etree.ElementTree as Xml
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.suites import ROOT


@dataclass(frozen=True, slots=True)
class Threat:
    """One row of the table.

    Attributes:
        threat: What an attacker tries.
        defence: What prevents it.
        test: File and test that try it; several tests share a beginning.
        count: How many times, in CI and under `BYLINE_SOAK=1`.
    """

    threat: str
    defence: str
    test: str
    count: str


THREATS = (
    Threat("Instructions hidden in articles (our own families, 12 places)", "withheld from the model; every sentence checked; addresses and markup removed",
           "test_injections.py::test_an_obedient_model", "200 / 400"),
    Threat("Instructions of published families", "the same", "test_injections.py::test_the_public_families", "75 / 400"),
    Threat("Forged citation markers, roles and context ends", "passages are cleaned and numbered by code",
           "test_injections.py::test_the_prompt_holds", "200 / 400"),
    Threat("The bundled chat model follows such an instruction", "the same", "test_following.py::test_what", "1 / 48"),
    Threat("One outlet dominates the evidence", "at most half of the hits, unless no other outlet has any",
           "test_poisoned_corpus.py::test_one_outlet", "100 x 2"),
    Threat("One story published under many names", "copies count once", "test_poisoned_corpus.py::test_copies", "40"),
    Threat("Altered facts in a sentence of the model", "verification", "../assistant/grounding/test_verifier.py::test_altered_sentences", "250 / 1,000"),
    Threat("Hostile text in every rendered field", "HTML is built from escaped text only", "test_rendering.py::test_hostile_text",
           "300 x 6 / 1,200 x 6"),
    Threat("Markup cut off at every character", "the same", "test_rendering.py::test_an_answer_cut", "40 / 300 texts"),
    Threat("Requests to other hosts, scripts, dialogs", "the same, and a content security policy", "test_rendering.py::test_a_browser",
           "300 / 1,200"),
    Threat("A chat model's server fails (17 kinds)", "deadline, a single request, quotations instead",
           "test_model_faults.py::test_a_fault", "17 x 10 / 17 x 30"),
    Threat("Stopped answers and closed pages", "connections are closed, threads end", "test_cancelling.py::", "25 / 400 stops"),
    Threat("Clients that disconnect at random moments", "the answer's thread, queue slot and connection end with them",
           "test_disconnects.py::test_of_clients", "25 / 600 clients"),
    Threat("A queue slot lost when a client leaves as the slot is granted", "a slot granted too late is returned",
           "test_disconnects.py::test_a_place", "12 orders of events"),
    Threat("Many people at once", "limits on running and queued questions; everyone else gets \"busy\"", "test_load.py::test_everyone",
           "50 people, 30 s / 100 people, 600 s"),
    Threat("A writer is killed while eight people ask", "an article becomes visible in one transaction; versions are kept",
           "test_store.py::test_eight", "2 / 150 kills"),
    Threat("A full disk", "nothing is written in part; one clear message", "test_store.py::test_a_full_disk", "2 / 60 limits"),
    Threat("A folder that cannot be written", "one clear message", "test_store.py::test_a_folder", "1"),
    Threat("A catalogue locked by another program", "readers continue; a writer waits, then reports the lock", "test_store.py::test_a_locked",
           "1"),
    Threat("A clock set back", "versions are numbered, not ordered by time", "test_store.py::test_a_clock", "2 rounds"),
    Threat("Keys in logs, errors, receipts, pages", "keys are secret values and are removed from errors",
           "test_secrets_routes.py::test_a_", "2 planted keys, all files"),
    Threat("Routes that nobody reviewed", "a snapshot of all routes and of what an anonymous client gets", "test_routes.py::test_every_route",
           "116 routes"),
    Threat("Bypassing the login", "it is checked before every route, for every method and spelling", "test_routes.py::test_no_method",
           "80 paths x 14 / x 30"),
    Threat("What an anonymous client gets without a login", "a snapshot", "test_secrets_routes.py::test_routes", "26 routes"),
    Threat("Path traversal", "routes are listed explicitly; files come from two folders only", "test_routes.py::test_no_form",
           "60 / 240 forms x every route with a parameter"),
    Threat("Reading the server's files through the page", "only addresses can be added, not paths",
           "test_routes.py::test_a_path", "65 / 245"),
    Threat("File names and archives in uploads that point outside", "names are only labels; nothing but the catalogue is written",
           "test_routes.py::test_uploads", "150 / 600 names"),
    Threat("Odd file names, and links that leave a folder", "links that leave the folder are skipped", "test_routes.py::test_odd",
           "150 / 210 names"),
    Threat("Addresses of the internal network, in every spelling", "checked at connection time, on the IP address connected to",
           "test_addresses.py::test_no_address", "150 / 600"),
    Threat("Redirects to the internal network, including those of robots.txt", "the same, at every step", "test_addresses.py::test_a_redirect",
           "40 / 200 chains"),
    Threat("Names that first resolve outside and then inside (DNS rebinding)", "the address that was checked is the one connected to",
           "test_addresses.py::test_a_name", "20 / 100 names"),
    Threat("Feeds, nested sitemaps, entities and pages that name internal addresses", "the same; XML parsing loads nothing external",
           "test_addresses.py::test_what_a_page", "16 documents"),
)  # fmt: skip


def run_tests() -> Mapping[str, bool]:
    """Run the tests of the table; "file::test" -> passed (a skipped one is left out)."""
    files = sorted({str(ROOT / "tests" / "attack" / threat.test.split("::")[0]) for threat in THREATS})
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        subprocess.run(
            [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *files],
            cwd=ROOT,
            stdout=sys.stderr,
            check=False,
        )
        cases = Xml.parse(report).getroot().iter("testcase")
        return {
            f"{case.get('classname', '').rsplit('.', 1)[-1]}.py::{case.get('name')}": all(
                case.find(bad) is None for bad in ("failure", "error")
            )
            for case in cases
            if case.find("skipped") is None
        }


def table(results: Mapping[str, bool]) -> str:
    """The table as Markdown."""
    rows = ["| threat | defence | test | count (CI / soak) | result |", "|---|---|---|---|---|"]
    for threat in THREATS:
        short = threat.test.removeprefix("../assistant/grounding/")
        found = [passed for name, passed in results.items() if name.startswith(short)]
        result = "not run" if not found else f"{sum(found)} of {len(found)} held"
        rows.append(f"| {threat.threat} | {threat.defence} | `{short}` | {threat.count} | {result} |")
    return "\n".join(rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print; 1 when a test failed."""
    results = run_tests()
    print(table(results))
    return 0 if results and all(results.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
