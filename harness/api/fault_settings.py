"""Which faults the server makes, and how often: the table `[faults]` of its settings."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from writers.clock import SECOND_MS


class Fault(StrEnum):
    """What can go wrong between a writer and the API."""

    SLOW = "slow"
    """The request is carried out and answered late."""
    RATE_LIMITED = "rate_limited"
    """429 with its headers; the request is not carried out."""
    SERVER_ERROR = "server_error"
    """5xx; the request is not carried out."""
    CUT_BODY = "cut_body"
    """The request is carried out; the connection ends in the middle of the answer's body."""
    DROPPED_CONNECTION = "dropped_connection"
    """The connection ends without an answer; the request is not carried out."""
    LOST_RESPONSE = "lost_response"
    """The request is carried out; the connection ends without an answer."""


class FaultShares(BaseModel):
    """Of all API requests, the share that meets each fault. What is left over is answered well."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    slow: float = Field(default=0, ge=0, le=1)
    rate_limited: float = Field(default=0, ge=0, le=1)
    server_error: float = Field(default=0, ge=0, le=1)
    cut_body: float = Field(default=0, ge=0, le=1)
    dropped_connection: float = Field(default=0, ge=0, le=1)
    lost_response: float = Field(default=0, ge=0, le=1)

    @model_validator(mode="after")
    def _at_most_all(self) -> Self:
        if (total := sum(self.of(fault) for fault in Fault)) > 1 + 1e-9:
            raise ValueError(f"the shares add up to {total:g}; together they are at most 1")
        return self

    def of(self, fault: Fault) -> float:
        share: float = getattr(self, fault.value)
        return share


class FaultSettings(BaseModel):
    """Faults on demand, to test a writer against a bad day. As they stand here, there are none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    allow_header: bool = False
    """Whether a request may ask for a fault by the header `x-notewright-fault`, which names one of the six:
    slow, rate_limited, server_error, cut_body, dropped_connection, lost_response."""
    shares: FaultShares = FaultShares()
    """Faults that come unasked."""
    seed: int = Field(default=0, ge=0)
    """Which requests meet them: the same ones, by order of arrival, for the same seed and shares."""
    slow_ms: int = Field(default=3 * SECOND_MS, ge=0)
    """How late a slow answer is."""
    rate_limited_ms: int = Field(default=5 * SECOND_MS, ge=0)
    """After how long a fault's 429 says to come back."""
    server_error_status: Literal[500, 502, 503, 504] = 503

    @property
    def wanted(self) -> bool:
        """Whether there can be any fault."""
        return self.allow_header or self.shares != FaultShares()
