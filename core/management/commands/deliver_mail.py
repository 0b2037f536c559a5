import os
import signal
import time

from django.core.management import BaseCommand
from django.db import DatabaseError, InterfaceError, close_old_connections
from post_office.connections import connections

from core.mail import send, take


class Command(BaseCommand):
    help = (
        "Sends the mail that is waiting, one at a time. With --every it goes on: it looks again after so many seconds and ends when "
        "it is told to or when the process that started it is gone. Several may run at once; a mail is taken by one of them."
    )

    def add_arguments(self, parser):
        parser.add_argument("--every", type=float, metavar="SECONDS")

    def handle(self, every, **options):
        self.parent, self.is_over = os.getppid(), False
        if not every:
            self.stdout.write(self.summary(*self.round()))
            return
        signal.signal(signal.SIGTERM, self.end)
        signal.signal(signal.SIGINT, self.end)
        while not self.must_end():
            self.careful_round()
            self.sleep(every)

    def end(self, *_signal):
        self.is_over = True

    def must_end(self) -> bool:
        return self.is_over or os.getppid() != self.parent

    def round(self) -> tuple[int, int]:
        """Everything that is due now: how many were sent, how many were not."""
        counts = {True: 0, False: 0}
        while not self.must_end() and (mail := take()):
            counts[send(mail)] += 1
        connections.close()
        return counts[True], counts[False]

    def careful_round(self) -> None:
        """A database that is away is asked again in the next round."""
        try:
            close_old_connections()
            sent, failed = self.round()
        except (DatabaseError, InterfaceError) as error:
            self.stderr.write(f"The database does not answer: {type(error).__name__}")
            return
        if sent or failed:
            self.stdout.write(self.summary(sent, failed))

    def sleep(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.must_end():
            time.sleep(0.2)

    @staticmethod
    def summary(sent: int, failed: int) -> str:
        return f"Mail: {sent} sent, {failed} to be tried again or failed."
