-- Property maps: one with a location on it.
INSERT INTO property_map (id, name, width_px, height_px, picture, sha256, created_at) VALUES
    ('00000000-0000-7000-8000-000000300001', 'The lease', 1200, 800, 'a picture', sha256('a picture'),
        '2026-11-30 23:00:00Z');
INSERT INTO map_spot (map_id, location_id, x, y) VALUES
    ('00000000-0000-7000-8000-000000300001', '00000000-0000-7000-8000-0000000a0002', 0.25, 0.5);
