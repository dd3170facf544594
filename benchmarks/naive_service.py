"""The handler that everybody writes first: one call of the model per request, in the event loop.

    python benchmarks/naive_service.py FD        # serves on the listening socket FD, as load.py starts it

The model, and what it returns, are those of the service; there is no queue, no batch and no bound.
"""

import sys

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

from saring.classifier import Classifier
from saring.verdict import Verdict

app = FastAPI()
classifier = Classifier.open()


class Body(BaseModel):
    text: str


@app.post("/classify")
async def classify(body: Body) -> Verdict:
    return classifier.classify(body.text)


if __name__ == "__main__":
    uvicorn.run(app, fd=int(sys.argv[1]))
