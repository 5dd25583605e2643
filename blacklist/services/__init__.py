"""Acts: one verb a function; they flush and never commit."""
