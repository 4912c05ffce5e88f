"""What tests in a browser share: how it is started, what attacks a page, a server in a thread."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from axe_playwright_python.sync_playwright import Axe
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

SERIOUS = ("serious", "critical")

Open = Callable[..., Page]


def faults(page: Page) -> list[str]:
    """What axe calls serious or critical, and where."""
    alike = [[f".{rows} li:nth-child(n+4)"] for rows in ("events", "hits")]
    ran = Axe().run(page, {"exclude": alike}, {"resultTypes": ["violations"]})
    return [
        f"{one['id']}: {node['target']}: {node['failureSummary']}"
        for one in ran.response["violations"]
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]


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
