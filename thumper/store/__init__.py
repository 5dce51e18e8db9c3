"""Everything that must survive a power cut: rows in PostgreSQL and files in the library."""
