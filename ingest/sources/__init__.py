"""From what a person names (files, folders, addresses) to raw documents."""
