"""An edition: the snapshot, the strategies and the notebooks made into a site."""

import sys

# jsonschema, which checks notebooks, builds a grammar of web addresses wherever this is installed: a second for nothing
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
