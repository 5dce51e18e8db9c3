-- What this schema added, beside the rows of those before. Never edited after its release.
INSERT INTO backup (id, taken_at, originals) VALUES
    ('00000000-0000-7000-8000-0000000bac01', '2026-11-30 12:00:00Z', TRUE);
