"""Certificates of grades: issue, withdraw, list, and check one without a connection."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.home import wiring
from pipelines.cli.output import FAILED, answer, now, say, table
from pipelines.cli.session import acting

if TYPE_CHECKING:
    from pipelines.steps.certifying import CertificateOffice

Out = Annotated[Path, typer.Option(help="File to write.")]


def add_to(application: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(help="Certificates of grades: issue, withdraw, check.", no_args_is_help=True)
    group.command("issue")(issue)
    group.command("withdraw")(withdraw)
    group.command("list")(list_certificates)
    group.command("keys")(keys)
    group.command("status")(status)
    group.command("page")(page)
    group.command("verify")(verify)
    application.add_typer(group, name="certificate")


def issue(uscc: Annotated[str, typer.Argument(help="Unified social credit code.")], out: Out) -> None:
    """Certify the grade that holds, as a PDF whose code holds the signed text."""
    from reports.certificate.document import render_certificate

    made, token = _office().issue(uscc, acting(), now())
    out.write_bytes(render_certificate(made, token))
    answer(
        {"serial": made.serial, "token": token, "file": str(out), "expires_at": made.expires_at.isoformat()},
        f"Certificate {made.serial}: {made.grade} as of {made.as_of}, until {made.expires_at:%Y-%m-%d %H:%M}. {out}",
    )


def withdraw(
    serial: Annotated[str, typer.Argument(help="The certificate's number, such as 2026-000001.")],
    reason: Annotated[str, typer.Option(help="Why, for the record.")],
) -> None:
    """End a certificate before its time."""
    _office().withdraw(serial, acting(), reason, now())
    answer({"serial": serial, "withdrawn": True}, f"Certificate {serial} holds no longer.")


def list_certificates(
    uscc: Annotated[str | None, typer.Option(help="Of one enterprise only.")] = None,
) -> None:
    """Certificates on record, and whether their grade still holds."""
    found = _office().issued(uscc)
    answer({"certificates": found})
    table(
        f"{len(found)} certificates",
        ("number", "USCC", "grade", "as of", "until", "revoked"),
        [
            (one["serial"], one["uscc"], one["grade"], one["as_of"], one["expires_at"][:10], one["is_revoked"])
            for one in found
        ],
    )


def keys(out: Out) -> None:
    """Write the public keys that certificates are checked with (JSON Web Key Set)."""
    from expectations.vocabulary.digest import canonical_json

    told = wiring().certificate_keys
    out.write_text(canonical_json(told) + "\n", encoding="utf-8")
    answer({**told, "file": str(out)}, f"{len(told['keys'])} keys in {out}.")


def status(out: Out) -> None:
    """Write the signed list of revoked certificates, for those who check without a connection."""
    out.write_text(_office().status_list(now()) + "\n", encoding="utf-8")
    answer({"file": str(out)}, f"Wrote {out}.")


def page(out: Out) -> None:
    """Write the page that checks certificates in any browser without a connection."""
    from reports.certificate.page import render_verify_page

    home = wiring()
    out.write_bytes(render_verify_page(_office().zone, home.certificate_keys))
    answer({"file": str(out)}, f"Wrote {out}.")


def verify(
    certificate: Annotated[Path, typer.Argument(help="File with the certificate's text, as its code gives it.")],
    keys: Annotated[Path, typer.Option(help="The zone's published keys.")],
    status: Annotated[Path | None, typer.Option(help="The zone's status list, less than a day old.")] = None,
) -> int:
    """Check a certificate. Needs no home and no connection."""
    import json

    from expectations.errors import UsageError
    from reports.certificate.keys import TrustedKeys
    from reports.certificate.verify import Verdict, check

    try:
        trusted = TrustedKeys.of(json.loads(keys.read_text(encoding="utf-8")))
        found = check(certificate.read_text(), trusted, status.read_text() if status else None, now())
    except OSError as error:
        raise UsageError(f"{error.filename} cannot be read: {error.strerror}.", "Look at the paths.") from error
    except ValueError as error:  # no text, or no JSON
        raise UsageError(
            f"{keys} or another of the files is no text of its kind.", "Take them from the zone."
        ) from error
    about = found.certificate.claims() if found.certificate else None
    answer({"verdict": found.verdict, "certificate": about}, f"{found.zh} {found.en}")
    if found.certificate is not None:
        one = found.certificate
        say(f"{one.name} {one.uscc}: {one.grade} as of {one.as_of}, number {one.serial}")
    return 0 if found.verdict is Verdict.VALID else FAILED


def _office() -> CertificateOffice:
    from expectations.errors import UsageError

    found = wiring().certificate_office
    if found is None:
        raise UsageError(
            "There is no key to sign certificates with.",
            "Make one (openssl rand -hex 32), keep it in a file of its own, and name it in XINJI_CERTIFICATE_KEY_FILE.",
        )
    return found
