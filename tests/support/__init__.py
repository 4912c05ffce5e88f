"""Things that tests share: a toy world, models that say what they are told."""
