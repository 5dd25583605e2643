"""Publishing the log: exported, signed, told to every agency; `sync.md` §6, §8 to §15."""
