"""The doors: `create_app` wires settings, database, audiences and pages together; no rule lives here."""

from __future__ import annotations

import os

from flask import Flask

from app import health
from app.access import init_access
from app.accounts.sessions import TableSessions
from app.accounts.views import init_accounts
from app.api import init_api
from app.cli import init_cli
from app.clock import Clock, system_clock
from app.database import init_database
from app.desk import bp as desk
from app.dev import bp as dev
from app.errors import init_errors
from app.formats import init_formats
from app.me import bp as me
from app.public import bp as public
from app.security import init_security
from app.uploads import init_uploads
from blacklist.identity.keys import Keyring
from blacklist.identity.sealing import Vault
from config import Config


def create_app(config: Config | None = None, *, clock: Clock = system_clock) -> Flask:
    """Return the application for `config` (by default, of the environment's settings).

    Raises:
        ConfigError: a setting is missing, wrong or insecure. KeyFileError: the keys are missing or unsafe.
    """
    config = config or Config.from_env(os.environ)
    app = Flask(__name__, static_folder="static")
    app.extensions["config"] = config
    app.extensions["clock"] = clock
    app.json.ensure_ascii = False  # type: ignore[attr-defined]

    init_cli(app)
    if config.key_file.exists():
        _use_keys(app, config, Keyring.read(config.key_file))
    init_database(app, config.database_url)
    init_errors(app)
    init_access(app)
    init_formats(app, config)
    init_uploads(app)
    init_accounts(app)
    init_api(app)
    app.register_blueprint(health.bp)
    app.register_blueprint(public)
    app.register_blueprint(me)
    app.register_blueprint(desk)
    app.register_blueprint(dev)
    init_security(app, config)
    return app


def _use_keys(app: Flask, config: Config, keyring: Keyring) -> None:
    app.extensions["keyring"] = keyring
    app.extensions["vault"] = Vault(keyring)
    app.config["SECRET_KEY"] = keyring.sessions
    app.session_interface = TableSessions(config, keyring.sessions)
