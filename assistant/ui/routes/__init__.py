"""The HTTP routes behind the pages."""
