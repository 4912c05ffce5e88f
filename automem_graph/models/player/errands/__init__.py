"""The player's rules for conversations: notes, changes and questions, with one person or many."""
