"""What does the gateway count? Never by user, session or text."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

__all__ = ["Metrics"]

_TURN_BUCKETS_S = (0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """The counters of one gateway, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "shoptalk_http_requests", "Requests by route and status.", ["method", "route", "status"],
            registry=self.registry,
        )  # fmt: skip
        self.turns = Counter(
            "shoptalk_turns", "Turns by how they ended.", ["outcome"], registry=self.registry
        )  # fmt: skip
        self.turn_seconds = Histogram(
            "shoptalk_turn_seconds", "Time of a turn by stage.", ["stage"], buckets=_TURN_BUCKETS_S,
            registry=self.registry,
        )  # fmt: skip
        self.degraded = Counter(
            "shoptalk_turns_without_rasa", "Turns that Rasa did not answer.", registry=self.registry
        )
        self.turns_in_flight = Gauge(
            "shoptalk_turns_in_flight", "Turns that are accepted and not answered yet.", registry=self.registry
        )
        self.streams = Gauge("shoptalk_streams_open", "Event streams that are open.", registry=self.registry)
