"""Afkast: follow-up on municipal employment investments as a book.

A notebook opens its page with `afkast.report.show.open_page` and shows things with that page's `show_table`,
`show_figure` and `show_text`.
"""

__version__ = "0.1.0"
