"""Where a home lies and what it talks to: the only module that reads the environment.

Everything has a default that works on one machine with nothing else installed. Secrets come from the environment or
from files, never from the command line.
"""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Deployment settings, each from ``XINJI_<NAME>``.

    Attributes
    ----------
    home:
        The folder that holds zone, inbox, lake, ledger and reports.
    database_url:
        SQLAlchemy URL of the ledger's database; empty: SQLite in the home.
    mlflow_uri:
        MLflow tracking URI; empty: SQLite in the home.
    threads, memory_limit:
        What DuckDB may use. What does not fit lies in the home's ``spill/`` meanwhile: a day of two million lists then
        costs a fifth more time and half the memory. Python's own share, some 2 GiB at national volume, comes on top.
    risk_control_url, risk_control_secret:
        Where alerts and actions are delivered (``https://``, ``nats://``, ``tls://`` or ``file:///``), and the Standard
        Webhooks secret (``whsec_...``) they are signed with; two, with a space between, while keys are changed.
    risk_control_allow_private:
        Whether the receiver may lie on a private or loopback address.
    risk_control_subject:
        Of a broker: what subjects begin with; the enterprise's code follows.
    anchor_key, anchor_key_file:
        The Ed25519 key that anchors of the ledger are signed with, 64 hexadecimal characters, or a file that holds it.
    trusted_anchor_keys:
        Public keys, besides the present one's, whose signatures ``xinji verify`` accepts: those of retired keys.
    api_requests_per_second, api_burst:
        How often one account may ask the API for long, and at once.
    session:
        The session that commands act by, for scripts; empty: the one that ``xinji login`` keeps.
    password, password_file:
        The password that ``xinji login`` and ``xinji account`` would ask for, or a file that holds it, for scripts.
    config_folder:
        Where ``xinji login`` keeps sessions: a folder of the user, not of the home.
    page_patience_seconds:
        How long a page is waited for that looks through the files; then it says so, and shows itself when it is there.
    session_hours, sign_in_failures, lockout_minutes:
        How long a session lasts; after how many wrong passwords in a row an account is locked, and for how long.
    certificate_key, certificate_key_file:
        The Ed25519 key that certificates of grades are signed with, 64 hexadecimal characters, or a file that holds it.
    retired_certificate_keys:
        A file with a JSON Web Key Set: public keys whose certificates still live, besides the present one's.
    oidc_issuer, oidc_client_id, oidc_client_secret, oidc_redirect_uri:
        The office's own OpenID Connect provider, by which people sign in; empty: local accounts alone. The redirect is
        this house's ``/sign-in/provider/answer``, as browsers reach it.
    oidc_account_claim, oidc_role_claim, oidc_roles:
        Which claims name the account and its role, and what a role there is here, as JSON: ``{"risk": "officer"}``.
    public_data:
        Folder with public data sets, each in a folder of its own, for the benchmark of models; none is needed.
    """

    model_config = SettingsConfigDict(env_prefix="XINJI_", secrets_dir=None, extra="ignore")

    home: Path = Path("var")
    database_url: str = ""
    mlflow_uri: str = ""
    threads: int = Field(default_factory=lambda: os.cpu_count() or 2, ge=1)
    memory_limit: str = Field(default="4GB", pattern=r"^\d+(\.\d+)? ?(MB|GB|MiB|GiB)$")
    risk_control_url: str = ""
    risk_control_secret: SecretStr = SecretStr("")
    risk_control_allow_private: bool = False
    risk_control_subject: str = Field(default="xinji.events", pattern=r"^[\w-]+(\.[\w-]+)*$")
    anchor_key: SecretStr = SecretStr("")
    anchor_key_file: Path | None = None
    trusted_anchor_keys: str = ""
    api_requests_per_second: float = Field(default=20.0, gt=0)
    api_burst: int = Field(default=200, ge=1)
    certificate_key: SecretStr = SecretStr("")
    certificate_key_file: Path | None = None
    retired_certificate_keys: Path | None = None
    session: SecretStr = SecretStr("")
    password: SecretStr = SecretStr("")
    password_file: Path | None = None
    config_folder: Path = Field(default_factory=lambda: _users_folder() / "xinji")
    page_patience_seconds: float = Field(default=0.12, gt=0)
    session_hours: int = Field(default=8, ge=1, le=24)
    sign_in_failures: int = Field(default=5, ge=1, le=20)
    lockout_minutes: int = Field(default=15, ge=1, le=1440)
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_redirect_uri: str = ""
    oidc_account_claim: str = "preferred_username"
    oidc_role_claim: str = "roles"
    oidc_roles: dict[str, str] = Field(default_factory=dict)
    public_data: Path | None = None

    @property
    def ledger_url(self) -> str:
        """URL of the database that holds the ledger."""
        return self.database_url or f"sqlite:///{self.home.absolute() / 'ledger.db'}"

    @property
    def tracking_uri(self) -> str:
        """MLflow's tracking URI."""
        return self.mlflow_uri or f"sqlite:///{self.home.absolute() / 'mlflow.db'}"


def _users_folder() -> Path:
    """Where programs of this user keep their settings (XDG Base Directory)."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")


def load_settings(home: Path | None = None) -> Settings:
    """Read the environment; an explicit home wins over ``XINJI_HOME``."""
    return Settings(home=home) if home is not None else Settings()


def keep_libraries_quiet(home: Path, prefect_log: str = "WARNING") -> None:
    """Turn off what Prefect, MLflow and Great Expectations would send out, and keep their files inside the home.

    Call before any of them is imported. What the operator has set in the environment stays.
    """
    quiet = {
        "DO_NOT_TRACK": "1",
        "PREFECT_HOME": str(home.absolute() / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "60",
        "PREFECT_LOGGING_LEVEL": prefect_log,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "GX_ANALYTICS_ENABLED": "false",
    }
    for name, value in quiet.items():
        os.environ.setdefault(name, value)
