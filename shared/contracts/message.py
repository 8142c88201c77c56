"""The base class of all messages, and the registry in which a consumer finds the class of a type."""

from __future__ import annotations

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

MunicipalityCode = Annotated[str, StringConstraints(pattern=r"^\d{4}$")]
"""A municipality's four-digit code, kept as text: `0671` is Struer (source: Danmarks Statistik)."""


class Message(BaseModel):
    """A change of one aggregate, named in the past tense, with the aggregate's whole public state.

    Attributes:
        taskforce_id: the tenant that the aggregate belongs to.
        version: 1 for the aggregate's first message, then one more for each. The highest version is the present state.
        recorded_at: when the system recorded the change (for *as known at*).
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    aggregate: ClassVar[str]
    """`<publisher>.<aggregate>`; the topic is `tilsagn.` and this."""
    type_version: ClassVar[int] = 1

    taskforce_id: UUID
    version: int
    recorded_at: AwareDatetime

    @property
    def aggregate_id(self) -> UUID:
        """The record's key: all messages of one aggregate are delivered in order."""
        raise NotImplementedError

    @classmethod
    def type_name(cls) -> str:
        """The CloudEvents type, e.g. `tilsagn.pledges.PledgeLogged.v1`."""
        publisher = cls.aggregate.partition(".")[0]
        return f"tilsagn.{publisher}.{cls.__name__}.v{cls.type_version}"

    @classmethod
    def topic(cls) -> str:
        """The Kafka topic of the message."""
        return topic_of(cls.aggregate)


def topic_of(aggregate: str) -> str:
    """Return the topic of an aggregate type, e.g. `tilsagn.pledges.pledge` for `pledges.pledge`."""
    return f"tilsagn.{aggregate}"


__all__ = ["Message", "MunicipalityCode", "topic_of"]
