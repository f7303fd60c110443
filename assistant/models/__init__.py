"""Encoders and chat models, and the bundled files that they are loaded from."""
