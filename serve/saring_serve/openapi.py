"""The OpenAPI document: ``python -m saring_serve.openapi > serve/openapi.json``."""

import json
from typing import Any

from fastapi import FastAPI

from saring_serve.problems import ProblemBody


def describe(app: FastAPI) -> None:
    """Give ``app``'s document the schema of problems, and say where a key may be left out."""
    generate = app.openapi
    keys_required = app.state.service.keys.required

    def openapi() -> dict[str, Any]:
        document = generate()
        document["components"]["schemas"][ProblemBody.__name__] = ProblemBody.model_json_schema()
        for path, operations in document["paths"].items():
            for operation in operations.values():
                if "security" in operation and (path == "/access" or not keys_required):
                    operation["security"] = [{"key": []}, {}]
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def document() -> str:
    """The document under the default settings, as it is checked in."""
    from saring_serve.app import create_app
    from saring_serve.settings import Settings

    return json.dumps(create_app(Settings()).openapi(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    print(document(), end="")
