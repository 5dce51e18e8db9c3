"""The connection to PostgreSQL, and how rows are asked for: keys, pages, arrays of values."""
