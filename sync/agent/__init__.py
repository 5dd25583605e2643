"""The agency kit: keeps a verified copy of an agency's view and answers from it."""
