"""From files and pages to stored articles."""
