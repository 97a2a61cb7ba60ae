"""What several test packages need: a PostgreSQL, an organisation, a tablet in Python, a real server."""
