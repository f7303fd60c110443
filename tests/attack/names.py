"""File names and paths that try to lead out of the folder they are meant for."""

from __future__ import annotations

import io
import random
import zipfile

STEPS = (
    "../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "..\\", "%252e%252e%252f", "....//", "..;/", "%c0%ae%c0%ae/", "/", "//", "%2f", "~/", "file:///",
    "..%00/", ".%2e/", "%uff0e%uff0e/", "..%c1%9c", "./.././",
)  # fmt: skip
TARGETS = (
    "etc/passwd",
    "proc/self/environ",
    "catalogue.sqlite3",
    "session.key",
    "pyproject.toml",
    "assistant/settings.py",
)


def traversals() -> list[str]:
    """Forms of climbing out, near and far."""
    return [f"{step * depth}{name}" for name in TARGETS for step in STEPS for depth in (1, 7)]


DEVICES = "CON PRN AUX NUL COM1 LPT1 CONIN$ nul.txt.html aux.md .. . ... con.".split()
PIECES = (
    "..",
    "../..",
    "..\\..",
    "/",
    "//",
    "\\\\host\\share",
    "C:",
    "C:\\",
    "~",
    "~root",
    "./.",
    "%2e%2e%2f",
    "..%5c",
    "file:",
    "$HOME",
    "`id`",
    "$(id)",
)
ODD = ("\u202e", "\u200b", "\x00", "\n", "\r\n", "\t", "\x1b[2J", "\ufeff", "é", "漢", "\u0301", ";", "|", "&", "'", '"', "<img src=x onerror=alert(1)>", "<script>", "%00", "\x7f")  # fmt: skip
ENDINGS = (
    ".md",
    ".txt",
    ".html",
    ".json",
    ".csv",
    ".MD",
    ".md.",
    ".md ",
    ".md\x00.exe",
    "",
    ".exe",
    ".php",
    ".md/",
    ".html\u202e",
)


def upload_names(number: int, outside: str, seed: int) -> list[tuple[str, str]]:
    """So many names with the word that each holds, to be looked for afterwards.

    Args:
        number: How many.
        outside: A folder that absolute names and long climbs lead to.
        seed: Of the drawing.
    """
    rng = random.Random(seed)
    found = []
    for at in range(number):
        word = f"evil{at:04}"
        form = at % 8
        ending = ENDINGS[at // 8 % len(ENDINGS)]
        name = {
            0: f"{rng.choice(PIECES)}/{word}{ending}",
            1: f"{'../' * rng.randrange(1, 30)}{outside.lstrip('/')}/{word}{ending}",
            2: f"{outside}/{word}{ending}",
            3: f"{rng.choice(ODD)}{word}{rng.choice(ODD)}{ending}",
            4: f"{'a' * rng.randrange(200, 400)}{word}{ending}",
            5: f"{rng.choice(DEVICES)}{rng.choice(('', '/', '.'))}{word}{ending}",
            6: "\\".join([".."] * rng.randrange(1, 9)) + f"\\{word}{ending}",
            7: f"{rng.choice(PIECES)}{rng.choice(ODD)}{word}/{rng.choice(PIECES)}/{word}{ending}",
        }[form]
        found.append((name, word))
    return found


def multipart(files: list[tuple[str, bytes]], boundary: str = "byline-boundary") -> bytes:
    """A form with files whose names stand in it as they are, which no well-behaved client would send."""
    parts = []
    for name, content in files:
        raw = name.encode("utf-8", "surrogatepass").replace(b"\r", b"").replace(b"\n", b"").replace(b'"', b'\\"')
        parts.append(
            b"--" + boundary.encode() + b'\r\ncontent-disposition: form-data; name="files"; filename="' + raw
            + b'"\r\ncontent-type: application/octet-stream\r\n\r\n' + content + b"\r\n"
        )  # fmt: skip
    return b"".join(parts) + b"--" + boundary.encode() + b"--\r\n"


def climbing_archive(outside: str, word: str) -> bytes:
    """A zip whose entries lead out, one of them a link; read as a book or a document it holds neither."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in (f"../../{word}", f"{'../' * 20}{outside.lstrip('/')}/{word}", f"{outside}/{word}", f"..\\{word}"):
            archive.writestr(name, "climbed")
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("META-INF/container.xml", "<container><rootfiles><rootfile full-path='../../../etc/passwd'/></rootfiles></container>")  # fmt: skip
        archive.writestr("mimetype", "application/epub+zip")
    return out.getvalue()
