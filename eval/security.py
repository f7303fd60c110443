"""Runs the attack tests and prints threat, defence, test, count and result: `python -m eval.security`."""

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
        threat: What somebody tries.
        defence: What holds it.
        test: File and test that try it; several tests share a beginning.
        count: How many times, in CI and under `BYLINE_SOAK=1`.
    """

    threat: str
    defence: str
    test: str
    count: str


THREATS = (
    Threat("Orders hidden in articles (own families, 12 places)", "kept from the model; every sentence checked; addresses and markup dropped",
           "test_injections.py::test_an_obedient_model", "200 / 400"),
    Threat("Orders of the public families", "the same", "test_injections.py::test_the_public_families", "75 / 400"),
    Threat("Forged markers, roles and ends of the context", "passages are cleaned and numbered by code",
           "test_injections.py::test_the_prompt_holds", "200 / 400"),
    Threat("The bundled chat model follows such an order", "the same", "test_following.py::test_what", "4 / 48"),
    Threat("One outlet fills the evidence", "half of the hits at most while others have something",
           "test_poisoned_corpus.py::test_one_outlet", "100 x 2"),
    Threat("One story under many names", "copies count once", "test_poisoned_corpus.py::test_copies", "40"),
    Threat("Altered facts in a model's sentence", "support check", "../assistant/grounding/test_verifier.py::test_altered_sentences", "1,000"),
    Threat("Hostile text in every rendered field", "HTML is built from escaped text only", "test_rendering.py::test_hostile_text",
           "300 x 6 / 1,200 x 6"),
    Threat("Markup cut at every character", "the same", "test_rendering.py::test_an_answer_cut", "40 / 300 texts"),
    Threat("Requests to other hosts, scripts, dialogs", "the same, and a content security policy", "test_rendering.py::test_a_browser",
           "300 / 1,200"),
    Threat("A chat model's server fails (17 kinds)", "deadline, one request, quotations instead",
           "test_model_faults.py::test_a_fault", "17 x 10 / 17 x 30"),
    Threat("Stops and closed pages", "connections are shut down, threads end", "test_cancelling.py::", "25 / 400 stops"),
    Threat("Clients that go away at random moments", "the answer's thread, place and connection end with them",
           "test_disconnects.py::test_of_a_hundred", "25 / 600 clients"),
    Threat("A place lost between its release and its taker's leaving", "what comes too late is given back",
           "test_disconnects.py::test_a_place", "12 orders of events"),
    Threat("Many people at once", "so many at once, so many waiting, the rest hear that it is busy", "test_load.py::test_everyone",
           "50 people, 30 s / 100 people, 600 s"),
    Threat("A writer that is killed while eight ask", "an article becomes visible in one transaction; versions are kept",
           "test_store.py::test_eight", "2 / 150 kills"),
    Threat("A full disk", "nothing is half written; one sentence", "test_store.py::test_a_full_disk", "2 / 60 limits"),
    Threat("A folder that cannot be written", "one sentence", "test_store.py::test_a_folder", "1"),
    Threat("A catalogue that another program holds", "readers go on, a writer waits and then says so", "test_store.py::test_a_locked",
           "1"),
    Threat("A clock that was set back", "versions are counted", "test_store.py::test_a_clock", "2 rounds"),
    Threat("Keys in logs, errors, receipts, pages", "keys are secret values and cut out of errors",
           "test_secrets_routes.py::test_a_", "2 planted keys, all files"),
    Threat("Routes nobody reviewed", "a snapshot of all routes and of what a stranger gets", "test_routes.py::test_every_route",
           "116 routes"),
    Threat("A way round the login", "it stands before every route, whatever the method or spelling", "test_routes.py::test_no_method",
           "80 paths x 14 / x 30"),
    Threat("What a stranger gets where there is no login", "a snapshot", "test_secrets_routes.py::test_routes", "26 routes"),
    Threat("Traversal by address", "routes are listed; files come from two folders only", "test_routes.py::test_no_form",
           "60 / 240 forms x every route with a parameter"),
    Threat("Paths of the server's files by people who can only reach the page", "addresses alone may be added",
           "test_routes.py::test_a_path", "65 / 245"),
    Threat("Names and archives of uploads that lead out", "names are labels; nothing is written but the catalogue",
           "test_routes.py::test_uploads", "150 / 600 names"),
    Threat("Odd file names and links out of a folder", "links that lead out are passed over", "test_routes.py::test_odd",
           "150 / 210 names"),
    Threat("Addresses that lead inside, in every spelling", "checked where the connection is made, on the number connected to",
           "test_addresses.py::test_no_address", "150 / 600"),
    Threat("Redirects that lead inside, also of robots.txt", "the same, at every step", "test_addresses.py::test_a_redirect",
           "40 / 200 chains"),
    Threat("Names that resolve outside first and inside then", "the address connected to is the one checked",
           "test_addresses.py::test_a_name", "20 / 100 names"),
    Threat("Feeds, nested sitemaps, entities and pages that name addresses inside", "the same; XML loads nothing",
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
    """Run and print; 1 when something did not hold."""
    results = run_tests()
    print(table(results))
    return 0 if results and all(results.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
