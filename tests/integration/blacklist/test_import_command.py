"""`registry import` at the terminal: dry by default, exit status 1 on faults, two demo persons in development."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import create_app
from app.cli.demo.synthetic import synthetic_rows
from app.database import Database
from blacklist.importing.columns import Cells
from blacklist.models import Court, Order, Person
from config import Config


@pytest.fixture
def web(own_database_url: str, key_file: Path) -> Flask:
    return create_app(
        Config.from_env(
            {
                "REGISTRY_ENV": "development",
                "REGISTRY_DEMO": "1",
                "REGISTRY_DATABASE_URL": own_database_url,
                "REGISTRY_KEY_FILE": str(key_file),
            }
        )
    )


def write(path: Path, rows: list[Cells]) -> Path:
    lines = [Cells._fields, *rows]
    text = "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines)
    path.write_text(text, encoding="utf-8")
    return path


def count(app: Flask, model: type) -> int:
    database: Database = app.extensions["database"]
    with Session(database.engine.execution_options(read_only=True)) as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_dry_then_applied_then_refused(web: Flask, tmp_path: Path) -> None:
    from app.clock import system_clock

    path = write(tmp_path / "list.csv", list(synthetic_rows(120, seed=1, on=system_clock().date())))
    runner = web.test_cli_runner()
    dry = runner.invoke(args=["registry", "import", str(path)])
    assert dry.exit_code == 0, dry.output
    assert "将写入 120 条" in dry.output
    assert "1%" in dry.output
    assert count(web, Order) == 0
    applied = runner.invoke(args=["registry", "import", str(path), "--apply"])
    assert applied.exit_code == 0, applied.output
    assert (count(web, Order), count(web, Person), count(web, Court)) == (120, 2, 5)
    again = runner.invoke(args=["registry", "import", str(path), "--apply"])
    assert again.exit_code == 1
    assert "already-imported" in again.output
    web.extensions["database"].engine.dispose()


def test_faults_are_listed_and_stop(web: Flask, tmp_path: Path) -> None:
    from app.clock import system_clock

    rows = [row._replace(iname="") for row in synthetic_rows(60, seed=1, on=system_clock().date())]
    report = tmp_path / "report.csv"
    path = write(tmp_path / "list.csv", rows)
    result = web.test_cli_runner().invoke(args=["registry", "import", str(path), "--apply", "--report", str(report)])
    assert result.exit_code == 1
    assert "fault line 2 iname missing" in result.output
    assert "另有 10 处错误" in result.output
    assert len(report.read_text(encoding="utf-8-sig").splitlines()) == 61
    assert count(web, Order) == count(web, Person) == 0
    web.extensions["database"].engine.dispose()
