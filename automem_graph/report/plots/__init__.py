"""Pictures for papers, and the figures behind them as tables."""
