"""What opens and seals in this process."""

from __future__ import annotations

from typing import cast

from flask import current_app

from blacklist.identity.sealing import Vault


def vault() -> Vault:
    """Return the process's vault."""
    return cast(Vault, current_app.extensions["vault"])
