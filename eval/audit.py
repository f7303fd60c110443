"""Asks a vulnerability service about everything that is installed: `python -m eval.audit`.

A known weakness fails. A service that cannot be reached, or knows none of the packages, does not: `make check` must
pass offline. It is said how many packages were looked up, so that a silent pass is not taken for a clean one.
"""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from typing import Any

IGNORED: dict[str, str] = {}
"""Vulnerabilities that do not affect Byline: id -> why, in one line."""

LONGEST = 120
"""Maximum length of pip-audit's error message."""


def audit() -> tuple[list[dict[str, Any]], str]:
    """Run pip-audit over this environment.

    Returns:
        Every package as pip-audit describes it, and, when it said nothing readable, the last line of what it said.
    """
    command = [sys.executable, "-m", "pip_audit", "--local", "--progress-spinner", "off", "--format", "json"]
    command += [part for name in IGNORED for part in ("--ignore-vuln", name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # our own command
    try:
        return list(json.loads(done.stdout)["dependencies"]), ""
    except (ValueError, KeyError):
        return [], textwrap.shorten((done.stderr.splitlines() or ["no output"])[-1], LONGEST)


def judge(packages: Sequence[dict[str, Any]], trouble: str) -> tuple[int, list[str]]:
    """The exit code and the lines to print."""
    found = [(package, weakness) for package in packages for weakness in package.get("vulns", ())]
    if found:
        return 1, [
            f"{package['name']} {package['version']}: {weakness['id']}, mended in "
            f"{', '.join(weakness['fix_versions']) or 'no version yet'}"
            for package, weakness in found
        ]
    known = sum("vulns" in package for package in packages)
    if not known:
        return 0, [f"audit: nothing was looked up ({trouble or 'the service knows none of the packages'})"]
    return 0, [f"audit: {known} of {len(packages)} packages looked up, no weakness known, {len(IGNORED)} ignored"]


def main() -> int:
    """Run it and print."""
    code, lines = judge(*audit())
    print("\n".join(lines))
    return code


if __name__ == "__main__":
    raise SystemExit(main())
