"""Typologies: patterns of extortion work, one module each, one signature, one registry."""
