"""Every error the API answers with, in one place and one form (RFC 9457, application/problem+json)."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from expectations.contracts.documents import DocumentFaultsError
from expectations.errors import ConflictError, NotFoundError, UsageError, XinjiError

Code = Literal["unauthorized", "forbidden", "not_found", "bad_request", "purpose_missing", "conflict", "unavailable",
               "method_not_allowed", "too_large", "too_many", "internal"]  # fmt: skip

_SAYS: dict[Code, tuple[int, str, str]] = {
    "unauthorized": (401, "No valid API key was presented.", "未提供有效的接口密钥。"),
    "forbidden": (403, "This key does not open what was asked for.", "该密钥无权查询所请求的内容。"),
    "not_found": (404, "There is nothing here by that name.", "未找到所请求的内容。"),
    "bad_request": (422, "The request cannot be read as asked.", "请求格式有误。"),
    "purpose_missing": (400, "Say why you look, in the header X-Purpose.", "请在 X-Purpose 请求头中说明查询目的。"),
    "method_not_allowed": (405, "This address does not take that method.", "该地址不支持此方法。"),
    "too_large": (413, "The request is larger than is taken here.", "请求内容超过允许的大小。"),
    "conflict": (409, "The request contradicts what is recorded.", "请求与已有记录冲突。"),
    "too_many": (429, "Too many requests. Wait as long as Retry-After says.", "请求过于频繁，请稍后再试。"),
    "unavailable": (503, "The service cannot answer now. Try again later.", "服务暂不可用，请稍后再试。"),
    "internal": (500, "Something went wrong here. It is on record.", "服务内部错误，已记录。"),
}
_BY_STATUS: dict[int, Code] = {status: code for code, (status, _, _) in _SAYS.items()}
_BY_ERROR: tuple[tuple[type[XinjiError], Code], ...] = (
    (NotFoundError, "not_found"),
    (ConflictError, "conflict"),
    (UsageError, "bad_request"),
)

MEDIA_TYPE = "application/problem+json"

_LOG = logging.getLogger("xinji.api")
_LONGEST_PATH = 200
_NO_JSON = 400


class FaultBody(BaseModel):
    """A field at fault: where it stands, and what is wrong in both languages. What was sent is not repeated."""

    table: str
    row: int
    field: str
    code: str
    zh: str
    en: str


class ProblemBody(BaseModel):
    """What an error looks like to the caller."""

    type: str
    title: str
    title_zh: str
    status: int
    detail: str = ""
    faults: list[FaultBody] | None = None


class Problem(Exception):  # noqa: N818  (RFC 9457 calls it a problem)
    """An answer that is an error. ``detail`` says what exactly, in words safe to show."""

    def __init__(
        self,
        code: Code,
        detail: str = "",
        retry_after: int | None = None,
        faults: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        super().__init__(code)
        self.faults = faults
        self.code: Code = code
        self.detail = detail
        self.retry_after = retry_after

    @property
    def status(self) -> int:
        """Its HTTP status."""
        return _SAYS[self.code][0]


def documented(*codes: Code) -> dict[int | str, dict[str, object]]:
    """The answers of these kinds, for the OpenAPI document."""
    schema = {"$ref": "#/components/schemas/ProblemBody"}
    content = {MEDIA_TYPE: {"schema": schema}}
    return {_SAYS[code][0]: {"description": _SAYS[code][1], "content": content} for code in codes}


ASKED = documented(
    "unauthorized", "forbidden", "purpose_missing", "not_found", "bad_request", "too_many", "unavailable"
)
"""The refusals of a question."""


def install(app: FastAPI) -> None:
    """Turn every error of the application into a problem."""
    app.add_exception_handler(Problem, lambda _, error: _answer(error) if isinstance(error, Problem) else _internal())
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _of_framework)
    app.add_exception_handler(XinjiError, _of_ours)
    app.add_exception_handler(Exception, lambda _, __: _internal())


def tell_form(document: dict[str, Any]) -> None:
    """Describe the form of a problem in the OpenAPI document."""
    shapes = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
    document["components"]["schemas"] |= shapes.pop("$defs") | {"ProblemBody": shapes}


def _answer(problem: Problem) -> JSONResponse:
    status, title, title_zh = _SAYS[problem.code]
    body = ProblemBody(
        type=f"urn:xinji:problem:{problem.code}",
        title=title,
        title_zh=title_zh,
        status=status,
        detail=problem.detail,
        faults=[FaultBody.model_validate(one) for one in problem.faults] or None,
    )
    headers = {"cache-control": "no-store"}
    if problem.code == "unauthorized":
        headers["www-authenticate"] = "Bearer"
    if problem.retry_after is not None:
        headers["retry-after"] = str(problem.retry_after)
    return JSONResponse(body.model_dump(exclude_none=True), status, headers, MEDIA_TYPE)


def _note(method: str, path: str, code: Code) -> None:
    """Log what was refused before anybody could put it on record. Whatever was sent stays on one line."""
    _LOG.warning("refused %s %s: %s", method, ascii(path[:_LONGEST_PATH]), code)


async def too_large(scope: Any, receive: Any, send: Any) -> None:
    """Answers that a request is larger than is taken here."""
    _note(scope["method"], scope["path"], "too_large")
    await _answer(Problem("too_large"))(scope, receive, send)


def _internal() -> JSONResponse:
    """What went wrong goes to the log, not to the caller."""
    return _answer(Problem("internal"))


def _unreadable(request: Request, error: Exception) -> JSONResponse:
    """Names the fields, without echoing what was sent."""
    _note(request.method, request.url.path, "bad_request")
    faults = error.errors() if isinstance(error, RequestValidationError) else []
    where = ["{}: {}".format(".".join(str(part) for part in fault["loc"][1:]), fault["msg"]) for fault in faults]
    return _answer(Problem("bad_request", "; ".join(where)))


def _of_framework(request: Request, error: Exception) -> JSONResponse:
    """What the framework refuses by itself; of its 400s, a body that is no JSON is the only one."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == _NO_JSON:
        _note(request.method, request.url.path, "bad_request")
        return _answer(Problem("bad_request", "The body is not JSON."))
    return _answer(Problem(_BY_STATUS.get(status, "bad_request" if status < 500 else "internal")))


def problem_of(error: XinjiError) -> Problem:
    """What an error of ours is to the caller; one that is not the caller's doing says nothing of itself."""
    code = next((code for kind, code in _BY_ERROR if isinstance(error, kind)), None)
    if isinstance(error, DocumentFaultsError):
        return Problem("bad_request", str(error), faults=[fault.to_json() for fault in error.faults])
    return Problem(code, str(error)) if code else Problem("internal")


def _of_ours(_request: Request, error: Exception) -> JSONResponse:
    return _answer(problem_of(error)) if isinstance(error, XinjiError) else _internal()
