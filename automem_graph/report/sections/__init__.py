"""The parts of a report: each is made of rows, and shown by one of the templates here."""
