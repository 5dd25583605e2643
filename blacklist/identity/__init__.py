"""Who is meant: document numbers, names, case numbers, and the keys under which they are sealed and found."""
