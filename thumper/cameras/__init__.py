"""What each camera brand does, as data: profiles in TOML, and the one reader of them."""
