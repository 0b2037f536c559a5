"""Everything the site would need after a fire, in one archive: the database, the pictures, and what was set."""


class BackupFault(Exception):
    """A sentence for whoever runs the command."""
