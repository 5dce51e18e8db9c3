"""Who may ask: people, links by which they sign in, sessions of browsers, tokens of programs."""
