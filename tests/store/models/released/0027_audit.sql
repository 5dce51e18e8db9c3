-- What this schema added, beside the rows of those before. Never edited after its release.
INSERT INTO audit (id, actor, role, person_id, credential_id, address, action, records, record_count, outcome, created_at) VALUES
    ('00000000-0000-7000-8000-000000280001', 'Ann', 'member', '00000000-0000-7000-8000-000000260001',
        '00000000-0000-7000-8000-000000260002', '192.168.1.20', 'createDeer',
        '["RGVlcjowMDAwMDAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwZGQwMDE"]', 1, 'OK', '2026-11-30 20:00:00Z'),
    ('00000000-0000-7000-8000-000000280002', '', '', NULL, NULL, 'fe80::1', 'signIn', '[]', 0, 'UNAUTHENTICATED', '2026-11-30 20:00:01Z'),
    ('00000000-0000-7000-8000-000000280003', 'owner', 'owner', NULL, NULL, '', 'createToken', '[]', 0, 'OK', '2026-11-30 20:00:02Z');
