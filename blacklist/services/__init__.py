"""Acts: one verb a function; they flush and never commit."""

from blacklist.services.bypassing import watch_sessions

watch_sessions()
