"""Crafter (Hafner 2021) as a task: deterministic twins, text in BALROG's convention, its score."""
