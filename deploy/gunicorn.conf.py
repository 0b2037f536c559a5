"""How the site is served: two workers, no control socket, quiet about requests."""

import os

os.environ.setdefault("DATABASE_PATIENCE", "2")  # seconds that a visitor waits for a database that says nothing (core.postgres)
workers = int(os.environ.get("WEB_WORKERS", "2"))
control_socket_disable = True
timeout = 30
graceful_timeout = 10
keepalive = 5
limit_request_line = 0  # the application answers long addresses in words; the front server bounds them
accesslog = None
loglevel = "warning"
