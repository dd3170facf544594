"""From the row and the folder of a job to what the client is told."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, get_args

from saring.taxonomy import taxonomy
from saring_serve.jobs.folders import JobFolder, ReportFormat, TableFormat, own_format
from saring_serve.jobs.schemas import (
    JobModel,
    JobProblem,
    JobResponse,
    JobResult,
    JobRows,
    JobSummary,
)

if TYPE_CHECKING:
    from saring_serve.store.tables import Job


def described(job: "Job", ahead: int, folder: JobFolder) -> JobResponse:
    """How ``job`` stands, with ``ahead`` jobs before it; reads its folder."""
    table = folder.read("table") or {"columns": [], "preview": []}
    summary = _summary(job.summary) if job.summary else None
    return JobResponse(
        id=job.id,
        name=job.name,
        state=job.state,
        created=job.created,
        expires=job.expires,
        columns=table["columns"],
        preview=table["preview"],
        text_column=job.text_column,
        why=job.why,
        rows=_rows(job, folder),
        ahead=ahead,
        summary=summary,
        problem=JobProblem.model_validate(job.problem) if job.problem else None,
        model=JobModel(name=job.model["name"], version=job.model["version"]) if job.model else None,
        results=_results(job.id, folder) if summary else [],
    )


def _summary(kept: Mapping[str, Any]) -> JobSummary:
    in_order = {id_: kept["categories"][id_] for id_ in taxonomy().ids}
    return JobSummary.model_validate({**kept, "categories": in_order})


def _rows(job: "Job", folder: JobFolder) -> JobRows:
    if job.summary:
        return JobRows(done=job.summary["read"], total=job.summary["read"])
    progress = folder.read("progress") or {"done": 0}
    return JobRows(done=progress["done"], total=job.rows)


def _results(id_: str, folder: JobFolder) -> list[JobResult]:
    own = own_format(folder.name)
    formats = [own, *(form for form in get_args(TableFormat) if form != own)]
    results = [
        JobResult(kind="table", format=form, url=f"/jobs/{id_}/result?format={form}") for form in formats
    ]
    results += [
        JobResult(kind="report", format=form, url=f"/jobs/{id_}/report?format={form}")
        for form in get_args(ReportFormat)
    ]
    if folder.rejections.exists():
        results.append(JobResult(kind="rejections", format="jsonl", url=f"/jobs/{id_}/rejections"))
    return results
