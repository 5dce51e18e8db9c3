-- What this schema added, beside the rows of the first one. Never edited after its release.
UPDATE detector SET proof = '{"scene": "ab", "boxes": []}' WHERE name = 'deer-v1.pt';
UPDATE source SET watch_mode = 'polling', watch_note = 'Polled, as THUMPER_WATCH says.', inode = -7,
    canary_at = '2024-11-20 09:00:00Z' WHERE path = '/drop';
INSERT INTO deployment (id, camera_id, location_id, created_at, ended_at) VALUES
    ('00000000-0000-7000-8000-0000000de001', '00000000-0000-7000-8000-0000000c0001', '00000000-0000-7000-8000-0000000a0001',
        '2024-11-20 08:00:00Z', NULL);
INSERT INTO clock_fix (id, dump_id, deployment_id, offset_s, shown_from, shown_until, note, created_at, undone_at) VALUES
    ('00000000-0000-7000-8000-0000000cf001', NULL, '00000000-0000-7000-8000-0000000de001', -3600, '2024-11-19 00:00:00', NULL,
        'an hour fast', '2024-11-20 09:00:00Z', NULL),
    ('00000000-0000-7000-8000-0000000cf002', '00000000-0000-7000-8000-0000000e0001', NULL, 60, NULL, '2024-11-19 00:00:00',
        '', '2024-11-20 09:10:00Z', '2024-11-20 09:11:00Z');
INSERT INTO image (id, sha256, size_bytes, media_type, file_name, original_path, width_px, height_px, taken_at, sort_at,
    taken_local, time_source, clock_offset_s, camera_id, location_id, dump_id, latitude, longitude, exif, damaged, state,
    created_at, clock_source, utc_offset_s, clock_fix_id, clock_doubt, dst_edge, deployment_id, temperature_c,
    battery_percent, battery_v, moon_phase, sequence_number, sequence_length) VALUES
    ('00000000-0000-7000-8000-000000010005', decode(repeat('05', 32), 'hex'), 5, 'image/jpeg', 'IMG_0005.JPG',
        '/drop/North Ridge/IMG_0005.JPG', 5, 5, '2024-11-19 12:00:00Z', '2024-11-19 12:00:00Z', '2024-11-19 07:00:00',
        'maker_note', -3600, '00000000-0000-7000-8000-0000000c0001', '00000000-0000-7000-8000-0000000a0001',
        '00000000-0000-7000-8000-0000000e0001', NULL, NULL, '{}', FALSE, 'pending', '2024-11-20 08:00:00Z', 'maker_note', NULL,
        '00000000-0000-7000-8000-0000000cf001', 'jumped_back', NULL, '00000000-0000-7000-8000-0000000de001', -7.5, 80, 11.5,
        'waning_crescent', 2, 3);
INSERT INTO file (id, source_id, dump_id, path, display_path, size_bytes, mtime_ns, sha256, state, image_id, attempts, live,
    seen_at, settled_at) VALUES
    ('00000000-0000-7000-8000-0000000f0008', '00000000-0000-7000-8000-00000005d001', '00000000-0000-7000-8000-0000000e0001',
        'North Ridge/IMG_0005.JPG', 'North Ridge/IMG_0005.JPG', 5, 1, decode(repeat('05', 32), 'hex'), 'stored',
        '00000000-0000-7000-8000-000000010005', 1, TRUE, '2024-11-20 08:00:00Z', '2024-11-20 08:01:00Z');
INSERT INTO job (id, image_id, detector_id, state, held, alone, claimed_alone, attempts, crash_count, queued_at) VALUES
    ('00000000-0000-7000-8000-00000000b005', '00000000-0000-7000-8000-000000010005', '00000000-0000-7000-8000-0000000d0001',
        'pending', TRUE, FALSE, FALSE, 0, 0, '2024-11-20 08:00:00Z');
