"""Images, detections, reviews and detection batches."""
