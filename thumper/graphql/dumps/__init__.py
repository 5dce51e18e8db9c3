"""Deliveries, their files and receipts, and uploads."""
