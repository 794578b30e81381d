"""Show the page of a study in a browser on the same machine, read-only.

For sweeps that are too large for one page: what the page does not hold is read from
disk as it is chosen. Only this machine is answered, only by what is in a table of
addresses, and only to requests for reading.
"""

import errno
import socketserver
import sys
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ..._core.interrupts import check_interrupt
from .site import Site

__all__ = ["Server", "serve"]

HOST = "127.0.0.1"
PATIENCE = 30.0  # seconds for a browser to ask or to take its answer
SAFETY = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def serve(
    folder: str | Path,
    port: int = 0,
    *,
    announce: Callable[[str], object] | None = None,
) -> None:
    """Show the study in a folder to browsers on this machine, until Ctrl-C.

    Parameters
    ----------
    folder : path
        Of a finished comparison, or of a sweep, finished or not. Whenever the page is
        loaded, it shows what is finished by then.
    port : int, optional
        By default any that is free.
    announce : callable (sentence) -> object, optional
        Is told where the page is once it is there; by default it is printed.

    Raises
    ------
    StudyMismatch
        If the folder holds no study.
    StudyDamaged
        If a file is not as it was written.
    TypeError, ValueError
        If `port` is no port, or one that is taken; or the study is a comparison that is
        not finished.
    PermissionError
        If this user may not listen at that port.
    ModuleNotFoundError
        If plotly or jinja2 is not installed.
    KeyboardInterrupt
        At Ctrl-C, when the page is gone.
    """
    with Server(folder, port) as server:
        say = _print if announce is None else announce
        say(f"serving  {server.url} to this machine alone, until Ctrl-C")
        server.serve_forever()


class Server(ThreadingHTTPServer):
    """Answers browsers on this machine; `serve_forever` begins, `shutdown` ends.

    Parameters and errors are those of `serve`.
    """

    def __init__(self, folder: str | Path, port: int = 0) -> None:
        _check_port(port)
        try:
            super().__init__((HOST, port), _Handler)
        except OSError as error:
            raise _refused(port, error) from error
        try:
            self.site = Site(folder)
        except BaseException:
            self.server_close()
            raise

    def server_bind(self) -> None:
        """Bind without asking the network for this machine's name."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://{HOST}:{self.server_port}/"

    @property
    def hosts(self) -> set[str]:
        """What browsers that mean this server call it."""
        names = (HOST, "localhost")
        with_port = {f"{name}:{self.server_port}" for name in names}
        return with_port | (set(names) if self.server_port == 80 else set())

    def service_actions(self) -> None:
        """Look for a Ctrl-C that was lost, twice a second."""
        check_interrupt()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Let browsers go away in the middle of an answer."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: Server
    server_version, sys_version = "oqnn", ""
    timeout = PATIENCE

    def do_GET(self) -> None:
        self._give(whole=True)

    def do_HEAD(self) -> None:
        self._give(whole=False)

    def _refuse(self) -> None:
        self.send_error(HTTPStatus.METHOD_NOT_ALLOWED, "Only GET and HEAD are answered")

    do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_TRACE = _refuse
    do_CONNECT = _refuse

    def _give(self, *, whole: bool) -> None:
        names = [name.strip().lower() for name in self.headers.get_all("Host", [])]
        if len(names) != 1 or names[0] not in self.server.hosts:
            # A page of another site whose name was made to mean this machine.
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST, "Another host is meant")
            return
        answer = self.server.site.answer(self.path)
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if whole:
            self.wfile.write(answer.body)

    def end_headers(self) -> None:
        for name, value in SAFETY.items():
            self.send_header(name, value)
        self.send_header("Allow", "GET, HEAD")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the terminal is the user's."""


def _check_port(port: int) -> None:
    if isinstance(port, bool) or not isinstance(port, int):
        raise TypeError(
            f"`port` must be an integer, but is {port!r}. Use 0 for any that is free."
        )
    if not 0 <= port <= 65535:
        raise ValueError(
            f"`port` must be from 0 to 65535, but is {port}. Use 0 for any that is "
            "free."
        )


def _refused(port: int, error: OSError) -> Exception:
    """Say what is wrong with a port that cannot be listened at."""
    if error.errno == errno.EADDRINUSE:
        return ValueError(
            f"`port` must be free, but {port} is in use. Choose another, or 0 for any "
            "that is free."
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return PermissionError(
            f"`port` must be one that you may listen at, but {port} is not. Choose one "
            "above 1023, or 0 for any that is free."
        )
    return error


def _print(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()
