"""A page that leads on to another, with a link for whoever is not led."""

PAGE = """<!DOCTYPE html>
<html lang="da">
<head>
<meta charset="utf-8">
<title>Afkast</title>
<link rel="icon" href="data:,">
{leads}</head>
<body><p>{words}</p></body>
</html>
"""


def redirect(to: str, words: str) -> str:
    """Without an address to lead to, the page says the words alone."""
    if not to:
        return PAGE.format(leads="", words=words)
    leads = f'<meta http-equiv="refresh" content="0; url={to}">\n'
    return PAGE.format(leads=leads, words=f'<a href="{to}">{words}</a>')
