"""The build: which step needs what and makes what. Thin; the work is done in `nqpf`."""

import sys

# jsonschema, which checks notebooks, would build a grammar of web addresses for a second at
# every start, to check a format that the schema of notebooks does not have; it does without
# where the package cannot be imported.
sys.modules.setdefault("rfc3987_syntax", None)
