"""Conventions of every noun: fields, ids, nodes, pages, payloads of changes."""
