"""Logs: one line an event, as text for a person or JSON for a machine. Never values people entered."""

from __future__ import annotations

import structlog

from core.settings import settings


def configure() -> None:
    """Set up logging for this process. Tracebacks show code, not the variables in it, which may be
    somebody's figures."""
    last = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if settings().log_json
        else [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *last,
        ]
    )
