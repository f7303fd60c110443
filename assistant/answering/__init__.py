"""From a question to an `Answer`: the pipeline, its writers and its messages."""
