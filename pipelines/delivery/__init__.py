"""Delivery to the risk-control system: CloudEvents, signed by the Standard Webhooks scheme, by three ways out."""

from pipelines.delivery.endpoint import Endpoint
from pipelines.delivery.opening import channel_to
from pipelines.delivery.ports import Outbox, OutgoingMessage
from pipelines.delivery.relay import DeliveryReport, deliver

__all__ = ["DeliveryReport", "Endpoint", "Outbox", "OutgoingMessage", "channel_to", "deliver"]
