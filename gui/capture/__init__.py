"""Camera frames in, aligned and judged face crops out: CameraWorker, VisionWorker, parse_spec, judge."""
