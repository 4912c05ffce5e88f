"""`local:PATH[@ADAPTER]`: models of transformers and PEFT in this process, one copy of the weights.

A name is checked, and the chat model made, without torch, since a process may ask only whether it
could be played. `weights`, `decoding` and `engine` need torch and come with the first call.
"""
