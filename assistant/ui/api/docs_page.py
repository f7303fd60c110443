"""The documentation page of the HTTP API, made from the OpenAPI description. It loads nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from assistant.ui.views.html import esc

_STYLE = """
:root { color-scheme: light dark; --paper: #f7f6f3; --sheet: #fff; --ink: #1c1b19; --soft: #5c5953; --line: #e5e2db; --accent: #0b5c6b; }
@media (prefers-color-scheme: dark) { :root { --paper: #141517; --sheet: #1b1d1f; --ink: #eae8e4; --soft: #aaa79f; --line: #2b2e31; --accent: #78c8d5; } }
body { margin: 0 auto; max-width: 46rem; padding: 3rem 1.25rem 5rem; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
h1, h2 { font-family: ui-serif, Georgia, serif; line-height: 1.2; } h1 { font-size: 2rem; margin: 0 0 .4rem; }
h2 { font-size: 1.2rem; margin: 2.4rem 0 .3rem; } p { margin: .4rem 0; } a { color: var(--accent); }
code, pre { font: 14px/1.5 ui-monospace, Menlo, Consolas, monospace; }
pre { background: var(--sheet); border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 15px; } td { padding: .3rem .8rem .3rem 0; vertical-align: top; border-top: 1px solid var(--line); }
td:first-child, .soft { color: var(--soft); } .soft { font-size: 15px; }
"""


def render_docs(description: Mapping[str, Any]) -> str:
    """The documentation page.

    Args:
        description: The OpenAPI description of the application.
    """
    schemas = description.get("components", {}).get("schemas", {})
    parts = [
        _operation(path, method, operation, schemas)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Byline HTTP API</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head><body><main>'
        '<h1>Byline HTTP API</h1><p class="soft">The same answers as in the <a href="/">chat</a>. '
        '<a href="/api/openapi.json">OpenAPI description</a>. MCP clients (streamable HTTP) find the tools '
        "<code>ask</code> and <code>search</code> at <code>/mcp</code>. If the server has users, send HTTP Basic credentials "
        "or the bearer token <code>NAME:PASSWORD</code>.</p>"
        f"{''.join(parts)}</main></body></html>"
    )


def _operation(path: str, method: str, operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    fields = [
        (p["name"], p.get("description") or p["schema"].get("description", "")) for p in operation.get("parameters", ())
    ]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    if body:
        properties = schemas.get(body.get("$ref", "").rsplit("/", 1)[-1], {}).get("properties", {})
        fields += [(name, field.get("description", "")) for name, field in properties.items()]
    rows = "".join(f"<tr><td><code>{esc(name)}</code></td><td>{esc(text)}</td></tr>" for name, text in fields)
    table = f"<table>{rows}</table>" if rows else ""
    words = "".join(f"<p>{esc(text)}</p>" for text in operation.get("description", "").split("\n\n") if text)
    return (
        f"<h2>{esc(operation.get('summary', path))}</h2><p><code>{method.upper()} {esc(path)}</code></p>{words}{table}"
        f'<pre tabindex="0">{esc(_example(path, method))}</pre>'
    )


_BODIES = {
    "/api/ask": {"question": "What did Kim pledge?"},
    "/v1/chat/completions": {"model": "byline", "messages": [{"role": "user", "content": "What did Kim pledge?"}]},
}


def _example(path: str, method: str) -> str:
    address = "http://127.0.0.1:7860" + path
    if method == "get":
        return f"curl '{address}{'?q=pledge' if path.endswith('search') else ''}'"
    return f"curl {address} -H 'content-type: application/json' \\\n  -d '{json.dumps(_BODIES.get(path, {}))}'"
