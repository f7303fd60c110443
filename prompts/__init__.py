"""Prompts: one Markdown file each, loaded strictly. A prompt's version is a hash of its text.

A file begins with front matter that declares its placeholders, then has the sections `## system`
and `## user`. A placeholder that is missing or not declared fails at load.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FORM = re.compile(r"\A---\nplaceholders: \[([\w, ]*)\]\n---\n+## system\n(.*?)\n## user\n(.*)\Z", re.S)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt as two messages with `{placeholders}`.

    Attributes:
        name: The file's name without its suffix.
        version: First 12 hex digits of the SHA-256 of the file.
        system: The system message.
        user: The user's message.
    """

    name: str
    version: str
    system: str
    user: str


@cache
def load_prompt(name: str) -> Prompt:
    """Load a prompt by name.

    Raises:
        ValueError: The file is not of the form, or its placeholders are not those it declares.
    """
    raw = (Path(__file__).parent / f"{name}.md").read_text("utf-8")
    match = _FORM.match(raw)
    if not match:
        raise ValueError(f"prompts/{name}.md: expected front matter with placeholders, then '## system' and '## user'")
    declared = {part.strip() for part in match[1].split(",") if part.strip()}
    used = set(re.findall(r"(?<!\{)\{(\w+)\}(?!\})", match[2] + match[3]))
    if declared != used:
        raise ValueError(f"prompts/{name}.md: declares {sorted(declared)} and uses {sorted(used)}")
    version = hashlib.sha256(raw.encode()).hexdigest()[:12]
    return Prompt(name, version, match[2].strip(), match[3].strip())
