"""The limit: a Flask view that reads a small JSON body and answers a small JSON object, and nothing else."""

from __future__ import annotations

from flask import Flask, request
from flask.typing import ResponseReturnValue

app = Flask(__name__)


@app.post("/trivial")
def answer() -> ResponseReturnValue:
    body = request.get_json()
    return {"outcome": "clear", "purpose": body["purpose"], "restrictions": [], "permit": None}
