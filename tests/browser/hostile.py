"""Strings that want to be more than text."""

from __future__ import annotations

EVIL = "evil.invalid"

SCRIPTS = [
    "<script>window.__pwned=1</script>",
    "</script><script>window.__pwned=1</script>",
    '"><script>window.__pwned=1</script>',
    "</textarea></title><script>window.__pwned=1</script>",
    "<img src=x onerror=window.__pwned=1>",
    '<IMG SRC="x" oNeRrOr="window.__pwned=1">',
    "<svg onload=window.__pwned=1>",
    "<svg><script>window.__pwned=1</script></svg>",
    "<svg><animate onbegin=window.__pwned=1 attributeName=x></svg>",
    "<math><mtext><img src=x onerror=window.__pwned=1></math>",
    '<iframe srcdoc="<script>parent.__pwned=1</script>"></iframe>',
    "<details open ontoggle=window.__pwned=1>",
    "<input autofocus onfocus=window.__pwned=1>",
    "<video><source onerror=window.__pwned=1></video>",
    "<body onload=window.__pwned=1>",
    "<object data='data:text/html,<script>parent.__pwned=1</script>'></object>",
    '<a href="javascript:window.__pwned=1">press</a>',
    "javascript:window.__pwned=1",
    "data:text/html,<script>window.__pwned=1</script>",
    '" onmouseover="window.__pwned=1',
    "' onfocus='window.__pwned=1' autofocus='",
    "{{constructor.constructor('window.__pwned=1')()}}",
    "${window.__pwned=1}",
    "{@html '<img src=x onerror=window.__pwned=1>'}",
    "<%= window.__pwned=1 %>",
    f"<img src=http://{EVIL}/pixel.png>",
    f"<link rel=stylesheet href=//{EVIL}/x.css>",
    f"<style>@import url(//{EVIL}/x.css);*{{display:none}}</style>",
    f"<meta http-equiv=refresh content='0;url=http://{EVIL}'>",
    f"<base href=//{EVIL}/>",
    f"<form action=http://{EVIL}><button autofocus>press</button></form>",
]
FORMULAS = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1+1)", f'=HYPERLINK("http://{EVIL}","x")', "'=1+1", "＝1+1"]
PATHS = [
    "../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "/etc/passwd",
    "C:\\boot.ini",
    "file:///etc/passwd",
    "%2e%2e%2f%00",
    "CON",
]
ODD = [
    "\u202egnp.exe\u202c",
    "\u2067isolated\u2066",
    "zero\u200bwidth\u200djoined",
    "e\u0301 is not \u00e9",
    "Z\u0351\u0352\u0353a\u0334\u0335l\u0336\u0337g\u0338o",
    "👩‍👩‍👧 🏳️‍🌈",
    "ﷺ 東京 שלום",
    "\ufeffmark",
    "a && b || c; rm -rf ~ `id` $(id)",
    "'; DROP TABLE items; --",
    'she said "no", twice',
    "&lt;b&gt; &amp; \\u003cb\\u003e",
    "%s%n%x {0} $1",
    "__proto__",
    "constructor",
    "null",
    "NaN",
]
CONTROLS = [
    "bell\x07 escape\x1b[31mred\x1b[0m",
    "tab\there",
    "two\r\nlines",
    "line\u2028and\u2029paragraph",
    "\x7f\x85",
]
LONG = ["x" * 5_000, "word " * 1_000, "<b>" * 2_000]

LINES = [*SCRIPTS, *FORMULAS, *PATHS, *ODD]
TEXTS = [*LINES, *CONTROLS, *LONG]
assert len(TEXTS) >= 50

# As a program would split them: no comma, which parts the names on the command line, nor more than 100 characters.
CLASSES = [*SCRIPTS[:7], "constructor", "__proto__", *FORMULAS[:4], *PATHS[:2], "\u202egnp.exe\u202c", "👩‍👩‍👧 🏳️‍🌈"]
TYPED = [
    "<img src=x onerror=window.__pwned=1>,<b>",
    "{@html '<b>'}",
    "'; DROP TABLE items; --",
    "zero\u200bwidth",
    "=1+1",
]


def file_name(text: str) -> str | None:
    """``text`` as the name of an image in a folder and its sub-folders; None if it would lie elsewhere."""
    parts = f"{text}.png".split("/")
    return None if not parts[0] or ".." in parts or len(text.encode()) > 200 else "/".join(parts)
