"""What goes in and out, as pydantic sees it, and the examples that the OpenAPI document shows.

Verdict and taxonomy are ``saring``'s own dataclasses: one definition for Python and HTTP.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from saring.artefact.manifest import Manifest
from saring.taxonomy import Taxonomy, taxonomy
from saring.verdict import Verdict
from saring_serve.settings import NOTE_CHARACTERS, Limits


class _Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class ClassifyRequest(_Body):
    """One text to classify."""

    text: str


class BatchRequest(_Body):
    """Several texts to classify at once."""

    texts: list[str]


class BatchResponse(BaseModel):
    """One verdict per text, in the order of the texts."""

    results: list[Verdict]


class FeedbackRequest(_Body):
    """A correction: which text, by the ``id`` of its verdict or as it is, and what is right by category."""

    id: str | None = None
    text: str | None = None
    labels: dict[str, Annotated[int, Field(ge=0, le=1)] | None]
    note: str | None = Field(default=None, max_length=NOTE_CHARACTERS)
    reviewer: str | None = Field(default=None, min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")


class StartRequest(_Body):
    """Which column of a job's table holds the texts."""

    text_column: str


Kept = Literal["key", "labels", "reviewer", "verdict", "text", "note"]
"""A part of a correction that may be kept."""


class FeedbackResponse(BaseModel):
    """The correction is on the disk."""

    id: int
    key: str = Field(description="Names the text: the first 16 hexadecimal digits of its SHA-256")
    kept: list[Kept] = Field(
        description="What was kept of it; text and note only where the operator switched that on"
    )
    until: datetime | None = Field(description="When text and note are deleted; null where none was kept")


class Agreement(BaseModel):
    """Labels held against the verdicts that they correct, where these were remembered."""

    agreed: int = Field(description="Labelled 1 and flagged, or 0 and clear")
    disagreed: int = Field(description="Labelled 1 and clear, or 0 and flagged")
    undecided: int = Field(description="The model had left it to a person (`review`)")
    share: float | None = Field(description="agreed / (agreed + disagreed); null where both are 0")

    @classmethod
    def of(cls, *, agreed: int, disagreed: int, undecided: int) -> Self:
        """The counts and their share."""
        decided = agreed + disagreed
        share = agreed / decided if decided else None
        return cls(agreed=agreed, disagreed=disagreed, undecided=undecided, share=share)


class CategoryFeedback(BaseModel):
    """The labels of one category."""

    id: str
    yes: int
    no: int
    agreement: Agreement


class WaitingTexts(BaseModel):
    """Corrected texts that no export has taken yet."""

    ready: int = Field(description="Would be exported now")
    without_text: int = Field(description="Need their text to be given to the export")
    conflicting: int = Field(description="Have corrections that differ, and are left out")


class FeedbackSummary(BaseModel):
    """All corrections so far."""

    corrections: int
    texts: int
    agreement: Agreement
    categories: list[CategoryFeedback]
    waiting: WaitingTexts


class CategoryThresholds(BaseModel):
    """Probabilities from which a text is worth a look (``review``) and is flagged (``flag``)."""

    review: float
    flag: float


class ModelResponse(BaseModel):
    """The model that judges new requests."""

    name: str
    version: str
    kind: str
    created: str
    licence: str
    text_rules: str = Field(description="Version of the rules that texts are normalised by")
    thresholds: dict[str, CategoryThresholds] = Field(description="By category id")
    how: str = Field(description="How calibration and thresholds were fitted")
    evaluation: dict[str, Any] = Field(description="Figures on the frozen test, as in the model card")

    @classmethod
    def of(cls, manifest: Manifest) -> "ModelResponse":
        """The public part of ``manifest``."""
        return cls(
            name=manifest.name,
            version=manifest.version,
            kind=manifest.kind,
            created=manifest.created,
            licence=manifest.licence,
            text_rules=manifest.text_rules,
            thresholds={
                category: CategoryThresholds(review=review, flag=flag)
                for category, review, flag in zip(
                    manifest.categories, manifest.thresholds.review, manifest.thresholds.flag, strict=True
                )
            },
            how=manifest.how,
            evaluation=manifest.evaluation,
        )


class Readiness(BaseModel):
    """The service takes requests, judged by this model."""

    status: str
    name: str
    version: str


class Liveness(BaseModel):
    """The process answers."""

    status: str


VERDICT = TypeAdapter(Verdict)
VERDICTS = TypeAdapter(list[Verdict])


def taxonomy_json() -> bytes:
    """The taxonomy as JSON."""
    return TypeAdapter(Taxonomy).dump_json(taxonomy())


_GAMBLING = "Situs slot gacor, deposit 10rb langsung maxwin!"
_GREETING = "Selamat pagi, jangan lupa sarapan sebelum berangkat kerja."


def classify_body(limits: Limits) -> dict[str, Any]:
    """OpenAPI ``requestBody`` of ``/classify``."""
    return _request_body(
        ClassifyRequest,
        {"text": _text_schema(limits)},
        {
            "perjudian": {"summary": "Iklan judi daring", "value": {"text": _GAMBLING}},
            "biasa": {"summary": "Kalimat biasa", "value": {"text": _GREETING}},
        },
    )


def batch_body(limits: Limits) -> dict[str, Any]:
    """OpenAPI ``requestBody`` of ``/classify/batch``."""
    texts = {"type": "array", "items": _text_schema(limits), "minItems": 1, "maxItems": limits.texts}
    return _request_body(
        BatchRequest,
        {"texts": texts},
        {"dua": {"summary": "Dua teks sekaligus", "value": {"texts": [_GAMBLING, _GREETING]}}},
    )


def feedback_body(limits: Limits) -> dict[str, Any]:
    """OpenAPI ``requestBody`` of ``/feedback``."""
    label = {"enum": [1, 0, None], "description": "1: yes, 0: no, null or left out: not known"}
    body = _request_body(
        FeedbackRequest,
        FeedbackRequest.model_json_schema()["properties"]
        | {
            "id": {
                "type": ["string", "null"],
                "description": "Of a verdict that the service gave not long ago",
            },
            "text": _text_schema(limits) | {"type": ["string", "null"]},
            "labels": {
                "type": "object",
                "properties": dict.fromkeys(taxonomy().ids, label),
                "additionalProperties": False,
                "minProperties": 1,
            },
        },
        {
            "bukan judi": {
                "summary": "Koreksi lewat teks",
                "value": {"text": _GREETING, "labels": {"perjudian": 0}, "reviewer": "sari"},
            },
        },
    )
    schema = body["content"]["application/json"]["schema"]
    schema["oneOf"] = [
        {"required": [name], "properties": {name: {"type": "string"}}} for name in ("id", "text")
    ]
    return body


def start_body() -> dict[str, Any]:
    """OpenAPI ``requestBody`` of ``/jobs/{id}/start``."""
    return _request_body(
        StartRequest,
        {"text_column": {"type": "string", "description": "One of the job's `columns`"}},
        {"teks": {"summary": "Teks ada di kolom ini", "value": {"text_column": "teks"}}},
    )


def verdict_example() -> dict[str, Any]:
    """A response of ``/classify``, in Indonesian."""
    categories = [
        {
            "id": category.id,
            "name": category.name.id,
            "probability": 0.991482 if category.id == "perjudian" else 0.004127,
            "threshold": 0.5,
            "flagged": category.id == "perjudian",
            "decision": "flag" if category.id == "perjudian" else "clear",
            "guideline": list(category.guideline),
            "evidence": [
                {"start": 6, "end": 16, "text": _GAMBLING[6:16], "weight": 4.82},
                {"start": 40, "end": 46, "text": _GAMBLING[40:46], "weight": 2.17},
            ]
            if category.id == "perjudian"
            else [],
        }
        for category in taxonomy().categories
    ]
    return {
        "id": "0f5b0c9d6c1e4a4f9a7be1c2d3e4f506",
        "model": {"name": "saring-id", "version": "1.0.0"},
        "flagged": True,
        "decision": "flag",
        "categories": categories,
        "read": {"characters": len(_GAMBLING), "of": len(_GAMBLING), "windows": 1},
    }


def taxonomy_example() -> dict[str, Any]:
    """The taxonomy, cut to its first category and point."""
    whole = asdict(taxonomy())
    return {key: list(whole[key][:1]) for key in ("categories", "points")}


def _text_schema(limits: Limits) -> dict[str, Any]:
    return {
        "type": "string",
        "minLength": 1,
        "maxLength": limits.characters,
        "pattern": r"\S",
        "description": "The text as it was written; at least one visible character",
    }


def _request_body(
    model: type[_Body], properties: Mapping[str, Any], examples: Mapping[str, Any]
) -> dict[str, Any]:
    """The model's schema with the limits in force, which the model itself does not know."""
    schema = model.model_json_schema() | {"properties": dict(properties)}
    return {"required": True, "content": {"application/json": {"schema": schema, "examples": dict(examples)}}}
