"""All settings, parsed once from the environment; a wrong or insecure one stops the start and is named."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

PREFIX = "REGISTRY_"


class ConfigError(Exception):
    """The settings cannot be used; `faults` names each bad setting, never its value."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Settings of one process. Documented in `docs/settings.md`, one row each."""

    env: str
    demo: bool
    database_url: str
    key_file: Path
    base_url: str
    trusted_hosts: tuple[str, ...]
    trusted_proxies: int
    session_idle_minutes: int
    session_hours: int
    log_level: str
    site_name: str
    site_owner: str
    site_icp: str
    site_police_record: str
    site_code: str
    court_font_path: Path | None
    log_retention_days: int
    log_origin: str
    export_dir: Path
    shadow_dir: Path
    web_threads: int

    @property
    def development(self) -> bool:
        """Tell whether this process may run with the relaxed rules of a developer's machine."""
        return self.env == "development"

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Build the configuration. Reads nothing but `env`.

        Raises:
            ConfigError: at least one setting is missing, unknown, malformed or insecure; all are named at once.
        """
        reader = _Reader(env)
        mode = reader.choice("ENV", ("production", "development"), "production")
        development = mode == "development"
        config = cls(
            env=mode,
            demo=reader.flag("DEMO"),
            database_url=reader.text("DATABASE_URL", "sqlite:///var/registry.sqlite3" if development else None),
            key_file=Path(reader.text("KEY_FILE", "var/keys" if development else None)),
            base_url=reader.text("BASE_URL", "http://127.0.0.1:8000" if development else None).rstrip("/"),
            trusted_hosts=reader.words("TRUSTED_HOSTS", "127.0.0.1 localhost [::1]" if development else None),
            trusted_proxies=reader.number("TRUSTED_PROXIES", "0" if development else None, least=0, most=5),
            session_idle_minutes=reader.number("SESSION_IDLE_MINUTES", "30", least=1, most=30),
            session_hours=reader.number("SESSION_HOURS", "8", least=1, most=8),
            log_level=reader.choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING"), "INFO"),
            site_name=reader.text("SITE_NAME", "联合惩戒登记"),
            site_owner=reader.text("SITE_OWNER", "示例市示范区人民法院（演示）" if development else None),
            site_icp=reader.text("SITE_ICP", ""),
            site_police_record=reader.text("SITE_POLICE_RECORD", ""),
            site_code=reader.text("SITE_CODE", ""),
            court_font_path=reader.folder("COURT_FONT_PATH"),
            log_retention_days=reader.number("LOG_RETENTION_DAYS", "183", least=183, most=3660),
            log_origin=reader.origin("LOG_ORIGIN", "registry.example/log" if development else None),
            export_dir=Path(reader.text("EXPORT_DIR", _beside_database(env, "export"))),
            shadow_dir=Path(reader.text("SHADOW_DIR", _beside_database(env, "shadows"))),
            web_threads=reader.number("WEB_THREADS", "8", least=1, most=512),
        )
        reader.refuse_unknown()
        if not development:
            _refuse_insecure(config, env, reader.faults)
        if reader.faults:
            raise ConfigError(reader.faults)
        return config


SETTINGS = (
    "ENV",
    "DEMO",
    "DATABASE_URL",
    "KEY_FILE",
    "BASE_URL",
    "TRUSTED_HOSTS",
    "TRUSTED_PROXIES",
    "SESSION_IDLE_MINUTES",
    "SESSION_HOURS",
    "LOG_LEVEL",
    "SITE_NAME",
    "SITE_OWNER",
    "SITE_ICP",
    "SITE_POLICE_RECORD",
    "SITE_CODE",
    "COURT_FONT_PATH",
    "LOG_RETENTION_DAYS",
    "LOG_ORIGIN",
    "EXPORT_DIR",
    "SHADOW_DIR",
    "WEB_THREADS",
)

_ORIGIN = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(/[a-z0-9._-]+)*", re.ASCII)


class _Reader:
    """Reads settings one by one and remembers every fault instead of stopping at the first."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.faults: list[str] = []

    def text(self, name: str, default: str | None) -> str:
        value = self.env.get(PREFIX + name, "").strip() or default
        if value is None:
            self.faults.append(f"{PREFIX}{name} is not set")
            return ""
        return value

    def folder(self, name: str) -> Path | None:
        value = self.text(name, "")
        if value and not Path(value).is_dir():
            self.faults.append(f"{PREFIX}{name} is not a folder")
        return Path(value) if value else None

    def origin(self, name: str, default: str | None) -> str:
        value = self.text(name, default)
        if value and _ORIGIN.fullmatch(value) is None:
            self.faults.append(f"{PREFIX}{name} must be a host name and a path in lower case, without a scheme")
        return value

    def words(self, name: str, default: str | None) -> tuple[str, ...]:
        return tuple(self.text(name, default).replace(",", " ").split())

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        value = self.text(name, default)
        if value not in allowed:
            self.faults.append(f"{PREFIX}{name} must be one of {', '.join(allowed)}")
        return value

    def flag(self, name: str) -> bool:
        value = self.text(name, "0")
        if value not in ("0", "1"):
            self.faults.append(f"{PREFIX}{name} must be 0 or 1")
        return value == "1"

    def number(self, name: str, default: str | None, *, least: int, most: int) -> int:
        value = self.text(name, default)
        if not (value.isascii() and value.isdecimal()):
            if value:
                self.faults.append(f"{PREFIX}{name} must be a whole number")
            return least
        if not least <= int(value) <= most:
            self.faults.append(f"{PREFIX}{name} must be between {least} and {most}")
        return int(value)

    def refuse_unknown(self) -> None:
        known = {PREFIX + name for name in SETTINGS}
        self.faults += [
            f"{name} is not a setting" for name in sorted(self.env) if name.startswith(PREFIX) and name not in known
        ]


def _refuse_insecure(config: Config, env: Mapping[str, str], faults: list[str]) -> None:
    """Name everything a production process must not start with (`security.md` O1)."""
    if config.demo:
        faults.append("REGISTRY_DEMO must be off in production")
    if env.get("FLASK_DEBUG", "0") not in ("", "0", "false", "False"):
        faults.append("FLASK_DEBUG must be off in production")
    if config.base_url and urlsplit(config.base_url).scheme != "https":
        faults.append("REGISTRY_BASE_URL must be https in production")
    if any("*" in host or host.startswith(".") for host in config.trusted_hosts):
        faults.append("REGISTRY_TRUSTED_HOSTS must not hold a wildcard")
    url = config.database_url
    if url.startswith("postgresql") and "sslmode=verify-full" not in url and not _is_socket(url):
        faults.append("REGISTRY_DATABASE_URL must use sslmode=verify-full (or a unix socket)")
    if url and not url.startswith(("postgresql+psycopg://", "sqlite:///")):
        faults.append("REGISTRY_DATABASE_URL must be postgresql+psycopg:// or sqlite:///")


def _beside_database(env: Mapping[str, str], what: str) -> str:
    """Return a folder beside the SQLite file and named like it; below `var` where the database is a server's."""
    url = env.get(PREFIX + "DATABASE_URL", "").strip() or "sqlite:///var/registry.sqlite3"
    path = Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else Path("var/registry")
    return str(path.with_name(f"{path.stem}.{what}"))


def _is_socket(url: str) -> bool:
    parts = urlsplit(url)
    if "host=/" in parts.query or "host=%2F" in parts.query:
        return True
    try:
        return parts.hostname is not None and ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        return False
