"""The law as pure functions and dated data, each with its article; standard library only."""
