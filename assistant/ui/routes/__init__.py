"""HTTP routes of the pages."""
