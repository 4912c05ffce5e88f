"""What tests in a browser share: how it is started, what attacks a page, a server in a thread."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from playwright.sync_api import Page
from starlette.applications import Starlette

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
HOSTILE = (
    "</script><script>hit = 1</script><img src=x onerror='hit = 2'>"
    "<a href='javascript:hit = 3'>here</a>{{ hit }}\u202e"
)

Open = Callable[..., Page]


@contextmanager
def served(app: Starlette) -> Iterator[str]:
    """The address of an application that is served while this lasts."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(app, log_level="error", ws="none", timeout_graceful_shutdown=10)
        server = uvicorn.Server(config)
        app.state.closing = lambda: server.should_exit
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        finally:
            server.should_exit = True
            thread.join()
