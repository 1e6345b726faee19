"""Settings: read once from the environment (prefix ZHIPING_), validated, never changed after.

docs/settings.md describes every one; a test holds the two together.
"""

from __future__ import annotations

import os
import secrets
from functools import lru_cache
from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """All settings of an installation. Unknown ZHIPING_ names in a .env file are refused."""

    model_config = SettingsConfigDict(env_prefix="ZHIPING_", extra="forbid")

    data_dir: Path = Field(Path("./var"), description="Database, uploads, secrets and backups live here.")
    database_url: str = Field(
        "",
        description="Empty: embedded SQLite in the data directory. Else a PostgreSQL URL.",
    )
    demo: bool | None = Field(
        None,
        description="Demo province and one-click accounts. Unset: on while the database is embedded and new, "
        "and afterwards as it was when the database was made.",
    )
    secret_key: str = Field(
        "",
        description="Signs identities between processes. Empty: made once and kept in the data directory.",
    )
    base_url: str = Field("", description="Address people open the program at; printed in the QR codes of reports.")
    upload_mb: int = Field(20, ge=1, le=200, description="Largest accepted file, in MB.")
    ticket_mb: int = Field(120, ge=1, le=500, description="Largest accepted file of citizens' requests, in MB.")
    scan_command: str = Field(
        "",
        description="Virus scanner for attached files: gets the file's path, ends with 0 when it is clean. Empty: none.",
    )
    session_hours: int = Field(12, ge=1, le=24 * 30, description="A sign-in ends this long after its last use.")
    sign_in_attempts: int = Field(8, ge=1, description="Failed sign-ins per account or address before a pause.")
    sign_in_pause_minutes: int = Field(15, ge=1, description="Length of that pause.")
    applications_per_hour: int = Field(
        5, ge=1, description="Applications of organisations that want to bid, per address and hour."
    )
    password_length: int = Field(10, ge=8, description="Shortest accepted password.")
    cookie_secure: bool = Field(False, description="Send the session cookie over HTTPS only. Set it behind TLS.")
    return_due_days: int = Field(
        5,
        ge=1,
        description="Default: working days after a period's end when its return is due.",
    )
    reminder_days: str = Field(
        "-3,-1,1",
        description="Working days from a deadline on which who has not reported is reminded; negative: before.",
    )
    data_answer_days: int = Field(
        10,
        ge=1,
        description="Working days a provider has to answer a request for data before it shows as overdue.",
    )
    supervision_days: int = Field(
        5,
        ge=1,
        description="Default: working days an organisation has to answer a supervision order.",
    )
    pre_periods_floor: int = Field(
        3,
        ge=2,
        le=24,
        description="Periods before a pilot's start that each of its regions must have values for, or it may not start.",
    )
    risk_review_days: int = Field(
        90,
        ge=7,
        description="A pilot's risk that nobody reviewed for longer shows as not looked after.",
    )
    coverage_floor: float = Field(
        0.8,
        ge=0,
        le=1,
        description="Aggregates reported by fewer are marked 不完整 and stay out of verdicts.",
    )
    quality_floor: float = Field(
        70,
        ge=0,
        le=100,
        description="Data quality below this keeps a verdict at 尚不能判断.",
    )
    likeness_floor: float = Field(
        0.25,
        ge=0,
        le=1,
        description="Similar scenarios from this likeness on must be judged before an appraisal is decided.",
    )
    panel_fewest: int = Field(
        5, ge=1, description="Judges who count that a panel needs at least; always an odd number."
    )
    log_json: bool = Field(False, description="Logs as JSON lines instead of console text.")

    @field_validator("database_url")
    @classmethod
    def _driver(cls, url: str) -> str:
        for prefix in ("postgresql://", "postgres://"):
            if url.startswith(prefix):
                return "postgresql+psycopg://" + url[len(prefix) :]
        return url

    @field_validator("reminder_days")
    @classmethod
    def _steps(cls, text: str) -> str:
        steps = [int(part) for part in text.split(",") if part.strip()]
        if any(not -30 <= step <= 30 for step in steps):
            raise ValueError("reminders go out within 30 working days of a deadline")
        return ",".join(str(step) for step in sorted(set(steps)))

    @property
    def largest_mb(self) -> int:
        """What the server lets through at all; each uploader then asks for its own limit."""
        return max(self.upload_mb, self.ticket_mb)

    @property
    def embedded(self) -> bool:
        """True when the database is the SQLite file this installation manages by itself."""
        return not self.database_url or self.database_url.startswith("sqlite")

    @property
    def url(self) -> str:
        return self.database_url or f"sqlite:///{(self.data_dir / 'zhiping.db').resolve()}"

    def secret(self) -> bytes:
        """The signing key. Embedded: created once with owner-only rights; shared: it must be set."""
        if self.secret_key:
            return self.secret_key.encode()
        if not self.embedded:
            raise RuntimeError("ZHIPING_SECRET_KEY must be set when the database is shared")
        path = self.data_dir / "secret"
        if not path.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            try:
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                pass
            else:
                with os.fdopen(handle, "w") as out:
                    out.write(secrets.token_hex(32))
        return path.read_bytes()


@lru_cache(maxsize=1)
def settings() -> Settings:
    """This process's settings. Tests call `settings.cache_clear()` after changing the environment."""
    return Settings()
