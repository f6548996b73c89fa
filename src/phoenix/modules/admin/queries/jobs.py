"""Background jobs for staff."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from phoenix.kernel.data.listed import Filter, Listed, Sort, listed
from phoenix.kernel.data.paged import Order
from phoenix.kernel.data.query import Query, query
from phoenix.kernel.language import _


class JobCount(Struct, frozen=True):
    """The number of jobs with a name and a state: queued, picked or failed. `oldest` is when the first of them was due."""

    name: str
    state: str
    count: int
    oldest: datetime


class FailedJob(Struct, frozen=True):
    """A job whose last attempt failed. `traceback` is the runner's record of that attempt."""

    id: int
    name: str
    attempts: int
    created_at: datetime
    updated_at: datetime
    traceback: Any


COUNTS: Query[JobCount] = query(
    JobCount,
    "SELECT entrypoint AS name, status::text AS state, count(*) AS count, min(execute_after) AS oldest FROM pgqueuer GROUP BY entrypoint, status ORDER BY entrypoint, status",
)
FAILED: Listed[FailedJob] = listed(
    "staff failed jobs",
    FailedJob,
    """
    SELECT q.id, q.entrypoint AS name, q.attempts, q.created AS created_at, q.updated AS updated_at,
           (SELECT l.traceback FROM pgqueuer_log l WHERE l.job_id = q.id AND l.traceback IS NOT NULL ORDER BY l.created DESC LIMIT 1) AS traceback
      FROM pgqueuer q WHERE q.status = 'failed' AND {where} {order}
""",
    sorts=(Sort("job", _("Job"), Order("q.id::bigint AS id DESC")),),
    # The names are those of the jobs that modules declare.
    filters=(Filter("name", _("Job"), _("All jobs"), (("audit.verify", "audit.verify"),), "q.entrypoint = {value}"),),
)
