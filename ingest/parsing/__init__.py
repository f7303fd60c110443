"""From one raw document to articles, one module per family of formats."""
