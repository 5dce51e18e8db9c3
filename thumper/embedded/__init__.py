"""PostgreSQL and Redis for people who have none, and the supervisor of our own processes.

This room starts and stops real servers. It knows nothing about images.
"""
