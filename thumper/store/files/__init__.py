"""Dumps and the ledger of their files: registered, given an outcome, counted in a receipt."""
