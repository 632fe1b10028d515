"""The query API. FastAPI lives here and nowhere below."""

from reports.api.app import Application, create_app
from reports.api.ports import Caller, HistoryPoint, KeyPort, Ports, QueryPort, Read, ReadLog

__all__ = ["Application", "Caller", "HistoryPoint", "KeyPort", "Ports", "QueryPort", "Read", "ReadLog", "create_app"]
