from django.core.management import BaseCommand

from staff.roles import ROLES, TABLE, sync_roles


class Command(BaseCommand):
    help = "Makes the groups say what staff/roles.py says. Run on every deploy; may be run again. --show prints the table."

    def add_arguments(self, parser):
        parser.add_argument("--show", action="store_true")

    def handle(self, show, **options):
        self.stdout.write(f"Roles: {sync_roles()} permissions given.")
        if show:
            self.stdout.write(matrix())


def matrix() -> str:
    """The table of roles as lines of Markdown: a row a kind, a column a role."""
    names = [*(role for role, _label in ROLES), *(role for role in TABLE if role not in dict(ROLES))]
    labels = list(dict.fromkeys(label for rows in TABLE.values() for label in rows))
    lines = [["kind", *names], ["---"] * (len(names) + 1)]
    lines += [[label, *(" ".join(TABLE[name].get(label, ())) or "–" for name in names)] for label in labels]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
