"""Memory at home in LangChain: in agents that talk and use tools, instead of playing a world."""
