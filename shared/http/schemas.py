"""The base models of requests and responses in the API of every service.

One rule for unknown fields: a request ignores them, so that an older server takes what a newer client sends. A program
that misspells a field finds the field missing, or its default used, in the answer.
"""

from pydantic import BaseModel, ConfigDict


class RequestModel(BaseModel):
    """The body of a request. Errors never repeat what was sent: it may be personal."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class ResponseModel(BaseModel):
    """The body of a response. A field whose name is a Python keyword has an alias, which is what is sent."""

    model_config = ConfigDict(frozen=True, populate_by_name=True, serialize_by_alias=True)
