-- A small library in the shape of the first schema, with something in every table. Never edited after its release.
INSERT INTO detector (id, sha256, name, labels, class_map, current, created_at) VALUES
    ('00000000-0000-7000-8000-0000000d0001', decode(repeat('d1', 32), 'hex'), 'deer-v1.pt', '["buck", "doe"]',
        '{"default_threshold": 0.25, "labels": {"buck": {"species": "Odocoileus virginianus", "sex": "male"}}}', TRUE,
        '2024-11-10 08:00:00Z'),
    ('00000000-0000-7000-8000-0000000d0002', decode(repeat('d2', 32), 'hex'), 'deer-v0.pt', NULL, '{}', FALSE,
        '2024-11-01 08:00:00Z');
INSERT INTO location (id, name, description, latitude, longitude, time_zone, active, created_at) VALUES
    ('00000000-0000-7000-8000-0000000a0001', 'North Ridge', 'Below the old stand', 44.25, -93.5, 'America/Chicago', TRUE,
        '2024-11-10 08:00:00Z'),
    ('00000000-0000-7000-8000-0000000a0002', 'Crique "Été"', '', NULL, NULL, NULL, FALSE, '2024-11-10 08:00:01Z');
INSERT INTO camera (id, make, model, serial, name, created_at) VALUES
    ('00000000-0000-7000-8000-0000000c0001', 'BROWNING', 'BTC-8E', 'S123', 'RIDGE', '2024-11-10 08:00:00Z');
INSERT INTO source (id, kind, path, display_path, state, device_id, last_scan_at, created_at) VALUES
    ('00000000-0000-7000-8000-00000005d001', 'drop', '/drop', '/drop', 'online', 2049, '2024-11-10 09:00:00Z',
        '2024-11-10 08:00:00Z'),
    ('00000000-0000-7000-8000-00000005d002', 'ingest', '/media/card\377'::bytea, '/media/card\udcff', 'offline', NULL, NULL,
        '2024-11-10 08:00:00Z');
INSERT INTO dump (id, source_id, folder, display_folder, number, location_id, first_seen_at, changed_at, settled_at) VALUES
    ('00000000-0000-7000-8000-0000000e0001', '00000000-0000-7000-8000-00000005d001', 'North Ridge', 'North Ridge', 2,
        '00000000-0000-7000-8000-0000000a0001', '2024-11-10 08:10:00Z', '2024-11-10 08:20:00Z', '2024-11-10 08:20:05Z'),
    ('00000000-0000-7000-8000-0000000e0002', '00000000-0000-7000-8000-00000005d002', '', '', 1, NULL,
        '2024-11-11 08:10:00Z', '2024-11-11 08:20:00Z', NULL);
INSERT INTO image (id, sha256, size_bytes, media_type, file_name, original_path, width_px, height_px, taken_at, sort_at,
    taken_local, time_source, clock_offset_s, camera_id, location_id, dump_id, latitude, longitude, exif, damaged, state,
    error_code, error, created_at, processed_at) VALUES
    ('00000000-0000-7000-8000-000000010001', decode(repeat('01', 32), 'hex'), 812345, 'image/jpeg', 'IMG_0001.JPG',
        '/drop/North Ridge/IMG_0001.JPG', 4608, 2592, '2024-11-09 12:30:00Z', '2024-11-09 12:30:00Z',
        '2024-11-09 06:30:00', 'exif_original', 0, '00000000-0000-7000-8000-0000000c0001',
        '00000000-0000-7000-8000-0000000a0001', '00000000-0000-7000-8000-0000000e0001', 44.25, -93.5,
        '{"times": {"exif_original": "2024-11-09 06:30:00"}, "make": "BROWNING"}', FALSE, 'completed', NULL, NULL,
        '2024-11-10 08:15:00Z', '2024-11-10 08:15:30Z'),
    ('00000000-0000-7000-8000-000000010002', decode(repeat('02', 32), 'hex'), 2345, 'image/png', 'drawn.png',
        '/drop/North Ridge/drawn.png', 640, 480, '2024-07-01 13:00:00.123456Z', '2024-07-01 13:00:00.123456Z',
        '2024-07-01 06:00:00.123456', 'exif_digitized', 0, NULL, NULL, '00000000-0000-7000-8000-0000000e0002', NULL, NULL,
        '{"times": {"exif_digitized": "2024-07-01 06:00:00.123456 UTC-7 h"}}', TRUE, 'completed', NULL, NULL,
        '2024-11-11 08:15:00Z', '2024-11-11 08:15:30Z'),
    ('00000000-0000-7000-8000-000000010003', decode(repeat('03', 32), 'hex'), 99, 'image/jpeg', 'no time.jpg',
        '/media/card\377/no time.jpg'::bytea, 1, 1, NULL, '1970-01-01 00:00:00Z', NULL, 'none', 0, NULL, NULL,
        '00000000-0000-7000-8000-0000000e0002', NULL, NULL, '{}', FALSE, 'pending', NULL, NULL, '2024-11-11 08:16:00Z', NULL),
    ('00000000-0000-7000-8000-000000010004', decode(repeat('04', 32), 'hex'), 40000000, 'image/jpeg', '2024-03-10_015959.jpg',
        '/drop/gone.jpg', 2, 2, '2024-03-10 07:59:59Z', '2024-03-10 07:59:59Z', '2024-03-10 01:59:59', 'file_name', 0, NULL,
        '00000000-0000-7000-8000-0000000a0001', '00000000-0000-7000-8000-0000000e0001', NULL, NULL, '{}', FALSE, 'failed',
        'ORIGINAL_MISSING', 'The original is not where it was.', '2024-11-10 08:16:00Z', NULL);
INSERT INTO file (id, source_id, dump_id, path, display_path, size_bytes, mtime_ns, sha256, state, image_id, reason, message,
    attempts, live, seen_at, settled_at) VALUES
    ('00000000-0000-7000-8000-0000000f0001', '00000000-0000-7000-8000-00000005d001', '00000000-0000-7000-8000-0000000e0001',
        'North Ridge/IMG_0001.JPG', 'North Ridge/IMG_0001.JPG', 812345, 1731133800000000000, decode(repeat('01', 32), 'hex'),
        'stored', '00000000-0000-7000-8000-000000010001', NULL, NULL, 1, TRUE, '2024-11-10 08:14:00Z', '2024-11-10 08:15:00Z'),
    ('00000000-0000-7000-8000-0000000f0002', '00000000-0000-7000-8000-00000005d001', '00000000-0000-7000-8000-0000000e0001',
        'North Ridge/copy.JPG', 'North Ridge/copy.JPG', 812345, 1731133800000000000, decode(repeat('01', 32), 'hex'),
        'duplicate', '00000000-0000-7000-8000-000000010001', NULL, NULL, 1, TRUE, '2024-11-10 08:14:00Z',
        '2024-11-10 08:15:01Z'),
    ('00000000-0000-7000-8000-0000000f0003', '00000000-0000-7000-8000-00000005d001', '00000000-0000-7000-8000-0000000e0001',
        'North Ridge/half.JPG', 'North Ridge/half.JPG', 4711, 1, NULL, 'rejected', NULL, 'TRUNCATED',
        'half.JPG ends before the picture does.', 3, TRUE, '2024-11-10 08:14:00Z', '2024-11-10 08:15:02Z'),
    ('00000000-0000-7000-8000-0000000f0004', '00000000-0000-7000-8000-00000005d001', '00000000-0000-7000-8000-0000000e0001',
        'gone.jpg', 'gone.jpg', 40000000, 1, decode(repeat('04', 32), 'hex'), 'stored',
        '00000000-0000-7000-8000-000000010004', NULL, NULL, 1, TRUE, '2024-11-10 08:14:00Z', '2024-11-10 08:15:00Z'),
    ('00000000-0000-7000-8000-0000000f0005', '00000000-0000-7000-8000-00000005d002', '00000000-0000-7000-8000-0000000e0002',
        'drawn.png', 'drawn.png', 2345, 1, decode(repeat('02', 32), 'hex'), 'stored',
        '00000000-0000-7000-8000-000000010002', NULL, NULL, 1, TRUE, '2024-11-11 08:14:00Z', '2024-11-11 08:15:00Z'),
    ('00000000-0000-7000-8000-0000000f0006', '00000000-0000-7000-8000-00000005d002', '00000000-0000-7000-8000-0000000e0002',
        'no time.jpg', 'no time.jpg', 99, 1, decode(repeat('03', 32), 'hex'), 'stored',
        '00000000-0000-7000-8000-000000010003', NULL, NULL, 1, TRUE, '2024-11-11 08:14:00Z', '2024-11-11 08:16:00Z'),
    ('00000000-0000-7000-8000-0000000f0007', '00000000-0000-7000-8000-00000005d002', '00000000-0000-7000-8000-0000000e0002',
        'late.jpg', 'late.jpg', 5, 1, NULL, 'seen', NULL, NULL, NULL, 0, TRUE, '2024-11-11 08:17:00Z', NULL);
INSERT INTO batch (id, kind, created_at) VALUES ('00000000-0000-7000-8000-0000000ba001', 'retry', '2024-11-12 08:00:00Z');
INSERT INTO job (id, image_id, detector_id, state, held, alone, claimed_alone, attempts, crash_count, batch_id, not_before,
    queued_at, claimed_at, finished_at, error_code, error) VALUES
    ('00000000-0000-7000-8000-00000000b001', '00000000-0000-7000-8000-000000010001', '00000000-0000-7000-8000-0000000d0001',
        'completed', FALSE, FALSE, FALSE, 1, 0, NULL, '2024-11-10 08:15:00Z', '2024-11-10 08:15:00Z', '2024-11-10 08:15:10Z',
        '2024-11-10 08:15:30Z', NULL, NULL),
    ('00000000-0000-7000-8000-00000000b002', '00000000-0000-7000-8000-000000010002', '00000000-0000-7000-8000-0000000d0001',
        'completed', FALSE, FALSE, FALSE, 2, 1, NULL, '2024-11-11 08:15:00Z', '2024-11-11 08:15:00Z', '2024-11-11 08:15:10Z',
        '2024-11-11 08:15:30Z', NULL, NULL),
    ('00000000-0000-7000-8000-00000000b003', '00000000-0000-7000-8000-000000010003', '00000000-0000-7000-8000-0000000d0001',
        'pending', FALSE, FALSE, FALSE, 0, 0, NULL, '2024-11-11 08:16:00Z', '2024-11-11 08:16:00Z', NULL, NULL, NULL, NULL),
    ('00000000-0000-7000-8000-00000000b004', '00000000-0000-7000-8000-000000010004', '00000000-0000-7000-8000-0000000d0001',
        'failed', FALSE, TRUE, FALSE, 3, 0, '00000000-0000-7000-8000-0000000ba001', '2024-11-10 08:16:00Z',
        '2024-11-10 08:16:00Z', '2024-11-10 08:17:00Z', '2024-11-10 08:17:30Z', 'ORIGINAL_MISSING',
        'The original is not where it was.');
INSERT INTO detection_run (id, image_id, detector_id, device, engine, duration_ms, finished_at) VALUES
    ('00000000-0000-7000-8000-0000000aa001', '00000000-0000-7000-8000-000000010001', '00000000-0000-7000-8000-0000000d0001',
        'cpu', 'ultralytics 8.3', 41.5, '2024-11-10 08:15:30Z'),
    ('00000000-0000-7000-8000-0000000aa002', '00000000-0000-7000-8000-000000010002', '00000000-0000-7000-8000-0000000d0001',
        'cuda:0', 'ultralytics 8.3', 4.25, '2024-11-11 08:15:30Z');
INSERT INTO detection (id, run_id, ordinal, image_id, detector_id, label, confidence, x, y, width, height, shown, duplicate_of,
    species, sex, life_stage, verdict) VALUES
    ('00000000-0000-7000-8000-0000000bb001', '00000000-0000-7000-8000-0000000aa001', 0, '00000000-0000-7000-8000-000000010001',
        '00000000-0000-7000-8000-0000000d0001', 'buck', 0.9375, 0.125, 0.25, 0.375, 0.5, TRUE, NULL,
        'Odocoileus virginianus', 'male', 'subadult', 'corrected'),
    ('00000000-0000-7000-8000-0000000bb002', '00000000-0000-7000-8000-0000000aa001', 1, '00000000-0000-7000-8000-000000010001',
        '00000000-0000-7000-8000-0000000d0001', 'doe', 0.5, 0.5, 0.5, 0.25, 0.25, TRUE, NULL, NULL, 'female', 'unknown', NULL),
    ('00000000-0000-7000-8000-0000000bb003', '00000000-0000-7000-8000-0000000aa002', 0, '00000000-0000-7000-8000-000000010002',
        '00000000-0000-7000-8000-0000000d0001', 'buck', 0.0625, 0, 0, 1, 1, FALSE, NULL, NULL, 'unknown', 'unknown',
        'rejected');
INSERT INTO review (id, detection_id, verdict, species, sex, life_stage, note, actor, created_at) VALUES
    ('00000000-0000-7000-8000-0000000cc001', '00000000-0000-7000-8000-0000000bb001', 'confirmed', NULL, NULL, NULL, '', 'local',
        '2024-11-12 08:00:00Z'),
    ('00000000-0000-7000-8000-0000000cc002', '00000000-0000-7000-8000-0000000bb001', 'corrected', 'Odocoileus virginianus',
        'male', 'subadult', 'Two and a half, I''d say', 'local', '2024-11-12 08:05:00Z'),
    ('00000000-0000-7000-8000-0000000cc003', '00000000-0000-7000-8000-0000000bb003', 'rejected', NULL, NULL, NULL, 'a stump',
        'local', '2024-11-12 08:06:00Z');
INSERT INTO deer (id, name, sex, status, notes, created_at) VALUES
    ('00000000-0000-7000-8000-0000000dd001', 'Old Crab Claw', 'male', 'alive', 'Left brow tine broken', '2024-11-12 08:00:00Z'),
    ('00000000-0000-7000-8000-0000000dd002', 'Splitty', 'female', 'harvested', '', '2024-11-12 08:00:01Z');
INSERT INTO sighting (id, detection_id, deer_id, image_id, detector_id, actor, created_at) VALUES
    ('00000000-0000-7000-8000-0000000ee001', '00000000-0000-7000-8000-0000000bb001', '00000000-0000-7000-8000-0000000dd001',
        '00000000-0000-7000-8000-000000010001', '00000000-0000-7000-8000-0000000d0001', 'local', '2024-11-12 08:10:00Z');
INSERT INTO upload (id, dump_id, token_hash, file_name, detect, expires_at, used_at, file_id, created_at) VALUES
    ('00000000-0000-7000-8000-0000000ff001', '00000000-0000-7000-8000-0000000e0002', decode(repeat('aa', 32), 'hex'), 'late.jpg',
        TRUE, '2024-11-12 09:00:00Z', NULL, NULL, '2024-11-12 08:00:00Z');
INSERT INTO process (id, role, host, pid, state, message, device, images_per_s, restarts, last_exit, started_at, heartbeat_at,
    detector_id) VALUES
    ('00000000-0000-7000-8000-00000000e001', 'work', 'ranch', 4711, 'busy', '', 'cuda:0', 61.5, 2, 'killed by SIGKILL',
        '2024-11-12 08:00:00Z', '2024-11-12 08:20:00Z', '00000000-0000-7000-8000-0000000d0001');
INSERT INTO feed (kind, image_id, dump_id, detection_id, deer_id, at) VALUES
    ('file_seen', NULL, '00000000-0000-7000-8000-0000000e0001', NULL, NULL, '2024-11-10 08:14:00Z'),
    ('image_stored', '00000000-0000-7000-8000-000000010001', '00000000-0000-7000-8000-0000000e0001', NULL, NULL,
        '2024-11-10 08:15:00Z'),
    ('image_processed', '00000000-0000-7000-8000-000000010001', '00000000-0000-7000-8000-0000000e0001', NULL, NULL,
        '2024-11-10 08:15:30Z'),
    ('detection_reviewed', '00000000-0000-7000-8000-000000010001', NULL, '00000000-0000-7000-8000-0000000bb001', NULL,
        '2024-11-12 08:05:00Z');
