"""A job as the client sees it."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

State = Literal["waiting", "queued", "running", "done", "failed"]


class JobRows(BaseModel):
    """How far a job is."""

    done: int
    total: int | None


class JobSummary(BaseModel):
    """What was found: ``read = scored + rejected``."""

    read: int
    scored: int
    rejected: int = Field(description="Without text, or not to be read; named in the rejections")
    repeated: int = Field(description="Had the text of another row")
    flagged: int
    review: int = Field(description="Are left to a person")
    categories: dict[str, int] = Field(description="Flagged rows by category id")


class JobProblem(BaseModel):
    """Why a job failed."""

    code: str
    title: str
    detail: str
    hint: str


class JobModel(BaseModel):
    """The model that a job is scored by."""

    name: str
    version: str


class JobResult(BaseModel):
    """A file to be had."""

    kind: Literal["table", "report", "rejections"]
    format: Literal["csv", "xlsx", "jsonl", "parquet", "html", "json"]
    url: str


class JobResponse(BaseModel):
    """A file that is to be scored, is being scored, or was."""

    id: str
    name: str = Field(description="Of the file, without what a file system would not take")
    state: State = Field(description="`waiting` for the column that holds the texts")
    created: datetime
    expires: datetime = Field(description="When all of it is deleted, unless it is still to be done")
    columns: list[str]
    preview: list[dict[str, str]] = Field(description="The first five rows, cells cut at 200 characters")
    text_column: str | None
    why: str | None = Field(description="Why this column was taken")
    rows: JobRows
    ahead: int = Field(description="Jobs that come before it")
    summary: JobSummary | None
    problem: JobProblem | None
    model: JobModel | None
    results: list[JobResult] = Field(description="The table in the file's own format comes first")
