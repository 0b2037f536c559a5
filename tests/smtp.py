"""A real mail server on this machine that takes, refuses, defers or hangs as the test wishes, in a process of its own."""

import asyncio
import json
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from email import message_from_bytes, policy
from pathlib import Path

from aiosmtpd.controller import Controller


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Moods:
    """What the server does with a mail: written into a file beside the letters, so that another process can change it."""

    def __init__(self, folder: Path):
        self.folder = folder

    @property
    def mood(self) -> str:
        file = self.folder / "mood"
        return file.read_text() if file.exists() else "take"

    async def handle_RCPT(self, server, session, envelope, address, options):
        answers = {"refuse": "550 5.1.1 No such user here", "defer": "451 4.7.1 Please come back later"}
        if self.mood in answers:
            return answers[self.mood]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        while self.mood == "hang":
            await asyncio.sleep(0.05)
        name = f"{time.time_ns()}.eml"
        (self.folder / f"{name}.part").write_bytes(envelope.content)
        (self.folder / f"{name}.part").rename(self.folder / name)
        while self.mood == "take and be silent":
            await asyncio.sleep(0.05)
        return "250 OK"


class Server:
    def __init__(self, folder: Path, port: int):
        self.folder, self.port = folder, port

    def be(self, mood: str) -> None:
        (self.folder / "mood.new").write_text(mood)
        (self.folder / "mood.new").rename(self.folder / "mood")

    @property
    def letters(self) -> list:
        files = sorted(self.folder.glob("*.eml"))
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]


@contextmanager
def mail_server(folder: Path):
    """The running server; its process ends with the block."""
    port = free_port()
    process = subprocess.Popen([sys.executable, __file__, json.dumps([str(folder), port])])
    for _try in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    try:
        yield Server(folder, port)
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    place, number = json.loads(sys.argv[1])
    controller = Controller(Moods(Path(place)), hostname="127.0.0.1", port=number)
    controller.start()
    asyncio.new_event_loop().run_forever()
