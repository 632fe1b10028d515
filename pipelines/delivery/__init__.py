"""Delivery to the risk-control system: CloudEvents over HTTP, signed by the Standard Webhooks scheme."""

from pipelines.delivery.endpoint import Endpoint
from pipelines.delivery.ports import Outbox, OutgoingMessage
from pipelines.delivery.relay import DeliveryReport, deliver

__all__ = ["DeliveryReport", "Endpoint", "Outbox", "OutgoingMessage", "deliver"]
