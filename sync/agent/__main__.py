"""The agency kit on the command line: `python -m sync.agent`."""

from __future__ import annotations

import argparse
import json
import logging
import signal
import sys
import threading
from pathlib import Path
from typing import Any, Final

from blacklist.ledger.faults import FormatError
from sync.agent.clocks import Clocks
from sync.agent.commands import check, pull, run, serve, verify
from sync.agent.initialising import Wishes, initialise
from sync.agent.logs import send_logs
from sync.agent.refusals import AgentError, FolderError, ProblemError, RefusedError, UnreachableError

DONE: Final = 0
FALSE: Final = 1
BAD_INPUT: Final = 2
NOT_REACHED: Final = 3
REFUSED: Final = 5


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = _parser().parse_args(argv)
    if arguments.act in (_run, _serve):
        send_logs()
    else:
        logging.getLogger("sync.agent").addHandler(logging.NullHandler())  # what is wrong is said once, at the end
    try:
        code: int = arguments.act(arguments)
        return code
    except RefusedError as error:
        return _failed(REFUSED, f"refused, {error.ground.value}: {error}")
    except (UnreachableError, ProblemError) as error:
        return _failed(NOT_REACHED, str(error))
    except FolderError as error:
        return _failed(BAD_INPUT, str(error))
    except (AgentError, FormatError, OSError) as error:
        return _failed(FALSE, str(error))


def _init(arguments: argparse.Namespace) -> int:
    wishes = Wishes(**{name: getattr(arguments, name) for name in Wishes.__dataclass_fields__})
    for line in initialise(wishes, Clocks()):
        _show(line)
    return DONE


def _pull(arguments: argparse.Namespace) -> int:
    return pull(arguments.folder, Clocks())


def _run(arguments: argparse.Namespace) -> int:
    return run(
        arguments.folder,
        Clocks(),
        _stopped(),
        listen=arguments.listen,
        listen_key=arguments.listen_key,
        hook=arguments.hook,
        hook_secret=arguments.hook_secret,
    )


def _serve(arguments: argparse.Namespace) -> int:
    return serve(
        arguments.folder,
        Clocks(),
        _stopped(),
        listen=arguments.listen,
        listen_key=arguments.listen_key,
        processes=arguments.processes,
    )


def _check(arguments: argparse.Namespace) -> int:
    number = sys.stdin.readline().strip("\r\n")
    document = {"type": arguments.type, "number": number}
    if arguments.country is not None:
        document["country"] = arguments.country
    code, members = check(
        arguments.folder, Clocks(), arguments.purpose, document, use=arguments.use, confirm=not arguments.no_confirm
    )
    _show(json.dumps(members, ensure_ascii=False))
    return code


def _verify(arguments: argparse.Namespace) -> int:
    try:
        return verify(
            arguments.folder,
            _show_members,
            deep=arguments.deep,
            proof=arguments.proof,
            leaf=arguments.leaf,
            court=arguments.court,
            orders=arguments.orders,
            trust=arguments.trust,
        )
    except (FormatError, FolderError, RefusedError) as error:
        return _failed(FALSE, str(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sync.agent", description="Keeps and asks a verified copy.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    init = _command(commands, "init", _init, "begin a copy; later: new trust file, next key, new epoch")
    for name in ("--url", "--agency", "--accept-epoch"):
        init.add_argument(name)
    for name in ("--trust", "--fp-key", "--api-key", "--ca", "--ack-key", "--witness-key", "--next-key"):
        init.add_argument(name, type=Path, metavar="FILE")
    init.add_argument("--new-keys", action="store_true", help="make the ack and witness keys and show their vkeys")
    _command(commands, "pull", _pull, "pull once to the newest, verify, apply, acknowledge")
    runs = _command(commands, "run", _run, "keep the copy and answer on this machine")
    runs.add_argument("--hook", metavar="HOST:PORT")
    runs.add_argument("--hook-secret", type=Path, metavar="FILE")
    serves = _command(commands, "serve", _serve, "answer beside `run`, from the same folder")
    serves.add_argument("--processes", type=int, default=1, metavar="N")
    for one in (runs, serves):
        one.add_argument("--listen", default="127.0.0.1:8199", metavar="HOST:PORT|unix:PATH")
        one.add_argument("--listen-key", type=Path, metavar="FILE", help="wanted where others can reach --listen")
    checks = _command(commands, "check", _check, "ask about one document; its number comes from standard input")
    checks.add_argument("--purpose", required=True)
    checks.add_argument("--type", required=True)
    checks.add_argument("--country")
    checks.add_argument("--use", metavar="REFERENCE")
    checks.add_argument("--no-confirm", action="store_true")
    verifies = _command(commands, "verify", _verify, "verify the copy, a proof on paper, or a court's entries")
    verifies.add_argument("--deep", action="store_true")
    verifies.add_argument("--court", metavar="CODE")
    for name in ("--proof", "--leaf", "--orders", "--trust"):
        verifies.add_argument(name, type=Path, metavar="FILE")
    return parser


def _command(commands: Any, name: str, act: Any, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    parser.add_argument("--folder", type=Path, required=True, metavar="FOLDER")
    parser.set_defaults(act=act)
    return parser


def _stopped() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    return stop


def _show(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _show_members(members: dict[str, Any]) -> None:
    _show(json.dumps(members, ensure_ascii=False))


def _failed(code: int, text: str) -> int:
    sys.stderr.write(text + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
