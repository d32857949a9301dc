"""The process that learns and ranks while people answer."""
