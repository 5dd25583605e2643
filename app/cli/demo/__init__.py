"""Demo data: fixed sandbox subjects, synthetic people, and logins that are printed once. All of it is invented."""
