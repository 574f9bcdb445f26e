"""Running many independent pieces of work: here, in processes or on a cluster, with one interface.

A piece of work is a function of the package and a payload of plain data; its result is bytes.
Results may be kept as shards named after what they were made from, so that an interrupted run goes
on where it was and no order of work changes a byte.
"""

from nqpf.execution.executors import open_executor
from nqpf.execution.fingerprint import code_fingerprint, fingerprint
from nqpf.execution.shards import Plan, plan_run, run_shards

__all__ = [
    "Plan",
    "code_fingerprint",
    "fingerprint",
    "open_executor",
    "plan_run",
    "run_shards",
]
