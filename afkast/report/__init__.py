"""The door out: what a page may show, and how it is written in Danish."""
