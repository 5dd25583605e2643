"""Who may sign in: staff by password, agencies by key."""
