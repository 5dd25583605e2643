"""The log's byte formats: pure functions over bytes, each after its published standard."""
