"""The connection to PostgreSQL, and the building blocks of queries: keys, pages, arrays of values."""
