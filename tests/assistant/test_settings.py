"""Where settings come from, and in which order."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.errors import UsageError
from assistant.settings import load_settings


def test_options_win_over_the_environment_over_the_file_over_the_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "byline.toml").write_text('port = 1001\nthreads = 3\nchat_model = "openai:file"\n')
    monkeypatch.setenv("BYLINE_HOME", str(tmp_path))
    monkeypatch.setenv("BYLINE_CHAT_MODEL", "openai:environment")
    settings = load_settings(port=1002)
    assert (settings.port, settings.threads, settings.chat_model) == (1002, 3, "openai:environment")
    assert settings.host == "127.0.0.1"
    other = tmp_path / "elsewhere" / "my.toml"
    other.parent.mkdir()
    other.write_text('home = "library"\nport = 1003\n')
    monkeypatch.delenv("BYLINE_HOME")
    chosen = load_settings(other)
    assert (chosen.port, chosen.threads, chosen.home) == (1003, 0, other.parent / "library")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prot = 80", "no setting 'prot'.*Did you mean port"),
        ("port = 'harbour'", "port in .*byline.toml' is 'harbour'"),
        ("port = ", "not valid TOML"),
        ("home = '/elsewhere'", "Remove 'home'"),
    ],
)
def test_a_wrong_file_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "byline.toml").write_text(text)
    with pytest.raises(UsageError, match=said):
        load_settings(home=tmp_path)


def test_a_wrong_key_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "byline.toml").write_text("chat_key = 12345678")
    with pytest.raises(UsageError) as error:
        load_settings(home=tmp_path)
    assert "12345678" not in str(error.value)


def test_an_empty_temperature_leaves_it_to_the_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYLINE_CHAT_TEMPERATURE", "")
    assert load_settings().chat_temperature is None


@pytest.mark.models
def test_a_dotenv_file_in_the_current_folder_is_read_by_the_command(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"BYLINE_HOME={tmp_path / 'mine'}\nBYLINE_PORT=harbour\n")
    root = Path(__file__).parents[2]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(root)}
    command = [sys.executable, "-m", "assistant", "articles", "list"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "BYLINE_PORT is 'harbour'" in done.stderr
    environment["BYLINE_PORT"] = "7000"
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert str(tmp_path / "mine") in done.stderr
