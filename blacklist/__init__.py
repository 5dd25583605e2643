"""The registry: law, identity, orders and what may be known of them. Knows nothing of HTTP or schedules."""
