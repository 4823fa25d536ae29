"""The files of Streamlit's front end and of the component, answered from memory and compressed once.

Streamlit reads and sends each of its sixty files anew for every browser, uncompressed. A payer's first screen waits for
them, so they are answered here, before Streamlit's own handlers.
"""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

MIN_COMPRESSED_BYTES = 500
COMPRESSIBLE = ("text/", "application/json", "image/svg")
FOREVER = "public, max-age=31536000, immutable"
# The browser asks each time whether its copy is still good.
CHECKED = "no-cache"


@dataclass(frozen=True)
class Folder:
    """The files under `path` are answered at `url`. `is_hashed`: a changed file has another name."""

    url: str
    path: Path
    is_hashed: bool


@dataclass(frozen=True)
class Body:
    """What is sent: as it is, and compressed where that makes it smaller. `tag` is its ETag."""

    plain: bytes
    compressed: bytes | None
    kind: str
    tag: str


def pack(content: bytes, kind: str) -> Body:
    is_worth_it = kind.startswith(COMPRESSIBLE) and len(content) >= MIN_COMPRESSED_BYTES
    tag = hashlib.sha256(content).hexdigest()[:32]
    return Body(content, gzip.compress(content, mtime=0) if is_worth_it else None, kind, f'W/"{tag}"')


def answer(request: Request, body: Body, headers: Mapping[str, str]) -> Response:
    """The body in the form that the browser accepts; nothing but a 304 when the browser has it already."""
    sent = {**headers, "ETag": body.tag, "Vary": "Accept-Encoding"}
    if body.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=sent)
    if body.compressed and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(body.compressed, headers={**sent, "Content-Encoding": "gzip"}, media_type=body.kind)
    return Response(body.plain, headers=sent, media_type=body.kind)


@cache
def _read(file: Path) -> Body:
    kind = "text/javascript" if file.suffix == ".js" else mimetypes.guess_type(file.name)[0]
    return pack(file.read_bytes(), kind or "application/octet-stream")


class FilesInMemory:
    """Middleware: answers for the files of `folders`; everything else goes to the app."""

    def __init__(self, app: ASGIApp, folders: list[Folder]) -> None:
        self._app = app
        self._files = {
            f"{folder.url}{file.relative_to(folder.path).as_posix()}": (file, FOREVER if folder.is_hashed else CHECKED)
            for folder in folders
            for file in folder.path.rglob("*")
            if file.is_file()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._files.get(scope["path"]) if scope["type"] == "http" and scope["method"] == "GET" else None
        if found is None:
            await self._app(scope, receive, send)
            return
        file, keep = found
        await answer(Request(scope), _read(file), {"Cache-Control": keep})(scope, receive, send)
