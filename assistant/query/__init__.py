"""From a question to a plan: follow-ups, sub-questions, dates and outlets that it names."""
