"""Chat models by name: any provider that LangChain knows, and `offline:` ones without network."""
