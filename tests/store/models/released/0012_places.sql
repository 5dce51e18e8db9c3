-- What this schema added, beside the rows of earlier ones. Never edited after its release.
INSERT INTO location (id, name, description, active, created_at, merged_into_id) VALUES
    ('00000000-0000-7000-8000-0000000a0003', 'North Rigde', '', TRUE, '2024-11-21 08:00:00Z',
        '00000000-0000-7000-8000-0000000a0001');
INSERT INTO relocation (id, dump_id, deployment_id, merged_id, location_id, created_at, undone_at) VALUES
    ('00000000-0000-7000-8000-00000001c001', NULL, NULL, '00000000-0000-7000-8000-0000000a0003',
        '00000000-0000-7000-8000-0000000a0001', '2024-11-21 09:00:00Z', NULL),
    ('00000000-0000-7000-8000-00000001c002', '00000000-0000-7000-8000-0000000e0001', NULL, NULL, NULL, '2024-11-21 09:10:00Z',
        '2024-11-21 09:11:00Z');
INSERT INTO image_move (relocation_id, image_id, location_id, deployment_id) VALUES
    ('00000000-0000-7000-8000-00000001c001', '00000000-0000-7000-8000-000000010001', '00000000-0000-7000-8000-0000000a0003', NULL);
INSERT INTO dump_move (relocation_id, dump_id, location_id) VALUES
    ('00000000-0000-7000-8000-00000001c001', '00000000-0000-7000-8000-0000000e0001', '00000000-0000-7000-8000-0000000a0003');
INSERT INTO deployment_move (relocation_id, deployment_id, camera_id, location_id, opened_at, ended_at) VALUES
    ('00000000-0000-7000-8000-00000001c001', '00000000-0000-7000-8000-0000000de009', '00000000-0000-7000-8000-0000000c0001',
        '00000000-0000-7000-8000-0000000a0003', '2024-11-20 08:00:00Z', '2024-11-21 08:00:00Z');
