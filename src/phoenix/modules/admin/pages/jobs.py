"""Background jobs: queued and failed ones."""

from __future__ import annotations

from phoenix.kernel.data.jobs import replay
from phoenix.kernel.errors import NotFound
from phoenix.kernel.language import _
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.listing import listing
from phoenix.kernel.web.pages import Redirect, View, form, page
from phoenix.modules.admin.actions.faults import fault_of
from phoenix.modules.admin.events import JobReplayed
from phoenix.modules.admin.pages.front import STAFF
from phoenix.modules.admin.queries import jobs

JOBS = "platform.jobs"


@page("/staff/jobs", may=JOBS, queries=2, listeners=STAFF, lists=(jobs.FAILED,))
async def show_jobs(call: Call) -> View:
    counts = await call.db.all(jobs.COUNTS)
    names = sorted({one.name for one in counts} | set(call.registry.jobs))
    found = await listing(call, jobs.FAILED, choices={"name": [(name, name) for name in names]})
    dead = [(job, fault_of(job.traceback)) for job in found.items]
    total = sum(one.count for one in counts if one.state == "failed")
    return View("admin/jobs.html", {"counts": counts, "dead": dead, "listing": found, "total": total})


@form("/staff/jobs/{job_id:int}/replay", may=JOBS, queries=2, sensitive=True, retry=show_jobs, listeners=STAFF)
async def send_replay(call: Call) -> Redirect:
    """Put a failed job back in the queue."""
    job = int(call.path["job_id"])
    if not 0 < job < 2**63 or not await replay(call.tx, job):
        raise NotFound(_("This job hasn't failed. Someone may have replayed it already."))
    call.tx.record(JobReplayed(subject=str(job)))
    return Redirect("/staff/jobs", _("Job queued again."))


ROUTES = (show_jobs, send_replay)
