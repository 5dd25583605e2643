"""Lists of decisions already made, brought in from files: reading, checking and writing them in bulk."""
