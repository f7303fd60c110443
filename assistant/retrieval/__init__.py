"""From a query to ranked passages: hybrid search, fusion, re-ranking of long questions, context."""
