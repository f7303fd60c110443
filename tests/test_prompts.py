from __future__ import annotations

import pytest

import prompts
from prompts import load_prompt


def test_every_prompt_loads_and_has_a_version() -> None:
    from pathlib import Path

    names = [path.stem for path in Path(prompts.__file__).parent.glob("*.md")]
    assert "answer" in names
    assert len({load_prompt(name).version for name in names}) == len(names)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no front matter", "expected front matter"),
        ("---\nplaceholders: [a]\n---\n## system\nx\n## user\n{a} {b}\n", "declares"),
        ("---\nplaceholders: [a, b]\n---\n## system\nx\n## user\n{a}\n", "declares"),
    ],
)
def test_a_prompt_that_is_not_of_the_form_fails_at_load(
    text: str, message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    (folder / "wrong.md").write_text(text, "utf-8")
    monkeypatch.setattr(prompts, "__file__", str(folder / "__init__.py"))
    with pytest.raises(ValueError, match=message):
        load_prompt("wrong")
