-- What this schema added, beside the rows of those before. Never edited after its release.
INSERT INTO mark (id, image_id, kind, text, actor, created_at, undone_at, undone_by) VALUES
    ('00000000-0000-7000-8000-0000000a4001', '00000000-0000-7000-8000-000000010001', 'star', '', 'owner',
        '2026-11-30 17:00:00Z', NULL, NULL),
    ('00000000-0000-7000-8000-0000000a4002', '00000000-0000-7000-8000-000000010001', 'tag', 'Big Eight', 'owner',
        '2026-11-30 17:01:00Z', NULL, NULL),
    ('00000000-0000-7000-8000-0000000a4003', '00000000-0000-7000-8000-000000010001', 'note', 'limps', 'owner',
        '2026-11-30 17:02:00Z', '2026-11-30 17:03:00Z', 'owner');
