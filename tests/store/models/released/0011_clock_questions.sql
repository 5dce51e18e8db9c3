-- What this schema added, beside the rows of the earlier ones. Never edited after its release.
INSERT INTO clock_confirmation (id, dump_id, created_at, undone_at) VALUES
    ('00000000-0000-7000-8000-0000000cc001', '00000000-0000-7000-8000-0000000e0001', '2024-11-21 09:00:00Z', '2024-11-21 09:01:00Z'),
    ('00000000-0000-7000-8000-0000000cc002', '00000000-0000-7000-8000-0000000e0001', '2024-11-22 09:00:00Z', NULL);
