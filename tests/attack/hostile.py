"""Generates hostile titles, outlets, answers and addresses."""

from __future__ import annotations

import random

HOST = "attacker.test"

SHAPES = (
    "<script>alert({n})</script>",
    "<img src=x onerror=alert({n})>",
    "<img src='https://{host}/{n}.png'>",
    "![pixel](https://{host}/{n}.png)",
    "[click](javascript:alert({n}))",
    "[click](https://{host}/{n})",
    "<a href='javascript:alert({n})'>go</a>",
    "<a href=data:text/html;base64,PHNjcmlwdD4=>go</a>",
    "<svg onload=alert({n})><circle/></svg>",
    "<svg><use href='https://{host}/{n}.svg#a'/></svg>",
    "<style>@import url(https://{host}/{n}.css);</style>",
    "<div style='background:url(https://{host}/{n})'>x</div>",
    "<iframe src='https://{host}/{n}'></iframe>",
    "<object data='https://{host}/{n}'></object>",
    "<form action='https://{host}/{n}'><button>send</button></form>",
    "<meta http-equiv=refresh content='0;url=https://{host}/{n}'>",
    "<link rel=stylesheet href='https://{host}/{n}.css'>",
    "<base href='https://{host}/'>",
    "<video autoplay src='https://{host}/{n}.mp4' onerror=alert({n})></video>",
    '" onmouseover="alert({n})" x="',
    "' autofocus onfocus='alert({n})",
    "</article></div><script>alert({n})</script>",
    "</h2><img src=x onerror=alert({n})>",
    "&lt;script&gt;alert({n})&lt;/script&gt;",
    "&#60;img src=x onerror=alert({n})&#62;",
    "<scr<script>ipt>alert({n})</scr</script>ipt>",
    "<IMG SRC=JaVaScRiPt:alert({n})>",
    "<math><mtext><script>alert({n})</script></mtext></math>",
    "‮<script>alert({n})</script>‬",
    "<​script>alert({n})</script>",
    "\x00<script>alert({n})</script>",
    "{{{{constructor.constructor('alert({n})')()}}}}",
    "${{alert({n})}} `alert({n})`",
    "| a | b |\n|---|---|\n" + "| x | <img src=https://{host}/{n}> |\n" * 20,
    "[1](https://{host}/{n}) [2]: https://{host}/{n}",
    "<details open ontoggle=alert({n})>x</details>",
)
ADDRESSES = (
    "javascript:alert({n})", "data:text/html,<script>alert({n})</script>", "https://{host}/\" onclick=\"alert({n})",
    "https://good.example@{host}/{n}", "//{host}/{n}", "vbscript:msgbox({n})", "https://{host}\\@good.example/{n}", "file:///etc/passwd",
    "ht\ntps://{host}/{n}", "https://[::1", "blob:https://{host}/{n}", "https://g‮oo.example/{n}", "JAVASCRIPT:alert({n})",
)  # fmt: skip


def hostile(number: int, seed: int = 0) -> str:
    """Make a hostile text: each form in turn, randomly wrapped, doubled or cased."""
    rng = random.Random(f"{seed}/{number}")
    text = SHAPES[number % len(SHAPES)].format(n=number, host=HOST)
    change = rng.randrange(5)
    if change == 1:
        text = f"A quiet sentence about the harbour [1]. {text}"
    elif change == 2:
        text = text.swapcase() if "base64" not in text else text
    elif change == 3:
        text = f"{text} and {SHAPES[rng.randrange(len(SHAPES))].format(n=number, host=HOST)}"
    return text


def address(number: int) -> str:
    """A hostile address."""
    return ADDRESSES[number % len(ADDRESSES)].format(n=number, host=HOST)
