"""An agent of one's own as the player of an episode: the real agent, with the real middleware.

What is measured is what is deployed: `agent:module:attribute` names a function that makes the agent
around a middleware, and an episode's desk gives it one whose memory is the episode's.
"""
