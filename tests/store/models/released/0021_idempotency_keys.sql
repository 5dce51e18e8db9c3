-- What this schema added, beside the rows of those before. Never edited after its release.
INSERT INTO idempotency_key (id, actor, key, mutation, input_sha256, payload, completed, request_sha256, answer, created_at) VALUES
    ('00000000-0000-7000-8000-000000210001', 'owner', '0c0f3b52-6a0e-4c57-9d2e-8e1f6b8a4f10', 'createDeer', decode(repeat('0d', 32), 'hex'),
        '{"object": ["thumper.graphql.deer.deer_change:CreateDeerPayload", {"errors": [], "deer": {"row": ["Deer", "00000000-0000-7000-8000-0000000dd001"]}}]}',
        FALSE, decode(repeat('0e', 32), 'hex'), '{"deer": {"name": "Ajax"}}', '2026-11-30 17:00:00Z'),
    ('00000000-0000-7000-8000-000000210002', 'owner', 'never answered', 'detectPending', decode(repeat('0f', 32), 'hex'),
        '{"object": ["thumper.graphql.photos.batch_change:DetectPendingPayload", {"errors": [], "batch": null, "wanted": null}]}',
        FALSE, NULL, NULL, '2026-11-30 17:00:01Z');
