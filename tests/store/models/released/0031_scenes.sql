-- Property maps: one with a location on it.
INSERT INTO property_map (id, name, width_px, height_px, picture, sha256, created_at) VALUES
    ('00000000-0000-7000-8000-000000300001', 'The lease', 1200, 800, 'a picture', sha256('a picture'),
        '2026-11-30 23:00:00Z');
INSERT INTO map_spot (map_id, location_id, x, y) VALUES
    ('00000000-0000-7000-8000-000000300001', '00000000-0000-7000-8000-0000000a0002', 0.25, 0.5);
-- Scenes: what a camera has shown, and a change that was answered.
INSERT INTO scene_memory (deployment_id, sort_at, sort_name, image_id, known, strange)
    SELECT deployment_id, sort_at, sort_name, id, '', '' FROM image WHERE deployment_id IS NOT NULL
    ORDER BY sort_at, sort_name, id LIMIT 1;
INSERT INTO scene_change (id, deployment_id, image_id, before_image_id, created_at, moved, answered_at)
    SELECT '00000000-0000-7000-8000-000000310001', deployment_id, id, id, '2026-12-01 00:00:00Z', TRUE,
        '2026-12-01 01:00:00Z' FROM image WHERE deployment_id IS NOT NULL ORDER BY sort_at, sort_name, id LIMIT 1;
