"""The command line. Everything heavy is imported inside the command that needs it, so that ``--help`` stays quick."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from expectations.errors import UsageError, XinjiError
from pipelines.cli import output


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code: 0 done, 1 failed, 2 wrong usage, 3 something withheld."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(words: Sequence[str]) -> int:
    """Carry out one invocation and return its exit code. Errors meant for people end here."""
    from typer.exceptions import Abort, TyperException

    from pipelines.cli.application import build

    output.speak_json("--json" in words)
    given = [word for word in words if word != "--json"]
    try:
        code = build().main(args=given, prog_name="xinji", standalone_mode=False)
    except Abort:
        return output.FAILED
    except TyperException as error:
        message = error.format_message() if hasattr(error, "format_message") else str(error)
        return output.fail(UsageError(message, "See: xinji --help"))
    except XinjiError as error:
        return output.fail(error)
    except Exception as error:
        from sqlalchemy.exc import DBAPIError

        if not isinstance(error, DBAPIError):
            raise
        # Without the statement and its values: these are for the log of the database, not for a screen.
        problem = f"The database refused: {error.orig}. Nothing of this was published."
        return output.fail(XinjiError(problem, "See to its disk or its server, then give the command again."))
    return code if isinstance(code, int) else output.DONE
