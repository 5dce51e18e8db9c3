-- What this schema added, beside the rows of those before. Never edited after its release.
INSERT INTO person (id, name, role, created_at, removed_at) VALUES
    ('00000000-0000-7000-8000-0000000c0001', 'owner', 'owner', '2026-11-30 18:00:00Z', NULL),
    ('00000000-0000-7000-8000-0000000c0002', 'Dale', 'member', '2026-11-30 18:01:00Z', NULL),
    ('00000000-0000-7000-8000-0000000c0003', 'Ray', 'guest', '2026-11-30 18:02:00Z', '2026-11-30 18:03:00Z');
INSERT INTO sign_in_link (id, sha256, person_id, created_at, expires_at, used_at) VALUES
    ('00000000-0000-7000-8000-0000000c1001', sha256('link'), '00000000-0000-7000-8000-0000000c0002',
        '2026-11-30 18:01:00Z', '2026-12-01 18:01:00Z', '2026-11-30 18:05:00Z');
INSERT INTO session (id, sha256, person_id, created_at, last_used_at, expires_at, user_agent, revoked_at) VALUES
    ('00000000-0000-7000-8000-0000000c2001', sha256('session'), '00000000-0000-7000-8000-0000000c0002',
        '2026-11-30 18:05:00Z', '2026-11-30 18:06:00Z', '2027-02-28 18:05:00Z', 'Firefox', NULL);
INSERT INTO token (id, sha256, person_id, name, scopes, created_at, expires_at, last_used_at, revoked_at) VALUES
    ('00000000-0000-7000-8000-0000000c3001', sha256('token'), '00000000-0000-7000-8000-0000000c0001',
        'sync', 'read ingest', '2026-11-30 18:07:00Z', '2027-11-30 18:07:00Z', NULL, NULL);
