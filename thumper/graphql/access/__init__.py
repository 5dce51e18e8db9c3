"""Who may see and do what: one table of rules, and its enforcement before and during execution."""
