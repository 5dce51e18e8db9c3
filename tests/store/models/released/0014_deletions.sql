-- What this schema added, beside the rows of those before. Never edited after its release.
INSERT INTO deletion (id, sha256, note, created_at, undone_at, erased_at, arrived) VALUES
    ('00000000-0000-7000-8000-0000000de101', decode(repeat('0a', 32), 'hex'), 'the neighbour''s children',
        '2026-11-30 10:00:00Z', NULL, '2026-11-30 11:00:30Z', '{"stretches": [[0, 5]], "sha256": "0c0c"}'),
    ('00000000-0000-7000-8000-0000000de102', decode(repeat('0b', 32), 'hex'), '', '2026-11-30 10:05:00Z',
        '2026-11-30 10:06:00Z', NULL, NULL);
INSERT INTO file (id, source_id, dump_id, path, display_path, size_bytes, mtime_ns, sha256, state, reason, message, attempts,
    live, seen_at, settled_at) VALUES
    ('00000000-0000-7000-8000-0000000f0014', '00000000-0000-7000-8000-00000005d001', '00000000-0000-7000-8000-0000000e0001',
        'North Ridge/IMG_0014.JPG', 'North Ridge/IMG_0014.JPG', 5, 1, decode(repeat('0a', 32), 'hex'), 'rejected', 'DELETED',
        'North Ridge/IMG_0014.JPG: A person deleted this photo on 30 November 2026.', 1, TRUE, '2024-11-20 08:00:00Z',
        '2026-11-30 10:00:00Z');
