"""Django's PostgreSQL, and a limit to how long a visitor waits for a database that says nothing."""
