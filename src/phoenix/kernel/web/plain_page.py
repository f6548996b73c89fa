"""An error page without dependencies: no template, no styles, no reader. It is shown if the normal error page cannot be."""

from __future__ import annotations

from markupsafe import Markup

from phoenix.kernel.errors import PhoenixError
from phoenix.kernel.language import _, current_locale

PAGE = Markup("""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} · Phoenix</title>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{detail}</p>
<p><a href="/">{front}</a></p>
<p><small>{status}{number}</small></p>
</main>
</body>
</html>
""")


def plain_page(problem: PhoenixError, request_id: str) -> str:
    """The page, with the error's own sentences."""
    number = Markup(", {} <code>{}</code>").format(_("request"), request_id) if request_id else ""
    return PAGE.format(
        language=current_locale(),
        title=str(problem.title),
        detail=problem.detail,
        front=_("Go to the home page"),
        status=problem.status,
        number=number,
    )
