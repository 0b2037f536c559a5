"""How the site is served: two workers, no control socket, quiet about requests."""

import os

workers = int(os.environ.get("WEB_WORKERS", "2"))
control_socket_disable = True
timeout = 30
graceful_timeout = 10
keepalive = 5
accesslog = None
loglevel = "warning"
