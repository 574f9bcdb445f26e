"""The ledger of claims: what the paper says, the rule fixed in advance, the verdict that follows.

`plan` reads and checks data/codebook/claims_plan.csv, `rules` turns numbers into a verdict,
`ledger` collects the verdicts of one notebook, `record` keeps them on disk and computes each again
when it is read, `assembly` puts all notebooks together, `publish` writes that for others,
`cells` knows where a verdict was given, `evidence` reads the published figures. A verdict is never
an argument: it follows from the numbers handed over, here and on every reading.
"""

from nqpf.claims.assembly import assemble, require_complete
from nqpf.claims.evidence import numbers_of
from nqpf.claims.ledger import Ledger, open_ledger
from nqpf.claims.plan import PlannedClaim, load_plan
from nqpf.claims.publish import publish_ledger
from nqpf.claims.record import Verdict, read_verdicts, tally

__all__ = [
    "Ledger",
    "PlannedClaim",
    "Verdict",
    "assemble",
    "load_plan",
    "numbers_of",
    "open_ledger",
    "publish_ledger",
    "read_verdicts",
    "require_complete",
    "tally",
]
