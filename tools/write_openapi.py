"""Write `docs/api/openapi.json` as the application serves it: `.venv/bin/python -m tools.write_openapi`."""

from __future__ import annotations

from pathlib import Path

from app.api.document import document_bytes

PATH = Path(__file__).parent.parent / "docs" / "api" / "openapi.json"


def main() -> None:
    """Write the document where it is committed."""
    PATH.write_bytes(document_bytes())
    print(f"wrote {PATH}")


if __name__ == "__main__":
    main()
