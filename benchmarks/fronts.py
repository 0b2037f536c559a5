"""An app server and the front server as benchmarks start them on loopback."""

import http.client
import os
import re
import signal
import ssl
import subprocess
import sys
import time
from pathlib import Path

from tests.browser.house import ROOT, free_port

OURS = ("DEMO", "DATABASE_URL", "CACHE_URL", "EMAIL_URL", "STORAGE_BUCKET", "SECRET_KEY", "ALLOWED_HOSTS", "STAFF_MFA", "SITE_ORIGIN")


def wait_for(is_so, seconds: float = 30) -> None:
    over = time.time() + seconds
    while time.time() < over:
        try:
            if is_so():
                return
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.1)
    sys.exit(f"Waited {seconds} s in vain.")


class App:
    """One app server: a folder, a port, an environment; ``log`` takes a line per request."""

    def __init__(self, folder: Path, log: Path):
        self.folder, self.log, self.port, self.process = folder, log, free_port(), None
        self.environ = {name: value for name, value in os.environ.items() if name not in OURS}

    def prepare(self, environ: dict) -> None:
        self.environ |= {"VAR": str(self.folder), "PORT": str(self.port), **environ}
        self.manage("prepare")

    def manage(self, *arguments: str) -> str:
        done = subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environ, capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stderr)
        return done.stdout

    def begin(self, *arguments: str, **how) -> subprocess.Popen:
        return subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=self.environ, stderr=subprocess.DEVNULL, **how)

    def start(self) -> None:
        log = ["--access-logfile", str(self.log), "--access-logformat", "%(m)s %(U)s"]
        server = ["-m", "gunicorn", "tokyo_career.wsgi", "--config", "deploy/gunicorn.conf.py", "--bind", f"127.0.0.1:{self.port}"]
        self.process = self.begin(*server, *log)
        wait_for(lambda: self.ask("/healthz").status == 200)

    def ask(self, path: str, method: str = "GET", body: str | None = None, **headers: str) -> http.client.HTTPResponse:
        """What this server answers without the front server."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        host = self.environ["SITE_ORIGIN"].rpartition("/")[2]
        connection.request(method, path, body, {"Host": host, "X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.7", **headers})
        answer = connection.getresponse()
        answer.body = answer.read().decode(errors="replace")
        connection.close()
        return answer

    def kill(self) -> None:
        """The server and its workers at once, without a word."""
        children = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True).stdout.split()
        for pid in [self.process.pid, *map(int, children)]:
            os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)

    def restart(self) -> None:
        """Harder than a new version, which comes by deploy/reload: nobody answers here meanwhile."""
        self.stop()
        self.start()


class Front:
    """nginx with deploy/nginx.conf, of which only the places are changed."""

    def __init__(self, folder: Path, ports: list[int], var: Path, bucket: int | None = None):
        self.folder, self.ports, self.bucket, self.process = folder / "front", ports, bucket, None
        self.https, self.http, self.inner = free_port(), free_port(), free_port()
        self.origin = f"https://localhost:{self.https}"
        self.folder.mkdir()
        self.changes = {
            "/run/nginx.pid": f"{self.folder}/pid", "/var/log/nginx/": f"{self.folder}/", "/var/cache/nginx/": f"{self.folder}/",
            "default example.org;": f"default localhost:{self.https};", "server_name example.org;": "server_name localhost;",
            "/srv/site/var;": f"{var};", "/srv/site/deploy;": f"{ROOT}/deploy;", "/etc/ssl/site/": f"{self.folder}/",
            "listen 443 ": f"listen 127.0.0.1:{self.https} ", "listen 80 ": f"listen 127.0.0.1:{self.http} ",
            "127.0.0.1:8100;": f"127.0.0.1:{self.inner};", "127.0.0.1:9000;": f"127.0.0.1:{bucket or 9};",
            "include /srv/site/deploy/nginx-media-folder.conf;": f"include {ROOT}/deploy/nginx-media-{'bucket' if bucket else 'folder'}.conf;",
        }  # fmt: skip

    def written(self) -> Path:
        text = (ROOT / "deploy/nginx.conf").read_text()
        for old, new in self.changes.items():
            assert old in text, old
            text = text.replace(old, new)
        lines = "".join(f"        server 127.0.0.1:{port} max_fails=0;\n" for port in self.ports)
        text = re.sub(r"(?: +server 127\.0\.0\.1:800[12] .*\n)+", lines, text)
        file = self.folder / "nginx.conf"
        file.write_text(text)
        return file

    def start(self) -> None:
        self.open()
        wait_for(lambda: self.ask("/healthz").status == 200)

    def open(self) -> None:
        """Without waiting for an app behind it."""
        names = ["-keyout", "privkey.pem", "-out", "fullchain.pem", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
        key = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", *names]
        subprocess.run(key, cwd=self.folder, check=True, capture_output=True)
        self.process = subprocess.Popen(["nginx", "-c", str(self.written()), "-g", "daemon off;"])

    def ask(self, path: str, **headers: str) -> http.client.HTTPResponse:
        connection = self.connection()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.body = answer.read()
        connection.close()
        return answer

    def connection(self) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection("localhost", self.https, timeout=20, context=ssl._create_unverified_context())

    def kept_files(self) -> int:
        return sum(path.is_file() for name in ("kept", "people") for path in (self.folder / name).rglob("*"))

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(20)
